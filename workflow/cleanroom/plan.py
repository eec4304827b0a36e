"""What the Snakefile needs to know before it makes its plan."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from cleanroom import config as configuration
from cleanroom import demand, faults, folders, images, intact, lock, patients, progress, secrecy
from cleanroom.atomic import write_text
from cleanroom.clean import profile as profiles
from cleanroom.config import Config
from cleanroom.dependence import code, sections
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, open_key
from cleanroom.intake import unread
from cleanroom.intake.frames import earlier
from cleanroom.intake.loads import Load, read_loads
from cleanroom.intake.walk import fingerprint
from cleanroom.nifti import standard, subject
from cleanroom.review import applied, standing, table
from cleanroom.review.table import Decision
from cleanroom.tools import presence
from cleanroom.tools.chain import rounds
from cleanroom.tools.table import table as tool_table
from cleanroom.warm import started

_SAVED = ("fingerprint", "code", "key_check", "patients", "profile", "missing")
"""What single jobs take from the run that started them."""


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
    missing: tuple[str, ...] = ()
    """De-facing tools that the rules name and this machine does not have."""

    @classmethod
    def start(cls, values: dict[str, Any], main: bool, methods: frozenset[str] = frozenset()) -> "Plan":
        """Check the config and the folders, and prepare ``private/``.

        Parameters
        ----------
        values
            The config of Snakemake: ``config.yaml`` and the command line.
        main
            False in the process of a single job, which takes the plan that the run has made.
        methods
            How Snakemake brings software along: ``conda``, ``apptainer``.

        Raises
        ------
        StopRun
            When the run cannot start.
        """
        config = configuration.load(values)
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
        secrecy.keep(config.private)
        if not main:
            folders.bind(config)
            return cls._saved(config)
        folders.check(config)
        applied.check(config, table.read(config.private))
        assigned = patients.read(config.patients)
        if config.release.nifti:
            standard.check(config.release.bids)
            subject.check({item.pseudonym for item in assigned.by_key.values()})
        profile = profiles.load(config.profile)
        profile.check_files()
        if "apptainer" in methods:
            images.check([images.LINE])
        tools = presence.found(config, methods)
        for line in presence.check(config, tools):
            print(f"cleanroom: {line}", file=sys.stderr)
        config.private.mkdir(parents=True, exist_ok=True)
        config.private.chmod(0o700)
        presence.save(config, tools)
        config.output.mkdir(parents=True, exist_ok=True)
        folders.bind(config)
        part = bool(config.shard) and (config.private / "loads.tsv").is_file()
        alone = lock.hold(config.private, part) & lock.hold(config.output, part)
        plan = cls._made(config, profile.digest(), part)
        plan = replace(plan, missing=tuple(sorted(name for name, state in tools.items() if state.lacks)))
        if part and not alone:
            plan._check_same()
        else:
            plan._save()
        if part:
            lock.share(config.private)
            lock.share(config.output)
        progress.watch(config.private, plan._chosen())
        if not part:
            intact.damaged(config)
        return plan

    @classmethod
    def _made(cls, config: Config, profile: str, part: bool) -> "Plan":
        """A part works on the input as the last intake saw it, and does not look at it again."""
        key = open_key(config.key, config.private)
        if part:
            known = json.loads((config.private / "run.json").read_text())["fingerprint"]
            size = sum(load.whole for load in _part(config, read_loads(config.private)).values())
        else:
            known, size = fingerprint(config.input)
            known += unread.token(config.private)
        folders.check_space(config, size)
        check = Identity(key).digest("check", "")[:8].hex()
        return cls(config, known, code(), check, patients.fingerprint(config.patients), profile)

    @classmethod
    def _saved(cls, config: Config) -> "Plan":
        """The plan of the run to which a single job belongs."""
        saved = json.loads((config.private / "run.json").read_text())
        values = saved["config"] | {"shard": config.shard}
        return cls(
            configuration.load(values),
            **{name: saved[name] for name in _SAVED if name != "missing"},
            missing=tuple(saved["missing"]),
        )

    def _save(self) -> None:
        saved = self._as_saved()
        write_text(self.config.private / "run.json", json.dumps(saved, indent=1) + "\n")
        write_text(self.file, json.dumps(saved["config"], indent=1) + "\n")

    def _as_saved(self) -> dict[str, Any]:
        """All that jobs take from the run; which part it is does not concern them."""
        values = self.config.model_dump(mode="json") | {"shard": ""}
        saved = {name: getattr(self, name) for name in _SAVED} | {"missing": list(self.missing)}
        return {"config": values, **saved}

    def _check_same(self) -> None:
        saved = json.loads((self.config.private / "run.json").read_text())
        mine = self._as_saved()
        other = [name for name in mine if mine[name] != saved.get(name)]
        if other:
            raise StopRun(
                f"A part with other settings is at work in {self.config.private}: {', '.join(other)}.",
                "give all parts the same config, or wait until that one has ended",
            )

    @classmethod
    def of_workflow(cls, values: dict[str, Any], main: bool, methods: frozenset[str] = frozenset()) -> "Plan":
        """As :meth:`start`, with errors as Snakemake shows its own: the message without a traceback."""
        from snakemake.exceptions import WorkflowError  # noqa: PLC0415 - there only inside Snakemake

        try:
            plan = cls.start(values, main, methods)
        except StopRun as error:
            raise WorkflowError(str(error)) from None
        except OSError as error:
            if stopped := faults.stop(error, configuration.load(values)):
                raise WorkflowError(str(stopped)) from None
            raise
        if main and not methods:
            started.start()
        return plan

    @cached_property
    def file(self) -> Path:
        """The config as the steps read it."""
        return self.config.private / "config.json"

    def image(self, name: str) -> str:
        """The image in which a step runs under ``--sdm apptainer``."""
        return str(images.image(name))

    def version(self, step: str) -> str:
        """A hash that changes when the code, or a key of the config that the step depends on, does."""
        values = self.config.model_dump(mode="json", include=sections(step))
        if "profile" in values:
            values["profile"] = self.profile
        if "patients" in values:
            values["patients"]["file"] = self.patients
        if "tools" in values:
            left = self.config.verify.skin_left_percent.model_dump() if self.rounds else {}
            values["tools"] |= {"missing": self.missing, "left": left}
        return sha256(
            f"{self.code}{self.key_check}{json.dumps(values, sort_keys=True)}".encode()
        ).hexdigest()[:16]

    def damage(self, wildcards: Any) -> str:
        """Changes when released files of a study were deleted or altered."""
        return intact.token(self.config, wildcards.study)

    def damaged(self, name: str) -> str:
        """The same of ``files`` (pictures and PDFs) and ``report`` (tables and pages)."""
        return intact.token(self.config, name)

    @cached_property
    def decisions(self) -> list[Decision]:
        """What a person decided."""
        return table.read(self.config.private)

    def decided(self, step: str) -> Callable[[Any], str]:
        """A hash of the decisions on which a step depends, by the study of a job."""
        policy = self.config.release.require_review
        counted = [row for row in self.decisions if row.what != "approve" or policy != "none"]
        every = "all " if (step, policy) == ("release", "all") else ""
        return lambda wildcards: every + standing.fingerprint(counted, step, wildcards.study)

    @property
    def review(self) -> str:
        """A hash of all decisions, for the report."""
        return sha256(repr(self.decisions).encode()).hexdigest()[:16] if self.decisions else ""

    def earlier(self, wildcards: Any) -> list[Path]:
        """For which face records ``deface`` of a study waits: those before it in a frame of reference."""
        studies = earlier(self.config.private, wildcards.study)
        return [self.config.private / "studies" / study / "faces.json" for study in studies]

    def memory(self, step: str) -> Callable[..., int]:
        """Megabytes for a step on a study: by its largest series, twice as many at each new attempt."""
        return lambda wildcards, attempt: demand.megabytes(
            step, read_loads(self.config.private).get(wildcards.study), attempt
        )

    def minutes(self, step: str) -> Callable[..., int]:
        """How long a step may take, twice as long at each new attempt: for schedulers, which ask."""
        return lambda wildcards, attempt: demand.minutes(step, attempt)  # noqa: ARG005 - Snakemake gives both

    @property
    def nifti(self) -> list[Path]:
        """What `release` takes of `nifti`: its record and its tree; nothing when it is off."""
        if not self.config.release.nifti:
            return []
        private = self.config.private
        return [private / "studies" / "{study}" / "nifti.json", private / "work" / "{study}" / "nifti"]

    @cached_property
    def rounds(self) -> list[list[str]]:
        """The tools that may be called in each round."""
        return rounds(self.config.faces, self.missing)

    def tool_image(self, tool: str) -> str | None:
        """The image in which a tool runs under ``--sdm apptainer``: the user's, or this project's."""
        own = str(images.image(tool)) if tool_table()[tool].conda else None
        return self.config.place(tool).image or own

    def tool_memory(self, tool: str) -> int:
        """What one volume needs in a tool, megabytes."""
        return tool_table()[tool].memory_mb

    def tried(self, wildcards: Any) -> list[Path]:
        """For what a round of tools, or ``deface``, waits: what the rounds before were given and wrote."""
        number = int(getattr(wildcards, "round", len(self.rounds) + 1))
        work = self.config.private / "work" / wildcards.study / "tools"
        found = []
        for before, tools in enumerate(self.rounds[: number - 1], 1):
            found += [work / str(before), *(work / f"{before}-{tool}" for tool in tools)]
        return found

    def released(self, table: str) -> list[Path]:
        """The last record of every study of this run."""
        return [self.config.private / "studies" / study / "released.json" for study in self.studies(table)]

    def studies(self, table: str) -> list[str]:
        """The studies of this run: all, those that ``studies`` names, or those of the part.

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
        part = _part(self.config, read_loads(self.config.private))
        return [study for study in chosen if study in part]

    def _chosen(self) -> list[str]:
        table = self.config.private / "studies.tsv"
        return self.studies(str(table)) if table.is_file() else []

    @property
    def goal(self) -> Path:
        """What the run is to make: the report, or the list of the studies of a part."""
        if not self.config.shard:
            return self.config.output / "report" / "report.json"
        return self.config.private / "parts" / f"{self.config.shard.replace('/', '-of-')}.tsv"

    @property
    def ending(self) -> str:
        """The command that says the last lines of the run."""
        return "parts" if self.config.shard else "summary"

    @property
    def loose(self) -> list[Path]:
        """The record of pictures and PDFs, which belong to the first part."""
        first = not self.config.shard or self.config.shard.startswith("1/")
        return [self.config.private / "files" / "released.json"] if first else []


def _part(config: Config, loads: dict[str, Load]) -> dict[str, Load]:
    """The studies of a part: those of one patient, who may share frames of reference, are together."""
    part, parts = map(int, config.shard.split("/"))
    return {study: load for study, load in loads.items() if number(load.patient, parts) == part}


def number(patient: str, parts: int) -> int:
    """The part of a patient, from 1: the same when other patients come or go."""
    return int.from_bytes(sha256(patient.encode()).digest()[:8], "big") % parts + 1
