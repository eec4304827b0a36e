"""Which fragments of encapsulated pixel data make which frame (PS3.5 section A.4)."""

import struct
from typing import NamedTuple

from pydicom import Dataset
from pydicom.uid import RLELossless

from cleanroom.errors import SetAside
from cleanroom.pixeldata.original import Original

_ITEM, _END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
_BEGINS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\xff\x0a", b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ")
"""JPEG and JPEG-LS, JPEG 2000, JPEG XL twice, JPEG 2000 in a box."""
_AGAIN = "export it again, uncompressed"


class Span(NamedTuple):
    """Where bytes lie in the file."""

    start: int
    length: int


def frame_spans(original: Original, count: int) -> list[list[Span]]:
    """The fragments of each frame.

    Parameters
    ----------
    count
        Number of Frames.

    Raises
    ------
    SetAside
        When an offset table does not point at fragments, or there are not so many frames.
    """
    table, fragments = _walk(original)
    begins = _by_table(original.header, table, fragments)
    if begins is None:
        begins = _by_look(original, fragments, count)
    if len(begins) != count:
        raise SetAside(f"{len(begins)} of its {count} compressed frames are there", _AGAIN)
    ends = [*begins[1:], len(fragments)]
    return [fragments[begin:end] for begin, end in zip(begins, ends, strict=True)]


def _walk(original: Original) -> tuple[list[int], list[Span]]:
    """The basic offset table, and all fragments after it."""
    assert original.pixels is not None
    at, spans = original.pixels.start, []
    while True:
        group, number, length = struct.unpack("<HHL", original.read(at, 8))
        at += 8
        if (group, number) == _END:
            break
        if (group, number) != _ITEM:
            raise SetAside("its compressed frames cannot be told apart", _AGAIN)
        spans.append(Span(at, length))
        at += length
    if not spans or spans[0].length % 4:
        raise SetAside("its compressed pixel data begin with no offset table", _AGAIN)
    content = original.read(*spans[0])
    return list(struct.unpack(f"<{len(content) // 4}L", content)), spans[1:]


def _by_table(header: Dataset, basic: list[int], fragments: list[Span]) -> list[int] | None:
    """The first fragment of each frame as a table says; None without a table."""
    extended = bytes(header.get("ExtendedOffsetTable") or b"")
    offsets = list(struct.unpack(f"<{len(extended) // 8}Q", extended[: len(extended) // 8 * 8])) or basic
    if not offsets:
        return None
    known = {span.start - 8 - (fragments[0].start - 8): at for at, span in enumerate(fragments)}
    if offsets[0] != 0 or sorted(set(offsets)) != offsets or any(offset not in known for offset in offsets):
        raise SetAside("its offset table does not point at its frames", _AGAIN)
    return [known[offset] for offset in offsets]


def _by_look(original: Original, fragments: list[Span], count: int) -> list[int]:
    """The first fragment of each frame as their content says."""
    if len(fragments) == count or original.syntax == RLELossless:
        return list(range(len(fragments)))
    if count == 1:
        return [0]
    heads = [bytes(original.read(span.start, min(8, span.length))) for span in fragments]
    return [at for at, head in enumerate(heads) if head.startswith(_BEGINS)]
