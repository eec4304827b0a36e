"""Whole files that are odd in what they say: attributes that no reader expects, in one slice or all."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pydicom
from exports import instance
from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage, MRImageStorage, PositronEmissionTomographyImageStorage

from fuzz.dicom import places

SLICES = 6
KINDS = (("MR", MRImageStorage), ("CT", CTImageStorage), ("PT", PositronEmissionTomographyImageStorage))
_NUMBERS = (
    "0",
    "-1",
    "NaN",
    "inf",
    "1e999",
    "1e-300",
    "1,5",
    "1\\2\\3\\4",
    "",
    " ",
    "many",
    "99999999999999",
)
_DATES = (
    "00000000",
    "20261399",
    "19000229",
    "2026",
    "2026-01-02",
    "1",
    "20260101-20260201",
    "20260101\\20260102",
)
_TIMES = ("250000", "1", "12:30", "120000.0000000001", "-1", "120000\\130000", "noon")
_TEXTS = (
    "",
    " ",
    "a\rb",
    "a\nb",
    "a\tb",
    "\x1b$B",
    "A" * 3000,
    "\\\\\\",
    "^^^^",
    "=x=",
    "\x00",
    "<script>",
    "../..",
    "%n",
)
_UIDS = ("", "1", "1.2.", "1..2", "0.0", "1.2.3 ", "not a uid", "1." * 40 + "1", "2.25." + "9" * 60)
ODD: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("PixelSpacing", "SliceThickness", "SpacingBetweenSlices", "RescaleSlope"), _NUMBERS),
    **dict.fromkeys(("RescaleIntercept", "WindowCenter", "WindowWidth", "GantryDetectorTilt"), _NUMBERS),
    **dict.fromkeys(
        ("ImagePositionPatient", "ImageOrientationPatient"), (*_NUMBERS, "0\\0\\0", "0\\0\\0\\0\\0\\0")
    ),
    **dict.fromkeys(("EchoTime", "RepetitionTime", "MagneticFieldStrength", "PatientWeight"), _NUMBERS),
    **dict.fromkeys(("NumberOfFrames", "InstanceNumber", "SeriesNumber", "AcquisitionNumber"), _NUMBERS),
    **dict.fromkeys(("StudyDate", "SeriesDate", "PatientBirthDate", "AcquisitionDate"), _DATES),
    **dict.fromkeys(("StudyTime", "AcquisitionTime", "ContentTime"), _TIMES),
    **dict.fromkeys(("PatientName", "PatientID", "SeriesDescription", "StudyDescription"), _TEXTS),
    **dict.fromkeys(("Manufacturer", "ProtocolName", "InstitutionName", "IssuerOfPatientID"), _TEXTS),
    **dict.fromkeys(("Modality", "ImageType", "PatientSex", "BurnedInAnnotation", "PatientPosition"), _TEXTS),
    **dict.fromkeys(("PhotometricInterpretation", "SpecificCharacterSet", "BodyPartExamined"), _TEXTS),
    **dict.fromkeys(
        ("FrameOfReferenceUID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"), _UIDS
    ),
    **dict.fromkeys(("SOPClassUID", "InstanceCreatorUID", "SynchronizationFrameOfReferenceUID"), _UIDS),
    "PatientAge": ("", "7", "-01Y", "999Y", "070Q", "070Y\\071Y"),
    "PatientComments": _TEXTS,
}
WORDS = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
)
WORD_VALUES = (0, 1, 2, 3, 7, 8, 12, 15, 16, 17, 32, 64, 65535)
PAIRS = (b"", b"\0\0", b"\xff\xff", b"\1\0\2\0", b"X ")
MORE = (
    *("SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue", "PlanarConfiguration"),
    *("PixelPaddingRangeLimit", "RescaleType", "PresentationLUTShape", "LossyImageCompression"),
)


def write(folder: Path, count: int, seed: int) -> None:
    """So many files at least, in studies of two series."""
    chance = Random(seed)
    for study in range(-(-count // (2 * SLICES))):
        for number in range(2):
            for at, content in enumerate(series(study, number, chance)):
                path = folder / f"{study:04}" / f"{number}-{at}.dcm"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def series(study: int, number: int, chance: Random) -> Iterator[bytes]:
    """The files of one series, with one to four attributes that are odd in one slice, or in all."""
    modality, kind = chance.choice(KINDS)
    spoiled = [
        (chance.choice((None, None, chance.randrange(SLICES))), chance.random())
        for _ in range(chance.randint(1, 4))
    ]
    for at in range(SLICES):
        content = _slice(study, number, at, modality, kind)
        for only, seed in spoiled:
            if only in (None, at):
                content = _spoiled(content, Random(seed))
        yield content


def _slice(study: int, number: int, at: int, modality: str, kind: str) -> bytes:
    uid = f"1.2.9.{study}.{number}"
    made = instance(
        at + 1, study=f"1.2.9.{study}", series=uid, Modality=modality, PatientID=f"ODD-{study:05}"
    )
    made.StudyDate = made.SeriesDate = made.AcquisitionDate = "20260131"
    made.PatientBirthDate, made.SliceThickness = "19600229", 1
    made.PixelData = np.random.default_rng(at).integers(0, 4000, (8, 8)).astype("<u2").tobytes()
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = kind
    if modality != "MR":
        made.RescaleSlope, made.RescaleIntercept = "1", "-1024" if modality == "CT" else "0"
    file = io.BytesIO()
    pydicom.dcmwrite(file, made, enforce_file_format=True)
    return file.getvalue()


def _spoiled(content: bytes, chance: Random) -> bytes:
    which = chance.random()
    if which < 0.7:
        keyword = chance.choice(list(ODD))
        return having(content, keyword, chance.choice(ODD[keyword]).encode())
    if which < 0.85:
        return having(content, chance.choice(WORDS), chance.choice(WORD_VALUES).to_bytes(2, "little"))
    if which < 0.95:
        return having(content, chance.choice(MORE), chance.choice(PAIRS))
    return having(content, chance.choice([*ODD, *WORDS]), None)


def having(content: bytes, keyword: str, value: bytes | None) -> bytes:
    """A file in which an attribute has these bytes, or is missing."""
    tag, vr = Tag(keyword), dictionary_VR(keyword).partition(" ")[0].encode()
    new = b""
    if value is not None:
        value += (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
        new = struct.pack("<HH2sH", tag.group, tag.element, vr, len(value)) + value
    for place in places(content):
        group, element = struct.unpack_from("<HH", content, place.start)
        if (group, element) >= (tag.group, tag.element):
            stop = place.stop if (group, element) == (tag.group, tag.element) else place.start
            return content[: place.start] + new + content[stop:]
    return content + new
