"""The replacement language of a script: text and function calls."""

from dataclasses import dataclass

_CLAUSES = {"if": 2, "select": 2, "append": 1}


class Unreadable(Exception):
    """A replacement that is not in the language."""


@dataclass(frozen=True)
class Call:
    """One function call, such as ``@if(this,isblank){@remove()}{@keep()}``."""

    name: str
    arguments: tuple[str, ...]
    clauses: tuple[str, ...]
    text: str
    """As the script writes it, without the clauses."""

    def argument(self, number: int, default: str = "") -> str:
        """An argument without its quotes."""
        if number >= len(self.arguments):
            return default
        word = self.arguments[number]
        return word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word


Part = str | Call


def parts(text: str) -> list[Part]:
    """The text and the calls of a replacement, in their order.

    Raises
    ------
    Unreadable
        When a call is not closed.
    """
    found: list[Part] = []
    place, plain = 0, ""
    while place < len(text):
        letter = text[place]
        if letter == "\\" and place + 1 < len(text):
            plain += text[place + 1]
            place += 2
        elif letter == "@":
            found += [plain] if plain else []
            call, place = _call(text, place)
            found.append(call)
            plain = ""
        else:
            plain += letter
            place += 1
    return found + ([plain] if plain else [])


def _call(text: str, start: int) -> tuple[Call, int]:
    bracket = text.find("(", start)
    name = "".join(text[start + 1 : bracket].split()) if bracket > 0 else ""
    if not name.isalnum():
        raise Unreadable(f"`{text[start:]}` is not a function call")
    arguments, place = _arguments(text, bracket + 1)
    end = place
    clauses = []
    for _ in range(_CLAUSES.get(name, 0)):
        clause, place = _clause(text, place, name)
        clauses.append(clause)
    return Call(name, tuple(arguments), tuple(clauses), text[start:end]), place


def _arguments(text: str, place: int) -> tuple[list[str], int]:
    arguments, word, depth, quoted = [], "", 0, False
    while place < len(text):
        letter = text[place]
        place += 1
        if letter == "\\" and place < len(text):
            word += text[place]
            place += 1
            continue
        if not quoted and depth == 0 and letter in ",)":
            arguments += [word.strip()] if word.strip() or letter == "," else []
            if letter == ")":
                return arguments, place
            word = ""
            continue
        if letter == '"':
            quoted = not quoted
        elif not quoted:
            depth = max(0, depth + (letter in "([") - (letter in ")]"))
        word += letter
    raise Unreadable(f"`{text}` has no closing bracket")


def _clause(text: str, place: int, name: str) -> tuple[str, int]:
    while place < len(text) and text[place].isspace():
        place += 1
    if place >= len(text) or text[place] != "{":
        raise Unreadable(f"@{name} of `{text}` has no {{...}} there")
    depth = 0
    for end in range(place, len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            return text[place + 1 : end].strip(), end + 1
    raise Unreadable(f"`{text}` has no closing brace")
