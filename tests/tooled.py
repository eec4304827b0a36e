"""A study of one generated head in many series, one a rule, taken through the tools as the workflow does."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pytest
from framed import SAGITTAL, slices, write

from cleanroom import config, step
from cleanroom.deface import by_builtin
from cleanroom.deface.builtin import FaceResult
from cleanroom.deface.donor import Donor
from cleanroom.deface.frames import Frame, Look
from cleanroom.deface.volumes import Found, Place
from cleanroom.intake.take_in import take_in
from cleanroom.records import FaceRecord, SeriesFace, TextRecord
from cleanroom.study import Study
from cleanroom.tools.ask import Rounds, begin
from cleanroom.tools.state import calls_folder

STAND_IN = Path(__file__).with_name("stand_in_tool.py")
COMMAND = f"{sys.executable} {STAND_IN} {{input}} {{output}}"


def head_in_series(folder: Path, names: Iterable[str]) -> Path:
    """An export: the same head once a name, which is its Series Description."""
    cut = slices(SAGITTAL, 57, 4.0, 44, 4.0)
    for number, name in enumerate(names, 1):
        write(folder, cut, series=f"1.2.3.{number}", thickness=4.0, SeriesDescription=name)
    return folder


class OneHead(Frame):
    """A frame of reference in which all series hold the same voxels: one is registered, once a session."""

    _known: ClassVar[dict[str, FaceResult]] = {}

    def looks(self) -> tuple[dict[str, Look], list[Donor]]:
        """The same for each series."""
        found = {
            name: Look([Found(place.volume, self._result(place)) for place in places])
            for name, places in self._places.items()
        }
        return found, []

    def _result(self, place: Place) -> FaceResult:
        voxels = (self._study.work / place.volume.file).read_bytes()
        key = f"{sha256(voxels).hexdigest()} {self._extent}"
        if key not in self._known:
            self._known[key] = place.registered(self._study, self._extent)
        return self._known[key]


@contextmanager
def one_head() -> Iterator[None]:
    """The builtin looks at one series of a frame of reference and knows the others by it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_builtin, "Frame", OneHead)
        yield


def by_name(rules: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules of ``faces.rules``, each for the series of that description."""
    return [{"match": {"description": f"^{re.escape(name)}$"}} | rule for name, rule in rules.items()]


def taken(source: Path, folder: Path, **values: object) -> Study:
    """The one study of an export, up to its volumes; its pixels hold no words."""
    private = folder / "private"
    private.mkdir(mode=0o700)
    places = {"input": source, "private": private, "output": folder / "results"}
    settings = config.load(places | values)
    (name,) = take_in(settings)
    study = Study(settings, name)
    TextRecord().save(study.record_path("redact"))
    step.run("convert", study)
    return study


def de_faced(study: Study) -> dict[str, SeriesFace]:
    """All rounds of tools and the decision, as the rules call them; by Series Description."""
    for number, tools in enumerate(Rounds(study).rounds, 1):
        begin(study, number)
        for tool in tools:
            subprocess.run(["sh", str(calls_folder(study, number) / f"{tool}.sh")], check=True)
    step.run("deface", study)
    names = {row.series: row.series_description for row in study.instances}
    return {names[name]: face for name, face in FaceRecord.load(study.record_path("deface")).series.items()}
