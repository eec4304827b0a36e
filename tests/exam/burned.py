"""Names drawn into pictures, and whether they can still be read after the whole line."""

import hashlib
from collections import Counter
from copy import deepcopy
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from exam.cleaned import FIRST_NUMBER, Cleaned
from exam.grade import Grades
from exam.key import Check, Key
from exam.patients import PATIENTS, Patient
from exam.planting import ROOT

MOST = {"Secondary Capture Image": 5, "Ultrasound Image": 5, "Computed Radiography": 3, "CT Image": 3}
"""Pictures by the name of their SOP class."""
FIRST_FILE = 9000
CHANGED = 0.95
"""Part of a text's pixels that must have another value."""


def draw(files: list[tuple[str, FileDataset]], folder: Path) -> Key:
    """Write pictures with a patient's name, number and birth date into ``folder``; their part of the key."""
    folder.mkdir(parents=True)
    key, kinds = Key(), Counter[str]()
    for _, original in files:
        kind = next((name for name in MOST if original.SOPClassUID.name.startswith(name)), "")
        if kind and kinds[kind] < MOST[kind] and drawable(original):
            kinds[kind] += 1
            dataset, number = deepcopy(original), FIRST_FILE + len(key.checks)
            key.checks.append(_drawn(number, dataset, PATIENTS[len(key.checks) * 3 % 20]))
            dataset.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    return key


def drawable(dataset: FileDataset) -> bool:
    """A single native frame, large enough for a line of text."""
    return (
        dataset.file_meta.TransferSyntaxUID in (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
        and int(dataset.get("NumberOfFrames") or 1) == 1
        and min(dataset.get("Rows", 0), dataset.get("Columns", 0)) >= 200
        and dataset.BitsAllocated in (8, 16)
        and dataset.get("PlanarConfiguration", 0) == 0
        and dataset.PhotometricInterpretation in ("MONOCHROME2", "RGB")
    )


def grade(key: Key, cleaned: dict[str, Cleaned], source: Path) -> tuple[Grades, int]:
    """Whether the letters are covered; how many pictures were held back instead, which passes too."""
    grades, held = Grades(), 0
    for check in key.checks:
        if check.kind != "pixels hidden":
            continue
        after = cleaned.get(check.file)
        held += after is None
        share = (
            1.0
            if after is None
            else changed(check, pydicom.dcmread(source / f"{check.file}.dcm"), after.dataset)
        )
        grades.add(check, share >= CHANGED, f"{share:.0%} of the letters' pixels changed")
    return grades, held


def changed(check: Check, before: FileDataset, after: FileDataset) -> float:
    """The part of the letters' pixels that changed."""
    left, top, right, bottom = map(int, check.place.split("@")[1].split(","))
    old, new = (each.pixel_array[top:bottom, left:right].astype(float) for each in (before, after))
    letters = old == _ink(before)
    return float((old != new)[letters].mean())


def _drawn(number: int, dataset: FileDataset, patient: Patient) -> Check:
    latin = patient.latin[0] if patient.latin else patient.name.split("=")[0].replace("^", " ").strip()
    text = f"{latin.upper()} {patient.id} {patient.birth:%d.%m.%Y}"
    pixels = np.array(dataset.pixel_array)
    mask, box = letters_of(text, pixels.shape[0], pixels.shape[1], number)
    left, top, right, bottom = box
    if number % 2:
        pixels[top:bottom, left:right] = pixels.min()
    pixels[mask] = _ink(dataset)
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset.InstanceNumber = str(FIRST_NUMBER + number)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}.1.{number}", f"{ROOT}.2.{number}"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"{ROOT}.3.{number}")
    dataset.PatientName, dataset.PatientID = patient.name.split("=")[0], patient.id
    dataset.PatientBirthDate = f"{patient.birth:%Y%m%d}"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    place = f"7FE00010@{left},{top},{right},{bottom}"
    note = hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()[:16]
    return Check(str(number), dataset.SOPInstanceUID, place, "pixels hidden", text, "", note)


def letters_of(
    text: str, rows: int, columns: int, number: int
) -> tuple[NDArray[np.bool_], tuple[int, int, int, int]]:
    """Letters as a mask, in one of two corners, and the box round them."""
    size = 28
    while (width := ImageFont.load_default(size).getlength(text)) > columns - 16:
        size -= 1
    top = 6 if number % 3 else rows - size * 2
    picture = Image.new("1", (columns, rows))
    ImageDraw.Draw(picture).text((8, top), text, fill=1, font=ImageFont.load_default(size))
    return np.asarray(picture), (
        6,
        max(top - 2, 0),
        min(int(width) + 12, columns),
        min(top + size + 10, rows),
    )


def _ink(dataset: FileDataset) -> int:
    return int(2 ** min(int(dataset.BitsStored), 12) - 1) if not dataset.PixelRepresentation else 2047
