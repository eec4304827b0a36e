"""Planted identities as bytes, anywhere in the output but in pixels."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from exam.cleaned import Cleaned
from exam.key import Key

SHORTEST = 4
DEVICE_UID = 0x00181002
ESCAPES = (b"\x1b$B", b"\x1b(B", b"\x1b(J")
NUMBER = frozenset(b"0123456789.")


def leaks(key: Key, cleaned: dict[str, Cleaned]) -> list[tuple[str, str]]:
    """File number and string of every planted identity that is found.

    Each is searched in latin-1, UTF-8, both UTF-16 and its file's character set, in capitals, small letters
    and as typed. A number counts only when no digit or point stands beside it.
    """
    headers = {number: each.header().lower() for number, each in cleaned.items()}
    everything = b"\n".join(headers.values())
    found = []
    for pattern, texts in patterns(key).items():
        if pattern in everything:
            found += [
                (number, text)
                for number, header in headers.items()
                for text in texts
                if _stands_alone(header, pattern, text)
            ]
    return [(number, text) for number, text in sorted(set(found)) if text not in _devices(cleaned[number])]


def _devices(each: Cleaned) -> set[str]:
    """Device UIDs: the key asks that they stay, so as bytes they are none of the leaks."""
    return {str(item.value) for item in each.dataset.iterall() if item.tag == DEVICE_UID}


def patterns(key: Key) -> dict[bytes, set[str]]:
    """Bytes to search, ASCII letters small, with the strings they stand for."""
    found: dict[bytes, set[str]] = defaultdict(set)
    for text, codec in set(key.strings):
        for coded in _encoded(text, ("latin-1", "utf-8", "utf-16-le", "utf-16-be", codec)):
            if len(coded) >= SHORTEST:
                found[coded.lower()].add(text)
    return dict(sorted(found.items()))


def _encoded(text: str, codecs: Iterable[str]) -> Iterator[bytes]:
    if len(text) < SHORTEST and text.isascii():
        return
    for codec in codecs:
        for variant in (text, text.upper(), text.lower()):
            try:
                coded = variant.encode(codec)
            except UnicodeEncodeError:
                continue
            for escape in ESCAPES:
                coded = coded.replace(escape, b"")
            yield coded


def _stands_alone(header: bytes, pattern: bytes, text: str) -> bool:
    at = header.find(pattern)
    bare = text.replace(".", "").isdigit()
    while at >= 0:
        beside = {*header[max(0, at - 1) : at], *header[at + len(pattern) : at + len(pattern) + 1]}
        if not bare or not beside & NUMBER:
            return True
        at = header.find(pattern, at + 1)
    return False
