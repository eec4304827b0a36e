"""Files made to hang or to fill the memory: set aside with a reason, within bounds that are measured."""

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import hiding
import pikepdf
import pytest
from PIL import Image

MOST_MB, MOST_SECONDS = 600, 60
CLEAN = """
import json, sys, time
from pathlib import Path
from cleanroom.errors import SetAside
from cleanroom.files.pdf import cleaned_pdf
from cleanroom.files.redacted import cleaned_picture
from cleanroom.reading import words
from cleanroom.reading.goes import everything
data = open(sys.argv[1], "rb").read()
started, reason = time.process_time(), ""
try:
    if sys.argv[1].endswith("pdf"):
        cleaned_pdf(data, words)
    else:
        cleaned_picture(data, words, everything, lambda: None)
except SetAside as error:
    reason = error.reason
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps([reason, peak, time.process_time() - started]))
"""


def saved(document: pikepdf.Pdf) -> bytes:
    """Its bytes."""
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pages(count: int) -> bytes:
    """A PDF of so many empty pages."""
    document = pikepdf.new()
    for _ in range(count):
        document.add_blank_page(page_size=(200, 200))
    return saved(document)


def zeros(size: int) -> bytes:
    """So many zeros, compressed: a thousandth of them."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


def huge_png() -> bytes:
    """A PNG of 50,000 x 50,000 pixels of one bit."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0))]
    chunks += [(b"IDAT", zeros(50_000 * 6251)), (b"IEND", b"")]
    whole = b"\x89PNG\r\n\x1a\n"
    for name, content in chunks:
        whole += struct.pack(">I", len(content)) + name + content
        whole += struct.pack(">I", zlib.crc32(name + content))
    return whole


def bomb() -> bytes:
    """A PDF whose picture inflates a thousandfold, to 600 MB."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    image = document.make_stream(
        zeros(600_000_000),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=30_000,
        Height=20_000,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceGray,
        Filter=pikepdf.Name.FlateDecode,
    )
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.Contents = document.make_stream(b"200 0 0 200 0 0 cm /Im0 Do")
    return saved(document)


def tiff_of_pages(count: int) -> bytes:
    """A TIFF of so many small pages."""
    buffer = io.BytesIO()
    first, *rest = [Image.new("1", (8, 8))] * count
    first.save(buffer, "TIFF", save_all=True, append_images=rest)
    return buffer.getvalue()


def moving() -> bytes:
    buffer = io.BytesIO()
    first, *rest = [Image.new("L", (8, 8), shade) for shade in (0, 255, 60)]
    first.save(buffer, "GIF", save_all=True, append_images=rest)
    return buffer.getvalue()


BAD = {
    "50,000 x 50,000 px.png": (huge_png, "too many pixels"),
    "a thousand and one pages.tif": (lambda: tiff_of_pages(1001), "more than 1000 frames"),
    "empty.png": (lambda: b"", "cannot be read"),
    "cut in its last frame.gif": (lambda: moving()[: moving().rindex(b",") + 12], "IndexError"),
    "cut.png": (lambda: hiding.png()[:200], "broken|cannot be read"),
    "2,000 pages.pdf": (lambda: pages(2000), "more than 200 pages"),
    "empty.pdf": (lambda: b"", "broken"),
    "cut.pdf": (lambda: hiding.pdf()[:900], "broken"),
}


def outcome(path: Path) -> tuple[str, float, float]:
    """Why a file was set aside, the most memory (MB) and CPU seconds, in a process of its own."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", CLEAN, str(path)], capture_output=True, text=True, check=True, env=env
    )
    reason, peak, seconds = json.loads(done.stdout.splitlines()[-1])
    print(path.name, reason, round(peak), round(seconds, 1))
    return reason, peak, seconds


@pytest.mark.parametrize("name", BAD)
def test_it_is_set_aside_within_bounds(tmp_path: Path, name: str) -> None:
    make, why = BAD[name]
    (tmp_path / name).write_bytes(make())
    reason, peak, seconds = outcome(tmp_path / name)
    assert any(each in reason for each in why.split("|"))
    assert peak < MOST_MB
    assert seconds < MOST_SECONDS


def test_a_picture_that_inflates_in_a_pdf_is_drawn_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "bomb.pdf").write_bytes(bomb())
    reason, peak, seconds = outcome(tmp_path / "bomb.pdf")
    assert not reason
    assert peak < MOST_MB
    assert seconds < MOST_SECONDS
