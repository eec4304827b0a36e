"""Runs a step on all pictures and PDFs, and writes its record."""

import time

from cleanroom import intact
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.files.batch import FOLDER, redact_files
from cleanroom.files.judged import verify_files
from cleanroom.files.released import record_path, release_files
from cleanroom.intake import unread
from cleanroom.provenance.made import made
from cleanroom.records import Record
from cleanroom.step import peak_mb, settled

STEPS = ("redact", "verify", "release")


def run(step: str, config: Config, threads: int = 1) -> None:
    """Run ``redact``, ``verify`` or ``release`` on pictures and PDFs.

    Raises
    ------
    StopRun
        When there is no such step for files.
    """
    if step not in STEPS:
        raise StopRun(f"{step} takes --study STUDY.", "the pseudonyms are in private/studies.tsv")
    started = time.perf_counter()
    names = {"redact": "text.json", "verify": "verdict.json"}
    path = config.private / FOLDER / names[step] if step in names else record_path(config)
    record = _recorded(step, config, threads)
    if any(row.reason in unread.PASSING for row in record.set_aside):
        unread.note(config.private)
    record.seconds = round(time.perf_counter() - started, 3)
    record.peak_mb = round(peak_mb(), 1)
    listed = config.private / "studies.tsv"
    record.made = made(step, config, [listed] if listed.is_file() else [], record, [], section="files")
    settled(config, config.private / FOLDER / "cleaned" if step == "redact" else None)
    record.save(path)
    if step == "release":
        intact.stamp(config, intact.FILES)


def _recorded(step: str, config: Config, threads: int) -> Record:
    if step == "redact":
        return redact_files(config, threads)
    return verify_files(config, threads) if step == "verify" else release_files(config)
