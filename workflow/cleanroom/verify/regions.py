"""The regions of interest of a structure set, read from bytes: the gate's own way."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from cleanroom.errors import SetAside
from cleanroom.verify import tables
from cleanroom.verify.header import Header

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
FRAMES, STUDIES, SERIES, IMAGES = 0x30060010, 0x30060012, 0x30060014, 0x30060016
REGIONS, DRAWN, CONTOURS, OBSERVED = 0x30060020, 0x30060039, 0x30060040, 0x30060080
NUMBER, REFERENCED_NUMBER, FRAME, NAME, KIND = 0x30060022, 0x30060084, 0x30060024, 0x30060026, 0x300600A4
GEOMETRY, COUNT, DATA = 0x30060042, 0x30060046, 0x30060050
FRAME_UID, SERIES_UID, INSTANCE_UID = 0x00200052, 0x0020000E, 0x00081155


@dataclass(frozen=True)
class Contour:
    """One contour; two of one shape are equal, whatever the UIDs of their images."""

    geometry: str
    size: str
    """Number of Contour Points, as it is written."""
    points: tuple[bytes, ...]
    """As they are written (``x\\y\\z``)."""
    images: tuple[str, ...] = field(compare=False)
    """SOP Instance UIDs of the images on which it lies."""


@dataclass
class Region:
    """A region of interest."""

    names: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    frame: str = ""
    contours: list[Contour] = field(default_factory=list)

    @property
    def outer(self) -> bool:
        """Whether its type or its name says that it is the patient's outer contour."""
        plain = {re.sub(r"[\W\d_]", "", name.casefold()) for name in self.names}
        return "EXTERNAL" in self.kinds or bool(plain & tables.outlines())


def regions(header: Header) -> dict[str, Region]:
    """The regions of interest of a structure set by ROI Number."""
    found: dict[str, Region] = defaultdict(Region)
    alone = _frames(header)
    for item in header.items_at((REGIONS,)):
        values = _values(header, item, (REGIONS,))
        region = found[_one(values, NUMBER)]
        region.names.add(_one(values, NAME))
        region.frame = _one(values, FRAME)
    for item in header.items_at((OBSERVED,)):
        values = _values(header, item, (OBSERVED,))
        found[_one(values, REFERENCED_NUMBER)].kinds.add(_one(values, KIND).upper())
    for item in header.items_at((DRAWN,)):
        number = _one(_values(header, item, (DRAWN,)), REFERENCED_NUMBER)
        found[number].contours += [
            _contour(header, inner) for inner in header.items_at((DRAWN, CONTOURS), within=item)
        ]
    for region in found.values():
        region.frame = region.frame or alone
    return dict(found)


def drawn_on(header: Header) -> frozenset[str]:
    """The UIDs of the series and instances on which a structure set was drawn."""
    places = {((FRAMES, STUDIES, SERIES), SERIES_UID), ((FRAMES, STUDIES, SERIES, IMAGES), INSTANCE_UID)}
    return frozenset(
        _text(header.value(element)) for element in header.elements if (element.path, element.tag) in places
    )


def _frames(header: Header) -> str:
    frames = {
        _text(header.value(element))
        for element in header.elements
        if element.path == (FRAMES,) and element.tag == FRAME_UID
    }
    return frames.pop() if len(frames) == 1 else header.text(FRAME_UID)


def _contour(header: Header, item: tuple[int, int]) -> Contour:
    values = _values(header, item, (DRAWN, CONTOURS))
    parts = [part.strip(b"\0 ") for part in b"".join(values.get(DATA, [])).split(b"\\")]
    if len(parts) % 3 and parts != [b""]:
        raise SetAside("the values of a contour are not points")
    points = tuple(b"\\".join(parts[at : at + 3]) for at in range(0, len(parts) // 3 * 3, 3))
    images = _values(header, item, (DRAWN, CONTOURS, IMAGES)).get(INSTANCE_UID, [])
    return Contour(_one(values, GEOMETRY), _one(values, COUNT), points, tuple(map(_text, images)))


def _values(header: Header, item: tuple[int, int], path: tuple[int, ...]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for element in header.elements_within(item):
        if element.path == path:
            found[element.tag].append(header.value(element))
    return found


def _one(values: dict[int, list[bytes]], tag: int) -> str:
    return _text(values[tag][0]) if values.get(tag) else ""


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip("\0 ")
