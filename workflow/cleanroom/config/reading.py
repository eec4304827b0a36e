"""Reading a config, and saying what is wrong in it."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from cleanroom.config.model import Config
from cleanroom.errors import StopRun
from cleanroom.yaml_text import parsed


def load(values: Mapping[str, Any]) -> Config:
    """Check the values of ``config.yaml`` and the command line.

    Raises
    ------
    StopRun
        For an unknown key (naming the nearest known one) or a value out of range.
    """
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        lines = [_explain(item) for item in error.errors()]
        raise StopRun("The config cannot be used:\n  " + "\n  ".join(lines), "mend config.yaml") from None


def read(path: Path) -> Config:
    """Read a config file (YAML or JSON)."""
    if not path.is_file():
        raise StopRun(f"There is no config file {path}.", "name one with --config FILE")
    try:
        values = parsed(path.read_text()) or {}
    except yaml.YAMLError as error:
        raise StopRun(f"{path} is not YAML: {error}", "mend that line") from None
    return load(values)


def _explain(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"]) or "config"
    if item["type"] != "extra_forbidden":
        return f"{where}: {item['msg'].removeprefix('Value error, ')}"
    near = difflib.get_close_matches(str(item["loc"][-1]), _keys(Config), n=1, cutoff=0.5)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"{where}: there is no such key{hint}"


def _keys(model: type[BaseModel]) -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        found.append(name)
        for kind in [field.annotation, *getattr(field.annotation, "__args__", ())]:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found.extend(_keys(kind))
    return found
