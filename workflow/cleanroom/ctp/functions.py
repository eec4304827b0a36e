"""The functions of a script, and the action of a profile that does the same or comes nearest."""

import re
from collections.abc import Callable

from cleanroom.ctp.call import Call
from cleanroom.ctp.condition import pattern
from cleanroom.ctp.element import PATIENT, Element, Outcome, Unexpressed

PSEUDONYM = "{patient}"
_WORDS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_DATES = {"DA", "DT"}
_SHIFTS_NOTE = "; days of your own are the column `shift_days` of `patients: {file: ...}` in config.yaml"
_NOT_HERE = {
    "call": "a plug-in of CTP",
    "date": "today's date would make every run differ",
    "dateinterval": "days since a date of the lookup table",
    "decrypt": "decrypts",
    "initials": "initials identify; no action makes them",
    "lowercase": "no action changes the case",
    "pathelement": "no action splits paths",
    "pixelspacing": "no action computes it",
    "round": "no action groups ages; above 89 years they become 90",
    "scramble": "no action scrambles",
    "time": "the time of the run would make every run differ",
    "uppercase": "no action changes the case",
}
_PATIENT_NOTE = "the patient's pseudonym, made with Cleanroom's key, stands for it"
_PATIENTS_NOTE = (
    "the lookup table becomes the file that config.yaml names as `patients: {{file: ...}}`: columns "
    "`patient_id` and `pseudonym`, a row for each `{}/patient_id=pseudonym`; who is not in it is set aside, "
    "as CTP quarantines"
)
_HASH_NOTE = "a keyed hash, 16 hexadecimal digits, stands for it"
_DATE_NOTE = (
    "dates move by the patient's own number of whole weeks, made with the key, not by the script's days"
)


def outcome(call: Call, element: Element) -> list[Outcome]:
    """What one call makes of an element.

    Raises
    ------
    Unexpressed
        When a profile has no such action.
    """
    if call.name in _NOT_HERE:
        raise Unexpressed(f"@{call.name}: {_NOT_HERE[call.name]}")
    made = _MADE.get(call.name)
    if made is None:
        raise Unexpressed(f"@{call.name} is no function of the CTP DicomAnonymizer")
    return made(call, element)


def is_pseudonym(call: Call, element: Element) -> bool:
    """Whether a call makes the patient's new ID or name."""
    places = {"hash": 0, "hashname": 0, "integer": 0, "encrypt": 0, "hashptid": 1}
    if call.name not in places:
        return False
    return element.source(call.argument(places[call.name])) in PATIENT


def _hashed(call: Call, element: Element) -> list[Outcome]:
    if is_pseudonym(call, element):
        return [Outcome("value", {"value": PSEUDONYM}, notes=(_PATIENT_NOTE,))]
    _needs_this(call, element, 1 if call.name == "hashptid" else 0)
    if element.vr == "UI":
        return [Outcome("uid", notes=("a 2.25. UID stands for the hash",))]
    if element.vr not in _WORDS:
        raise Unexpressed(f"a hash is no {element.vr or 'value'}")
    return [Outcome("hash", notes=(_HASH_NOTE,))]


def _uid(call: Call, element: Element) -> list[Outcome]:
    _needs_this(call, element, 1)
    if element.vr != "UI":
        raise Unexpressed(f"{element.word} is no UID")
    return [Outcome("uid", notes=("a 2.25. UID made with the key; the script's UID root is not used",))]


def _shifted(call: Call, element: Element) -> list[Outcome]:
    _needs_this(call, element, 0)
    if element.vr not in _DATES:
        raise Unexpressed(f"{element.word} is no date")
    looked_up = call.name == "incrementdate" and len(call.arguments) > 2
    return [Outcome("shift", notes=(_DATE_NOTE + (_SHIFTS_NOTE if looked_up else ""),))]


def _redated(call: Call, element: Element) -> list[Outcome]:
    _needs_this(call, element, 0)
    if element.vr not in _DATES or len(call.arguments) < 4:
        raise Unexpressed(f"{element.word} is no date, or a number is missing")
    new = ""
    for group, width in ((1, 4), (2, 2), (3, 2)):
        number = element.filled(call.argument(group))
        new += number.zfill(width) if number.isdecimal() else rf"\g<{group}>"
    rest = r"\g<4>" if element.vr == "DT" else ""
    keys = {"pattern": r"(\d{4})(\d{2})(\d{2})([^\\]*)|[^\\]+", "replacement": new + rest}
    return [Outcome("regex", keys, notes=("an object with a date of another form is set aside",))]


def _looked_up(call: Call, element: Element) -> list[Outcome]:
    if element.source(call.argument(0)) != 0x00100020:
        raise Unexpressed("`csv` looks values up by the Patient ID only")
    column = element.filled(call.argument(1))
    if element.tag in PATIENT:
        return [Outcome("value", {"value": PSEUDONYM}, notes=(_PATIENTS_NOTE.format(column),))]
    source = {"file": "lookup-table.csv", "column": column}
    note = (
        f"the lookup table becomes lookup-table.csv beside the profile: a first line `patient_id,{column}`, "
        f"then `original,replacement` for every `{column}/original=replacement`; CTP quarantines a patient "
        "who is not in it, Cleanroom removes, empties or replaces this one attribute by a dummy"
    )
    return [Outcome("csv", {"csv": source}, notes=(note,))]


def _contents(call: Call, element: Element) -> list[Outcome]:
    _needs_this(call, element, 0)
    if len(call.arguments) == 1:
        return [Outcome("keep")]
    new = re.sub(r"\$(\d)", r"\\g<\1>", call.argument(2).replace("\\", r"\\"))
    return [Outcome("regex", {"pattern": pattern(call.argument(1)), "replacement": new})]


def _valued(call: Call, element: Element) -> list[Outcome]:
    _needs_this(call, element, 0)
    kept = Outcome("keep")
    if len(call.arguments) == 1:
        return [kept]
    return [Outcome("value", {"value": call.argument(1)}, {element.word: r"\s*"}), kept]


def _truncated(call: Call, element: Element) -> list[Outcome]:
    _needs_this(call, element, 0)
    number = call.argument(1)
    if not re.fullmatch(r"-?\d+", number):
        return [Outcome("keep")]
    length = abs(int(number))
    shape = rf"\A(.{{0,{length}}}).*\Z" if int(number) >= 0 else rf"\A.*?(.{{0,{length}}})\Z"
    return [Outcome("regex", {"pattern": f"(?s:{shape})", "replacement": r"\g<1>"})]


def _required(call: Call, _: Element) -> list[Outcome]:
    return [Outcome("keep", notes=(f"{call.text}: it is not added where it is missing",))]


def _blank(_: Call, __: Element) -> list[Outcome]:
    return [Outcome("empty", notes=("@blank: empty instead of blanks",))]


def _processed(_: Call, element: Element) -> list[Outcome]:
    if element.vr != "SQ":
        raise Unexpressed(f"{element.word} is no sequence")
    return [Outcome("keep")]


def _skipped(_: Call, __: Element) -> list[Outcome]:
    note = "CTP passes the object on as it is; Cleanroom sets it aside, as it releases nothing uncleaned"
    return [Outcome("set_aside", notes=(note,))]


def _needs_this(call: Call, element: Element, number: int) -> None:
    if element.source(call.argument(number)) != element.tag:
        raise Unexpressed(f"{call.text}: no action takes the value of another element")


_MADE: dict[str, Callable[[Call, Element], list[Outcome]]] = {
    **dict.fromkeys(("hash", "hashname", "hashptid", "integer", "encrypt"), _hashed),
    **dict.fromkeys(("alphabetichash", "numerichash"), _hashed),
    **dict.fromkeys(("hashdate", "incrementdate"), _shifted),
    "blank": _blank,
    "contents": _contents,
    "empty": lambda *_: [Outcome("empty")],
    "hashuid": _uid,
    "keep": lambda *_: [Outcome("keep")],
    "lookup": _looked_up,
    "modifydate": _redated,
    "process": _processed,
    "quarantine": lambda *_: [Outcome("set_aside")],
    "remove": lambda *_: [Outcome("remove")],
    "require": _required,
    "skip": _skipped,
    "truncate": _truncated,
    "value": _valued,
}
