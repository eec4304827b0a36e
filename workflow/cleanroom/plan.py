"""What the Snakefile needs to know before it makes its plan."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from cleanroom import config as configuration
from cleanroom import patients
from cleanroom.atomic import write_text
from cleanroom.clean import profile as profiles
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, open_key
from cleanroom.intake.frames import earlier
from cleanroom.intake.walk import fingerprint, walk

_SECTIONS = {
    "intake": ("input", "key", "patients"),
    "clean": ("key", "profile"),
    "redact": ("text", "pdf"),
    "convert": (),
    "deface": ("faces",),
    "encode": ("encode",),
    "verify": ("profile",),
    "release": (),
    "files": ("key", "patients", "pictures", "pdf", "text"),
    "report": ("profile", "faces", "text", "pictures", "pdf"),
}
"""The keys of the config on which each step's result depends."""

_SAVED = ("fingerprint", "code", "key_check", "patients", "profile")
"""What single jobs take from the run that started them."""

_SPACE = 2.5
"""Bytes needed for each byte of input: headers, volumes, encoded and released instances."""


@dataclass(frozen=True)
class Plan:
    """One run: its config, its folders and the hashes that tell when a step has to run again."""

    config: Config
    fingerprint: str
    code: str
    key_check: str
    """Tells another key under the same name, and nothing about the key."""
    patients: str
    """Tells another content of the patients file, wherever it lies."""
    profile: str
    """Tells another content of the profile, and of the files that it names."""

    @classmethod
    def start(cls, values: dict[str, Any], main: bool) -> "Plan":
        """Check the config and the folders, and prepare ``private/``.

        Parameters
        ----------
        values
            The config of Snakemake: ``config.yaml`` and the command line.
        main
            False in the process of a single job, which takes the plan that the run has made.

        Raises
        ------
        StopRun
            When the run cannot start.
        """
        config = configuration.load(values)
        file = config.private / "run.json"
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
        if not main:
            saved = json.loads(file.read_text())
            return cls(
                configuration.load(saved["config"]),
                **{name: saved[name] for name in _SAVED},
            )
        _check_folders(config)
        patients.read(config.patients)
        profile = profiles.load(config.profile)
        profile.check_files()
        config.private.mkdir(parents=True, exist_ok=True)
        config.private.chmod(0o700)
        _check_space(config)
        key = open_key(config.key, config.private)
        check = Identity(key).digest("check", "")[:8].hex()
        plan = cls(
            config,
            fingerprint(config.input),
            code(),
            check,
            patients.fingerprint(config.patients),
            profile.digest(),
        )
        saved = {
            "config": config.model_dump(mode="json"),
            **{name: getattr(plan, name) for name in _SAVED},
        }
        write_text(file, json.dumps(saved, indent=1) + "\n")
        write_text(plan.file, json.dumps(saved["config"], indent=1) + "\n")
        return plan

    @classmethod
    def of_workflow(cls, values: dict[str, Any], main: bool) -> "Plan":
        """As :meth:`start`, with errors as Snakemake shows its own: the message without a traceback."""
        from snakemake.exceptions import WorkflowError  # noqa: PLC0415 - there only inside Snakemake

        try:
            return cls.start(values, main)
        except StopRun as error:
            raise WorkflowError(str(error)) from None

    @cached_property
    def file(self) -> Path:
        """The config as the steps read it."""
        return self.config.private / "config.json"

    def version(self, step: str) -> str:
        """A hash that changes when the code, or a key of the config that the step depends on, does."""
        values = self.config.model_dump(mode="json", include=set(_SECTIONS[step]))
        if "profile" in values:
            values["profile"] = self.profile
        if "patients" in values:
            values["patients"]["file"] = self.patients
        return sha256(
            f"{self.code}{self.key_check}{json.dumps(values, sort_keys=True)}".encode()
        ).hexdigest()[:16]

    def earlier(self, wildcards: Any) -> list[Path]:
        """For which face records ``deface`` of a study waits: those before it in a frame of reference."""
        studies = earlier(self.config.private, wildcards.study)
        return [self.config.private / "studies" / study / "faces.json" for study in studies]

    def released(self, table: str) -> list[Path]:
        """The last record of every study of this run."""
        return [self.config.private / "studies" / study / "released.json" for study in self.studies(table)]

    def studies(self, table: str) -> list[str]:
        """The studies of this run: all, those that ``studies`` names, or those of the shard.

        Raises
        ------
        StopRun
            When ``studies`` names one that is not in the input.
        """
        found = Path(table).read_text().split()[1:]
        unknown = sorted(set(self.config.studies) - set(found))
        if unknown:
            raise StopRun(f"There is no study {unknown[0]} in the input.", "see private/studies.tsv")
        chosen = [study for study in found if not self.config.studies or study in self.config.studies]
        if not self.config.shard:
            return chosen
        part, parts = map(int, self.config.shard.split("/"))
        return chosen[part - 1 :: parts]


def _check_folders(config: Config) -> None:
    if not config.input.is_dir():
        raise StopRun(
            f"There is no input folder {config.input}.",
            "name yours: input in config.yaml or --config input=FOLDER (make demo makes a sample)",
        )
    places = {"input": config.input, "output": config.output, "private": config.private}
    real = {name: path.resolve() for name, path in places.items()}
    for inner, outer in (
        ("output", "input"),
        ("private", "input"),
        ("private", "output"),
        ("input", "output"),
        ("input", "private"),
        ("output", "private"),
    ):
        if real[inner].is_relative_to(real[outer]):
            raise StopRun(
                f"The {inner} folder {config.model_dump()[inner]} lies inside the {outer} folder.",
                f"give {inner} in config.yaml a folder of its own",
            )
    if config.patients.file and config.patients.file.resolve().is_relative_to(real["output"]):
        raise StopRun(
            "The patients file lies in the output folder, and it identifies.",
            "keep it in the private folder and name it there: patients.file in config.yaml",
        )
    for name in ("output", "private"):
        above = next(path for path in (real[name], *real[name].parents) if path.exists())
        if not os.access(above, os.W_OK):
            raise StopRun(f"The {name} folder {places[name]} cannot be written.", f"choose another {name}")


def _check_space(config: Config) -> None:
    done = config.output / "report" / "report.json"
    if done.is_file():
        return
    needed = _SPACE * sum(entry.bytes for entry in walk(config.input))
    for name in ("private", "output"):
        folder = getattr(config, name).resolve()
        above = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(above).free
        if free < needed:
            raise StopRun(
                f"About {needed / 1e9:.1f} GB are needed in the {name} folder; {free / 1e9:.1f} GB are free.",
                f"free some space, or set {name} in config.yaml to a folder on a larger disk",
            )


def code() -> str:
    """A hash of the package and its data."""
    digest = sha256()
    package = Path(__file__).parent
    for path in sorted([*package.rglob("*"), *(package.parent / "headers").rglob("*")]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
