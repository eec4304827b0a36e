"""A tool in an Apptainer image of the user's: its result is taken, and when it hangs all of it is ended."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tooled import by_name, de_faced, head_in_series, one_head, taken

from cleanroom.records import SeriesFace

PROGRAMS = ("sh", "cp", "sleep", "setsid")
TOOL = """#!/bin/sh
case $3 in
hangs) trap '' TERM; setsid sleep 4711 & sleep 4711 & while :; do sleep 4711; done ;;
copies) cp "$1" "$2" ;;
esac
"""


@pytest.fixture(scope="module")
def faces(apptainer: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SeriesFace]:
    """Two series of one head: with one the tool in the image hangs, of the other it cuts nothing."""
    assert apptainer
    image = _image(tmp_path_factory.mktemp("image"))
    names = ["hangs", "copies"]
    source = head_in_series(tmp_path_factory.mktemp("export"), names)
    rules = {name: {"tool": "custom", "options": [name], "fallback": "builtin"} for name in names}
    custom = {"image": str(image), "command": "tool {input} {output}", "seconds": 15}
    folder = tmp_path_factory.mktemp("run")
    study = taken(source, folder, faces={"rules": by_name(rules)}, tools={"custom": custom})
    with one_head():
        return de_faced(study)


def test_a_result_from_inside_the_image_is_judged(faces: dict[str, SeriesFace]) -> None:
    attempt = faces["copies"].attempts[0]
    assert (attempt.outcome, attempt.exit_status) == ("implausible", 0), attempt.said
    assert "the eyes can still be seen" in attempt.reason


def test_what_hangs_in_an_image_is_ended_with_all_that_it_started(faces: dict[str, SeriesFace]) -> None:
    attempt = faces["hangs"].attempts[0]
    assert (attempt.outcome, faces["hangs"].tool) == ("failed", "builtin")
    assert "within its time" in attempt.reason
    assert 15 <= attempt.seconds < 90
    alive = [place.read_bytes() for place in Path("/proc").glob("[0-9]*/cmdline") if place.exists()]
    assert alive
    assert not any(b"sleep\x004711" in words for words in alive)


def _image(folder: Path) -> Path:
    """A folder that Apptainer takes for an image: a shell and four programs of this machine."""
    for name in PROGRAMS:
        program = Path(shutil.which(name) or name).resolve()
        _copied(program, folder / "bin" / name)
        linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r"(/\S+)", linked):
            _copied(Path(library), folder / library.lstrip("/"))
    for name in ("proc", "sys", "dev", "tmp", "var/tmp", "etc", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "bin" / "tool").write_text(TOOL)
    (folder / "bin" / "tool").chmod(0o755)
    return folder


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copy(source, target)
