"""Check 6: a released instance has no DICOM error that its original did not have."""

import io
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Timer
from typing import BinaryIO, cast

import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info

from cleanroom import killed
from cleanroom.source import placed
from cleanroom.verify.decoded import NATIVE
from cleanroom.verify.header import DEFLATED, Header
from cleanroom.verify.subject import Pair, Series

META = (0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012)
REQUIRED = (0x00080016, 0x00080018, 0x0020000D, 0x0020000E)
SECONDS, MOST = 120, 16 << 20
"""How long dciodvfy may take, and how many bytes it may say: of some broken files it tells without end."""
UNKNOWN = ("1.2.840.10008.1.2.4.11", "1.2.840.10008.1.2.4.20")
"""How transfer syntaxes begin that dciodvfy does not read: JPEG XL and HTJ2K."""
_EXPLICIT = b"1.2.840.10008.1.2.1"
_META = 4096
"""Bytes at the start of a file in which its transfer syntax stands."""
DERIVED = "present when condition unsatisfied"
"""dciodvfy forbids acquisition attributes in derived images; where a face went, they stay all the same."""
_VALUE = re.compile(r"<(?!/[A-Z]\w*[(\[])[^>]*>|\[\d+\]|[0-2](?:\.\d+){3,}|(?<![\w(,])\d+(?![\w,)])")
"""Values, item numbers, UIDs and counts in a message; the path of the element stays."""


def findings(pair: Pair) -> list[str]:
    """Faults of one instance by the built-in checks, less those of its original."""
    faults = _faults(pair.after)
    if not faults:
        return []
    return sorted(faults - _faults(pair.before)) + sorted(faults & _needed(pair.after))


def of_series(series: Series) -> list[str]:
    """Errors that dciodvfy finds in the first, middle and last instance and not in their originals.

    Empty when dciodvfy (Debian package dicom3tools) is not installed.
    """
    tool = shutil.which("dciodvfy")
    if tool is None:
        return []
    rows = series.rows
    found: set[str] = set()
    with tempfile.TemporaryDirectory(dir=series.study.scratch) as folder:
        for at in sorted({0, len(rows) // 2, len(rows) - 1}):
            released = series.study.work / "encoded" / series.released_name(rows[at].number)
            if str(read_file_meta_info(released).TransferSyntaxUID).startswith(UNKNOWN):
                continue
            link = Path(folder) / f"{at}.dcm"
            after = errors([tool, "-new", str(_legible(released, Path(folder) / f"{at}.new"))])
            if series.changed:
                after = {message for message in after if DERIVED not in message}
            if after:
                placed(series.study.config.input, rows[at].path, link)
                found |= after - errors([tool, "-new", str(_legible(link, Path(folder) / f"{at}.old"))])
    return [f"dciodvfy: {message}" for message in sorted(found)]


def _legible(path: Path, place: Path) -> Path:
    """A file that dciodvfy can read: it knows no deflated ones, so their twin is written inflated."""
    with path.open("rb") as file:
        if DEFLATED not in file.read(_META):
            return path
    header = Header(path.read_bytes())
    if not header.deflated:
        return path
    syntax = header.root[0x00020010]
    plain = _EXPLICIT.ljust(syntax.stop - syntax.start, b"\0")
    place.write_bytes(header.buffer[: syntax.start] + plain + header.buffer[syntax.stop :])
    return place


def errors(command: Sequence[str]) -> set[str]:
    """The errors of one call of dciodvfy, without the values in them; it tells them on the error stream.

    Raises
    ------
    Killed
        When it was killed, and not by us.
    """
    ended = Event()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:

        def end() -> None:
            ended.set()
            run.kill()

        late = Timer(SECONDS, end)
        late.start()
        told = cast(BinaryIO, run.stderr).read(MOST)
        if len(told) == MOST:
            end()
        run.wait()
        late.cancel()
    if ended.is_set():
        return {"no end of its answer"}
    killed.check("dciodvfy", run.returncode)
    lines = told.decode("latin-1").splitlines()
    return {
        _VALUE.sub("…", line.removeprefix("Error - "))[:160] for line in lines if line.startswith("Error")
    }


def _faults(header: Header) -> set[str]:
    found = set(header.faults)
    found |= {
        f"file meta lacks ({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in META if tag not in header.root
    }
    found |= {f"({tag >> 16:04X},{tag & 0xFFFF:04X}) is empty" for tag in REQUIRED if not header.text(tag)}
    if header.text(0x00020002) != header.text(0x00080016):
        found.add("the SOP Class UID is not that of the file meta information")
    if any((element.stop - element.start) % 2 for element in header.elements):
        found.add("a value has an odd length")
    return found | _pixel_faults(header) | _unreadable(header)


def _needed(header: Header) -> set[str]:
    """Faults that are never released, whatever the original had: without these no reader finds its way."""
    return {f"file meta lacks ({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in META} & _faults(header)


def _pixel_faults(header: Header) -> set[str]:
    pixels = header.pixels
    if pixels is None or header.syntax not in NATIVE:
        return set()
    values = (0x00280010, 0x00280011, 0x00280002, 0x00280100)
    rows, columns, samples, bits = (header.number(tag) for tag in values)
    if header.text(0x00280004) == "YBR_FULL_422":
        samples = 2
    size = (rows * columns * samples * max(header.number(0x00280008), 1) * bits + 7) // 8
    return set() if pixels.stop - pixels.start == size + size % 2 else {"pixel data have the wrong length"}


def _unreadable(header: Header) -> set[str]:
    stop = header.pixels.start if header.pixels else header.size
    try:
        whole = header.file if header.deflated else header.buffer[: min(stop, header.size)]
        with io.BytesIO(whole) as file:
            dataset = pydicom.dcmread(file, stop_before_pixels=True)
        return set() if "SOPClassUID" in dataset else {"pydicom finds no SOP Class UID"}
    except (InvalidDicomError, ValueError, KeyError, EOFError, NotImplementedError, zlib.error):
        return {"pydicom cannot read it"}
