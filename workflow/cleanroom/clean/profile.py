"""A cleaning profile: a YAML file of ``workflow/headers/profiles``, or one of the user's own."""

import difflib
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from cleanroom.clean.attribute_rule import AttributeRule, check_made, tag_of
from cleanroom.clean.lookup import Lookup
from cleanroom.errors import StopRun
from cleanroom.header import tables
from cleanroom.yaml_text import parsed

BASIC = "113100"
Words = Literal["removed", "cleaned", "kept"]
Held = Literal["removed", "kept"]
_LONGITUDINAL = {"removed": "REMOVED", "shifted": "MODIFIED", "kept": "UNMODIFIED"}
_DATES = {"shifted": "Dates moved by whole weeks, times of day kept"}
_VERBATIM = {"removed": "remove", "cleaned": "clean", "kept": "keep"}
_DESCRIPTIONS = {"series_description": "SeriesDescription", "protocol_name": "ProtocolName"}
_SHAPES: dict[str, tuple[type, str]] = {
    "replace": (dict, "mapping"),
    "private_creators": (dict, "mapping"),
    "attributes": (list, "list"),
}
_WEAKENING = {"keep", "clean", "regex", "shift"}


class Profile(BaseModel):
    """What becomes of every attribute: the options of PS3.15 Annex E, and what differs from them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    about: str = ""
    method: str = Field(max_length=64, pattern=r"^[ -\[\]-~]*$")
    """The text of (0012,0063): ASCII without a backslash, as it stands in files of any character set."""
    dates: Literal["removed", "shifted", "kept"]
    descriptions: Words
    series_description: Words | None = None
    """As `descriptions` when empty."""
    protocol_name: Words | None = None
    """As `descriptions` when empty."""
    patient_characteristics: Held
    device: Held
    institution: Held
    clinical_trial: Held
    uids: Literal["replaced", "kept"]
    private: Literal["removed", "safe"]
    private_creators: dict[str, Literal["keep"] | list[str]] = {}
    """With ``safe``: private creators whose elements (``xxee``) stay as well."""
    structured_content: Words
    graphics: Words
    replace: dict[str, str] = {}
    """Attribute at the root → its new value."""
    attributes: list[AttributeRule] = []
    """First match wins; before `replace` and the tables."""

    @field_validator("replace")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        for word, text in value.items():
            check_made("value", tag_of(word), text)
        return value

    @cached_property
    def options(self) -> list[dict[str, str]]:
        """The rows of ``options.tsv`` that are in force."""
        return [row for row in tables.rows("options.tsv") if getattr(self, row["control"]) == row["setting"]]

    @cached_property
    def rules(self) -> list[AttributeRule]:
        """Every rule for single attributes, the first that fits counts."""
        replaced = [
            AttributeRule(attribute=word, action="value", value=value, insert=True)
            for word, value in self.replace.items()
        ]
        worded = [
            AttributeRule(attribute=attribute, action=_VERBATIM[setting], why=f"`{control}: {setting}`")
            for control, attribute in _DESCRIPTIONS.items()
            if (setting := getattr(self, control)) is not None
        ]
        return [*self.attributes, *replaced, *worded]

    @cached_property
    def codes(self) -> list[str]:
        """CID 7050 codes that the header cleaning earns; 113100 only when nothing is weaker than it."""
        basic = [] if self.weaker else [BASIC]
        return basic + sorted(row["code"] for row in self.options if row["code"])

    @cached_property
    def weaker(self) -> list[str]:
        """What keeps more than the Basic Profile with the options in force allows."""
        found = [f"{row['control']}: {row['setting']}" for row in self.options if row["cell"] == "V"]
        if self.clinical_trial == "kept":
            found.append("clinical_trial: kept")
        listed = dict(tables.rules(self.options))
        for rule in self.rules:
            cell = listed.get(f"{rule.place[1] >> 16:04X},{rule.place[1] & 0xFFFF:04X}", "K")
            allowed = cell in ("K", "V") or (cell == "C" and rule.action != "keep")
            if rule.action in _WEAKENING and not allowed:
                found.append(f"{rule.attribute}: {rule.action}")
        return found

    @property
    def longitudinal(self) -> str:
        """(0028,0303) Longitudinal Temporal Information Modified."""
        return _LONGITUDINAL[self.dates]

    @property
    def methods(self) -> list[str]:
        """What (0012,0063) says of the profile."""
        return [self.method, *([_DATES[self.dates]] if self.dates in _DATES else [])]

    @property
    def keeps(self) -> frozenset[str]:
        """Kinds of identifying text that the profile retains."""
        kinds = {"device": self.device, "place": self.institution, "date": self.dates}
        return frozenset(kind for kind, setting in kinds.items() if setting == "kept")

    def check_files(self) -> None:
        """Read the CSV files that rules name.

        Raises
        ------
        StopRun
            When one cannot be read, or has no such column.
        """
        for rule in self.rules:
            if rule.csv:
                rule.csv.table()

    def digest(self) -> str:
        """Changes when the profile, or a file that it names, does."""
        content = sha256(self.model_dump_json().encode())
        for rule in self.rules:
            if rule.csv and rule.csv.file.is_file():
                content.update(rule.csv.file.read_bytes())
        return content.hexdigest()[:16]


def names() -> list[str]:
    """The profiles that come with Cleanroom."""
    return sorted(path.stem for path in (tables.HEADERS / "profiles").glob("*.yaml"))


def load(name: str) -> Profile:
    """A profile that comes with Cleanroom, or the user's own file.

    Parameters
    ----------
    name
        ``sinfonia``, or a path that ends in ``.yaml``.

    Raises
    ------
    StopRun
        With what is wrong, and the nearest key where one is unknown.
    """
    values = _values(name, Path())
    try:
        return Profile.model_validate(values | {"name": Path(name).stem})
    except ValidationError as error:
        lines = [_explain(item) for item in error.errors()]
        raise StopRun(f"The profile {name} cannot be used:\n  " + "\n  ".join(lines), "mend it") from None


def _values(name: str, beside: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    path = _path(name, beside)
    if path in seen:
        raise StopRun(f"The profile {name} extends itself.", "mend its `extends:`")
    try:
        own = parsed(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StopRun(f"The profile {path} is not YAML: {error}", "mend that line") from None
    if not isinstance(own, dict):
        raise StopRun(f"The profile {path} is not a mapping of keys.", "see docs/profiles.md")
    for key, (kind, shape) in _SHAPES.items():
        if not isinstance(own.get(key) or kind(), kind):
            raise StopRun(f"`{key}` of the profile {path} is not a {shape}.", "see docs/profiles.md")
    for rule in own.get("attributes") or []:
        if isinstance(rule, dict) and isinstance(rule.get("csv"), dict) and "file" in rule["csv"]:
            rule["csv"]["file"] = str(path.parent / str(rule["csv"]["file"]))
    parent = own.pop("extends", None)
    return own if parent is None else _merged(_values(str(parent), path.parent, (*seen, path)), own)


def _merged(parent: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = parent | own
    for key in ("replace", "private_creators"):
        merged[key] = (parent.get(key) or {}) | (own.get(key) or {})
    merged["attributes"] = [*(own.get("attributes") or []), *(parent.get("attributes") or [])]
    return merged


def _path(name: str, beside: Path) -> Path:
    if name.endswith((".yaml", ".yml")):
        path = beside / name
        if not path.is_file():
            raise StopRun(f"There is no profile file {path}.", "mend `profile` in config.yaml, or `extends:`")
        return path.resolve()
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.3)
        hint = f"did you mean `{near[0]}`? " if near else ""
        raise StopRun(
            f"There is no profile `{name}`; {hint}there are {', '.join(names())}.",
            "mend `profile` in config.yaml; a file of your own ends in .yaml",
        )
    return tables.HEADERS / "profiles" / f"{name}.yaml"


def _explain(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"])
    if item["type"] == "string_pattern_mismatch":
        return f"{where}: only ASCII, and no backslash"
    if item["type"] != "extra_forbidden":
        return f"{where}: {item['msg'].removeprefix('Value error, ')}"
    inside = AttributeRule if "attributes" in item["loc"] else Profile
    model = Lookup if "csv" in item["loc"] else inside
    known = [*model.model_fields, "extends"]
    near = difflib.get_close_matches(str(item["loc"][-1]), known, n=1, cutoff=0.5)
    return f"{where}: there is no such key" + (f"; did you mean `{near[0]}`?" if near else "")


__all__ = ["BASIC", "Profile", "load", "names"]
