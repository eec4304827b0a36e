"""Faults in headers and beside pixels that no step makes: each is planted, and the gate finds each."""

import base64
import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pydicom
import pytest
from boxed import Boxed
from exports import instance, save
from PIL import Image
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import compress
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit

from cleanroom import release, step
from cleanroom.records import ReleasedInstance, ReleaseRecord
from cleanroom.study import Study

NAME, DAY = "Zwiebelhuber", "20260917"
PLAIN, JPEG, JPEG_2000 = "1.2.3.1", "1.2.3.2", "1.2.3.3"


def jpeg(comment: bytes = b"") -> bytes:
    """A compressed frame, with a comment when one is given."""
    buffer = io.BytesIO()
    shades = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8) * 2
    Image.fromarray(shades).save(buffer, "JPEG", quality=95, **({"comment": comment} if comment else {}))
    return buffer.getvalue()


def framed(stream: bytes, series: str, syntax: str) -> FileDataset:
    """An instance of one compressed frame of 64 x 64."""
    made = instance(1, series=series, Rows=64, Columns=64, BitsAllocated=8, BitsStored=8, HighBit=7)
    made.PatientName, made.StudyDate = f"{NAME}^Ottilie", DAY
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate([stream])
    made["PixelData"].is_undefined_length = True
    return made


def jpeg_2000() -> bytes:
    made = instance(1, Rows=64, Columns=64)
    made.PixelData = np.arange(4096, dtype="<u2").tobytes()
    compress(made, JPEG2000Lossless)
    return next(pydicom.encaps.generate_frames(made.PixelData, number_of_frames=1))


@pytest.fixture(scope="module")
def boxed(tmp_path_factory: pytest.TempPathFactory) -> Boxed:
    """One study through the cleaner: two slices, one JPEG, one JPEG 2000."""
    folder = tmp_path_factory.mktemp("seeded")
    for number in (1, 2):
        made = instance(number, PatientName=f"{NAME}^Ottilie", StudyDate=DAY, StudyTime="101500")
        made.SeriesDate, made.AcquisitionDateTime = DAY, f"{DAY}101502"
        save(made, folder / "input" / f"{number}.dcm")
    save(framed(jpeg(), JPEG, JPEGBaseline8Bit), folder / "input" / "j.dcm")
    made = framed(jpeg_2000(), JPEG_2000, JPEG2000Lossless)
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    save(made, folder / "input" / "k.dcm")
    return Boxed(folder, {}, read=0)


def in_bytes(value: bytes) -> Callable[[FileDataset], None]:
    return lambda dataset: setattr(dataset, "ICCProfile", bytes(32) + value + bytes(len(value) % 2))


def in_text(value: bytes) -> Callable[[FileDataset], None]:
    return lambda dataset: setattr(dataset, "SoftwareVersions", value.decode())


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", f"seen: {NAME} " * 3)
    return buffer.getvalue()


def moved(days: int) -> Callable[[FileDataset], None]:
    def spoil(dataset: FileDataset) -> None:
        day = datetime.strptime(dataset.StudyDate, "%Y%m%d") + timedelta(days)
        dataset.StudyDate = day.strftime("%Y%m%d")

    return spoil


def unmarked(dataset: FileDataset) -> None:
    del dataset.ContributingEquipmentSequence


def graphic(dataset: FileDataset) -> None:
    layer, text = Dataset(), Dataset()
    text.UnformattedTextValue = f"arrow by {NAME}"
    layer.TextObjectSequence = [text]
    dataset.GraphicAnnotationSequence = [layer]


def stream(spoil: Callable[[bytes], bytes], fragments: int = 1) -> Callable[[FileDataset], None]:
    """Something in the compressed frame itself."""

    def run(dataset: FileDataset) -> None:
        frame = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
        dataset.PixelData = encapsulate([spoil(frame.rstrip(b"\0"))], fragments_per_frame=fragments)
        dataset["PixelData"].is_undefined_length = True

    return run


def commented(frame: bytes) -> bytes:
    """A comment behind the size marker of a JPEG 2000 code stream."""
    at = 4 + int.from_bytes(frame[4:6], "big")
    text = f"made for {NAME}".encode()
    return frame[:at] + b"\xff\x64" + (len(text) + 4).to_bytes(2, "big") + b"\0\1" + text + frame[at:]


def application(frame: bytes) -> bytes:
    text = b"Exif\0\0" + NAME.encode("utf-16-le")
    return frame[:2] + b"\xff\xe1" + (len(text) + 2).to_bytes(2, "big") + text + frame[2:]


TEXT = f"the patient {NAME} ".encode()
FAULTS: dict[str, tuple[str, Callable[[FileDataset], None], str, str]] = {
    "name in gzip": (PLAIN, in_bytes(gzip.compress(TEXT)), "identities", "name of"),
    "name in zlib": (PLAIN, in_bytes(zlib.compress(TEXT)), "identities", "name of"),
    "name in bzip2": (PLAIN, in_bytes(bz2.compress(TEXT)), "identities", "name of"),
    "name in xz": (PLAIN, in_bytes(lzma.compress(TEXT)), "identities", "name of"),
    "name in a ZIP archive": (PLAIN, in_bytes(zipped()), "identities", "name of"),
    "name in base64": (PLAIN, in_text(base64.b64encode(NAME.encode())), "identities", "name of"),
    "name in base64 for addresses": (
        PLAIN,
        in_text(base64.urlsafe_b64encode(TEXT)),
        "identities",
        "name of",
    ),
    "name in base64, UTF-16": (
        PLAIN,
        in_text(base64.b64encode(NAME.encode("utf-16-le"))),
        "identities",
        "name of",
    ),
    "name in hexadecimal digits": (PLAIN, in_text(NAME.encode().hex().encode()), "identities", "name of"),
    "name in gzip in base64": (
        PLAIN,
        in_text(base64.b64encode(gzip.compress(NAME.encode(), mtime=0))),
        "identities",
        "name of",
    ),
    "original UID in zlib": (PLAIN, in_bytes(zlib.compress(b"1.2.3.1.1 and")), "identities", "UID of"),
    "name in a graphic annotation": (PLAIN, graphic, "identities", "name of"),
    "name in a JPEG comment": (
        JPEG,
        stream(lambda _: jpeg(f"made for {NAME}".encode())),
        "identities",
        "beside its compressed pixels",
    ),
    "name in an application segment of JPEG, UTF-16": (
        JPEG,
        stream(application),
        "identities",
        "beside its compressed pixels",
    ),
    "name behind the end of a JPEG": (
        JPEG,
        stream(lambda frame: frame + TEXT),
        "identities",
        "beside its compressed pixels",
    ),
    "name behind the end of a JPEG, in the last of three fragments": (
        JPEG,
        stream(lambda frame: frame + TEXT, 3),
        "identities",
        "beside its compressed pixels",
    ),
    "name in a JPEG 2000 comment": (
        JPEG_2000,
        stream(commented),
        "identities",
        "beside its compressed pixels",
    ),
    "a date moved by another shift": (PLAIN, moved(7), "dates", "Study Date was not moved"),
    "a date moved by a day too many": (PLAIN, moved(-1), "dates", "Study Date was not moved"),
    "no mark of the equipment": (PLAIN, unmarked, "marks", "(0018,A001)"),
}


def test_the_study_passes_as_the_cleaner_leaves_it(boxed: Boxed) -> None:
    record, found = boxed.verify()
    assert found == {}
    assert len(record.passed) == 3


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(boxed: Boxed, fault: str) -> None:
    series, spoil, check, expected = FAULTS[fault]
    path = boxed.path(series)
    before = path.read_bytes()
    dataset = boxed.released(series)
    spoil(dataset)
    dataset.save_as(path)
    try:
        record, found = boxed.verify()
    finally:
        path.write_bytes(before)
    assert expected in found[series].get(check, ""), found
    assert boxed.names[series] not in record.passed
    assert NAME.lower() not in record.model_dump_json().lower()


def test_a_file_that_was_altered_after_the_gate_is_not_released(boxed: Boxed) -> None:
    step.run("verify", boxed.study)
    path = boxed.path(PLAIN)
    before = path.read_bytes()
    path.write_bytes(before + b"\0\0")
    step.run("release", boxed.study)
    path.write_bytes(before)
    record = ReleaseRecord.load(boxed.study.folder / "released.json")
    assert {file.series for file in record.files} == {boxed.names[JPEG], boxed.names[JPEG_2000]}
    assert [row.series for row in record.set_aside] == [boxed.names[PLAIN]]
    assert "not the one that the gate has judged" in record.set_aside[0].reason


def test_a_series_that_cannot_be_described_stays_out_and_the_others_go(
    boxed: Boxed, monkeypatch: pytest.MonkeyPatch
) -> None:
    step.run("verify", boxed.study)
    described = release._describe

    def describe(study: Study, series: str, *places: Path) -> ReleasedInstance:
        if series == boxed.names[PLAIN]:
            raise KeyError(NAME)
        return described(study, series, *places)

    monkeypatch.setattr(release, "_describe", describe)
    step.run("release", boxed.study)
    record = ReleaseRecord.load(boxed.study.folder / "released.json")
    assert {file.series for file in record.files} == {boxed.names[JPEG], boxed.names[JPEG_2000]}
    assert [row.reason for row in record.set_aside] == ["release failed (KeyError)"]
    assert NAME not in record.model_dump_json()
