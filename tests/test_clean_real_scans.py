"""Every real file is cleaned or set aside by name; what comes out is as valid as what went in."""

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pydicom
import pytest
from cleaning import read, values_for
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from cleanroom.clean.folder import clean_folder
from cleanroom.clean.meta import transfer_syntax_of
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.profile import load, names
from cleanroom.clean.rules import Rules
from cleanroom.clean.whole import write_whole
from cleanroom.config import Config
from cleanroom.errors import SetAside

VARIED = ("iod_", "odd_", "rt_")
EXPECTED_ASIDE = {
    "it is not a DICOM instance, or has no Study and Series Instance UID",
    "the file ends inside its pixels",
    "the value of (0028,0008) NumberOfFrames is not a IS, and the object must have one",
    "the file ends inside (300A,00B0) BeamSequence",
}
VALUES = re.compile(r"(?<==) <[^<>]*>|<(?!/)[^<>]*>|(?<=UID )[0-9.]+$")
"""What a message of dciodvfy repeats of the file; the path of the attribute (``</Sequence[1]>``) stays."""


def distinct(scans: Path) -> Iterator[Path]:
    """One file of every series, and every file of the sets of odd ones."""
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
            alike = not path.relative_to(scans).parts[0].startswith(VARIED)
            if series[1] and not (alike and series in seen):
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
@pytest.mark.parametrize("profile", names())
def test_no_new_error_in_dciodvfy(scans: Path, tmp_path: Path, profile: str) -> None:
    rules = Rules(load(profile))
    new = Counter[str]()
    checked = 0
    for path in distinct_once(scans):
        try:
            clean(path, tmp_path / "after.dcm", rules)
        except SetAside:
            continue
        checked += 1
        after = plain(tmp_path / "after.dcm", tmp_path / "plain_after.dcm")
        new += errors(after) - errors_before(path)
    assert checked > 200
    assert new == Counter()


@cache
def distinct_once(scans: Path) -> list[Path]:
    return list(distinct(scans))


@cache
def errors_before(path: Path) -> Counter[str]:
    """The errors of an original, which are the same under every profile."""
    with tempfile.TemporaryDirectory() as folder:
        return errors(plain(path, Path(folder) / "plain.dcm"))


def clean(path: Path, place: Path, rules: Rules) -> None:
    with quiet_pydicom(), path.open("rb") as source, place.open("wb") as target:
        original = read_header(source)
        header, _ = clean_original(original, rules, values_for(original, rules))
        write_whole(target, header, source, original, transfer_syntax_of(original))


def plain(path: Path, place: Path) -> Path:
    """A file that dciodvfy can read: with file meta information, which the cleaner adds, and not deflated."""
    with quiet_pydicom():
        original = pydicom.dcmread(path, force=True)
        named = original.preamble is not None
        syntax = transfer_syntax_of(original)
        if named and syntax != DeflatedExplicitVRLittleEndian:
            return path
        original.ensure_file_meta()
        inflated = syntax == DeflatedExplicitVRLittleEndian
        original.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if inflated else syntax
        original.save_as(place, enforce_file_format=True)
    return place


def errors(path: Path) -> Counter[str]:
    run = subprocess.run(["dciodvfy", path], capture_output=True, text=True, errors="replace", check=False)
    lines = (run.stdout + run.stderr).splitlines()
    return Counter(VALUES.sub("", line) for line in lines if line.startswith("Error"))
