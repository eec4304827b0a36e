"""Taking spans out of a text, and what then dangles."""

import re
from collections.abc import Iterable

Span = tuple[int, int]
_GAP = "\ue000"
_SEPARATORS = r"[ \t^,_.\-=;:/&|+#*'’\"~]"
_OPEN, _CLOSE = r"[(\[{<]", r"[)\]}>]"
_BRACKETED = re.compile(f"{_OPEN}{_SEPARATORS}*{_GAP}{_SEPARATORS}*{_CLOSE}")
_AROUND = re.compile(f"(?P<left>{_SEPARATORS}*)(?:{_GAP}{_SEPARATORS}*)+")
_NO_WORD = re.compile(r"[\W_]*")


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, overlapping ones united."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif end > start:
            result.append((start, end))
    return result


def without(text: str, spans: list[Span]) -> str:
    """A text without these spans; nothing that they kept apart is joined.

    Lines and values (backslash) stay apart. Of the separators around a gap one stays between words, none at
    the beginning or end of a line, a value or a bracket. A text without a letter or digit becomes empty.
    """
    parts, place = [], 0
    for start, end in spans:
        parts.append(text[place:start])
        place = end
    gapped = _GAP.join([*parts, text[place:]])
    while (outside := _BRACKETED.sub(_GAP, gapped)) != gapped:
        gapped = outside
    result = _AROUND.sub(_bridge, gapped)
    return "" if _NO_WORD.fullmatch(result) else result


def _bridge(match: re.Match[str]) -> str:
    """What stands in place of a gap and the separators around it."""
    text, start, end = match.string, match.start(), match.end()
    if start == 0 or text[start - 1] in "\r\n\f\\([{<":
        return ""
    if end == len(text) or text[end] in "\r\n\f\\)]}>":
        return ""
    left, right = match["left"], match[0].rsplit(_GAP, 1)[1]
    if any(character not in " \t" for character in right):
        return right
    return left or right or " "
