"""What a volume is called in BIDS: by the table of the config, else as dcm2niix guesses, else nothing."""

from collections import Counter
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from cleanroom.config import BidsRule
from cleanroom.nifti.conversion import Output
from cleanroom.nifti.sidecar import PHASE_UNITS, Sidecar
from cleanroom.nifti.standard import table

UNKNOWN_TASK = "unknown"
_PARTS = {"PHASE": "phase", "P": "phase", "REAL": "real", "R": "real", "IMAGINARY": "imag", "I": "imag"}
_DERIVED = "derived"
_GUESSES = {
    "discard": "a scout, or what the scanner derived",
    "derived": "derived by the scanner",
    "ct": "BIDS has no CT",
    "CT": "BIDS has no CT",
}


@dataclass(frozen=True)
class Name:
    """A name in BIDS, without subject and session."""

    datatype: str
    suffix: str
    entities: dict[str, str] = field(default_factory=dict)
    sidecar: Sidecar = field(default_factory=dict)
    """Fields to add to the sidecar."""
    aslcontext: tuple[str, ...] = ()

    def stem(self, subject: str, session: str) -> str:
        """The file name without its extension, its entities in the order of BIDS."""
        order = table()["order"]
        parts = [f"{key}-{self.entities[key]}" for key in order if key in self.entities]
        return "_".join([subject, session, *parts, self.suffix])

    def with_entities(self, **entities: str) -> "Name":
        """The same with other entities too."""
        return replace(self, entities=self.entities | entities)


@dataclass(frozen=True)
class Extra:
    """Why a volume has no name in BIDS."""

    reason: str


def name(output: Output, series: Sidecar, rules: list[BidsRule], original: bool = False) -> Name | Extra:
    """What to call a volume.

    Parameters
    ----------
    output
        The volume with everything that dcm2niix says of it.
    series
        ``Patient``, ``Study`` and ``Series``: pseudonyms, for the criteria of the rules.
    rules
        The table of the config.
    original
        The image was ORIGINAL before its face was taken out.
    """
    fields = output.sidecar | series
    rule = next((rule for rule in rules if _matches(rule, fields)), None)
    if rule and rule.datatype == table()["extra"]:
        return Extra("a rule of release.bids says so")
    if not output.sidecar:
        return Extra("dcm2niix wrote no sidecar for it")
    found = _by_rule(rule) if rule else _map(output) or _guessed(fields, original)
    if isinstance(found, Extra):
        return found
    if output.uneven:
        return Extra("its slices are not evenly spaced; the resampled copy has the right geometry")
    return _completed(found, output)


def _matches(rule: BidsRule, fields: Sidecar) -> bool:
    return bool(rule.criteria) and all(
        any(fnmatchcase(text.casefold(), pattern.casefold()) for text in _texts(fields.get(key)))
        for key, pattern in rule.criteria.items()
    )


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _by_rule(rule: BidsRule) -> Name:
    return Name(rule.datatype, rule.suffix, dict(rule.entities), dict(rule.sidecar), tuple(rule.aslcontext))


def _map(output: Output) -> Name | None:
    """A map that the scanner made of diffusion images."""
    types = _texts(output.sidecar.get("ImageType"))
    kind = next((kind for kind in table()["maps"] if kind in types), None)
    if kind is None or "DIFFUSION" not in types:
        return None
    return Name("dwi", (table()["coloured"] if output.coloured else table()["maps"]).get(kind, kind))


def _guessed(fields: Sidecar, original: bool) -> Name | Extra:
    guess = fields.get("BidsGuess")
    if fields.get("Modality") == "PT":
        return Name("pet", "pet")
    if not isinstance(guess, list) or len(guess) != 2 or not guess[0]:
        return Extra("dcm2niix cannot tell what it is: name it in release.bids")
    datatype, text = map(str, guess)
    *parts, suffix = text.strip("_").split("_")
    if datatype == _DERIVED and original:
        datatype = _home(suffix)
    if datatype in _GUESSES:
        return Extra(_GUESSES[datatype])
    known = table()["names"].get(datatype, {}).get(suffix)
    if known is None:
        return Extra("dcm2niix takes it for what BIDS has no name for")
    pairs = (part.partition("-")[::2] for part in parts)
    return Name(datatype, suffix, {key: value for key, value in pairs if key in known["entities"] and value})


def _home(suffix: str) -> str:
    """The one datatype that a suffix is of."""
    homes = [datatype for datatype, suffixes in table()["names"].items() if suffix in suffixes]
    return homes[0] if len(homes) == 1 else _DERIVED


def _completed(found: Name, output: Output) -> Name:
    """With the series number as run, part and task where they belong."""
    fields, allowed = output.sidecar, table()["names"][found.datatype][found.suffix]["entities"]
    more: dict[str, str] = {}
    extra: Sidecar = {}
    if "run" in allowed and fields.get("SeriesNumber") is not None:
        more["run"] = str(fields["SeriesNumber"])
    part = next((_PARTS[value] for value in _texts(fields.get("ImageType")) if value in _PARTS), "")
    if "part" in allowed and part:
        more["part"] = part
    if "rec" in allowed and output.resampled:
        more["rec"] = output.resampled
    entities = more | found.entities
    if found.datatype == "func":
        entities.setdefault("task", UNKNOWN_TASK)
        extra["TaskName"] = entities["task"]
    if entities.get("part") == "phase":
        extra["Units"] = fields.get("Units", PHASE_UNITS)
    if entities.get("part") == "mag":
        del entities["part"]
    return replace(found, entities=entities, sidecar=extra | found.sidecar)


def told_apart(names: list[tuple[Name, Sidecar]]) -> list[Name]:
    """Volumes of one series that have the same name are told apart by their echo, where BIDS allows that.

    Parameters
    ----------
    names
        Names and sidecars of a series.
    """
    counts = Counter(item.stem("", "") for item, _ in names)
    told = []
    for item, sidecar in names:
        allowed = table()["names"][item.datatype][item.suffix]["entities"]
        echo = str(sidecar.get("EchoNumber") or "")
        again = counts[item.stem("", "")] > 1 and "echo" in allowed and echo and "echo" not in item.entities
        told.append(item.with_entities(echo=echo) if again else item)
    return told


def lacking(found: Name, sidecar: Sidecar, files: set[str], shape: tuple[int, ...]) -> str:
    """What BIDS asks for by this name and is not there; empty when nothing.

    Parameters
    ----------
    sidecar
        As it is to be released.
    files
        Kinds of the files beside the volume: ``bval``, ``bvec``, ``aslcontext``.
    shape
        Of the volume.
    """
    asked = table()["names"][found.datatype][found.suffix]
    many = len(shape) > 3 and shape[3] > 1
    if asked.get("volumes") == ("one" if many else "many"):
        due, there = ("3D", "4D") if many else ("4D", "3D")
        return f"{found.suffix} is {due} in BIDS, and this is {there}"
    wanted = list(asked.get("needs", []))
    for case in asked.get("when", []):
        if sidecar.get(case["field"]) in case["values"]:
            wanted += case["needs"]
    missing = [item for item in wanted if item not in sidecar]
    missing += [item for item in asked.get("needs_files", []) if item not in files]
    missing += [f"entity {item}" for item in asked.get("needs_entities", []) if item not in found.entities]
    if not missing:
        return ""
    return (
        f"BIDS asks for {', '.join(missing)}, which the DICOM does not say: give it in a rule of release.bids"
    )
