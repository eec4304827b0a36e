"""DICOM files that are wrong in their structure: lengths, nesting, syntax and sizes that lie."""

import io
import struct
import zlib
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import numpy as np
import pydicom
from exports import instance
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    EncapsulatedPDFStorage,
    JPEGBaseline8Bit,
    RLELossless,
    RTStructureSetStorage,
    UltrasoundMultiFrameImageStorage,
)

_LONG = frozenset(b"OB OW OF OD OL OV SQ UC UR UT UN SV UV".split())
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = (struct.pack("<HH", 0xFFFE, number) for number in (0xE000, 0xE00D, 0xE0DD))
_SYNTAXES = (
    *("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"),
    *(f"1.2.840.10008.1.2.4.{number}" for number in (50, 57, 70, 80, 81, 90, 91, 100, 103, 201, 203)),
    *("1.2.840.10008.1.2.5", "1.3.46.670589.33.1.4.1", "", "../../etc/passwd", "1." * 31 + "1"),
)
_VALUES = (
    *(b"", b" ", b"\0" * 64, b"\xff" * 64, b"\\" * 200, b"../../../../tmp/escaped", b"%s%n%x" * 20),
    *(b"1e999", b"-1", b"99999999999999999999", b"NaN", b"\x1b$B" * 9, b"\x1b%G\xed\xa0\x80", b"<b>" * 50),
    *(b"A" * 65_000, b"1.2." * 16, b"20240230", b"^" * 64, b"=" * 64, b"\r\n" * 40),
)
_NUMBERS = (0, 1, 2, 3, 7, 8, 12, 16, 255, 4096, 32767, 65535)
_SIZES = ((0x28, number) for number in (0x2, 0x6, 0x8, 0x10, 0x11, 0x100, 0x101, 0x102, 0x103))
_SIZE_TAGS = tuple(struct.pack("<HH", *tag) for tag in _SIZES)


class Place(NamedTuple):
    """Where an element of a file stands."""

    start: int
    length_at: int
    width: int
    """Bytes of its length."""
    value: int
    stop: int


def seeds() -> list[FileDataset]:
    """Small whole instances of several kinds."""
    nested = Dataset()
    for _ in range(4):
        outer = Dataset()
        outer.CodeMeaning, outer.ContentSequence = "liver", [nested, Dataset()]
        nested = outer
    private = instance(4, SeriesDescription="t1_mprage")
    block = private.private_block(0x29, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", b"SV10\4\3\2\1" + struct.pack("<2i", 2, 77) + bytes(400))
    loop = instance(5, SOPClassUID=UltrasoundMultiFrameImageStorage, Modality="US", NumberOfFrames=3)
    loop.BitsAllocated, loop.BitsStored, loop.HighBit = 8, 8, 7
    loop.PixelData = bytes(range(192))
    return [
        instance(1, SOPClassUID=CTImageStorage, Modality="CT", RescaleSlope="1", RescaleIntercept="-1024"),
        instance(2, ContentSequence=[nested], StudyDescription="HEAD^ROUTINE", StudyDate="20240131"),
        private,
        loop,
        _packed(6, RLELossless, [struct.pack("<16L", 1, 64, *[0] * 14) + b"\x81\0" * 8] * 3),
        _packed(7, JPEGBaseline8Bit, [b"\xff\xd8\xff\xdb" + bytes(60) + b"\xff\xd9"] * 3),
        _structures(8),
        instance(
            9,
            SOPClassUID=EncapsulatedPDFStorage,
            Modality="DOC",
            MIMETypeOfEncapsulatedDocument="application/pdf",
            EncapsulatedDocument=b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
        ),
    ]


def _packed(number: int, syntax: str, frames: list[bytes]) -> FileDataset:
    made = instance(number, NumberOfFrames=len(frames), BitsAllocated=8, BitsStored=8, HighBit=7)
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate(frames)
    made["PixelData"].is_undefined_length = True
    made["PixelData"].VR = "OB"
    return made


def _structures(number: int) -> FileDataset:
    made = instance(number, SOPClassUID=RTStructureSetStorage, Modality="RTSTRUCT")
    del made.PixelData, made.Rows, made.Columns
    roi, contour = Dataset(), Dataset()
    contour.ContourData = [float(value) for value in np.linspace(-50, 50, 90)]
    roi.ContourSequence, roi.ReferencedROINumber = [contour] * 3, 1
    made.ROIContourSequence = [roi]
    return made


def written(made: FileDataset, study: int, number: int) -> bytes:
    """An instance as a file, with UIDs of its own."""
    made.StudyInstanceUID, made.SeriesInstanceUID = f"1.2.9.{study}", f"1.2.9.{study}.{number}"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = f"1.2.9.{study}.{number}.1"
    made.FrameOfReferenceUID, made.PatientID = f"1.2.9.{study}.9", f"FUZZ-{study:05}"
    file = io.BytesIO()
    pydicom.dcmwrite(file, made, enforce_file_format=True)
    return file.getvalue()


def places(content: bytes) -> list[Place]:
    """Every element of an explicit little endian file, those in sequences too."""
    found: list[Place] = []
    at = 132
    while at + 8 <= len(content):
        start = at
        if content[at : at + 2] == b"\xfe\xff":
            at += 8
            found.append(Place(start, start + 4, 4, at, at))
            continue
        vr = content[at + 4 : at + 6]
        width, length_at = (4, at + 8) if vr in _LONG else (2, at + 6)
        value = length_at + width
        length = int.from_bytes(content[length_at:value], "little")
        inside = vr == b"SQ" or length == _UNDEFINED
        at = value if inside else min(value + length, len(content))
        found.append(Place(start, length_at, width, value, at))
    return found


def _length(content: bytes, chance: Random) -> bytes:
    place = chance.choice(places(content))
    true = int.from_bytes(content[place.length_at : place.length_at + place.width], "little")
    most = (1 << 8 * place.width) - 1
    lie = chance.choice((0, 1, 3, most, most - 1, most >> 1, true + 1, true + 2, true - 2, true * 2 + 7))
    return (
        content[: place.length_at]
        + (lie & most).to_bytes(place.width, "little")
        + content[place.length_at + place.width :]
    )


def _representation(content: bytes, chance: Random) -> bytes:
    at = chance.choice(places(content)).start + 4
    vr = chance.choice((b"SQ", b"UN", b"OB", b"UT", b"FD", b"US", b"AT", b"PN", b"XX", b"\0\0", b"IS", b"DS"))
    return content[:at] + vr + content[at + 2 :]


def _tag(content: bytes, chance: Random) -> bytes:
    at = chance.choice(places(content)).start
    groups = (2, 8, 0x10, 0x28, 0x29, 0x5000, 0x6000, 0x7FE0, 0xFFFE, 0xFFFF)
    new = struct.pack("<HH", chance.choice(groups), chance.choice((0, 5, 0x10, 0x18, 0xE000, 0xE0DD, 0xFFFF)))
    return content[:at] + new + content[at + 4 :]


def _value(content: bytes, chance: Random) -> bytes:
    place = chance.choice([one for one in places(content) if one.stop > one.value] or places(content))
    new = chance.choice(_VALUES)
    new = (new + b" " * (len(new) % 2))[: (1 << 8 * place.width) - 2]
    return content[: place.length_at] + len(new).to_bytes(place.width, "little") + new + content[place.stop :]


def _size(content: bytes, chance: Random) -> bytes:
    at = content.find(chance.choice(_SIZE_TAGS))
    if at < 0 or content[at + 4 : at + 6] not in (b"US", b"IS"):
        return _value(content, chance)
    if content[at + 4 : at + 6] == b"US":
        return content[: at + 8] + struct.pack("<H", chance.choice(_NUMBERS)) + content[at + 10 :]
    new = str(chance.choice((0, -1, 2, 1000, 1 << 31, 1 << 70))).encode()
    new += b" " * (len(new) % 2)
    length = struct.unpack_from("<H", content, at + 6)[0]
    return content[: at + 6] + struct.pack("<H", len(new)) + new + content[at + 8 + length :]


def _shuffled(content: bytes, chance: Random) -> bytes:
    one, other = chance.choice(places(content)), chance.choice(places(content))
    piece = content[one.start : one.stop]
    left = content[: one.start] + content[one.stop :] if chance.random() < 0.5 else content
    return left[: other.start] + piece * chance.choice((0, 1, 1, 30)) + left[other.start :]


def _nested(content: bytes, chance: Random) -> bytes:
    at = chance.choice(places(content)).start
    depth = chance.choice((3, 40, 400, 3000))
    begin = struct.pack("<HH2sHL", 0x40, 0xA730, b"SQ", 0, _UNDEFINED) + _ITEM + b"\xff" * 4
    end = (_ITEM_END + bytes(4) + _SEQUENCE_END + bytes(4)) * depth
    return content[:at] + begin * depth + (end if chance.random() < 0.6 else b"") + content[at:]


def _gigantic(content: bytes, chance: Random) -> bytes:
    at = chance.choice(places(content)).start
    items = (_ITEM + bytes(4)) * chance.choice((300, 8000))
    head = struct.pack("<HH2sHL", 0x8, 0x1140, b"SQ", 0, chance.choice((len(items), _UNDEFINED)))
    return content[:at] + head + items + (_SEQUENCE_END + bytes(4)) + content[at:]


def _cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(1, len(content))]


def _syntax(content: bytes, chance: Random) -> bytes:
    at = content.index(b"\2\0\x10\0UI")
    length = struct.unpack_from("<H", content, at + 6)[0]
    new = chance.choice(_SYNTAXES).encode()
    new += b"\0" * (len(new) % 2)
    return content[: at + 6] + struct.pack("<H", len(new)) + new + content[at + 8 + length :]


def _fragments(content: bytes, chance: Random) -> bytes:
    """Offset tables and fragments that lie, or pixels that claim to have some."""
    at = content.rfind(b"\xe0\x7f\x10\0")
    if at < 0:
        return _length(content, chance)
    start = at + 12
    table = struct.pack("<3L", *(chance.choice((0, 4, 70, 1 << 30, _UNDEFINED)) for _ in range(3)))
    claims = struct.pack("<L", chance.choice((12, 0, 5, 1 << 31, _UNDEFINED)))
    rest = content[start + 8 :] if chance.random() < 0.5 else content[start:]
    ending = chance.choice((b"", _SEQUENCE_END + bytes(4), _ITEM + b"\xff" * 4))
    return content[: at + 8] + b"\xff" * 4 + _ITEM + claims + table + rest + ending


def _flipped(content: bytes, chance: Random) -> bytes:
    new = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        new[chance.randrange(len(new))] = chance.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, chance.randrange(256)))
    return bytes(new)


def _deflated(content: bytes, chance: Random) -> bytes:
    """A deflated dataset: whole, cut, followed by garbage, or a bomb."""
    content = _syntax_of(content, b"1.2.840.10008.1.2.1.99")
    start = 144 + struct.unpack_from("<L", content, 140)[0]
    plain = content[start:]
    squeeze = zlib.compressobj(1, wbits=-15)
    if chance.random() < 0.1:  # two gigabytes of zeros, of which a megabyte is packed once
        head = squeeze.compress(struct.pack("<HH2sHL", 0x9, 0x10, b"UN", 0, 2_000_000_000))
        start_of = head + squeeze.flush(zlib.Z_FULL_FLUSH)
        zeros = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
        return content[:start] + start_of + zeros * 2000 + squeeze.flush()
    packed = squeeze.compress(plain) + squeeze.flush()
    return content[:start] + packed[: chance.choice((len(packed), len(packed), len(packed) // 2))]


def _syntax_of(content: bytes, syntax: bytes) -> bytes:
    at = content.index(b"\2\0\x10\0UI")
    length = struct.unpack_from("<H", content, at + 6)[0]
    new = syntax + b"\0" * (len(syntax) % 2)
    group = struct.unpack_from("<L", content, 140)[0] + len(new) - length
    whole = content[: at + 6] + struct.pack("<H", len(new)) + new + content[at + 8 + length :]
    return whole[:140] + struct.pack("<L", group) + whole[144:]


def _bare(content: bytes, chance: Random) -> bytes:
    """Without preamble, without file meta, or with the wrong one."""
    start = 144 + struct.unpack_from("<L", content, 140)[0]
    return chance.choice(
        (content[132:], content[start:], content[:132] + content[start:], b"II*\0" + content[4:], content * 2)
    )


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_length, _representation, _tag, _value, _value, _size, _shuffled, _nested, _gigantic, _cut, _syntax),
    *(_fragments, _flipped, _deflated, _bare),
)


def mutated(content: bytes, chance: Random) -> bytes:
    """A file with one to three things wrong."""
    for _ in range(chance.randint(1, 3)):
        try:
            content = chance.choice(MUTATIONS)(content, chance)
        except (ValueError, IndexError, struct.error):  # what was mutated before can no longer be found
            content = _flipped(content, chance)
    return content
