"""What identifies the patients of the input, for judging files that have no header of their own."""

import json
import zipfile
from functools import lru_cache
from pathlib import Path

from cleanroom.header.identifying import Identifying
from cleanroom.intake import inventory
from cleanroom.verify.file_search import FileSearch
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import original
from cleanroom.verify.vocabulary import Vocabulary

_STUDIES = "SELECT DISTINCT study FROM files WHERE study != '' AND number != '' AND (? = '' OR patient = ?)"
_HEADERS = """
SELECT min(files.path) AS path FROM files JOIN looks USING (path)
WHERE looks.kind = 'dicom' AND looks.reason = '' AND (? = '' OR files.patient = ?)
GROUP BY looks.identities ORDER BY 1
"""


@lru_cache(maxsize=32)
def known(private: Path, source: Path, patient: str) -> FileSearch:
    """Harvest one original of every set of identities; patient empty: of all patients."""
    vocabulary = Vocabulary()
    with inventory.opened(private) as database:
        paths = [row["path"] for row in database.execute(_HEADERS, (patient, patient))]
    for path in paths:
        try:
            with original(source, path, private / "work") as buffer:
                vocabulary.harvest(Header(buffer))
        except (OSError, zipfile.BadZipFile, ValueError, KeyError):
            continue
    return FileSearch(vocabulary)


def identifying(private: Path, patient: str) -> Identifying:
    """What intake found in the headers of a patient's studies; patient empty: of all."""
    with inventory.opened(private) as database:
        studies = [row["study"] for row in database.execute(_STUDIES, (patient, patient))]
    found: set[tuple[str, str]] = set()
    for study in studies:
        path = private / "studies" / study / "identities.json"
        found |= {(kind, text) for kind, text in json.loads(path.read_text(encoding="utf-8"))}
    return frozenset(found)
