"""What the Snakefile needs to know before it makes its plan."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from cleanroom import demand, images, intact, shard
from cleanroom.config import Config
from cleanroom.dependence import sections
from cleanroom.errors import StopRun
from cleanroom.intake.frames import earlier
from cleanroom.intake.loads import read_loads
from cleanroom.review import standing, table
from cleanroom.review.table import Decision
from cleanroom.tools.chain import rounds
from cleanroom.tools.table import table as tool_table

_BESIDE_MINUTES = 10
"""Of a tool's job, for its start and what it copies."""


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
    again: bool = False
    """A look at what a run would do, and it would make the report, although there is one."""

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
        return intact.token(self.config, name) + ("again" if self.again and name == intact.REPORT else "")

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
        return self.growing(demand.MINUTES[step])

    def growing(self, amount: int) -> Callable[..., int]:
        """Megabytes or minutes whatever the study, twice as many at each new attempt."""
        return lambda wildcards, attempt: demand.grown(amount, attempt)  # noqa: ARG005 - Snakemake gives both

    def growing_by_thread(self, amount: int) -> Callable[..., int]:
        """The same for each of its threads."""
        return lambda wildcards, threads, attempt: demand.grown(amount * threads, attempt)  # noqa: ARG005

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

    def tool_memory(self, tool: str) -> Callable[..., int]:
        """What one volume needs in a tool, megabytes, twice as much at each new attempt."""
        return self.growing(tool_table()[tool].memory_mb)

    def tool_minutes(self, tool: str) -> Callable[..., int]:
        """As long as one volume may take in a tool, twice as long at each new attempt: for schedulers."""
        seconds = self.config.place(tool).seconds or tool_table()[tool].seconds
        return self.growing(seconds // 60 + _BESIDE_MINUTES)

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
        part = shard.part(self.config, read_loads(self.config.private))
        return [study for study in chosen if study in part]

    @property
    def chosen(self) -> list[str]:
        """The same, as far as they are known before intake."""
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
