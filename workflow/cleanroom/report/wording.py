"""Text from records, made safe to show: on a page, in a table, in a terminal."""

import re
import unicodedata

LONGEST = 400
_PATH = re.compile(
    r"""(?P<quote>['"])[^'"]*[/\\][^'"]*(?P=quote)   # quoted, as in Python's own messages
    | (?<![\w./\\<])(?:[A-Za-z]:\\|\\\\|/)(?=[^\s/\\])[^'"]*   # absolute: up to the end, it may hold blanks
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text with control, bidi and other hidden characters written as ``\\uXXXX``."""
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(letter):04x}" if unicodedata.category(letter) in _HIDDEN else letter for letter in text
    )


def shareable(text: str) -> str:
    """One line for people: hidden characters shown, no path of a file, not endless.

    A quoted or an absolute path in a reason comes from an exception and may hold a name.
    """
    line = visible(" ".join(text.split()))
    line = _PATH.sub("(a path)", line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def cell(text: str) -> str:
    """A table cell that no spreadsheet takes for a formula."""
    text = visible(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) and not _NUMBER.fullmatch(text) else text


def path_cell(path: str) -> str:
    """A relative path as a table cell: still the same path, never a formula."""
    text = visible(path)
    return f"./{text}" if text.startswith(("=", "+", "-", "@")) else text
