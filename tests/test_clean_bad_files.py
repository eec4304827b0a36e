"""Files that are broken, or made to break a reader: set aside with a reason and a fix, in bounded time."""

import io
import struct
import time
from pathlib import Path

import pytest
from cleaning import SINFONIA, cleaned, instance, values_for, written
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import ImplicitVRLittleEndian

from cleanroom.clean.folder import clean_folder
from cleanroom.clean.meta import file_meta
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.config import Config
from cleanroom.errors import SetAside
from cleanroom.header.encoding import Encoding

SR = "1.2.840.10008.5.1.4.1.1.88.33"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
EXPLICIT = "1.2.840.10008.1.2.1"


def put(header: Dataset, tag: int, vr: str, value: bytes) -> Dataset:
    """A value as it would be stored, whatever it is."""
    header[tag] = RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)
    return header


def aside(content: bytes) -> SetAside:
    """Why a file is set aside."""
    with pytest.raises(SetAside) as failure, quiet_pydicom():
        original = read_header(io.BytesIO(content))
        clean_original(original, SINFONIA, values_for(original, SINFONIA))
    assert "Muster" not in failure.value.reason + failure.value.fix
    return failure.value


def as_stored(header: Dataset) -> bytes:
    """A file with the values as they are, legal or not."""
    return file_meta(header, EXPLICIT) + Encoding(EXPLICIT).encoded(header)


def nested(depth: int, implicit: bool, ended: bool) -> bytes:
    """Sequences of undefined length in each other."""
    long = b"" if implicit else b"SQ\0\0"
    begin = struct.pack("<HH", 0x0040, 0xA730) + long + b"\xff\xff\xff\xff"
    begin += struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    end = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    return begin * depth + (end * depth if ended else b"")


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("depth", [70, 5000])
@pytest.mark.parametrize("syntax", [EXPLICIT, ImplicitVRLittleEndian])
def test_a_bomb_of_sequences_is_set_aside_at_once(syntax: str, depth: int, ended: bool) -> None:
    started = time.monotonic()
    content = written(instance(SR), syntax) + nested(depth, syntax == ImplicitVRLittleEndian, ended)
    assert aside(content).reason
    assert time.monotonic() - started < 20


def test_a_character_set_that_does_not_exist_is_set_aside_alone_and_the_fix_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, charset in enumerate(["ISO_IR 100", "ISO_IR 999", "ISO_IR 192"]):
        header = instance()
        header.SOPInstanceUID = f"1.2.3.4.1.{number}"
        put(header, 0x00080005, "CS", charset.encode())
        (tmp_path / "in" / f"{number}.dcm").write_bytes(written(header))
    done = clean_folder(tmp_path / "in", tmp_path / "out", Config(private=tmp_path / "private"))
    assert done.files == 2
    assert [path.name for path, _ in done.set_aside] == ["1.dcm"]
    failure = aside((tmp_path / "in" / "1.dcm").read_bytes())
    assert "ISO_IR 999" in failure.reason == done.set_aside[0][1]
    assert "(0008,0005)" in failure.fix


def test_bytes_that_do_not_fit_the_character_set_go_and_the_rest_stays() -> None:
    header = instance()
    header.SpecificCharacterSet = "ISO_IR 192"
    header.Modality = "CT"
    put(header, 0x00081030, "LO", "Schädel Müller".encode("latin-1"))
    after, _, content = cleaned(header, SINFONIA)
    assert b"M\xfcller" not in content
    assert not after.get("StudyDescription")
    assert after.Modality == "CT"


@pytest.mark.parametrize("vr", ["XX", "??", "\0\0"])
def test_a_value_representation_that_does_not_exist(vr: str) -> None:
    content = written(instance())
    at = content.index(b"\x10\0\x20\0LO")
    content = content[: at + 4] + vr.encode() + content[at + 6 :]
    with quiet_pydicom():
        try:
            original = read_header(io.BytesIO(content))
            _, _, after = cleaned(original, SINFONIA)
        except SetAside as failure:
            after = failure.reason.encode()
    assert b"4711-0815" not in after
    assert b"Muster" not in after


def test_an_illegal_value_in_a_number_that_the_object_must_have_sets_aside() -> None:
    header = put(instance(), 0x00280030, "DS", b"Muster^Erika")
    header = put(header, 0x00280010, "US", b"\1\2\3")
    failure = aside(as_stored(header))
    assert "Rows" in failure.reason


@pytest.mark.parametrize("left", [0.2, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("name", ["CT_small.dcm", "rtplan.dcm", "test-SR.dcm", "MR_small_implicit.dcm"])
def test_a_truncated_file_never_passes(scans: Path, tmp_path: Path, name: str, left: float) -> None:
    content = (scans / "odd_pydicom" / "test_files" / name).read_bytes()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(content[: int(len(content) * left)])
    done = clean_folder(tmp_path / "in", tmp_path / "out", Config(private=tmp_path / "private"))
    assert done.files == 0
    assert len(done.set_aside) == 1
    assert not list((tmp_path / "out").rglob("*.dcm"))


def test_fifty_megabytes_of_contours_pass_in_seconds() -> None:
    header = instance(RTSTRUCT)
    points = "\\".join(f"{number * 0.37:.3f}" for number in range(60_000)).encode()
    roi = Dataset()
    roi.ContourSequence = [
        put(Dataset(), 0x30060050, "DS", points[: 65_000 - number]) for number in range(0, 1540, 2)
    ]
    header.ROIContourSequence = [roi]
    content = as_stored(header)
    assert len(content) > 49_000_000
    started = time.monotonic()
    after, _, new = cleaned(read_header(io.BytesIO(content)), SINFONIA)
    assert time.monotonic() - started < 30
    assert len(new) > 49_000_000
    assert len(after.ROIContourSequence[0].ContourSequence) == 770


def test_fifty_megabytes_of_text_are_set_aside_in_seconds_and_the_fix_is_named() -> None:
    header = instance(SR)
    header.TextValue = "Erika Muster has a lesion. " * 1_900_000
    content = written(header)
    assert len(content) > 50_000_000
    started = time.monotonic()
    failure = aside(content)
    assert time.monotonic() - started < 10
    assert "TextValue holds more than 4 MB" in failure.reason
    assert "TextValue" in failure.fix


def test_padding_behind_the_last_element_changes_nothing() -> None:
    content = written(instance())
    whole = cleaned(read_header(io.BytesIO(content)), SINFONIA)[2]
    assert cleaned(read_header(io.BytesIO(content + bytes(1_000_000))), SINFONIA)[2] == whole
