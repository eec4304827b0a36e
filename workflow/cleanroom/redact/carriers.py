"""What may carry words in its pixels: a decision table, first match wins."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from cleanroom.manifest import Instance

Outcome = Literal["document", "capture", "read", "sample", "no", "set_aside"]


@dataclass(frozen=True)
class Carrier:
    """One row of ``carriers.tsv``."""

    sop_class: re.Pattern[str]
    modality: re.Pattern[str]
    header: re.Pattern[str]
    outcome: Outcome
    why: str

    @property
    def face(self) -> bool:
        """Whether it is set aside only because a face may be seen."""
        return "face may be" in self.why or "may show a face" in self.why


def carrier(instance: Instance, about: str = "") -> Carrier:
    """The first row that describes the instance; the last row describes everything.

    Parameters
    ----------
    instance
        Its row of the manifest.
    about
        What its header says of the part of the body, in any words.
    """
    header = (
        f"burned_in={_bare(instance.burned_in_annotation)};frames={instance.frames};"
        f"conversion={_bare(instance.conversion_type)};type={_bare(instance.image_type)};"
        f"about={folded(about)};"
    )
    return next(
        row
        for row in table()
        if row.sop_class.match(instance.sop_class_uid)
        and row.modality.fullmatch(instance.modality)
        and row.header.search(header)
    )


@cache
def table() -> tuple[Carrier, ...]:
    """The decision table."""
    text = (files(__package__) / "carriers.tsv").read_text()
    return tuple(
        Carrier(
            re.compile(row["sop_class"], re.DOTALL),
            re.compile(row["modality"], re.DOTALL),
            re.compile(row["header"], re.DOTALL),
            cast(Outcome, row["outcome"]),
            row["why"],
        )
        for row in csv.DictReader(text.splitlines(), dialect="excel-tab")
    )


def folded(text: str) -> str:
    """Capitals without accents and without the signs of the table."""
    plain = unicodedata.normalize("NFKD", text.upper())
    return _bare("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _bare(text: str) -> str:
    """Without the signs of the table: no value may look like another part of the header."""
    return text.translate({ord(sign): None for sign in ";="})
