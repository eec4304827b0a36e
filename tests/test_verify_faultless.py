"""The gate lets clean output pass: nothing is reported on faultless series of every kind."""

from pathlib import Path

import pytest
from judged import Judged


def dicom(folder: Path, pattern: str, count: int) -> list[Path]:
    return sorted((folder / "dicom").glob(pattern))[:count]


@pytest.mark.parametrize(
    ("folder", "pattern", "faces"),
    [
        ("mr_philips_mprage_face", "*.dcm", {0}),
        ("mr_philips_mprage_face", "*.dcm", set()),
        ("mr_ge_signa_pd_2d_face", "*.dcm", {0}),
        ("ct_siemens_phantom_face_rtstruct", "ct/*.dcm", {0}),
        ("ct_ge_hispeed_head_tilt", "**/*.dcm", {0}),
        ("mr_ge_fruit_deidentified_headers", "**/*.dcm", set()),
    ],
)
def test_a_clean_series_passes(
    scans: Path, tmp_path: Path, folder: str, pattern: str, faces: set[int]
) -> None:
    judged = Judged(tmp_path, [dicom(scans / folder, pattern, 30)], frozenset(faces))
    record, found = judged.verify()
    assert found == {}
    assert record.set_aside == []
    assert record.passed == {judged.series[0]: [row.number for row in judged.study.instances]}


def test_enhanced_multi_frame_passes(scans: Path, tmp_path: Path) -> None:
    folder = scans / "mr_siemens_xa30_enhanced_face" / "dicom"
    largest = max(folder.rglob("*.dcm"), key=lambda path: path.stat().st_size)
    judged = Judged(tmp_path, [[largest]], frozenset({0}))
    assert judged.encoded.series[judged.series[0]][0].covered > 0
    _, found = judged.verify()
    assert found == {}


def test_radiotherapy_objects_that_refer_to_each_other_pass(scans: Path, tmp_path: Path) -> None:
    folder = scans / "rt_rtkit_phantom" / "dicom" / "simple_phantom_case"
    judged = Judged(tmp_path, [sorted(folder.glob(f"{kind}*")) for kind in ("CT", "RS", "RP", "RD")])
    record, found = judged.verify()
    assert found == {}
    assert record.checks[judged.series[1]]["geometry"] == "not applicable"
