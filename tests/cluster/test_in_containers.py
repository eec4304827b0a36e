"""The demo and de-facing tools with ``--sdm apptainer``: no folder of the run lies in the working folder."""

import json
import subprocess
import time
from typing import Any

import pytest
import yaml
from cluster.conftest import HERE, Place, PlainUser
from runs.tiny import Folders
from tooled import by_name, head_in_series

from cleanroom import images
from cleanroom.hashed import hashed
from cleanroom.records import Record
from cleanroom.study import RECORDS

CONTAINERS = "--sdm=apptainer"
RULES: dict[str, dict[str, Any]] = {
    "sheared": {"tool": "quickshear", "fallback": "builtin", "complete": True},
    "registered": {"tool": "pydeface", "fallback": "builtin", "complete": True},
}


def containers_of(folders: Folders) -> set[str]:
    """In which images the steps say that they ran."""
    records = [path for name in RECORDS.values() for path in folders.private.glob(f"studies/*/{name}")]
    assert records
    return {Record.load(path).made.container for path in records}


def test_a_plain_user_releases_the_same_bytes(place: Place, plain_user: PlainUser) -> None:
    folders = place.beside("unprivileged")
    plain_user.owns(folders)
    began = time.monotonic()
    done = plain_user.run(folders.command(CONTAINERS))
    assert done.returncode == 0, done.stdout + done.stderr
    place.tell("in containers, unprivileged", time.monotonic() - began)
    assert folders.released() == place.plain.released()
    assert {path.stat().st_uid for path in folders.output.rglob("*")} == {plain_user.uid}


@pytest.fixture(scope="module")
def tools(apptainer: str, place: Place) -> Folders:
    """One head in two series, each with a tool in its image, run by root; FSL's ``flirt`` is a stand-in."""
    assert apptainer
    source = head_in_series(place.folder / "heads", RULES)
    installed = place.folder / "fsl"
    (installed / "bin").mkdir(parents=True)
    flirt = f'#!/bin/sh\nexec /opt/python/bin/python {HERE / "tests" / "stand_in_flirt.py"} "$@"\n'
    for name, text in {"flirt": flirt, "fsl": "#!/bin/sh\n"}.items():
        (installed / "bin" / name).write_text(text)
        (installed / "bin" / name).chmod(0o755)
    folders = place.beside("tools", source)
    settings = {"faces": {"rules": by_name(RULES)}, "tools": {"pydeface": {"path": str(installed)}}}
    extra = place.folder / "tools.yaml"
    extra.write_text(yaml.safe_dump(settings))
    began = time.monotonic()
    folders.finish(CONTAINERS, "--configfile", str(HERE / "config.yaml"), str(extra))
    place.tell("two tools in their images, one head", time.monotonic() - began)
    return folders


def test_tools_release_in_their_images(tools: Folders) -> None:
    report = json.loads((tools.output / "report" / "report.json").read_text())
    assert {entry["verdict"] for entry in report["series"]} == {"released"}, report["series"]
    assert {entry["face"]["tool"] for entry in report["series"]} == {"quickshear", "pydeface"}, report[
        "series"
    ]


def test_provenance_names_the_image_of_the_line(tools: Folders) -> None:
    image = images.image(images.LINE)
    assert containers_of(tools) == {f"sha256:{hashed(image)}"}
    crate = json.loads((tools.output / "provenance" / "ro-crate-metadata.json").read_text())
    named = [entity for entity in crate["@graph"] if entity["@type"] == "ContainerImage"]
    assert [entity["sha256"] for entity in named] == [hashed(image)]


def test_the_images_hold_what_was_pinned(apptainer: str) -> None:
    ask = [apptainer, "exec", "--cleanenv", "--no-home", str(images.image(images.LINE))]
    listed = [*ask, "/opt/python/bin/pip", "freeze", "--disable-pip-version-check"]
    found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    assert pins(found) == pins(images.packages(images.LINE))


def pins(listed: str) -> set[str]:
    """``name==version``, names as PyPI compares them."""
    words = [line.split()[0].lower().replace("_", "-") for line in listed.splitlines() if "==" in line]
    return set(words)
