"""The inventory: one row an input file, in SQLite so that a million of them stay on disk."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from cleanroom import tsv
from cleanroom.errors import StopRun
from cleanroom.identity import Identity
from cleanroom.records import NO_VERDICT, EncodeRecord, ReleasedInstance, SetAsideRow
from cleanroom.report.verdicts import Verdict, released_as
from cleanroom.study import Study

WORDS = "pictures and PDFs may carry words, and nothing has read them yet"


@dataclass(frozen=True)
class Tally:
    """Files with one verdict."""

    verdict: str
    files: int
    bytes: int


@dataclass(frozen=True)
class SeriesCount:
    """The files of one series."""

    patient: str
    study: str
    series: str
    released: int
    set_aside: int


@dataclass(frozen=True)
class SetAsideLine:
    """Files that are set aside for one reason."""

    patient: str
    study: str
    series: str
    files: int
    step: str
    reason: str
    fix: str
    kind: str = ""
    """What intake took them for."""


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """The inventory, changed as a whole or not at all."""
    if not path.is_file():
        raise StopRun(f"There is no inventory {path.name}.", "run the step `intake` first")
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TEMP TABLE decided(path TEXT PRIMARY KEY, step TEXT, fix TEXT)")
        with base:
            base.execute(
                "UPDATE files SET verdict = '', released_as = '', reason = '' WHERE verdict = 'released'"
            )
            yield base


def studies(base: sqlite3.Connection) -> list[str]:
    """The studies that have a manifest."""
    return [
        study
        for (study,) in base.execute(
            "SELECT DISTINCT study FROM files WHERE number <> '' AND study <> '' ORDER BY 1"
        )
    ]


def decide(base: sqlite3.Connection, verdicts: Iterable[Verdict]) -> int:
    """Write verdicts; return for how many files that the inventory has."""
    base.execute("CREATE TEMP TABLE IF NOT EXISTS given(path, verdict, released_as, step, reason, fix)")
    base.execute("DELETE FROM given")
    base.executemany("INSERT INTO given VALUES (?, ?, ?, ?, ?, ?)", map(astuple, verdicts))
    base.execute(
        "INSERT OR REPLACE INTO decided SELECT path, step, fix FROM given WHERE verdict = 'set_aside'"
    )
    return base.execute(
        "UPDATE files SET verdict = given.verdict, released_as = given.released_as, reason = given.reason"
        " FROM given WHERE files.path = given.path"
    ).rowcount


def decide_files(
    base: sqlite3.Connection, set_aside_rows: list[SetAsideRow], released: Iterable[ReleasedInstance] = ()
) -> None:
    """A verdict for pictures and PDFs: released, or the reason that a step gave for this path or its kind."""
    released = list(released)
    given = [(item.patient, item.original) for item in released]
    base.executemany("UPDATE files SET patient = ? WHERE path = ?", given)
    decide(base, (Verdict(item.original, "released", released_as(item)) for item in released))
    rows = base.execute(
        "SELECT path, kind FROM files"
        " WHERE kind IN ('picture', 'pdf') AND verdict NOT IN ('not_content', 'released')"
    )
    named = {name: row for row in reversed(set_aside_rows) for name in row.numbers}
    others = next((row for row in set_aside_rows if not row.numbers), None)
    found = ((path, named.get(path) or named.get(kind) or others) for path, kind in rows.fetchall())
    decide(
        base,
        (
            Verdict(path, "set_aside", step=row.step, reason=row.reason, fix=row.fix)
            if row
            else Verdict(path, "set_aside", step="redact", reason=WORDS)
            for path, row in found
        ),
    )


def cross_uids(base: sqlite3.Connection, study: Study) -> None:
    """Enter what ``clean`` and ``encode`` made of a study's UIDs into the crosswalk.

    Instances follow with the release.
    """
    frames = {instance.frame_of_reference_uid for instance in study.instances} - {""}
    rows = (("frame_of_reference", frame, study.identity.uid(frame)) for frame in sorted(frames))
    base.executemany("INSERT OR REPLACE INTO crosswalk VALUES (?, ?, ?)", rows)
    table = study.folder / "uids.tsv"
    known = frames | {instance.sop_instance_uid for instance in study.instances}
    pairs = list(tsv.rows(table)) if table.is_file() else []
    encoded = study.record_path("encode")
    if encoded.is_file():
        pairs += [list(pair) for pair in EncodeRecord.load(encoded).uids.items()]
    base.executemany(
        "INSERT OR REPLACE INTO crosswalk VALUES ('other_uid', ?, ?)",
        ((original, new) for original, new in pairs if original not in known),
    )


def name_files(base: sqlite3.Connection, identity: Identity) -> None:
    """Enter the pseudonyms of pictures and PDFs that are not released into the crosswalk."""
    paths = base.execute("SELECT path FROM files WHERE kind IN ('picture', 'pdf') AND verdict = 'set_aside'")
    rows = [(path, identity.pseudonym("file", path)) for (path,) in paths]
    base.executemany("INSERT OR REPLACE INTO crosswalk VALUES ('file', ?, ?)", rows)


def close(base: sqlite3.Connection) -> int:
    """Set aside what is left without a verdict; return how many files that was."""
    paths = base.execute("SELECT path FROM files WHERE verdict = ''")
    reason = f"{NO_VERDICT}the job was killed; run snakemake again"
    return decide(base, (Verdict(path, "set_aside", step="intake", reason=reason) for (path,) in paths))


def tallies(base: sqlite3.Connection) -> dict[str, Tally]:
    """Files and bytes by verdict; an archive's bytes are those of its members."""
    rows = base.execute(
        "SELECT verdict, count(*), coalesce(sum(CASE kind WHEN 'archive' THEN 0 ELSE bytes END), 0)"
        " FROM files GROUP BY verdict"
    )
    return {row[0]: Tally(*row) for row in rows}


def count(base: sqlite3.Connection) -> int:
    """How many input files there are."""
    return int(base.execute("SELECT count(*) FROM files").fetchone()[0])


def set_aside(base: sqlite3.Connection) -> list[SetAsideLine]:
    """What is set aside, by series and reason as the steps gave it; each file counts once."""
    rows = base.execute(
        "SELECT patient, study, series, count(*), coalesce(step, 'intake'), reason, coalesce(fix, ''), kind"
        " FROM files LEFT JOIN decided USING (path) WHERE verdict = 'set_aside'"
        " GROUP BY 1, 2, 3, 5, 6, 7, 8 ORDER BY 1, 2, 3, 5, 6, 7, 8"
    )
    return [SetAsideLine(*row) for row in rows]


def by_series(base: sqlite3.Connection) -> list[SeriesCount]:
    """Every series of the input, with its files counted."""
    rows = base.execute(
        "SELECT patient, study, series, sum(verdict = 'released'), sum(verdict = 'set_aside') FROM files"
        " WHERE series <> '' AND verdict <> 'not_content' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    return [SeriesCount(*row) for row in rows]
