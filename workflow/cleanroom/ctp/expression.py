"""What a whole replacement makes of an element."""

from dataclasses import replace

from cleanroom.clean.attribute_rule import AttributeRule
from cleanroom.ctp.call import Call, Part, parts
from cleanroom.ctp.condition import both, condition
from cleanroom.ctp.element import Element, Outcome, Unexpressed
from cleanroom.ctp.functions import PSEUDONYM, is_pseudonym, outcome
from cleanroom.header.legality import is_legal

_DEEPEST = 16
_WHOLE = r"(?s:\A(.*)\Z)"


def outcomes(text: str, element: Element, depth: int = 0) -> list[Outcome]:
    """The rules for an element, the first whose conditions hold counts.

    Parameters
    ----------
    text
        A replacement of the script, such as ``@always()YES``.
    element
        Whose replacement it is.

    Raises
    ------
    Unexpressed
        When a profile cannot say it.
    """
    if depth > _DEEPEST:
        raise Unexpressed("its conditions are nested too deeply")
    found = parts(text)
    rest = [part for part in found if not (isinstance(part, Call) and part.name == "always")]
    always = len(rest) < len(found)
    if not rest:
        return [Outcome("value", {"value": "", "insert": True}) if always else Outcome("empty")]
    if len(rest) > 1 or isinstance(rest[0], str) or rest[0].name == "param" or is_pseudonym(rest[0], element):
        made = _composed(rest, element)
    elif rest[0].name == "if":
        made = _either(rest[0], element, depth)
    elif rest[0].name == "select":
        made = _by_level(rest[0], element, depth)
    elif rest[0].name == "append":
        made = _appended(rest[0], element)
    else:
        made = outcome(rest[0], element)
    return [_inserted(one, element) for one in made] if always else made


def _either(call: Call, element: Element, depth: int) -> list[Outcome]:
    held = condition(call, element)
    first = outcomes_or_removal(call.clauses[0], element, depth + 1)
    if held is None:
        return first
    word, pattern, notes = held
    conditional = []
    for one in first:
        wanted = both(pattern, one.when[word]) if word in one.when else pattern
        conditional.append(
            replace(one, when={**one.when, word: wanted}, notes=tuple({**dict.fromkeys(one.notes + notes)}))
        )
    return conditional + outcomes_or_removal(call.clauses[1], element, depth + 1)


def outcomes_or_removal(text: str, element: Element, depth: int) -> list[Outcome]:
    """As `outcomes`; what cannot be said is removed."""
    try:
        return outcomes(text, element, depth)
    except Unexpressed as reason:
        return [Outcome("remove", notes=(f"NOT EXPRESSED {reason}: it is removed",))]


def _by_level(call: Call, element: Element, depth: int) -> list[Outcome]:
    root, nested = (outcomes_or_removal(clause, element, depth + 1) for clause in call.clauses)
    return [*(replace(one, root=True) for one in root), *nested]


def _appended(call: Call, element: Element) -> list[Outcome]:
    text = _text(parts(call.clauses[0]), element)
    keys = {"pattern": r"(?s:\A(.+)\Z)", "replacement": r"\g<1>\\" + text.replace("\\", r"\\")}
    empty = Outcome("value", {"value": _escaped(text)}, {element.word: r"\s*"})
    return [empty, Outcome("regex", keys)]


def _composed(rest: list[Part], element: Element) -> list[Outcome]:
    own = [part for part in rest if isinstance(part, Call) and part.name in ("contents", "value")]
    if own:
        return [_around(rest, own, element)]
    notes: tuple[str, ...] = ()
    value = ""
    for part in rest:
        if isinstance(part, Call) and is_pseudonym(part, element):
            value += PSEUDONYM
            notes = outcome(part, element)[0].notes
        else:
            value += _escaped(_text([part], element))
    shown = value.replace(PSEUDONYM, "P" * 13)
    if element.vr == "SQ" or not is_legal(element.vr, shown.encode()):
        raise Unexpressed(f"`{shown}` is no {element.vr}")
    return [Outcome("value", {"value": value}, notes=notes)]


def _around(rest: list[Part], own: list[Call], element: Element) -> Outcome:
    if len(own) > 1 or len(own[0].arguments) > 1 or element.source(own[0].argument(0)) != element.tag:
        raise Unexpressed("no action puts the values of several elements together")
    new = "".join(
        r"\g<1>" if part is own[0] else _text([part], element).replace("\\", r"\\") for part in rest
    )
    return Outcome("regex", {"pattern": _WHOLE, "replacement": new})


def _text(rest: list[Part], element: Element) -> str:
    text = ""
    for part in rest:
        if isinstance(part, str):
            text += part
        elif part.name == "param":
            text += element.filled(part.argument(0))
        else:
            outcome(part, element)
            raise Unexpressed(f"text and {part.text} are mixed")
    return text


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _inserted(one: Outcome, element: Element) -> Outcome:
    if element.vr == "SQ" or one.action in ("keep", "remove", "set_aside", "shift", "uid"):
        return one
    if one.action == "empty":
        return replace(one, action="value", keys={"value": "", "insert": True})
    if one.action in ("value", "csv"):
        return replace(one, keys={**one.keys, "insert": True})
    if one.action == "regex":
        return one
    return replace(one, notes=(*one.notes, "it is not added where it is missing"))


def rule(one: Outcome, element: Element, place: str, why: str) -> dict[str, object]:
    """The rule of a profile, as a mapping that `AttributeRule` accepts."""
    made: dict[str, object] = {"attribute": place + element.word, "action": one.action, **one.keys}
    if one.when:
        made["when"] = dict(one.when)
    made["why"] = why
    AttributeRule.model_validate(made)
    return made
