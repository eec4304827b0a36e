"""ICC profiles (0028,2000): the colour tables stay, everything that can say something goes."""

import struct

from cleanroom.clean.dummies import WORD

_HEADER = 128
_ENTRY = 12
_MOST_TAGS = 100
_CLASSES = {b"scnr", b"mntr", b"prtr", b"spac", b"abst"}
_SPACES = {
    *(b"XYZ ", b"Lab ", b"Luv ", b"YCbr", b"Yxy ", b"RGB ", b"GRAY", b"HSV ", b"HLS ", b"CMYK", b"CMY "),
    *(f"{count:X}CLR".encode() for count in range(2, 16)),
}
_COLORANTS = {b"wtpt", b"bkpt", b"lumi", b"rXYZ", b"gXYZ", b"bXYZ"}
_CURVES = {b"rTRC", b"gTRC", b"bTRC", b"kTRC"}
_LOOKUPS = {b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt"}
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
_WHITE = (0.9642, 1.0, 0.82491)
_PRIMARIES = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
_ADAPTATION = (1.04788, 0.02292, -0.05022, 0.0296, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168)
_DAY = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


def cleaned(profile: bytes) -> bytes | None:
    """A profile that makes the same colours, or None when this is not a profile that can be read.

    Description, copyright, maker, model, calibration target, dates and all tags that colours do not need go;
    the two texts that a profile must have become ``CLEANED``. Numbers are taken over, each as long as its
    kind says, so that nothing stands behind them.
    """
    try:
        return _rebuilt(profile)
    except (struct.error, KeyError, IndexError):
        return None


def srgb() -> bytes:
    """IEC 61966-2-1, which viewers assume where a profile cannot be read."""
    header = bytearray(_HEADER)
    header[8:24] = struct.pack(">I4s4s4s", 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    header[24:40], header[68:80] = _DAY + b"acsp", _fixed(*_WHITE)
    points = zip((b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ"), (_WHITE, *_PRIMARIES), strict=True)
    curve = (
        b"para"
        + bytes(4)
        + struct.pack(">2H", 3, 0)
        + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    )
    elements = [(b"desc", _named()), (b"cprt", _named())]
    elements += [(name, b"XYZ " + bytes(4) + _fixed(*point)) for name, point in points]
    elements += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _packed(header, [*elements, (b"chad", b"sf32" + bytes(4) + _fixed(*_ADAPTATION))])


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(65536 * value) for value in values))


def _rebuilt(profile: bytes) -> bytes | None:
    header = profile[:_HEADER]
    known = header[12:16] in _CLASSES and header[16:20] in _SPACES and header[20:24] in _SPACES
    if len(header) < _HEADER or header[36:40] != b"acsp" or not known:
        return None
    texts = {b"desc": _described, b"cprt": _printed} if header[8] < 4 else {b"desc": _named, b"cprt": _named}
    elements = [(name, make()) for name, make in texts.items()]
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    for place in range(min(count, _MOST_TAGS)):
        name, start, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + _ENTRY * place)
        value = _numbers(name, profile[start : start + size])
        if value is None:
            return None
        if value:
            elements.append((name, value))
    return _packed(_plain(header), elements)


def _plain(header: bytes) -> bytearray:
    """The header's numbers, without programs, makers, models and dates."""
    plain = bytearray(_HEADER)
    for start, end in ((8, 24), (36, 40), (46, 48), (60, 80)):
        plain[start:end] = header[start:end]
    plain[10:12] = bytes(2)
    plain[24:36] = _DAY
    return plain


def _numbers(name: bytes, value: bytes) -> bytes | None:
    """The numbers of one element; empty for one that goes, None for one that cannot be read."""
    kinds = _kinds(name)
    if not kinds:
        return b""
    length = _length(value) if value[:4] in kinds else 0
    if not length or length > len(value):
        return None
    return value[:4] + bytes(4) + value[8:length]


def _kinds(name: bytes) -> set[bytes]:
    if name in _COLORANTS:
        return {b"XYZ "}
    if name in _CURVES:
        return {b"curv", b"para"}
    if name in _LOOKUPS:
        return {b"mft1", b"mft2", b"mAB ", b"mBA "}
    return {b"sf32"} if name == b"chad" else set()


def _length(value: bytes) -> int:
    """How long an element is by its own numbers."""
    match value[:4]:
        case b"XYZ ":
            return 20
        case b"sf32":
            return 44
        case b"curv":
            return 12 + 2 * int.from_bytes(value[8:12])
        case b"para":
            return 12 + 4 * _PARAMETERS[int.from_bytes(value[8:10])]
        case b"mft1" | b"mft2":
            inputs, outputs, grid = value[8:11]
            before, after = struct.unpack_from(">2H", value, 48) if value[3:4] == b"2" else (256, 256)
            numbers: int = before * inputs + grid**inputs * outputs + after * outputs
            return 52 + 2 * numbers if value[3:4] == b"2" else 48 + numbers
        case _:
            return len(value)


def _packed(header: bytearray, elements: list[tuple[bytes, bytes]]) -> bytes:
    table, content = b"", b""
    first = _HEADER + 4 + _ENTRY * len(elements)
    places: dict[bytes, int] = {}
    for name, value in elements:
        if value not in places:
            places[value] = first + len(content)
            content += value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, places[value], len(value))
    header[:4] = struct.pack(">I", first + len(content))
    return bytes(header) + struct.pack(">I", len(elements)) + table + content


def _described() -> bytes:
    text = WORD.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(8 + 3 + 67)


def _printed() -> bytes:
    return b"text" + bytes(4) + WORD.encode() + b"\0"


def _named() -> bytes:
    text = WORD.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
