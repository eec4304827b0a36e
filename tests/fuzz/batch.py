"""A folder full of hostile input, taken through the line, and what became of each file in it."""

import contextlib
import io
import json
import os
import resource
import socket
import sys
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random

from cleanroom import config, step
from cleanroom.config import Config
from cleanroom.files import step as files_step
from cleanroom.intake.header import look
from cleanroom.intake.take_in import take_in
from cleanroom.intake.walk import walk
from cleanroom.report import report
from cleanroom.study import BEFORE, Study
from fuzz import accounts, dicom, files, odd
from fuzz.accounts import SECONDS, Outcome

IN_A_STUDY, PDFS = 20, 0.02
"""Files of a study; the part of its instances that are PDFs, each of which takes a process."""
PARTS = {"clean": ("clean", "redact"), "all": tuple(BEFORE)}

ODD: dict[str, object] = {
    "faces": {"rules": [{"tool": "none", "reason": "made by a test"}]},
    "release": {"nifti": True},
}
"""So that more than the search for a face sees what is odd."""


def write(folder: Path, count: int, seed: int) -> None:
    """So many files: six in ten are DICOM, every eighth study of them is whole."""
    chance = Random(seed)
    originals = dicom.seeds()
    folder.mkdir(parents=True)
    for number in range(count):
        study = number // IN_A_STUDY
        place = folder / f"{study:04}"
        place.mkdir(exist_ok=True)
        if chance.random() < 0.6:
            kind = -1 if chance.random() < PDFS else chance.randrange(len(originals) - 1)
            content = dicom.written(originals[kind], study, number)
            whole = study % 8 == 0
            (place / f"{number}.dcm").write_bytes(content if whole else dicom.mutated(content, chance))
        elif chance.random() < 0.15:
            inside = [dicom.mutated(dicom.written(originals[0], study, number), chance)]
            extension, content = files.archive(chance, inside)
            (place / f"{number}.{extension}").write_bytes(content)
        else:
            extension, content = chance.choice(files.MAKERS)(chance)
            (place / f"{number}.{extension}").write_bytes(content)
    _specials(folder / "specials")


def _specials(folder: Path) -> None:
    """What is no file, has no end, or has a name that no table can hold."""
    folder.mkdir()
    os.mkfifo(folder / "pipe.dcm")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as made, contextlib.chdir(folder):
        made.bind("socket.dcm")
    with contextlib.suppress(PermissionError):
        os.mknod(folder / "zero.dcm", 0o600 | 0o020000, os.makedev(1, 5))
    (folder / "endless.dcm").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(".")
    (folder / "nowhere.dcm").symlink_to("nothing")
    for name, start in (
        ("sparse.dcm", bytes(128) + b"DICM"),
        ("sparse.zip", b"PK\3\4"),
        ("sparse.pdf", b"%PDF-"),
    ):
        with (folder / name).open("wb") as file:
            file.write(start)
            file.truncate(1 << 40)
    header = dicom.written(dicom.seeds()[0], 0, 0)
    value = b"\x09\0\x10\0UN\0\0" + (4_000_000_000).to_bytes(4, "little")
    with (folder / "element.dcm").open("wb") as file:
        file.write(header[: header.rfind(b"\xe0\x7f\x10\0")].replace(b"1.2.9.0", b"1.2.8.0") + value)
        file.truncate(5 << 30)
    (folder / os.fsdecode(b"no\xff\xfeutf8\n\t.dcm")).write_bytes(header)
    (folder / "empty").write_bytes(b"")


def settings(folder: Path, **sections: object) -> Config:
    """A config for ``folder/input``; a person has looked at the pictures."""
    (folder / "private").mkdir(mode=0o700, exist_ok=True)
    rule = [{"match": "*", "release": True, "reason": "made by a test"}]
    places = {"input": folder / "input", "private": folder / "private", "output": folder / "results"}
    return config.load({**places, "pictures": rule, **sections})


def run(made: Config, part: str) -> Outcome:
    """Take the folder through intake, the steps of ``part``, and those of pictures and PDFs.

    Parameters
    ----------
    part
        ``clean``: the steps that read input, all but dcm2niix. ``all``: the whole line and the report.
    """
    outcome = Outcome()
    for entry in walk(made.input):
        outcome.files += 1
        if entry.regular and not entry.link:
            with _timed(outcome, f"look at {entry.path}"):
                look(made.input, entry.path, entry.bytes)
    with _timed(outcome, "intake", one=False):
        names = take_in(made, threads=2)
    for name in names:
        for each in PARTS[part]:
            with _timed(outcome, f"{each} {name}"):
                step.run(each, Study(made, name))
    for each in files_step.STEPS if part == "all" else files_step.STEPS[:1]:
        with _timed(outcome, f"{each} of pictures and PDFs", one=False):
            files_step.run(each, made, threads=2)
    if part == "all":
        with _timed(outcome, "report", one=False):
            report(made)
    accounts.settle(made, outcome, whole=part == "all")
    return outcome


@contextlib.contextmanager
def _timed(outcome: Outcome, what: str, one: bool = True) -> Iterator[None]:
    started = sum(os.times()[:4])
    try:
        yield
    except Exception as error:
        outcome.failures.append(f"{what}: {type(error).__name__}")
        traceback.print_exc()
    taken = sum(os.times()[:4]) - started
    word = what.partition(" ")[0] if one else what
    outcome.phases[word] = round(outcome.phases.get(word, 0.0) + taken, 2)
    if one and taken > SECONDS:
        outcome.slow.append(what)


def _most_held() -> int:
    """The most memory of this process, kB; its ``ru_maxrss`` begins with that of whoever started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def main(folder: str, count: str, seed: str, part: str) -> None:
    """In a process of its own: its memory is the batch's. ``odd``: odd series through the whole line."""
    warnings.simplefilter("ignore")
    place = Path(folder)
    if part == "odd":
        odd.write(place / "input", int(count), int(seed))
        made, part = settings(place, **ODD), "all"
    else:
        write(place / "input", int(count), int(seed))
        made = settings(place)
    started = os.times()
    with contextlib.redirect_stderr(io.StringIO() if "-q" in sys.argv else sys.stderr):
        outcome = run(made, part)
    ended = os.times()
    outcome.cpu = round(sum(ended[:4]) - sum(started[:4]), 1)
    outcome.peak_mb = max(_most_held(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1000
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main(*sys.argv[1:5])
