"""Studies of one patient that share a frame of reference: which comes before which.

A study may use what one before it found out about the place of the head (``cleanroom.deface.kept``). The
order comes from the input alone: the study with the longest series first, then by pseudonym. It is one order
for all frames, so that no two studies wait for each other.
"""

import sqlite3
from collections import defaultdict
from functools import cache
from pathlib import Path

from cleanroom import tsv
from cleanroom.atomic import write_changed

_SHARED = """
SELECT files.patient, files.study, files.series, looks.frame_of_reference_uid AS frame,
       sum(looks.frames) AS slices
FROM files JOIN looks USING (path)
WHERE files.number != '' AND looks.frame_of_reference_uid != '' AND looks.frames > 0
  AND looks.modality IN ('MR', 'CT', 'PT', 'NM')
GROUP BY files.study, files.series, looks.frame_of_reference_uid
"""


def write_order(database: sqlite3.Connection, private: Path) -> None:
    """Write ``frames/order.tsv``: each pair of studies that share a frame of reference.

    Its columns are ``study`` and ``before``, pseudonyms: the second comes before the first. An unchanged
    table stays as it is.

    Parameters
    ----------
    database
        The inventory, after the series have their pseudonyms.
    private
        The private folder.
    """
    longest: dict[str, int] = defaultdict(int)
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in database.execute(_SHARED):
        longest[row["study"]] = max(longest[row["study"]], row["slices"])
        shared[row["patient"], row["frame"]].add(row["study"])
    pairs = set()
    for studies in shared.values():
        order = sorted(studies, key=lambda study: (-longest[study], study))
        pairs |= {(study, before) for at, study in enumerate(order) for before in order[:at]}
    write_changed(_path(private), tsv.text([("study", "before"), *sorted(pairs)]))


def earlier(private: Path, study: str) -> list[str]:
    """The studies of the input that share a frame of reference with this one and come before it."""
    path = _path(private)
    return _read(path, path.stat().st_mtime_ns).get(study, []) if path.is_file() else []


@cache
def _read(path: Path, _: int) -> dict[str, list[str]]:
    before = defaultdict(list)
    _columns, *rows = tsv.rows(path)
    for study, other in rows:
        before[study].append(other)
    return dict(before)


def _path(private: Path) -> Path:
    return private / "frames" / "order.tsv"
