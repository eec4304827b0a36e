"""Actions and rules in words."""

from cleanroom.clean.attribute_rule import AttributeRule

_LETTERS = {"keep": "V", "clean": "C", "remove": "X", "empty": "Z", "shift": "C", "uid": "U"}
_ACTIONS = {
    "D": "a dummy",
    "Z": "emptied",
    "X": "removed",
    "K": "kept",
    "C": "cleaned",
    "U": "a new UID",
    "U*": "a new UID",
    "V": "kept word for word",
    "set_aside": "the instance is set aside",
}
_TEXT = {"LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_DATES = {"DA", "DT"}


def words(action: str, vr: str) -> str:
    """An action in words.

    Parameters
    ----------
    action
        A letter, or several such as ``X/Z/D``: which of them depends on the object.
    vr
        The value representation.
    """
    if vr == "SQ" and action in ("K", "V", "C"):
        return "kept, its items cleaned"
    if action == "K" and vr in _TEXT:
        return "kept, without the study's identities"
    if action == "C" and vr in _DATES:
        return "moved by the patient's days"
    if action == "C" and vr in _TEXT:
        return "cleaned of what identifies"
    parts = dict.fromkeys(_ACTIONS.get(part, part) for part in action.split("/"))
    *first, last = parts
    return f"{', '.join(first)} or {last}" if first else last


def letter_of(rule: AttributeRule) -> str:
    """The letter of a rule's action, or the action itself."""
    return _LETTERS.get(rule.action, rule.action)


def rule_in_words(rule: AttributeRule, short: bool = False) -> str:
    """What a rule does.

    Parameters
    ----------
    short
        Without naming the rule.
    """
    if rule.action == "value":
        what = f"becomes `{rule.value}`" + (", added where missing" if rule.insert else "")
    elif rule.action == "csv" and rule.csv:
        what = f"from column {rule.csv.column} of {rule.csv.file.name}"
    elif rule.action == "regex":
        what = f"`{rule.pattern}` becomes `{rule.replacement}`"
    elif rule.action == "hash":
        what = "a keyed hash"
    else:
        what = _ACTIONS.get(_LETTERS.get(rule.action, rule.action), rule.action)
    if short:
        return what
    why = f" ({rule.why})" if rule.why else ""
    return f"profile: {rule.attribute}: {rule.action}{why}"


def when_in_words(rule: AttributeRule) -> str:
    """The conditions of a rule."""
    parts = []
    for word, wanted in rule.when.items():
        if isinstance(wanted, list):
            parts.append(f"{word} is {' or '.join(value or 'empty' for value in wanted)}")
        else:
            parts.append(f"{word} matches `{wanted}`")
    return "when " + " and ".join(parts)
