"""Sidecars for the release: reviewed fields only, and what was done to the face."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pydicom

from cleanroom.records import SeriesFace

TABLE = Path(__file__).parent / "sidecar_fields.tsv"
PHASE_UNITS = "arbitrary"
Sidecar = dict[str, Any]


@cache
def reviewed() -> dict[str, str]:
    """Field → the code of CID 7050 under which it may stay; empty: always."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["field"]: row["option"] for row in csv.DictReader(file, dialect="excel-tab")}


def cleaned(sidecar: Sidecar, options: frozenset[str]) -> Sidecar:
    """The fields of a sidecar that were reviewed and that the profile's options allow."""
    allowed = reviewed()
    return {
        key: value
        for key, value in sidecar.items()
        if key in allowed and (not allowed[key] or allowed[key] in options) and value not in ("", [], None)
    }


def about_cleaning(path: Path) -> Sidecar:
    """What a released header says of its cleaning; dcm2niix cuts the method's text short."""
    said = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["DeidentificationMethod"])
    method = said.get("DeidentificationMethod")
    if not method:
        return {}
    return {"DeidentificationMethod": [method] if isinstance(method, str) else [str(item) for item in method]}


def about_face(face: SeriesFace | None) -> Sidecar:
    """Whether the face was taken out, and how."""
    if face is None:
        return {"Defaced": False}
    told: Sidecar = {"Defaced": bool(face.masks), "FaceDecision": face.decision}
    if face.masks:
        told |= {"DefacingTool": face.tool, "DefacingMode": face.mode}
    return told
