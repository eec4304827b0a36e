"""A study of one generated head in many series, one a rule, taken through the tools as the workflow does."""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from framed import SAGITTAL, slices, write

from cleanroom import config, step
from cleanroom.intake import take_in
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
