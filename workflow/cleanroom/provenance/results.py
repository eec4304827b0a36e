"""What a run has made, as a crate tells it."""

from pathlib import Path
from typing import Any

from rocrate.model import File

from cleanroom.atomic import write_text
from cleanroom.hashed import hashed
from cleanroom.provenance.entities import entity

RESULTS = {
    "release/manifest.tsv": ("Every released file with its SHA-256", "text/tab-separated-values"),
    "set_aside.tsv": ("What was set aside, and why", "text/tab-separated-values"),
    "report/report.json": ("The figures of the run", "application/json"),
    "report/index.html": ("The report page", "text/html"),
    "provenance/steps.tsv": ("Every step of every study", "text/tab-separated-values"),
}
WRITTEN_BY = {"release": ("release/manifest.tsv",), "verify": ("set_aside.tsv",), "report": tuple(RESULTS)}
"""What of these a step's action has for its result, beside what it leaves in the private folder."""
README = """# Provenance of a Cleanroom run

`ro-crate-metadata.json` says by which steps, tools, versions and settings the release beside this folder was
made (Workflow Run RO-Crate), `steps.tsv` the same with a row a study and step, `Snakefile` in which order.
Nothing in them says whose images these are. `../release/manifest.tsv` has the SHA-256 of every released file.
"""


def added(crate: Any, output: Path, steps: list[str]) -> list[Any]:
    """Add the files of ``RESULTS``, and to each step's action what it made; the files."""
    files = {path: _result(crate, output, path, *about) for path, about in RESULTS.items()}
    for name in steps:
        kept = entity(
            crate,
            f"#records/{name}",
            "CreativeWork",
            name=f"Records of {name}",
            description="Kept in the private folder; their keyed hashes are in steps.tsv.",
        )
        made = [files[path] for path in WRITTEN_BY.get(name, ())]
        crate.get(f"#action/{name}")["result"] = [*made, kept] if made else kept
    return list(files.values())


def add_readme(crate: Any, folder: Path) -> None:
    """Add a page that says what lies in the folder."""
    write_text(folder / "README.md", README, mode=0o644)
    properties = {"encodingFormat": "text/markdown", "about": {"@id": "./"}}
    crate.add(File(crate, dest_path="README.md", properties=properties))


def _result(crate: Any, output: Path, path: str, name: str, kind: str) -> Any:
    file = output / path
    size = str(file.stat().st_size)
    properties = {"name": name, "encodingFormat": kind, "contentSize": size, "sha256": hashed(file)}
    here = path.removeprefix("provenance/")
    return crate.add(File(crate, dest_path=here if here != path else f"../{path}", properties=properties))
