"""Our own exam in the manner of MIDI-B: see docs/exam.md."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from exam import burned, byte_search, cleaned, results
from exam.frozen import frozen, record
from exam.generate import generate
from exam.grade import Grader, Grades
from exam.key import Key
from line import run_line

from cleanroom.clean.folder import clean_folder
from cleanroom.config import load

pytestmark = pytest.mark.long

PROFILE = "sinfonia"
ENOUGH = 0.9995
WORDS_ONLY = {"rules": [{"tool": "none", "reason": "these pictures are about words, not faces"}]}


@dataclass(frozen=True)
class Sat:
    """The exam after it was sat."""

    grades: Grades
    leaks: list[tuple[str, str]]
    summary: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exam")


@pytest.fixture(scope="module")
def key(scans: Path, folder: Path) -> Key:
    return generate(scans, folder / "exam")


@pytest.fixture(scope="module")
def sat(key: Key, folder: Path) -> Sat:
    """Headers through ``clean``, pictures through the whole line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean_folder(
            folder / "exam" / "headers", folder / "out", load({"private": folder / "p", "profile": PROFILE})
        )
        files = cleaned.read(folder / "out")
        grades = Grader(key, files).grade()
        leaks = byte_search.leaks(key, files)
        (folder / "line").mkdir()
        pictures = folder / "exam" / "pictures"
        settings = run_line(pictures, folder / "line", profile=PROFILE, faces=WORDS_ONLY)
        hidden, held = burned.grade(key, cleaned.read(settings.output / "release"), pictures)
    grades.passed += hidden.passed
    grades.misses += hidden.misses
    absent = {check.file for check in key.checks if check.kind != "pixels hidden"} - files.keys()
    summary = results.write(folder / "report.txt", grades, leaks, sorted(absent), key.digest())
    return Sat(grades, leaks, f"{folder}/report.txt\n{summary}\npictures held back: {held}")


def test_the_exam_is_the_frozen_one(key: Key) -> None:
    assert record(key) == frozen()


def test_files_before_cleaning_retain_all_and_hide_nothing(key: Key, folder: Path) -> None:
    files = cleaned.read(folder / "exam" / "headers")
    grades = Grader(key, files).grade()
    assert set(grades.passed) == {"tag retained", "text not null", "text retained", "pixels retained"}
    assert not set(grades.passed) & set(grades.missed())
    found = {text for _, text in byte_search.leaks(key, files)}
    assert len(found) > 0.98 * len({text for text, _ in key.strings})


def test_score(sat: Sat) -> None:
    print(sat.summary)
    first = [results.miss(check, found) for check, found in sat.grades.misses[:20]]
    assert sat.grades.share() >= ENOUGH, "\n".join([sat.summary, *first])


def test_no_identity_is_found_as_bytes(sat: Sat) -> None:
    assert not sat.leaks, "\n".join(f"{number} {text}" for number, text in sat.leaks[:20])
