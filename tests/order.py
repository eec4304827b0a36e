"""Which test files begin first, so that all workers end together (``--dist loadfile``)."""

from pathlib import Path

LONG = (
    "runs/test_real_scans.py",
    "runs/test_demo_run.py",
    "runs/test_five_tools.py",
    "runs/test_exam.py",
    "runs/test_nifti_run.py",
    "runs/test_small_run.py",
    "runs/test_review_run.py",
    "runs/test_bad_input.py",
    "runs/test_kills.py",
    "runs/test_disks.py",
    "runs/test_parts_run.py",
    "test_encode_matrix.py",
    "test_tools_as_documented.py",
    "test_tools_that_go_wrong.py",
    "test_redact_slices_without_text.py",
    "test_encapsulated_pdf.py",
    "test_deface_engines.py",
    "test_deface_fills_real_heads.py",
    "test_deface_heads.py",
    "test_scouts_of_a_head.py",
    "test_clean_real_scans.py",
    "test_redact_lettering.py",
    "test_sample.py",
    "fuzz/test_fuzz.py",
    "test_redact_labelled_boxes.py",
    "test_files_words.py",
    "test_tools_for_real.py",
)
"""Those of more than half a minute, the longest first."""


def first(path: Path) -> int:
    """A file's place in the order; all others come after these, as they are."""
    name = path.relative_to(Path(__file__).parent).as_posix()
    return LONG.index(name) if name in LONG else len(LONG)
