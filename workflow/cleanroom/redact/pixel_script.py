"""Scripts of the RSNA CTP DicomPixelAnonymizer: signatures of devices and the regions of their words.

The format, as CTP's ``PixelScript.java`` and ``DicomObject.java`` read it (github.com/johnperry/CTP): all is
comment but ``{ condition }`` and the regions ``(left,top,width,height)`` after it; a condition joins
``Keyword.test("text")`` and ``[gggg,eeee].test("text")`` with ``*`` (and), ``+`` (or), ``!`` (not); the first
signature that matches counts; a negative left or top counts from the right or lower edge.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from cleanroom.atomic import refuse_existing, write_text
from cleanroom.ctp.findings import Findings
from cleanroom.errors import StopRun
from cleanroom.redact.templates import Template, When, check, read

_SIGNATURE = re.compile(r"\{([^}]*)\}")
_REGION = re.compile(r"\(([^)]*)\)")
_NUMBERS = re.compile(r"\s*(-?\d+)\s*,\s*(-?\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*")
_TOKEN = re.compile(
    r"\s*(?://[^\n]*\n\s*)*(?:(?P<sign>[()*+!])|(?P<element>\[[^\]]*\]|[A-Za-z]\w*)\s*"
    r"(?:\.\s*(?P<test>\w+)\s*\(\s*\"(?P<text>[^)]*)\"\s*\))?)"
)
_TAG = re.compile(r"\[\s*([0-9A-Fa-f]{4})\s*,\s*([0-9A-Fa-f]{4})\s*\]")
_TESTS = {
    "equals": "equals",
    "equalsIgnoreCase": "equals_any_case",
    "contains": "contains",
    "containsIgnoreCase": "contains_any_case",
    "startsWith": "starts_with",
    "startsWithIgnoreCase": "starts_with_any_case",
    "endsWith": "ends_with",
    "endsWithIgnoreCase": "ends_with_any_case",
    "matches": "matches",
    "isLessThan": "less_than",
    "isGreaterThan": "greater_than",
}


class Unexpressed(Exception):
    """A template cannot say it."""


@dataclass
class Token:
    """A sign of a condition, or one test of an element."""

    sign: str
    when: When


def import_pixel_script(path: Path, out: Path) -> Findings:
    """Write the templates that do what a script does.

    Parameters
    ----------
    path
        A script of the CTP DicomPixelAnonymizer.
    out
        The YAML file to write; an existing one is never overwritten.

    Returns
    -------
    Findings
        What the templates could not express, by line.

    Raises
    ------
    StopRun
        When the script cannot be read or holds no signature, or the file exists.
    """
    refuse_existing(out)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise StopRun(f"{path} cannot be read as UTF-8 text.", "name a script of CTP") from None
    findings = Findings()
    rows = [template.model_dump(mode="json") for template in templates_of(text, findings)]
    if not rows:
        raise StopRun(f"{path} has no signature `{{ ... }}` with regions that can be used.", "name another")
    head = (
        "# Templates of devices: the first whose condition holds counts. Negative left or top, and right or\n"
    )
    head += "# bottom of 0 or less, count from the far edge.\n"
    write_text(out, head + yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110), mode=0o644)
    read(out)
    return findings


def templates_of(text: str, findings: Findings) -> list[Template]:
    """The templates of a script's text, in its order."""
    found = list(_SIGNATURE.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    templates = []
    for match, end in zip(found, ends, strict=True):
        line = text.count("\n", 0, match.start()) + 1
        rectangles = _rectangles(text, match.end(), end, findings)
        try:
            when = condition(match[1])
            check(when)
        except (Unexpressed, ValueError) as error:
            findings.add("lost", line, f"the signature: {error}")
            continue
        if rectangles:
            templates.append(Template(name=f"line {line}", when=when, rectangles=rectangles))
        else:
            findings.add(
                "lost", line, "the signature has no region; CTP stops there, and here the next counts"
            )
    return templates


def _rectangles(text: str, start: int, end: int, findings: Findings) -> list[tuple[int, int, int, int]]:
    rectangles = []
    for match in _REGION.finditer(text, start, end):
        numbers = _NUMBERS.fullmatch(match[1])
        if numbers:
            left, top, width, height = map(int, numbers.groups())
            rectangles.append((left, top, _end(left, width), _end(top, height)))
        elif any(sign.isdigit() for sign in match[1]) and "," in match[1]:
            line = text.count("\n", 0, match.start()) + 1
            findings.add("lost", line, f"({match[1]}) is no region (left,top,width,height)")
    return rectangles


def _end(start: int, length: int) -> int:
    return start + length if start >= 0 else min(start + length, 0)


def condition(text: str) -> When:
    """A condition of a template from one of a script.

    Raises
    ------
    Unexpressed
        When it cannot be read, or a template has no such test.
    """
    tokens = _tokens(text)
    when = _either(tokens)
    if tokens:
        raise Unexpressed(f"`{tokens[0].sign or tokens[0].when}` is one too many")
    return when


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    text = re.sub(r"//[^\n]*", "", text).rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise Unexpressed(f"`{' '.join(text[at:].split())[:40]}` cannot be read")
        at = match.end()
        tokens.append(Token(match["sign"], {}) if match["sign"] else Token("", _test(match)))
    return tokens


def _test(match: re.Match[str]) -> When:
    tag = _TAG.fullmatch(match["element"])
    name = (tag[1] + tag[2]).upper() if tag else match["element"]
    if match["test"] not in _TESTS:
        raise Unexpressed(f"there is no test `{match['test'] or match['element']}`")
    return {name: {_TESTS[match["test"]]: match["text"]}}


def _either(tokens: list[Token]) -> When:
    return _joined(tokens, "+", "any", _both)


def _both(tokens: list[Token]) -> When:
    return _joined(tokens, "*", "all", _single)


def _joined(tokens: list[Token], sign: str, word: str, part: Callable[[list[Token]], When]) -> When:
    parts = [part(tokens)]
    while tokens and tokens[0].sign == sign:
        tokens.pop(0)
        parts.append(part(tokens))
    return parts[0] if len(parts) == 1 else {word: parts}


def _single(tokens: list[Token]) -> When:
    if not tokens:
        raise Unexpressed("the condition ends too early")
    token = tokens.pop(0)
    if token.sign == "!":
        return {"not": _single(tokens)}
    if token.sign == "(":
        when = _either(tokens)
        if not tokens or tokens.pop(0).sign != ")":
            raise Unexpressed("a bracket is not closed")
        return when
    if token.sign:
        raise Unexpressed(f"`{token.sign}` stands where a test should")
    return token.when
