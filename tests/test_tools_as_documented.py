"""Tools that cannot be had here, as stand-ins: called and answering as their sources say, or failing."""

import nibabel
import numpy as np
import pytest
from stand_in_installation import PROGRAMS, install
from tooled import by_name, de_faced, head_in_series, one_head, taken

from cleanroom.deface.registration import Pose
from cleanroom.records import SeriesFace
from cleanroom.study import Study
from cleanroom.tools import presence
from cleanroom.tools.regions import brain, inside

pytestmark = pytest.mark.long
OLDER = "@afni_refacer_run"
TOOLS = {
    "afni_refacer2": ("afni_refacer", "remove"),
    OLDER: ("afni_refacer", "reface"),
    "run_mri_reface.sh": ("mri_reface", "reface"),
    "mideface": ("mideface", "remove"),
    "mri_deface": ("mri_deface", "remove"),
    "fsl_deface": ("fsl_deface", "remove"),
    "mask_face_nomatlab": ("face_masking", "blur"),
    "Slicer": ("anonymi", "noise"),
}
CALLED = {
    "afni_refacer2": "-mode_deface -no_images -overwrite",
    OLDER: "-mode_reface -no_images -overwrite",
    "run_mri_reface.sh": "-imType T1 -saveQCRenders 0 -threads 1",
    "mideface": "out.nii --threads 1",
    "mri_deface": "average/face.gca",
    "fsl_deface": "out.nii",
    "mask_face_nomatlab": "-b 1 -e 1",
    "Slicer": "--no-main-window --python-script anonymi.py",
}
SAID = {
    "afni_refacer2": ("failed", "no result"),
    OLDER: ("failed", "exit status 1"),
    "run_mri_reface.sh": ("failed", "no result"),
    "mideface": ("failed", "exit status 1"),
    "mri_deface": ("implausible", "it changed the brain"),
    "fsl_deface": ("implausible", "can still be seen"),
    "mask_face_nomatlab": ("failed", "DICOM files"),
    "Slicer": ("failed", "exit status 134"),
}
Done = dict[str, tuple[Study, dict[str, SeriesFace]]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Two runs, for AFNI's successor is there in one and not in the other; each tool once well, once not."""
    with pytest.MonkeyPatch.context() as patch, one_head():
        patch.setattr(presence, "_lacks_memory", lambda _: "")
        newer = _run(tmp_path_factory, list(PROGRAMS), [each for each in PROGRAMS if each != OLDER])
        older = _run(tmp_path_factory, [OLDER], [OLDER])
    return {program: older if program == OLDER else newer for program in PROGRAMS}


def _run(
    folders: pytest.TempPathFactory, installed: list[str], called: list[str]
) -> tuple[Study, dict[str, SeriesFace]]:
    home = install(folders.mktemp("installation"), installed)
    rules = {}
    for program in called:
        tool, mode = TOOLS[program]
        rule = {"tool": tool, "mode": mode, "fallback": "builtin"}
        rules |= {f"t1 {program}": rule, f"t1 {program} fails": rule | {"options": ["fails"]}}
    tools: dict[str, dict[str, str]] = {TOOLS[program][0]: {"path": str(home)} for program in called}
    for name in {"mideface", "anonymi"} & tools.keys():
        tools[name]["licence"] = str(home / "license.txt")
    if "anonymi" in tools:
        tools["anonymi"]["command"] = "Slicer --no-main-window --python-script anonymi.py {input} {output}"
    source = head_in_series(folders.mktemp("export"), rules)
    study = taken(source, folders.mktemp("run"), faces={"rules": by_name(rules)}, tools=tools)
    return study, de_faced(study)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_tool_is_called_as_its_usage_says_and_its_result_is_taken(done: Done, program: str) -> None:
    study, faces = done[program]
    face = faces[f"t1 {program}"]
    attempt = face.attempts[0]
    assert (face.tool, attempt.outcome) == (TOOLS[program][0], "released"), (face.reason, attempt.said)
    assert attempt.command.startswith(f"{program} ")
    assert CALLED[program] in attempt.command
    (mask,) = face.masks
    image = nibabel.load(study.work / mask.mask)
    core = inside(brain(), 0.5, image.shape, image.affine, Pose(np.eye(4), 1.0))
    assert core.sum() > 5000
    assert not (np.asarray(image.dataobj) > 0)[core].any()
    assert attempt.measures["gone_nose"] > 0.9


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_failure_of_each_tool_is_caught(done: Done, program: str) -> None:
    face = done[program][1][f"t1 {program} fails"]
    outcome, said = SAID[program]
    assert (face.decision, face.tool, face.attempts[0].outcome) == ("face", "builtin", outcome)
    assert said in face.attempts[0].reason
