"""The parsers of our own, each with what it may raise and what has to be true of what it gives."""

import contextlib
import io
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import hiding

from cleanroom.clean.private.csa import BrokenCsa, Field, read_csa, write_csa
from cleanroom.ctp.script import read as read_script
from cleanroom.ctp.translation import translated, yaml_text
from cleanroom.errors import StopRun
from cleanroom.files.jpeg import NotStrippable, stripped
from cleanroom.files.structure import Foreign, rest
from cleanroom.header.reader import Unusual, items, read_quickly
from cleanroom.verify.header import Header
from fuzz import dicom, files


def header(data: bytes) -> None:
    """The quick reader of headers."""
    with contextlib.suppress(Unusual):
        read_quickly(io.BytesIO(bytes(128) + b"DICM" + data))
    for implicit in (True, False):
        with contextlib.suppress(Unusual):
            items(data, implicit)


def gate(data: bytes) -> None:
    """The gate's reader of whole files: it finds fault, and raises nothing."""
    found = Header(bytes(128) + b"DICM" + data)
    assert all(0 <= element.start <= element.stop for element in found.elements)


def csa(data: bytes) -> None:
    """CSA headers: what is read is written and read again."""
    try:
        fields = [one for one in read_csa(data) if one.vr in ("LO", "IS", "DS") and one.name.isascii()]
    except BrokenCsa:
        return
    again = list(read_csa(write_csa(fields))) if fields else []
    assert [field.name for field in again] == [field.name[:63] for field in fields]


def jpeg(data: bytes) -> None:
    """JPEG without decoding: what is left holds only what the gate lets pass."""
    with contextlib.suppress(NotStrippable):
        rest(stripped(b"\xff\xd8" + data), "jpg")


def structure(data: bytes) -> None:
    """The gate's reading of every format of a released file."""
    for extension, start in STARTS.items():
        with contextlib.suppress(Foreign):
            rest(start + data, extension)


def script(data: bytes) -> None:
    """Scripts of CTP, turned into a profile."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(StopRun):
            yaml_text(translated(read_script(Path(file.name)), "fuzzed"), "fuzzed")


STARTS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8",
    "tif": b"II*\0",
    "bmp": b"BM",
    "gif": b"GIF89a",
    "webp": b"RIFF",
    "pdf": b"%PDF-1.7\n",
}
TARGETS: dict[str, Callable[[bytes], None]] = {
    "header": header,
    "gate": gate,
    "csa": csa,
    "jpeg": jpeg,
    "structure": structure,
    "script": script,
}


def beginnings() -> dict[str, list[bytes]]:
    """What a parser is given to start from."""
    whole = [dicom.written(made, 1, number)[132:] for number, made in enumerate(dicom.seeds())]
    chance = Random(1)
    pictures = dict(files.whole(sort) for sort in files.FORMATS)
    fields = [Field("Name", "LO", 1, (b"value", b"")), Field("Numbers", "IS", 2, (b"1", b"2"))]
    old = struct.pack("<2i", 1, 77) + struct.pack("<64si4s3i", b"Old", 1, b"LO", 19, 1, 77)
    return {
        "header": whole,
        "gate": whole,
        "csa": [write_csa(fields), old + struct.pack("<4i", 9, 9, 77, 9) + b"text\0" * 4],
        "jpeg": [pictures["jpg"][2:], hiding.jpeg()[2:]],
        "structure": [data[len(STARTS[name]) :] for name, data in pictures.items()]
        + [files.pdf(chance)[1][9:]],
        "script": [SCRIPT, b"set.[0010,0010]PatientName=@param(@X)\nkeep.group18=\nremove.privategroups=T\n"],
    }


SCRIPT = b"""<script><p t="DATEINC">-3</p><e en="T" t="00100010" n="PatientName">@hashname(this,6)</e>
<e en="T" t="00080020" n="StudyDate">@incrementdate(this,@DATEINC)</e><k en="F" t="0018">Keep</k>
<e en="T" t="0009[CREATOR]10" n="x">@if(this,isblank){@remove()}{@keep()}</e>
<r en="T" t="curves">x</r></script>"""
