"""The crate passes roc-validator's Provenance Run Crate profile, and so do its two tables what they say.

The validator fetches JSON-LD contexts. Here nothing is fetched: the terms of RO-Crate come with the package
rocrate (those of its newest edition, with the four whose address differs in 1.1 put back), and those of
workflow runs are the names below.
"""

import csv
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from report_sample import Sample
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

from cleanroom.config import Config
from cleanroom.provenance.made import container, made
from cleanroom.records import CleanRecord, Made, Record
from cleanroom.report import report
from cleanroom.study import Study

RUN = "https://w3id.org/ro/terms/workflow-run#"
RUN_TERMS = (
    *("ParameterConnection", "ContainerImage", "DockerImage", "SIFImage", "connection", "sourceParameter"),
    *("targetParameter", "md5", "sha1", "sha256", "sha512", "environment", "registry", "tag"),
    *("containerImage", "resourceUsage"),
)
BIOSCHEMAS = "https://bioschemas.org/"
IN_1_1 = {
    "ComputationalWorkflow": f"{BIOSCHEMAS}ComputationalWorkflow",
    "FormalParameter": f"{BIOSCHEMAS}FormalParameter",
    "input": f"{BIOSCHEMAS}ComputationalWorkflow#input",
    "output": f"{BIOSCHEMAS}ComputationalWorkflow#output",
}


NOT_MET = {"0.5_3.2", "0.5_5.1", "0.5_8.4", "0.5_13.2", "1.1_31.2"}
"""Checks: `url` and id of software, end of an action, `url` of an organization, registry
of an image (docs/provenance.md)."""


class Answer:
    """A context, as if it had been fetched."""

    status_code, ok = 200, True
    headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012

    def __init__(self, url: str) -> None:
        if "workflow-run" in url:
            terms = {name: RUN + name for name in RUN_TERMS}
        else:
            text = files("rocrate").joinpath("data/ro-crate.jsonld").read_text("utf-8")
            terms = json.loads(text)["@context"] | IN_1_1
        self.text = json.dumps({"@context": terms})

    def json(self) -> Any:
        return json.loads(self.text)


def issues(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    cache: Path,
    severity: models.Severity = models.Severity.REQUIRED,
) -> list[str]:
    """What the validator asks for and does not find."""
    for verb in ("get", "head"):
        monkeypatch.setattr(HttpRequester, verb, lambda _, url, **__: Answer(url), raising=False)
    settings = models.ValidationSettings(
        rocrate_uri=str(folder),
        profile_identifier="provenance-run-crate",
        requirement_severity=severity,
        offline=True,
        cache_path=str(cache),
    )
    return [
        f"{issue.check.identifier}: {issue.message}" for issue in services.validate(settings).get_issues()
    ]


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    sample = Sample(tmp_path)
    study = Study(sample.config, "SFIRST222222A")
    record = CleanRecord.load(study.record_path("clean"))
    record.made = Made(
        version="9.9",
        tools={"pydicom": "3.0.2"},
        container="sha256:" + "ab" * 32,
        parameters={"profile": "/home/jane/own.yaml"},
        inputs="11" * 32,
        outputs="22" * 32,
        host="ward-7",
        user="jane",
        command="cleanroom clean --study SFIRST222222A",
        folder="/home/jane",
    )
    record.save(study.record_path("clean"))
    report(sample.config)
    return sample


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def test_it_passes(sample: Sample, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = sample.config.output / "provenance"
    assert issues(folder, monkeypatch, tmp_path / "cache") == []


def test_what_is_recommended_and_not_met_is_what_the_docs_say(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = sample.config.output / "provenance"
    found = issues(folder, monkeypatch, tmp_path / "cache", models.Severity.RECOMMENDED)
    assert {text.partition(":")[0].rpartition("crate-")[2] for text in found} <= NOT_MET, found


def test_a_crate_with_a_step_that_nothing_ran_does_not_pass(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = sample.config.output / "provenance" / "ro-crate-metadata.json"
    crate = json.loads(path.read_text())
    crate["@graph"] = [entity for entity in crate["@graph"] if entity["@id"] != "#tool/encode"]
    path.write_text(json.dumps(crate))
    assert issues(path.parent, monkeypatch, tmp_path / "cache")


def test_the_shared_table_tells_no_host_user_path_or_plain_hash(sample: Sample) -> None:
    shared = (sample.config.output / "provenance" / "steps.tsv").read_text()
    assert not [word for word in ("ward-7", "jane", "11" * 32, "22" * 32) if word in shared]
    row = next(
        row for row in table(sample.config.output / "provenance" / "steps.tsv") if row["cleanroom"] == "9.9"
    )
    assert (row["step"], row["tools"], row["seconds"]) == ("clean", "pydicom 3.0.2", "1.500")
    assert len(row["inputs"]) == len(row["outputs"]) == len(row["parameters"]) == 32


def test_the_private_table_tells_all(sample: Sample) -> None:
    path = sample.config.private / "provenance" / "steps.tsv"
    row = next(row for row in table(path) if row["cleanroom"] == "9.9")
    assert (row["host"], row["user"], row["inputs"]) == ("ward-7", "jane", "11" * 32)
    assert json.loads(row["parameters"]) == {"profile": "/home/jane/own.yaml"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_crate_names_the_image_and_what_each_step_used(sample: Sample) -> None:
    path = sample.config.output / "provenance" / "ro-crate-metadata.json"
    graph = {entity["@id"]: entity for entity in json.loads(path.read_text())["@graph"]}
    action = graph["#action/clean"]
    assert graph[action["containerImage"]["@id"]]["sha256"] == "ab" * 32
    usage = [graph[item["@id"]] for item in action["resourceUsage"]]
    assert {item["name"]: item["value"] for item in usage} == {"seconds": "2.5", "peak_mb": "0.0"}
    assert "jane" not in path.read_text()


def test_the_hash_of_outputs_tells_another_file_and_not_other_seconds(tmp_path: Path) -> None:
    (tmp_path / "encoded").mkdir()
    (tmp_path / "encoded" / "a.dcm").write_bytes(b"1")

    def outputs(record: Record) -> str:
        return made("encode", Config(), [], record, [tmp_path / "encoded"]).outputs

    first = outputs(Record(seconds=1))
    assert outputs(Record(seconds=2, peak_mb=7)) == first
    (tmp_path / "encoded" / "a.dcm").write_bytes(b"2")
    assert outputs(Record(seconds=1)) != first


def test_outside_of_an_image_no_digest_is_told() -> None:
    assert container() == ""
