"""Writes `anatomy.txt` beside it: the body's words in the context groups of PS3.16, as pydicom carries them.

python workflow/headers/anatomy.py
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pydicom.sr._cid_dict import cid_concepts, name_for_cid
from pydicom.sr._concepts_dict import concepts

GROUPS = re.compile(
    r"Anatom|Body|Lateral|Region|Vessel|Arter|Vein|Organ|Bone|Muscle|View|Landmark|ContrastBolus|Radiopharm|"
    r"ImagingAgent$|Segment|Lobe|Radionucl|Tissue|Dentition|AcquisitionModality"
)
NOT_GROUPS = re.compile(
    r"Agent.*Animal|OrganizationalRole|Person|Breed|Equation|Findings?$|Measurement|Cancer"
)
NAMES = {
    *[
        "long",
        "short",
        "white",
        "black",
        "brown",
        "grey",
        "gray",
        "green",
        "blue",
        "young",
        "great",
        "little",
        "ball",
        "gold",
    ]
}
"""Surnames first of all: they are phrases (``long axis``) in the vocabulary, not words."""


def meanings() -> Iterator[str]:
    """All concepts of the groups."""
    for group, name in name_for_cid.items():
        if GROUPS.search(name) and not NOT_GROUPS.search(name):
            for scheme, keywords in cid_concepts[group].items():
                for keyword in keywords:
                    yield from (meaning for meaning, _ in concepts[scheme][keyword].values())


def words(meaning: str) -> Iterator[str]:
    """Its ordinary words: a capital inside a phrase may be a surname (``Circle of Willis``)."""
    found = re.findall(r"[^\W\d_]+", meaning)
    yield from (word for word in found if len(found) == 1 or word.islower())


def main() -> None:
    """Write the file."""
    found = {word.casefold() for meaning in meanings() for word in words(meaning)}
    kept = sorted(word for word in found - NAMES if len(word) > 2)
    head = "# Written by anatomy.py from the context groups of PS3.16: additions go into vocabulary.txt.\n"
    Path(__file__).with_name("anatomy.txt").write_text(head + "".join(f"{word}\n" for word in kept))


if __name__ == "__main__":
    main()
