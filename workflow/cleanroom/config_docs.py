"""``config.yaml``, its JSON schema and its docs table: generated from the one model."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cleanroom.atomic import write_text
from cleanroom.config import Config

HEAD = """\
# Everything Cleanroom can be told. It works as it stands on the demo.
# Any key can be given on the command line too: snakemake --config input=/data/export
# Made from workflow/cleanroom/config by `python -m cleanroom config`; change values, not keys.
"""


def config_yaml() -> str:
    """``config.yaml``: every key with its default, explained above it."""
    return HEAD + "".join(f"\n{part}" for part in _yaml_keys(Config()))


def config_schema() -> str:
    """``workflow/config.schema.json``."""
    return json.dumps(Config.model_json_schema(), indent=2) + "\n"


def config_table() -> str:
    """``docs/config.md``: every key with its values, its default and what it does."""
    rows = "".join(
        f"| `{key}` | {_values(field)} | {_default(field)} | {field.description} |\n"
        for key, field in _fields(Config)
    )
    return (
        "# The config\n\n"
        "One row a key of `config.yaml`. `faces.rules[]` stands for each rule of the list, "
        "`<tool>` for the name of a tool.\n\n"
        "| key | values | default | what it does |\n|---|---|---|---|\n" + rows
    )


FILES: dict[str, Callable[[], str]] = {
    "config.yaml": config_yaml,
    "workflow/config.schema.json": config_schema,
    "docs/config.md": config_table,
}
ROOT = Path(__file__).parents[2]


def write() -> None:
    """Write the generated documents again."""
    for name, make in FILES.items():
        write_text(ROOT / name, make(), mode=0o644)


def _yaml_keys(section: BaseModel) -> Iterator[str]:
    for name, field in type(section).model_fields.items():
        yield _comment(field) + _yaml_value(name, getattr(section, name))


def _comment(field: FieldInfo) -> str:
    choices = _choices(field.annotation)
    new = [choice for choice in choices if f"`{choice}`" not in str(field.description)]
    more = f" (one of: {', '.join(choices)})" if len(choices) > 1 and new else ""
    return f"# {field.description}{more}\n"


def _yaml_value(name: str, value: object) -> str:
    if isinstance(value, BaseModel):
        return f"{name}:\n" + _indented("\n".join(_yaml_keys(value)))
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        items = (_indented("\n".join(_yaml_keys(item)), first="  - ", rest="    ") for item in value)
        return f"{name}:\n" + "".join(items)
    return f"{name}: {_scalar(value)}".rstrip() + "\n"


def _indented(text: str, first: str = "  ", rest: str = "  ") -> str:
    lines = text.splitlines(keepends=True)
    return "".join(
        (first if number == 0 else rest) + line if line.strip() else line for number, line in enumerate(lines)
    )


def _scalar(value: object) -> str:
    if value is None:
        return ""
    plain = str(value) if isinstance(value, Path) else value
    text: str = yaml.safe_dump(plain, default_flow_style=True, width=10_000)
    return text.removesuffix("...\n").strip()


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        section, many = _section(field.annotation)
        yield f"{prefix}{name}", field
        if section:
            below = ".<tool>" if get_origin(field.annotation) is dict else "[]" if many else ""
            yield from _fields(section, f"{prefix}{name}{below}.")


def _section(kind: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section inside an annotation, and whether it holds several of them."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind, False
    inner = get_args(kind)[-1] if get_origin(kind) in (list, dict) else None
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return inner, True
    return None, False


def _choices(kind: Any) -> list[str]:
    return [str(value) for value in get_args(kind)] if get_origin(kind) is Literal else []


def _values(field: FieldInfo) -> str:
    choices = _choices(field.annotation)
    return ", ".join(f"`{choice}`" for choice in choices) if choices else _kind(field.annotation)


def _kind(kind: Any) -> str:
    section, many = _section(kind)
    if section:
        return "sections by name" if get_origin(kind) is dict else "list of sections" if many else "section"
    if get_origin(kind) is list:
        return f"list of {_kind(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        return "map of names"
    if get_origin(kind) is Literal:
        return " or ".join(_choices(kind))
    if get_origin(kind) in (Union, UnionType):
        return next(_kind(part) for part in get_args(kind) if part is not NoneType)
    return {str: "text", Path: "path", float: "number", int: "whole number", bool: "true or false"}[kind]


def _default(field: FieldInfo) -> str:
    if _section(field.annotation)[0]:
        return "see below"
    text = _scalar(field.default)
    return f"`{text}`" if text not in ("", "''") else "empty"
