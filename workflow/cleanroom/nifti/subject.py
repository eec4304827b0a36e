"""Labels of subject and session, and what the released headers say about the person."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pydicom

from cleanroom.errors import StopRun
from cleanroom.records import Visit

_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
_OLDEST = 89
"""BIDS asks to write no higher age."""
PATIENT_CHARACTERISTICS = "113108"
_TAGS = ["PatientSex", "PatientAge", "PatientWeight", "PatientSize"]


def label(pseudonym: str) -> str:
    """A pseudonym in letters and digits only, as BIDS wants it."""
    return re.sub(r"[^A-Za-z0-9]", "", pseudonym)


def check(pseudonyms: Iterable[str]) -> None:
    """No two patients become one subject.

    Raises
    ------
    StopRun
        When two pseudonyms are the same without their punctuation.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for pseudonym in pseudonyms:
        groups[label(pseudonym).casefold()].add(pseudonym)
    for same in groups.values():
        if len(same) > 1:
            raise StopRun(
                f"The pseudonyms {' and '.join(sorted(same)[:2])} are one subject in BIDS, which knows "
                "letters and digits only.",
                "give one of them another pseudonym in the patients file, or set `release.nifti: false`",
            )


def visit(study: str, patient: str, instance: Path | None, options: frozenset[str]) -> Visit:
    """The session that a study is: named by its pseudonym, so that its name never changes.

    Parameters
    ----------
    instance
        A released file of the study.
    options
        Codes of CID 7050 in force: without 113108 nothing about the person is read.
    """
    found = Visit(subject=f"sub-{label(patient)}", session=f"ses-{label(study)}", patient=patient)
    if instance is None or PATIENT_CHARACTERISTICS not in options:
        return found
    header = pydicom.dcmread(instance, stop_before_pixels=True, specific_tags=list(_TAGS))
    sex = str(header.get("PatientSex") or "")
    return found.model_copy(
        update={
            "sex": sex if sex in ("M", "F", "O") else "",
            "age": _age(str(header.get("PatientAge") or "")),
            "weight": _number(header.get("PatientWeight")),
            "height": _number(header.get("PatientSize")),
        }
    )


def _age(text: str) -> float | None:
    found = re.fullmatch(r"(\d{3})([YMWD])", text)
    if not found:
        return None
    return min(round(int(found[1]) * _YEARS[found[2]], 2), _OLDEST)


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 < number < 1000 else None
