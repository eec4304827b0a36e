"""JPEG without decoding: the segments that a decoder needs, and nothing else (ITU T.81, annex B)."""

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_TABLES, _HUFFMAN, _RESTART, _LINES, _ARITHMETIC = 0xDB, 0xC4, 0xDD, 0xDC, 0xCC
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_HUFFMAN, 0xC8, _ARITHMETIC}
_ADOBE = 0xEE
_PROFILE = b"ICC_PROFILE\0"
_LONGEST = 65519
_MOST_SCANS = 500


class NotStrippable(Exception):
    """A segment is longer than its own numbers say: it has to be decoded."""


def stripped(data: bytes, profile: bytes | None = None) -> bytes:
    """The same compressed picture, bit for bit, without everything that a decoder can do without.

    Parameters
    ----------
    data
        A JPEG file; what stands behind its end goes.
    profile
        A cleaned ICC profile to put in.

    Raises
    ------
    NotStrippable
        When something in a segment that has to stay cannot be accounted for.
    """
    if data[:2] != b"\xff\xd8":
        raise NotStrippable
    out = [b"\xff\xd8", *_profile(profile)]
    at, scans = 2, 0
    while True:
        marker, at = _marker(data, at)
        if marker == _END:
            if not scans:
                raise NotStrippable
            return b"".join([*out, b"\xff\xd9"])
        length = int.from_bytes(data[at : at + 2])
        body = data[at + 2 : at + length]
        if length < 2 or len(body) != length - 2:
            raise NotStrippable
        at += length
        if marker == _ADOBE and body[:5] == b"Adobe" and len(body) >= 12:
            out.append(b"\xff\xee\x00\x0eAdobe\x00\x64" + bytes(4) + body[11:12])
        elif _needed(marker, body):
            out.append(b"\xff" + bytes([marker]) + data[at - length : at])
        if marker == _SCAN:
            scans += 1
            end = _scan_end(data, at)
            out.append(data[at:end])
            at = end
        if scans > _MOST_SCANS:
            raise NotStrippable


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, and where it ends; fill bytes go."""
    if data[at : at + 1] != b"\xff":
        raise NotStrippable
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise NotStrippable
    return data[at], at + 1


def _needed(marker: int, body: bytes) -> bool:
    """Whether a decoder needs a segment; one that holds more than it should is an error."""
    if marker in _FRAMES:
        exact = len(body) >= 6 and len(body) == 6 + 3 * body[5]
    elif marker == _SCAN:
        exact = len(body) >= 1 and len(body) == 4 + 2 * body[0]
    elif marker == _TABLES:
        exact = _quantisation(body) == len(body)
    elif marker == _HUFFMAN:
        exact = _huffman(body) == len(body)
    elif marker in (_RESTART, _LINES):
        exact = len(body) == 2
    elif marker == _ARITHMETIC:
        exact = len(body) % 2 == 0 and len(body) <= 64
    elif 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return False
    else:
        exact = False
    if not exact:
        raise NotStrippable
    return True


def _quantisation(body: bytes) -> int:
    at = 0
    while at < len(body):
        at += 129 if body[at] >> 4 else 65
    return at


def _huffman(body: bytes) -> int:
    at = 0
    while at < len(body):
        at += 17 + sum(body[at + 1 : at + 17])
    return at


def _scan_end(data: bytes, at: int) -> int:
    """Where the compressed data end: at a marker that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise NotStrippable
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _profile(profile: bytes | None) -> list[bytes]:
    if not profile:
        return []
    parts = [profile[at : at + _LONGEST] for at in range(0, len(profile), _LONGEST)]
    if len(parts) > 255:
        return []
    return [
        b"\xff\xe2" + (len(part) + 16).to_bytes(2) + _PROFILE + bytes([number, len(parts)]) + part
        for number, part in enumerate(parts, 1)
    ]
