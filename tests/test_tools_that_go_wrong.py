"""A tool that fails, hangs, cuts the wrong side, shifts or rescales is caught, whatever it says."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from tooled import COMMAND, by_name, de_faced, head_in_series, one_head, taken

from cleanroom.deface.registration import Pose
from cleanroom.records import SeriesFace
from cleanroom.study import Study
from cleanroom.tools.regions import brain, inside

CAUGHT = {
    "fails": "failed",
    "silent": "failed",
    "hangs": "failed",
    "wrong_side": "implausible",
    "nose_tip": "implausible",
    "shifts_header": "implausible",
    "shifts_data": "implausible",
    "rescales_brain": "implausible",
}
HARMLESS = ("cuts", "rescales", "reorients", "folder", "refaces")
SAID = {
    "fails": "exit status 1",
    "silent": "no result",
    "hangs": "within its time",
    "wrong_side": "can still be seen",
    "nose_tip": "can still be seen",
    "shifts_header": "it changed the brain",
    "shifts_data": "it changed the brain",
    "rescales_brain": "it changed the brain",
}
Done = tuple[Study, dict[str, SeriesFace]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One study; each of its series is given to the same tool, which does to it what its description says."""
    names = [*CAUGHT, *HARMLESS, "alone"]
    source = head_in_series(tmp_path_factory.mktemp("export"), names)
    rules = {name: {"tool": "custom", "options": [name], "fallback": "builtin"} for name in names}
    rules["refaces"]["mode"] = "reface"
    rules["alone"] = {"tool": "custom", "options": ["wrong_side"]}
    tools = {"custom": {"command": COMMAND, "seconds": 20}}
    study = taken(source, tmp_path_factory.mktemp("run"), faces={"rules": by_name(rules)}, tools=tools)
    with one_head():
        return study, de_faced(study)


@pytest.mark.parametrize("name", CAUGHT)
def test_the_builtin_takes_the_place_of_a_tool_that_goes_wrong(done: Done, name: str) -> None:
    face = done[1][name]
    assert (face.decision, face.tool) == ("face", "builtin")
    assert [(item.tool, item.outcome) for item in face.attempts] == [
        ("custom", CAUGHT[name]),
        ("builtin", "released"),
    ]
    assert SAID[name] in face.attempts[0].reason
    assert f"custom {CAUGHT[name]}" in face.reason


def test_without_a_fallback_the_series_is_set_aside(done: Done) -> None:
    face = done[1]["alone"]
    assert face.decision == "unsure"
    assert not face.masks
    assert "custom implausible" in face.reason


def test_what_hangs_is_ended_with_all_that_it_started(done: Done) -> None:
    attempt = done[1]["hangs"].attempts[0]
    assert 20 <= attempt.seconds < 90
    assert not _called_below(done[0].work)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_a_tool_does_beside_the_face_is_not_taken(done: Done, name: str) -> None:
    study, faces = done
    face = faces[name]
    assert (face.tool, face.attempts[0].outcome) == ("custom", "released"), face.reason
    (mask,) = face.masks
    inside = np.asarray(nibabel.load(study.work / mask.mask).dataobj) > 0
    whole = np.asarray(nibabel.load(study.work / faces["cuts"].masks[0].mask).dataobj) > 0
    both = 2 * (inside & whole).sum() / (inside.sum() + whole.sum())
    assert both > 0.8, "the same cut, however it came"


@pytest.mark.parametrize("name", HARMLESS)
def test_no_voxel_of_the_brain_is_in_a_mask(done: Done, name: str) -> None:
    study, faces = done
    mask = nibabel.load(study.work / faces[name].masks[0].mask)
    here = inside(brain(), 0.5, mask.shape, mask.affine, Pose(np.eye(4), 1.0))
    assert here.sum() > 5000
    assert not (np.asarray(mask.dataobj) > 0)[here].any()


def test_a_rescaled_volume_gives_its_mask_alone_and_says_so(done: Done) -> None:
    face = done[1]["rescales"]
    assert face.measures["rescaled"] == pytest.approx(0.25, abs=0.01)
    assert "rescaled" in face.reason
    assert not face.masks[0].values


def test_the_values_of_a_tool_that_refaces_are_taken_inside_its_mask(done: Done) -> None:
    study, faces = done
    face = faces["refaces"]
    assert face.mode == "reface"
    (mask,) = face.masks
    values = np.asarray(nibabel.load(study.work / mask.values).dataobj)
    inside = np.asarray(nibabel.load(study.work / mask.mask).dataobj) > 0
    assert values[inside].any()
    assert not values[~inside].any()


def test_the_record_tells_how_the_tool_was_called_and_how_it_ended(done: Done) -> None:
    attempt = done[1]["fails"].attempts[0]
    assert attempt.exit_status == 1
    assert attempt.said == "** ERROR: no fit"
    assert "stand_in_tool.py" in attempt.command
    assert attempt.command.endswith("fails")


def _called_below(folder: Path) -> list[Path]:
    """Processes that a call of a tool in a folder has started, in whichever session they are."""
    mark = f"CLEANROOM_CALL={folder}".encode()
    return [place.parent for place in Path("/proc").glob("[0-9]*/environ") if mark in _bytes(place)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
