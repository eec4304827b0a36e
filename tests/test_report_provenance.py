"""The crate: whole, linked, and without anything that identifies."""

import getpass
import json
import socket
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from report_sample import Sample

from cleanroom.report import report


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    sample = Sample(tmp_path)
    report(sample.config)
    return sample


def crate(sample: Sample) -> dict[str, dict[str, Any]]:
    path = sample.config.output / "provenance" / "ro-crate-metadata.json"
    return {entity["@id"]: entity for entity in json.loads(path.read_text())["@graph"]}


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else []
    return [found for item in value for found in references(item)] if isinstance(value, list) else []


def test_it_states_the_profiles_of_a_workflow_run(sample: Sample) -> None:
    root = crate(sample)["./"]
    profiles = [uri for uri in references(root["conformsTo"]) if "wfrun" in uri]
    assert [uri.split("/")[-2] for uri in profiles] == ["process", "workflow", "provenance"]


def test_every_step_is_linked_to_its_tool_and_its_run(sample: Sample) -> None:
    graph = crate(sample)
    workflow = graph[graph["./"]["mainEntity"]["@id"]]
    assert "HowTo" in workflow["@type"]
    controls = {
        entity["instrument"]["@id"]: entity for entity in graph.values() if entity["@type"] == "ControlAction"
    }
    for step in references(workflow["step"]):
        action = graph[controls[step]["object"]["@id"]]
        assert action["instrument"] == graph[step]["workExample"]
        assert action["instrument"] in workflow["hasPart"]


def test_nothing_is_named_that_is_not_described(sample: Sample) -> None:
    graph = crate(sample)
    for entity in graph.values():
        for name, value in entity.items():
            if name not in ("identifier", "url") and entity["@id"] != "ro-crate-metadata.json":
                assert set(references(value)) <= set(graph), (entity["@id"], name)


def test_results_carry_the_hash_of_what_lies_there(sample: Sample) -> None:
    graph = crate(sample)
    results = references(graph["#run"]["result"])
    assert "../release/manifest.tsv" in results
    for name in results:
        content = (sample.config.output / "provenance" / name).read_bytes()
        assert graph[name]["sha256"] == sha256(content).hexdigest()


def test_tools_have_versions(sample: Sample) -> None:
    graph = crate(sample)
    for name in ["pydicom", "SimpleITK", "dcm2niix", "snakemake"]:
        assert graph[f"#software/{name}"]["version"][0].isdigit()


def test_no_user_no_host_no_path(sample: Sample) -> None:
    text = (sample.config.output / "provenance" / "ro-crate-metadata.json").read_text()
    names = [socket.gethostname(), str(sample.config.private), str(sample.config.input), str(Path.home())]
    assert not [name for name in names if name in text]
    assert f'"{getpass.getuser()}"' not in text


def test_the_options_of_words_pictures_and_pdfs_are_listed_without_what_they_match(tmp_path: Path) -> None:
    rules = [{"match": "Doe*/x.png", "reason": "looked at"}, {"match": "pdf", "release": False}]
    words = [{"words": "never", "reason": "a phantom", "match": {"modality": ["CT"]}}, {}]
    sample = Sample(tmp_path, pictures=rules, pdf={"pages": 7}, text={"rules": words})
    report(sample.config)
    graph = crate(sample)
    values = {
        entity["name"]: entity["value"] for entity in graph.values() if entity["@type"] == "PropertyValue"
    }
    assert values["text.words"] == "all, never"
    assert values["pictures.release"] == "true in 1 of 2 rules"
    assert (values["pdf.release"], values["pdf.pages"]) == ("true", "7")
    assert "#parameter/pdf.pages" in graph
    assert "Doe" not in json.dumps(list(graph.values()))
