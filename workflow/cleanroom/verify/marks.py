"""Check 5: a released instance says what was done to it, and holds nothing that the profile takes away."""

from cleanroom.records import SeriesFace
from cleanroom.verify import documents, tables
from cleanroom.verify.header import Header
from cleanroom.verify.subject import Ids, Pair, Policy, Series
from cleanroom.verify.tables import Identifying

METHOD_CODES = 0x00120064
NAME, ID = 0x00100010, 0x00100020
REMOVED, METHOD, CODE = 0x00120062, 0x00120063, 0x00080100
BURNED_IN = 0x00280301
CONTRIBUTING, PURPOSE, EQUIPMENT = 0x0018A001, 0x0040A170, "109104"
BASIC, PIXEL_DATA, VISUAL_FEATURES, SAFE_PRIVATE = "113100", "113101", "113102", "113111"


def findings(pair: Pair, series: Series, policy: Policy, drawn: bool = False) -> list[str]:
    """What is missing from, or left in, the header of one instance.

    ``drawn``: it is a structure set on images whose face was removed.
    """
    after = pair.after
    codes = _codes(after)
    found = [] if after.buffer[:128] == bytes(128) else ["the preamble is not empty"]
    found += _declared(after, codes, policy)
    if EQUIPMENT not in _purposes(after):
        found.append("(0018,A001) does not name the equipment that de-identified it")
    new = codes - _codes(pair.before)
    found += _face_code(codes, new, series.face, drawn)
    found += _words_code(codes, new, pair, bool(series.text.frames_read))
    patient = pair.row.patient
    if any(after.text(tag) != patient for tag in (NAME, ID) if tag not in policy.own):
        found.append("Patient's Name and Patient ID are not the pseudonym")
    if SAFE_PRIVATE not in policy.options and _private(after):
        found.append("private elements are left")
    if after.text(0x00020003) != after.text(0x00080018):
        found.append("the SOP Instance UID is not that of the file meta information")
    return found + _left(pair, policy)


def of_series(series: Series, before: dict[str, Ids], after: dict[str, Ids]) -> list[str]:
    """What must be one value, or one for each, throughout a series."""
    found = []
    for name in ("series", "study"):
        if len({getattr(ids, name) for ids in after.values()}) > 1:
            found.append(f"the folder holds instances of more than one {name}")
    if len({ids.instance for ids in after.values()}) < len(after):
        found.append("two instances have the same SOP Instance UID")
    types: dict[str, set[str]] = {}
    for number, ids in after.items():
        types.setdefault(before[number].image_type, set()).add(ids.image_type)
    if any(len(group) > 1 for group in types.values()):
        found.append("Image Type differs between instances in which it was the same")
    if (series.changed or series.documents) and any(
        _same_uids(before[number], ids) for number, ids in after.items()
    ):
        found.append("pixels of the series changed and its UIDs did not")
    if series.changed:
        if any(not ids.image_type.startswith("DERIVED") for ids in after.values()):
            found.append("pixels of the series changed and Image Type is not DERIVED in all instances")
    elif any(group != {old} for old, group in types.items()):
        found.append("Image Type changed although no pixel did")
    return found


def _same_uids(before: Ids, after: Ids) -> bool:
    return before.instance == after.instance or before.series == after.series


def _codes(header: Header) -> set[str]:
    """The method codes."""
    return {
        header.value(element).decode("latin-1").strip("\0 ")
        for element in header.elements
        if element.path == (METHOD_CODES,) and element.tag == CODE
    }


def _purposes(header: Header) -> set[str]:
    """For what the contributing equipment was used."""
    return {
        header.value(element).decode("latin-1").strip("\0 ")
        for element in header.elements
        if element.path == (CONTRIBUTING, PURPOSE) and element.tag == CODE
    }


def _declared(header: Header, codes: set[str], policy: Policy) -> list[str]:
    found = []
    if header.text(REMOVED) != "YES":
        found.append("(0012,0062) Patient Identity Removed is not YES")
    if not header.text(METHOD):
        found.append("(0012,0063) De-identification Method is missing")
    due = policy.options if policy.weaker else policy.options | {BASIC}
    found += [f"(0012,0064) does not list {code}" for code in sorted(due - codes)]
    if policy.weaker and BASIC in codes:
        found.append("113100 is listed, and the profile keeps more than it allows")
    return found


def _face_code(codes: set[str], new: set[str], face: SeriesFace | None, drawn: bool) -> list[str]:
    decision = face.decision if face and face.tool != "none" else "not_applicable"
    removed = decision == "face" and face is not None and face.voxels_changed > 0
    due = drawn or removed or decision in ("no_face", "already_removed")
    if due and VISUAL_FEATURES not in codes:
        return [f"113102 is missing, and the face step decided {decision}"]
    if not due and VISUAL_FEATURES in new:
        return [f"113102 is listed, and the face step decided {decision}"]
    return []


def _words_code(codes: set[str], new: set[str], pair: Pair, read: bool) -> list[str]:
    """113101 and Burned In Annotation say NO when the words in the pixels were looked for, and only then."""
    if not read:
        return ["113101 is listed, but no frame was read for words"] if PIXEL_DATA in new else []
    if not pair.row.frames and not documents.there(pair):
        return []
    found = [] if PIXEL_DATA in codes else ["113101 is missing, and its frames were read for words"]
    if pair.after.text(BURNED_IN) != "NO":
        found.append("(0028,0301) is not NO, and its frames were read for words")
    return found


def _private(header: Header) -> bool:
    tags = {element.tag for element in header.elements}
    tags |= {path[-1] for path in header.sequences}
    return any(tag >> 16 & 1 for tag in tags)


def _left(pair: Pair, policy: Policy) -> list[str]:
    """Attributes that must be gone, or that still hold the original's value."""
    table = tables.identifying()
    after = pair.after
    present = {element.tag for element in after.elements if after.value(element).strip(b"\0 ")}
    present |= {path[-1] for path in after.sequences}
    found = []
    for tag in sorted(present & table.keys()):
        row = table[tag]
        if row.unless & policy.options or tag in policy.kept:
            continue
        if row.rule == "absent":
            found.append(f"{_label(row)} is still there")
        elif (values := _values(pair.after, tag)) & _values(pair.before, tag) and _telling(row, values):
            found.append(f"{_label(row)} still has its original value")
    if any(tag >> 16 & 0xFF01 == 0x5000 for tag in present):
        found.append("curve data are still there")
    return found


def _values(header: Header, tag: int) -> set[bytes]:
    values = (header.value(element).strip(b"\0 ") for element in header.elements if element.tag == tag)
    return {value for value in values if value}


def _telling(row: Identifying, values: set[bytes]) -> bool:
    """Whether an unchanged value can tell anything: a description may by chance be as it was."""
    return row.kind not in ("text", "description") and any(
        value.decode("latin-1").casefold() not in tables.common() for value in values
    )


def _label(row: Identifying) -> str:
    return f"({row.tag >> 16:04X},{row.tag & 0xFFFF:04X}) {row.name}"
