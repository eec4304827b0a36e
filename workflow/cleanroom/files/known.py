"""What identifies the patients of the input, for judging files that have no header of their own."""

import json
import zipfile
from functools import lru_cache
from pathlib import Path

from cleanroom.header.identifying import Identifying
from cleanroom.intake import inventory
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import original
from cleanroom.verify.search import Search
from cleanroom.verify.vocabulary import Vocabulary

_STUDIES = "SELECT DISTINCT study FROM files WHERE study != '' AND number != '' AND (? = '' OR patient = ?)"
_HEADERS = """
SELECT min(files.path) AS path FROM files JOIN looks USING (path)
WHERE looks.kind = 'dicom' AND looks.reason = '' AND (? = '' OR files.patient = ?)
GROUP BY looks.identities ORDER BY 1
"""
_LONG, _LONG_NUMBER = 6, 7


class Known:
    """Searches a file for a patient's values, or for everybody's where nobody knows whose it is."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._search = Search(vocabulary)
        texts = {text for text in vocabulary.names | set(vocabulary.phrases) if len(text) >= _LONG}
        texts |= {number for number in vocabulary.numbers if len(number) >= _LONG_NUMBER}
        self._literals = {
            text.encode(encoding).lower()
            for text in texts
            for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
            if encoding != "latin-1" or all(ord(letter) < 256 for letter in text)
        } | {raw.lower() for raw in vocabulary.raw if len(raw) >= _LONG}

    def text(self, text: str) -> set[str]:
        """The kinds of what identifies in a text."""
        return self._search.text(text, "LT")

    def found(self, rest: bytes, whole: bytes) -> set[str]:
        """What identifies in the bytes that are no pixels, and letter by letter in all of them."""
        kinds = {kind for kind, _ in self._search.value(0, "OB", rest)}
        low = whole.lower()
        return kinds | ({"value"} if any(literal in low for literal in self._literals) else set())


@lru_cache(maxsize=32)
def known(private: Path, source: Path, patient: str) -> Known:
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
    return Known(vocabulary)


def identifying(private: Path, patient: str) -> Identifying:
    """What intake found in the headers of a patient's studies; patient empty: of all."""
    with inventory.opened(private) as database:
        studies = [row["study"] for row in database.execute(_STUDIES, (patient, patient))]
    found: set[tuple[str, str]] = set()
    for study in studies:
        path = private / "studies" / study / "identities.json"
        found |= {(kind, text) for kind, text in json.loads(path.read_text(encoding="utf-8"))}
    return frozenset(found)
