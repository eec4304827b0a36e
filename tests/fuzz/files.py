"""Pictures, PDFs and archives that are broken, that lie, or that are made to explode."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random

import numpy as np
import pikepdf
from PIL import Image

FORMATS = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "BMP": "bmp", "GIF": "gif", "WEBP": "webp"}
_NAMES = (
    *("../../escaped.dcm", "/etc/escaped.dcm", "C:\\escaped.dcm", "a/../../b", "con.dcm", "x" * 200, " "),
    *("line\nbreak", "tab\tsign", "!/", "a!/b", "é\u202e.dcm", ".", "..", "a//b"),
)


def picture(chance: Random) -> tuple[str, bytes]:
    """Extension and bytes of a small picture of any format, whole or broken."""
    extension, content = whole(chance.choice(list(FORMATS)), (chance.randint(1, 40), chance.randint(1, 40)))
    return extension, broken(content, chance)


def whole(sort: str, shape: tuple[int, int] = (9, 7)) -> tuple[str, bytes]:
    """Extension and bytes of a picture of noise (rows, columns)."""
    values = np.random.default_rng(shape[0]).integers(0, 256, (*shape, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).convert("P" if sort == "GIF" else "RGB").save(file, sort)
    return FORMATS[sort], file.getvalue()


def broken(content: bytes, chance: Random) -> bytes:
    """Bytes flipped, numbers replaced, pieces cut out, repeated or cut off."""
    new = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(new) or 1)
        how = chance.randrange(5)
        if how == 0:
            new[at : at + 1] = bytes([chance.randrange(256)])
        elif how == 1:
            new[at : at + 4] = struct.pack(
                chance.choice("<>") + "L", chance.choice((0, 1, 65535, 2**31 - 1, 2**32 - 1))
            )
        elif how == 2:
            del new[at : at + chance.randint(1, 40)]
        elif how == 3:
            new[at:at] = new[at : at + 64] * chance.choice((1, 50))
        else:
            del new[max(at, 1) :]
    return bytes(new)


def large_picture(chance: Random) -> tuple[str, bytes]:
    """A PNG that claims to be as large as it likes."""
    side = chance.choice((20_000, 50_000, 2**31 - 1))
    body = zlib.compress(bytes(100_000))
    whole = b"\x89PNG\r\n\x1a\n"
    for name, content in (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", body),
        (b"IEND", b""),
    ):
        whole += struct.pack(">I", len(content)) + name + content
        whole += struct.pack(">I", zlib.crc32(name + content))
    return "png", whole


def pdf(chance: Random) -> tuple[str, bytes]:
    """A small PDF, broken as a whole or in its structure."""
    document = pikepdf.new()
    for _ in range(chance.randint(1, 3)):
        page = document.add_blank_page(page_size=(60, 40))
        page.Contents = document.make_stream(b"0.5 g 5 5 20 20 re f " * chance.choice((1, 1, 500)))
    how = chance.randrange(8)
    if how == 0:
        document.Root.Pages.Kids.append(document.Root.Pages)
    elif how == 1:
        document.pages[0].MediaBox = chance.choice(([0, 0, 1e9, 1e9], [0, 0, 0, 0], [5, 5, 1, 1], ["a"]))
    elif how == 2:
        document.Root.Pages.Count = chance.choice((-1, 0, 2**31))
    elif how == 3:
        deep = pikepdf.Array([])
        for _ in range(chance.choice((50, 450))):
            deep = pikepdf.Array([deep])
        document.pages[0].Resources = pikepdf.Dictionary(Font=deep)
    file = io.BytesIO()
    document.save(file, compress_streams=chance.random() < 0.5)
    return "pdf", broken(file.getvalue(), chance) if how > 3 else file.getvalue()


def archive(chance: Random, inside: list[bytes]) -> tuple[str, bytes]:
    """A zip with members that lie about themselves, or that try to get out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for content in inside:
            made.writestr(chance.choice(_NAMES), content)
        if chance.random() < 0.2:
            made.writestr("bomb.dcm", bytes(128) + b"DICM" + bytes(60_000_000))
        if chance.random() < 0.3:
            made.writestr("inner.zip", b"PK\5\6" + bytes(18))
    content = bytearray(file.getvalue())
    how = chance.randrange(5)
    at = content.rfind(b"PK\1\2")
    if how == 0 and at > 0:
        field, lie = chance.choice(((8, 0xFFFF), (10, 99), (14, 0xFFFF), (20, 5), (24, 0x7FFFFFFF), (42, 9)))
        struct.pack_into("<H" if field < 16 else "<L", content, at + field, lie)
    elif how == 1:
        return "zip", broken(bytes(content), chance)
    return "zip", bytes(content)


def noise(chance: Random) -> tuple[str, bytes]:
    """A file of no kind, with the first bytes of one."""
    start = chance.choice(
        (b"", b"\x1f\x8b", b"PK\3\4", b"%PDF-", b"GIF89a", b"BM", b"\0" * 128 + b"DICM", b"\x08\0")
    )
    return "bin", start + chance.randbytes(chance.choice((0, 1, 7, 200, 3000)))


MAKERS: tuple[Callable[[Random], tuple[str, bytes]], ...] = (picture, picture, pdf, noise, large_picture)
