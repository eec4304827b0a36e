"""``cleanroom clean --what-if FILE``: every element of a file, what becomes of it, and why."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from cleanroom.clean.listing import grouped, look
from cleanroom.clean.marks import MARKS
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.private import PrivateRules
from cleanroom.clean.profile import load
from cleanroom.clean.rules import SOP_CLASS, Rules
from cleanroom.clean.text import TextCleaner
from cleanroom.clean.values import Values
from cleanroom.config import Config
from cleanroom.errors import SetAside, StopRun
from cleanroom.explain.printed import cut, printed, vr_of
from cleanroom.explain.reason import LAST_COMMAND_GROUP, Reasons
from cleanroom.identity import KEY_BYTES, Identity, load_key
from cleanroom.patients import Patients

_COLUMNS = ("tag", "attribute", "VR", "value", "action", "new value", "why")
_MISSING = "-"
_EMPTY = "(empty)"
_ITEM = -1
_GONE = "(removed)"


class Line(NamedTuple):
    """One element."""

    depth: int
    tag: int
    vr: str
    value: str
    action: str
    new: str
    why: str


def what_if(file: Path, config: Config, whole: bool) -> Iterator[str]:
    """The lines about one file; they hold the patient's original values.

    Parameters
    ----------
    file
        A DICOM instance.
    config
        For the profile, the key and the patients file; nothing is written, a missing key included.
    whole
        Whether the reader may see identifying values here: on a terminal, or because they asked for it.

    Raises
    ------
    StopRun
        When not, or when the file cannot be read.
    """
    if not whole:
        raise StopRun(
            "--what-if prints the patient's original values, and this output is not a terminal.",
            "run it on a terminal, or add --print-identities if this output may hold them",
        )
    with quiet_pydicom():
        yield from _lines(file, config)


def _lines(path: Path, config: Config) -> Iterator[str]:
    rules = Rules(load(config.profile))
    identity, has_key = _identity(config)
    original = _original(path)
    yield f"profile {rules.profile.name}"
    yield "texts are cleaned of the identities in this file; in a run, of those in its whole study"
    if not has_key:
        yield "there is no key yet: pseudonyms, UIDs and dates are made with one that is thrown away"
    clean = Dataset()
    try:
        clean = _cleaned(path, original, config, rules, identity)
    except SetAside as failure:
        yield f"THE INSTANCE IS SET ASIDE: {failure.reason}" + (f" ({failure.fix})" if failure.fix else "")
    reasons = Reasons(rules, rules.decisions(original), _sop_class(original), [])
    lines = list(_Walk(rules, reasons, bool(clean)).lines(original, clean, 0, 0))
    yield from _aligned(lines)
    yield "pixel data, and what follows it in the file, is not looked at here"


def _original(path: Path) -> Dataset:
    try:
        with path.open("rb") as file:
            header = read_header(file)
    except OSError as error:
        raise StopRun(f"{path} cannot be read: {error.strerror}.", "name a DICOM file") from None
    except SetAside as failure:
        raise StopRun(f"{path}: {failure.reason}.", "name a DICOM file") from None
    if SOP_CLASS not in header:
        raise StopRun(f"{path} has no SOP Class UID: it is not a DICOM instance.", "name a DICOM file")
    return header


def _cleaned(path: Path, original: Dataset, config: Config, rules: Rules, identity: Identity) -> Dataset:
    groups, refused = grouped([look(path)], identity, Patients(identity, config.patients))
    if refused:
        raise SetAside(refused[0].reason)
    text = TextCleaner(frozenset(groups[0].identifying), rules.profile.keeps)
    return clean_original(original, rules, Values(identity, groups[0].patient, text))[0]


def _identity(config: Config) -> tuple[Identity, bool]:
    path = config.key or config.private / "key"
    if path.is_file():
        return Identity(load_key(path)), True
    return Identity(os.urandom(KEY_BYTES)), False


def _sop_class(header: Dataset) -> str:
    return str(header.get("SOPClassUID", "")).strip("\0 ") or "unknown"


class _Walk:
    """Aligns a header with its cleaned copy, level by level."""

    def __init__(self, rules: Rules, reasons: Reasons, cleaned: bool) -> None:
        self._cleaned = cleaned
        self._reasons = reasons
        self._private = PrivateRules(rules.profile.private_creators)
        self._safe = rules.profile.private == "safe"

    def lines(self, source: Dataset, clean: Dataset, parent: int, depth: int) -> Iterator[Line]:
        for tag in sorted(set(source.keys()) | set(clean.keys())):
            old = printed(source, tag) if tag in source else _MISSING
            new = printed(clean, tag) if tag in clean else _GONE if self._cleaned else _MISSING
            vr = vr_of(source if tag in source else clean, tag)
            action, why = self._reason(source, clean, parent, tag, old == new)
            shown = "(the same)" if old == new else cut(new) or _EMPTY
            yield Line(depth, tag, vr, cut(old) or _EMPTY, action, shown, why)
            if vr == "SQ" and tag in source:
                items = list(clean[tag].value) if tag in clean and clean[tag].VR == "SQ" else []
                for number, item in enumerate(source[tag].value):
                    copy = items[number] if number < len(items) else Dataset()
                    if tag in clean:
                        yield Line(depth + 1, _ITEM, "", "", "", "", f"item {number + 1}")
                        yield from self.lines(item, copy, int(tag), depth + 1)

    def _reason(self, source: Dataset, clean: Dataset, parent: int, tag: int, same: bool) -> tuple[str, str]:
        if tag >> 16 & 1:
            return self._of_private(source, clean, tag)
        if tag >> 16 <= LAST_COMMAND_GROUP:
            return "X", "commands and directories are no content"
        if tag in MARKS and not parent:
            return "D", "marks of de-identification"
        if tag not in source:
            rule = self._reasons.rule(parent, tag)
            return (rule.action, f"added by the profile: {rule.attribute}") if rule else ("D", "added")
        reason = self._reasons.of((parent, tag))
        gone = tag not in clean and reason.action not in ("X", "set_aside")
        emptied = reason.action in ("K", "V", "C") and not same and printed(clean, tag) == ""
        if self._cleaned and (gone or emptied):
            return ("X" if gone else "Z"), f"{reason.why}; this value could not stay"
        return reason.action, reason.why

    def _of_private(self, source: Dataset, clean: Dataset, tag: int) -> tuple[str, str]:
        if tag & 0xFFFF <= 0xFF:
            return ("K" if tag in clean else "X"), "private creator"
        creator = printed(source, tag & 0xFFFF0000 | tag >> 8 & 0xFF)
        listed = self._private.listed(creator, tag >> 16, tag & 0xFF)
        if tag in clean:
            return "K", f"private element of {creator}, listed as safe"
        state = "its value could not stay" if listed else "not listed as safe"
        if not self._safe:
            return "X", "`private: removed`"
        return "X", f"private element of {creator or 'no creator'}: {state}"


def _aligned(lines: list[Line]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for line in lines:
        if line.tag == _ITEM:
            rows.append(("  " * line.depth + line.why, *[""] * (len(_COLUMNS) - 1)))
            continue
        number = f"{'  ' * line.depth}({line.tag >> 16:04X},{line.tag & 0xFFFF:04X})"
        name = keyword_for_tag(line.tag) or "?"
        rows.append((number, name, line.vr, line.value, line.action, line.new, line.why))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
