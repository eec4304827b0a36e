"""The folders of one study, and what earlier steps decided about it."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cleanroom import manifest, secrecy
from cleanroom.config import Config
from cleanroom.header.identifying import Identifying
from cleanroom.identity import Identity, load_key
from cleanroom.manifest import Instance
from cleanroom.records import Record, SetAsideRow
from cleanroom.review import table
from cleanroom.review.standing import Standing, standings

RECORDS = {
    "clean": "clean.json",
    "redact": "text.json",
    "convert": "volumes.json",
    "deface": "faces.json",
    "encode": "encoded.json",
    "verify": "verdict.json",
    "nifti": "nifti.json",
    "release": "released.json",
}
"""The record that each step of a study leaves in its folder."""

BEFORE = {
    "clean": (),
    "redact": (),
    "convert": ("redact",),
    "deface": ("redact", "convert"),
    "encode": ("clean", "redact", "convert", "deface"),
    "verify": ("clean", "redact", "convert", "deface", "encode"),
    "nifti": ("clean", "redact", "convert", "deface", "encode", "verify"),
    "release": ("clean", "redact", "convert", "deface", "encode", "verify"),
}
"""The steps whose decisions a step sees: the inputs of its rule."""


@dataclass(frozen=True)
class Study:
    """One study: the unit of work."""

    config: Config
    pseudonym: str

    @property
    def folder(self) -> Path:
        """``private/studies/<study>``: manifest, records and pictures, which outlive the intermediates."""
        return self.config.private / "studies" / self.pseudonym

    @property
    def work(self) -> Path:
        """``private/work/<study>``: intermediates, safe to delete."""
        return self.config.private / "work" / self.pseudonym

    @property
    def scratch(self) -> Path:
        """Where a step's temporary files lie: where ``scratch`` says, if this machine has it; else `work`."""
        return secrecy.scratch(self.config.scratch) or self.work

    @cached_property
    def identity(self) -> Identity:
        """Pseudonyms, UIDs and date shifts."""
        identity = Identity(load_key(self.config.key or self.config.private / "key"))
        shifts = {item.patient: item.date_shift_days for item in self.instances if item.date_shift_days}
        identity.shifts.update(shifts)
        return identity

    @cached_property
    def instances(self) -> list[Instance]:
        """Every instance of the manifest."""
        return manifest.read(self.folder / "manifest.tsv")

    @cached_property
    def identifying(self) -> Identifying:
        """Names, IDs, dates and places in the study's headers, which its texts may repeat."""
        found = json.loads((self.folder / "identities.json").read_text(encoding="utf-8"))
        return frozenset((kind, text) for kind, text in found)

    @property
    def patient(self) -> str:
        """The patient's pseudonym."""
        return self.instances[0].patient

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Series → what a person decided about it."""
        found = standings(table.read(self.config.private))
        return {series: standing for (study, series), standing in found.items() if study == self.pseudonym}

    def standing(self, series: str) -> Standing:
        """What a person decided about a series; of most nothing."""
        return self.standings.get(series, Standing())

    def record_path(self, step: str) -> Path:
        """Where a step leaves its record."""
        return self.folder / RECORDS[step]

    @property
    def missing(self) -> list[str]:
        """The steps that have left no record, in their order."""
        steps = [*BEFORE["release"], *(["nifti"] if self.config.release.nifti else []), "release"]
        there = {path.name for path in self.folder.glob("*.json")}
        return [step for step in steps if RECORDS[step] not in there]

    def set_aside(self, before: str) -> list[SetAsideRow]:
        """What the steps before this one set aside."""
        rows: list[SetAsideRow] = []
        for step in BEFORE[before]:
            rows += Record.load(self.record_path(step)).set_aside
        return rows

    def series(self, step: str) -> dict[str, list[Instance]]:
        """Series → instances that no step before ``step`` has set aside, in their order."""
        whole = set()
        single = set()
        for row in self.set_aside(before=step):
            whole |= set() if row.numbers else {row.series}
            single |= {(row.series, number) for number in row.numbers}
        groups: dict[str, list[Instance]] = defaultdict(list)
        for instance in self.instances:
            if instance.series not in whole and (instance.series, instance.number) not in single:
                groups[instance.series].append(instance)
        return dict(groups)
