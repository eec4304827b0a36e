"""Every real file is cleaned or set aside by name; what comes out is as valid as what went in."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cleaning import BASIC, read, values_for

from cleanroom.clean.folder import clean_folder
from cleanroom.clean.meta import transfer_syntax_of
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.whole import write_whole
from cleanroom.config import Config
from cleanroom.errors import SetAside

EXPECTED_ASIDE = {
    "it is not a DICOM instance, or has no Study and Series Instance UID",
    "the file ends inside its pixels",
    "the value of (0028,0008) NumberOfFrames is not a IS, and the object must have one",
    "the file ends inside (300A,012C) IsocenterPosition, or its length is not one",
}
CHANGING = re.compile(r"<[^>]*>|\[[^\]]*\]|\d+/|= <.*|UID [0-9.]+$")


def distinct(scans: Path) -> Iterator[Path]:
    """One file of every series."""
    seen = set()
    for path in sorted(scans.rglob("*")):
        if path.is_file() and path.suffix not in {".txt", ".md", ".json", ".png"}:
            try:
                header = read(path)
            except SetAside:
                continue
            series = (
                path.relative_to(scans).parts[0],
                header.get("SeriesInstanceUID"),
                header.get("SOPClassUID"),
            )
            if series[1] and series not in seen:
                seen.add(series)
                yield path


@pytest.mark.long
def test_every_file_is_cleaned_or_set_aside_by_name(scans: Path, tmp_path: Path) -> None:
    done = clean_folder(scans, tmp_path / "out", Config(private=tmp_path / "private"))
    assert done.files > 1600
    assert {reason for _, reason in done.set_aside} <= EXPECTED_ASIDE
    assert done.files + len(done.set_aside) == sum(path.is_file() for path in scans.rglob("*"))


@pytest.mark.long
@pytest.mark.usefixtures("dciodvfy")
def test_no_new_error_in_dciodvfy(scans: Path, tmp_path: Path) -> None:
    new = Counter[str]()
    checked = 0
    for path in distinct(scans):
        try:
            clean(path, tmp_path / "after.dcm")
        except SetAside:
            continue
        checked += 1
        new += errors(tmp_path / "after.dcm") - errors(path)
    assert checked > 100
    assert new == Counter()


def clean(path: Path, place: Path) -> None:
    with quiet_pydicom(), path.open("rb") as source, place.open("wb") as target:
        original = read_header(source)
        header, _ = clean_original(original, BASIC, values_for(original, BASIC))
        write_whole(target, header, source, original, transfer_syntax_of(original))


def errors(path: Path) -> Counter[str]:
    run = subprocess.run(["dciodvfy", path], capture_output=True, text=True, errors="replace", check=False)
    lines = (run.stdout + run.stderr).splitlines()
    return Counter(CHANGING.sub("", line) for line in lines if line.startswith("Error"))
