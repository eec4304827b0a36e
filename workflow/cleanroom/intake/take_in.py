"""The step: look at what is new, group everything, write the manifests."""

import json
import os
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

from cleanroom import manifest, tsv
from cleanroom.atomic import write_changed, write_text
from cleanroom.config import Config
from cleanroom.identity import Identity, open_key
from cleanroom.intake import grouping, inventory, naming, reuse, unread
from cleanroom.intake.frames import write_order
from cleanroom.intake.header import Look, look
from cleanroom.intake.kind import Kind
from cleanroom.intake.loads import write_loads
from cleanroom.intake.walk import Entry, members, time_told, walk
from cleanroom.patients import Patients
from cleanroom.source import SEPARATOR, native
from cleanroom.withdrawal import withdraw

_BATCH = 2000
_MEMBERS_AT_MOST = 1_000_000


def take_in(config: Config, threads: int = 1) -> list[str]:
    """Sort every input file and write ``private/studies/<study>/manifest.tsv``.

    Parameters
    ----------
    threads
        Processes that read headers.

    Returns
    -------
    list of str
        The pseudonyms of the studies, also written to ``private/studies.tsv``.
    """
    identity = Identity(open_key(config.key, config.private))
    patients = Patients(identity, config.patients)
    root = config.input
    with inventory.opened(config.private) as database:
        run = _next_run(database)
        with ProcessPoolExecutor(threads) as pool:
            zips = _look_at_new(database, root, walk(root), run, pool)
            for archive in zips:
                _look_at_new(database, root, members(root, archive), run, pool)
        inventory.forget_vanished(database, run)
        grouping.reset(database)
        grouping.mark_duplicates(database, root)
        database.commit()  # what was seen stays, also when the patients file stops the run
        _survey(config, patients, grouping.patients(database))
        reuse.check(database, identity, patients, config)
        grouping.mark_patients(database, patients)
        studies = grouping.name_series(database, identity, patients)
        for study in studies:
            folder = config.private / "studies" / study
            manifest.write(folder / "manifest.tsv", grouping.instances(database, identity, study))
            found = sorted(grouping.identifying(database, study))
            text = json.dumps(found, ensure_ascii=False) + "\n"
            write_changed(folder / "identities.json", text, durable=False)
        gone = grouping.without_place(database)
        write_order(database, config.private)
        write_loads(database, config.private)
        if inventory.unread(database):
            unread.note(config.private)
    present = set(studies)
    for path in (config.private / "studies").glob("*/manifest.tsv"):
        if path.parent.name not in present:
            path.unlink()
    withdraw(config, gone)
    os.sync()  # all manifests at once, before the table that promises them
    write_text(config.private / "studies.tsv", "\n".join(["study", *studies]) + "\n")
    return studies


def _survey(config: Config, patients: Patients, found: list[tuple[str, str]]) -> None:
    """Compare the patients file with the input; who is missing is written down, ready to be completed."""
    path = config.private / "patients_missing.tsv"
    path.unlink(missing_ok=True)
    try:
        patients.survey(found)
    finally:
        if patients.missing:
            rows = ([*names, ""] for names in sorted(patients.missing))
            write_text(path, tsv.text([[*patients.columns, "pseudonym"], *rows]))


def _next_run(database: sqlite3.Connection) -> int:
    last: int = database.execute("SELECT coalesce(max(run), 0) FROM files").fetchone()[0]
    return last + 1


def _look_at_new(
    database: sqlite3.Connection, root: Path, entries: Iterable[Entry], run: int, pool: Executor
) -> list[str]:
    """Look at the entries that are not known; the zip archives among all of them, new or known."""
    zips = []
    for batch in _batches(entries):
        new = [item for item in batch if not _is_known(database, item, run)]
        looks = list(pool.map(partial(_look, root), new, chunksize=16))
        rows = [(item.path, item.bytes, time_told(item.modified), run) for item in new]
        inventory.add(database, rows, looks)
        zips += [item.path for item in looks if item.zip]
        known = {item.path for item in batch} - {item.path for item in new}
        zips += _known_zips(database, known)
    return zips


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _is_known(database: sqlite3.Connection, entry: Entry, run: int) -> bool:
    return inventory.is_known(database, entry.path, entry.bytes, time_told(entry.modified), run)


def _known_zips(database: sqlite3.Connection, paths: set[str]) -> list[str]:
    rows = database.execute("SELECT path FROM looks WHERE kind = 'archive' AND reason = ''").fetchall()
    return [row["path"] for row in rows if row["path"] in paths]


def _look(root: Path, entry: Entry) -> Look:
    if entry.link:
        return Look(entry.path, Kind.LINK, "a symbolic link: it is not followed")
    if not entry.regular:
        return Look(entry.path, Kind.UNREADABLE, "a folder or device that cannot be read")
    found = look(root, entry.path, entry.bytes)
    if found.kind is not Kind.ARCHIVE:
        return found
    if SEPARATOR in entry.path:
        return Look(entry.path, Kind.ARCHIVE, "an archive in an archive: unpack it into the input folder")
    if not found.zip:
        return Look(entry.path, Kind.ARCHIVE, f"{found.reason}, not a zip: unpack it into the input folder")
    return _zip(root, entry, found)


def _zip(root: Path, entry: Entry, found: Look) -> Look:
    try:
        with zipfile.ZipFile(root / native(entry.path)) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        return Look(entry.path, Kind.UNREADABLE, f"the zip archive is broken ({type(error).__name__})")
    if office := naming.wrapped(names):
        return Look(entry.path, Kind.OTHER, f"{office}: not a DICOM file, picture or PDF")
    if len(names) > _MEMBERS_AT_MOST:
        return Look(entry.path, Kind.ARCHIVE, "an archive of more than a million files: unpack it")
    return found
