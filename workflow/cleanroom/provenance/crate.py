"""Provenance of a run as a Workflow Run RO-Crate, without anything that identifies a person.

Times are those of the records; ids are fixed, so the same records give the same crate.
"""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.rocrate import ROCrate

import cleanroom
from cleanroom.atomic import replacing
from cleanroom.config import Config
from cleanroom.parameters import settings
from cleanroom.provenance import results
from cleanroom.provenance.entities import entity, holder
from cleanroom.provenance.made import TOOLS, tool_version
from cleanroom.provenance.times import StepTime

SNAKEFILE = Path(__file__).parents[3] / "Snakefile"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
STEPS = {
    "intake": "sorts every input file",
    "clean": "cleans the headers",
    "redact": "finds words in pixels and decides what covers them; cleans pictures and PDFs",
    "convert": "makes the volumes in which faces are looked for",
    "deface": "decides about the face and masks it",
    "encode": "writes the instances",
    "verify": "checks every promise on the bytes to be released",
    "nifti": "makes the BIDS tree of the released instances, when it is asked for",
    "release": "moves what passed into the release folder",
    "report": "gives every file its verdict and writes what proves it",
}
"""Step → what it does."""

UNITS = {"seconds": "https://qudt.org/vocab/unit/SEC", "peak_mb": "https://qudt.org/vocab/unit/MegaBYTE"}
WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
COMPLETED = "http://schema.org/CompletedActionStatus"


def write(config: Config, times: list[StepTime], totals: dict[str, float]) -> None:
    """Write ``provenance/ro-crate-metadata.json`` and the workflow file beside it.

    Parameters
    ----------
    config
        Its paths are not written down.
    times
        Every record of every study.
    totals
        As in ``report.json``.
    """
    ended = max((time.ended for time in times), default=datetime.fromtimestamp(0, UTC))
    crate = _crate(ended)
    workflow = _workflow(crate, config.output / "provenance")
    engine = _software(crate, "snakemake")
    workflow["programmingLanguage"] = crate.get("https://w3id.org/workflowhub/workflow-ro-crate#snakemake")
    groups: dict[str, list[StepTime]] = defaultdict(list)
    for time in times:
        groups[time.step].append(time)
    controls = [_step(crate, workflow, name, groups[name]) for name in STEPS]
    run = _run(crate, workflow, times, totals)
    run["object"] = _parameters(crate, workflow, config)
    run["result"] = results.added(crate, config.output, list(STEPS))
    results.add_readme(crate, config.output / "provenance")
    entity(
        crate,
        "#orchestration",
        "OrganizeAction",
        name="Snakemake runs the steps",
        instrument=engine,
        object=controls,
        result=run,
        actionStatus=COMPLETED,
        **_span(times),
    )
    with replacing(config.output / "provenance" / "ro-crate-metadata.json", 0o644) as part:
        part.write_bytes(b"".join(chunk for _, chunk in crate.metadata.stream()) + b"\n")


def _crate(ended: datetime) -> Any:
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append("https://w3id.org/ro/terms/workflow-run/context")
    crate.name = "A Cleanroom run"
    crate.description = "How medical images were de-identified: steps, tools, parameters and results."
    crate.datePublished = ended.isoformat(timespec="seconds")
    crate.license = entity(
        crate,
        "#terms",
        "CreativeWork",
        name="Terms of the data",
        description="Cleanroom grants none: the holder of the data decides.",
    )
    crate.root_dataset["author"] = crate.root_dataset["publisher"] = holder(crate)
    crate.root_dataset["conformsTo"] = [
        entity(crate, uri, "CreativeWork", name=name, version=uri.rsplit("/", 1)[1])
        for uri, name in PROFILES.items()
    ]
    return crate


def _software(crate: Any, name: str, number: str = "") -> Any:
    number = number or tool_version(name)
    identifier = f"#software/{name}-{number}" if crate.get(f"#software/{name}") else f"#software/{name}"
    properties = {"name": name, "version": number}
    return entity(crate, identifier, "SoftwareApplication", **properties)


def _used(crate: Any, name: str, times: list[StepTime]) -> list[Any]:
    """The software of a step in every version that its records name, or that is installed here."""
    found = {item for time in times for item in time.record.made.tools.items()}
    known = {
        entity["name"] + entity["version"]: entity for entity in crate.get_by_type("SoftwareApplication")
    }
    pairs = sorted(found) or [(tool, tool_version(tool)) for tool in TOOLS[name]]
    return [known.get(tool + number) or _software(crate, tool, number) for tool, number in pairs]


def _images(crate: Any, times: list[StepTime]) -> list[Any]:
    """The container images in which a step ran."""
    digests = sorted({time.record.made.container for time in times} - {""})
    return [
        crate.get(f"#image/{digest}")
        or entity(
            crate,
            f"#image/{digest}",
            "ContainerImage",
            name="Apptainer image",
            additionalType={"@id": "https://w3id.org/ro/terms/workflow-run#SIFImage"},
            sha256=digest.rpartition(":")[2],
        )
        for digest in digests
    ]


def _usage(crate: Any, name: str, times: list[StepTime]) -> list[Any]:
    """Seconds of work, and the most memory that one job held."""
    seconds = round(sum(time.record.seconds for time in times), 3)
    most = max((time.record.peak_mb for time in times), default=0.0)
    return [
        entity(
            crate,
            f"#usage/{name}/{key}",
            "PropertyValue",
            name=key,
            propertyID=key,
            value=str(value),
            unitCode=UNITS[key],
        )
        for key, value in (("seconds", seconds), ("peak_mb", most))
    ]


def _workflow(crate: Any, folder: Path) -> Any:
    if SNAKEFILE.is_file():
        with replacing(folder / SNAKEFILE.name, 0o644) as part:
            part.write_bytes(SNAKEFILE.read_bytes())
    workflow = crate.add_workflow(dest_path=SNAKEFILE.name, main=True, lang="snakemake")
    types = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    workflow.properties()["@type"] = types
    workflow["name"] = "Cleanroom"
    workflow["encodingFormat"] = "text/x-snakemake"
    workflow["version"] = cleanroom.__version__
    workflow["conformsTo"] = entity(
        crate, WORKFLOW, "CreativeWork", name="ComputationalWorkflow", version="1.0"
    )
    workflow["license"] = "https://spdx.org/licenses/Apache-2.0"
    return workflow


def _step(crate: Any, workflow: Any, name: str, times: list[StepTime]) -> Any:
    """The step, its tool and what it did on all studies; returns the control action."""
    used = _used(crate, name, times)
    tool = entity(
        crate,
        f"#tool/{name}",
        "SoftwareApplication",
        name=f"cleanroom {name}",
        version=cleanroom.__version__,
        **({"softwareRequirements": used if len(used) > 1 else used[0]} if used else {}),
    )
    position = str(list(STEPS).index(name) + 1)
    step = entity(crate, f"#step/{name}", "HowToStep", name=name, position=position, workExample=tool)
    workflow.append_to("step", step)
    workflow.append_to("hasPart", tool)
    images = _images(crate, times)
    action = entity(
        crate,
        f"#action/{name}",
        "CreateAction",
        name=f"cleanroom {name}",
        description=f"{name} {STEPS[name]}: {len(times):,} records",
        instrument=tool,
        agent=holder(crate),
        actionStatus=COMPLETED,
        resourceUsage=_usage(crate, name, times),
        **({"containerImage": images if len(images) > 1 else images[0]} if images else {}),
        **_span(times),
    )
    crate.root_dataset.append_to("mentions", action)
    return entity(
        crate, f"#control/{name}", "ControlAction", name=f"Run {name}", instrument=step, object=action
    )


def _span(times: list[StepTime]) -> dict[str, str]:
    if not times:
        return {}
    started = min(time.started for time in times)
    ended = max(time.ended for time in times)
    return {
        "startTime": started.isoformat(timespec="seconds"),
        "endTime": ended.isoformat(timespec="seconds"),
    }


def _run(crate: Any, workflow: Any, times: list[StepTime], totals: dict[str, float]) -> Any:
    run = entity(
        crate,
        "#run",
        "CreateAction",
        name="Cleanroom run",
        description="; ".join(f"{name} {value:,}" for name, value in totals.items()),
        instrument=workflow,
        agent=holder(crate),
        actionStatus=COMPLETED,
        **_span(times),
    )
    crate.root_dataset.append_to("mentions", run)
    return run


def _parameters(crate: Any, workflow: Any, config: Config) -> list[Any]:
    values = []
    for name, value in settings(config).items():
        formal = entity(
            crate,
            f"#parameter/{name}",
            "FormalParameter",
            name=name,
            additionalType="Text",
            conformsTo=_bioschemas(crate),
        )
        workflow.append_to("input", formal)
        values.append(
            entity(crate, f"#value/{name}", "PropertyValue", name=name, value=value, exampleOfWork=formal)
        )
    return values


def _bioschemas(crate: Any) -> Any:
    uri = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
    return crate.get(uri) or entity(crate, uri, "CreativeWork", name="FormalParameter", version="1.0-RELEASE")
