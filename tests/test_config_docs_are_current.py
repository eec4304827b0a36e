"""What is generated from the config model is committed as generated."""

import pytest
import yaml

from cleanroom.config import Config, load
from cleanroom.config_docs import FILES, ROOT, config_yaml


@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_the_generated_one(name: str) -> None:
    assert (ROOT / name).read_text() == FILES[name](), f"run `python -m cleanroom config` and commit {name}"


def test_config_yaml_holds_the_defaults() -> None:
    assert load(yaml.safe_load(config_yaml())) == Config()


def test_every_key_is_explained_above_it() -> None:
    lines = config_yaml().splitlines()
    keys = [
        number for number, line in enumerate(lines) if ":" in line and not line.strip(" -").startswith("#")
    ]
    assert keys
    assert all(lines[number - 1].strip(" -").startswith("# ") for number in keys)
