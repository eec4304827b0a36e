"""The conditions of ``@if``, as regular expressions on whole values."""

import re

from cleanroom.ctp.call import Call
from cleanroom.ctp.element import Element, Unexpressed, word_of
from cleanroom.header.legality import WIDTHS
from cleanroom.header.standard import standard_vr

_FLAGS = re.compile(r"\(\?([a-zA-Z]+)\)(.*)", re.DOTALL)
_JAVA = (("(?<", "(?P<"), (r"\p{Alpha}", "[A-Za-z]"), (r"\p{Digit}", "[0-9]"), (r"\p{Upper}", "[A-Z]"))
_POSSESSIVE = re.compile(r"[+*?}]\+")


def condition(call: Call, element: Element) -> tuple[str, str, tuple[str, ...]] | None:
    """The keyword and the pattern of a condition, and what is not quite the same; None: it always holds.

    Raises
    ------
    Unexpressed
        When ``when:`` of a profile cannot say it.
    """
    if len(call.arguments) < 2:
        raise Unexpressed(f"{call.text} has no condition")
    tag, test = element.source(call.argument(0)), call.argument(1)
    wanted = element.filled(call.argument(2)) if len(call.arguments) > 2 else ""
    here = word_of(tag)
    if test == "exists" and tag == element.tag:
        return None
    if test == "exists":
        return here, "(?s:.+)", ("an element that is there but empty counts as missing",)
    if standard_vr(tag) in WIDTHS and test != "isblank":
        raise Unexpressed(f"`when:` compares text, and {here} is a binary number")
    if test == "isblank":
        return here, r"\s*", ()
    if test == "equals":
        return here, f"(?is:{re.escape(wanted)})", ()
    if test == "contains":
        return here, f"(?is:.*{re.escape(wanted)}.*)", ()
    if test == "matches":
        return here, pattern(wanted.strip()), ()
    raise Unexpressed(f"`when:` has no test `{test}`")


def pattern(java: str) -> str:
    """A regular expression of Java in Python's spelling.

    Raises
    ------
    Unexpressed
        When Python has no such expression.
    """
    text = java
    for old, new in _JAVA:
        text = text.replace(old, new) if old != "(?<" else re.sub(r"\(\?<(?![=!])", new, text)
    if flags := _FLAGS.fullmatch(text):
        text = f"(?{flags[1]}:{flags[2]})"
    try:
        re.compile(text)
    except re.error as error:
        raise Unexpressed(f"`{java}` is no regular expression here: {error}") from None
    if _POSSESSIVE.search(text) or "&&" in text:
        raise Unexpressed(f"`{java}` uses what only Java's regular expressions have")
    return text


def both(first: str, second: str) -> str:
    """The pattern of what matches two patterns."""
    return rf"(?=(?:{first})\Z)(?:{second})"
