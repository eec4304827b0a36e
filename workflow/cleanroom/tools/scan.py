"""What the header of a series tells of the scan: contrast, scanner, field, voxel size."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from cleanroom.config import FaceMatch, ScanMatch
from cleanroom.manifest import Instance
from cleanroom.series_match import matches
from cleanroom.source import opened

_TRACERS = ("FDG", "PIB", "FBP", "TAU")


@dataclass(frozen=True)
class Scan:
    """One series, as its first instance describes it.

    Attributes
    ----------
    contrast
        ``T1``, ``T2``, ``FLAIR``, ``PD``, ``SWI``, ``DWI``, ``BOLD``, a PET tracer, or ``CT``; empty when the
        header does not tell.
    body_part
        Body Part Examined, else the meaning of the code of the anatomic region.
    vendor
        Manufacturer.
    field_strength
        Tesla; 0 when it is not told.
    resolution
        Longest edge of a voxel, millimetres; 0 when it is not told.
    """

    contrast: str = ""
    body_part: str = ""
    vendor: str = ""
    field_strength: float = 0.0
    resolution: float = 0.0


@cache
def scan(root: Path, instance: Instance) -> Scan:
    """Read the header of an instance of the series; the pixels are not read."""
    try:
        with opened(root, instance.path) as file:
            header = pydicom.dcmread(file, stop_before_pixels=True, force=True)
    except (OSError, ValueError, pydicom.errors.InvalidDicomError):
        return Scan()
    return described(header, instance)


def described(header: Dataset, instance: Instance) -> Scan:
    """What a header tells of the scan."""
    spacing = [*_numbers(header, "PixelSpacing"), *_numbers(header, "SpacingBetweenSlices", "SliceThickness")]
    return Scan(
        _contrast(header, instance),
        _body_part(header),
        str(header.get("Manufacturer", "")),
        next(iter(_numbers(header, "MagneticFieldStrength")), 0.0),
        max(spacing, default=0.0),
    )


def chosen(match: ScanMatch, instance: Instance, root: Path) -> bool:
    """Whether every key that is given matches the series of this instance; its header is read if need be."""
    if not matches(match, instance):
        return False
    if not any(getattr(match, key) for key in ScanMatch.model_fields.keys() - FaceMatch.model_fields.keys()):
        return True
    told = scan(root, instance)
    return (
        (not match.contrast or told.contrast.upper() in {name.upper() for name in match.contrast})
        and (not match.body_part or told.body_part.upper() in {name.upper() for name in match.body_part})
        and (not match.vendor or any(told.vendor.lower().startswith(name.lower()) for name in match.vendor))
        and _within(told.field_strength, match.field_strength)
        and _within(told.resolution, match.resolution)
    )


def _within(value: float, bounds: list[float]) -> bool:
    return not bounds or bounds[0] <= value <= bounds[1]


def _body_part(header: Dataset) -> str:
    regions = [item.get("CodeMeaning", "") for item in header.get("AnatomicRegionSequence") or []]
    return str(header.get("BodyPartExamined") or next(iter(regions), "")).strip()


def _contrast(header: Dataset, instance: Instance) -> str:
    """From the words of the series; else, in MR, from its times."""
    if instance.modality == "CT":
        return "CT"
    words = " ".join(
        str(header.get(name, "")) for name in ("SeriesDescription", "ProtocolName", "SequenceName")
    )
    for item in header.get("RadiopharmaceuticalInformationSequence") or []:
        words += f" {item.get('Radiopharmaceutical', '')}"
    for contrast, pattern in _words():
        if (contrast in _TRACERS) == (instance.modality in ("PT", "NM")) and pattern.search(words):
            return contrast
    return _from_times(header) if instance.modality == "MR" else ""


def _from_times(header: Dataset) -> str:
    """Usual bounds of echo, repetition and inversion time, milliseconds."""
    echo, repetition, inversion = (
        next(iter(_numbers(header, name)), 0.0) for name in ("EchoTime", "RepetitionTime", "InversionTime")
    )
    if not echo or not repetition:
        return ""
    if inversion > 1500 and echo > 60:
        return "FLAIR"
    if echo > 60:
        return "T2"
    return "T1" if repetition < 1000 or inversion else "PD"


def _numbers(header: Dataset, *names: str) -> list[float]:
    """The values of the first of these attributes that holds numbers, also in shared functional groups."""
    groups = [header, *(header.get("SharedFunctionalGroupsSequence") or [])]
    inner = [item for group in groups for item in group.get("PixelMeasuresSequence") or []]
    for name in names:
        for place in [*groups, *inner]:
            try:
                value = place.get(name)
                found = [] if value in (None, "") else [float(str(part)) for part in _listed(value)]
            except (TypeError, ValueError):
                continue
            if found:
                return found
    return []


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]


@cache
def _words() -> list[tuple[str, re.Pattern[str]]]:
    with Path(__file__).with_name("contrasts.tsv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    return [(row["contrast"], re.compile(row["words"], re.IGNORECASE)) for row in rows]
