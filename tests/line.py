"""The whole line without Snakemake's start-up: the same steps as the rules call, on two cores."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from cleanroom import config, step
from cleanroom.config import Config
from cleanroom.files import step as files
from cleanroom.intake.frames import earlier
from cleanroom.intake.take_in import take_in
from cleanroom.report import report
from cleanroom.study import BEFORE, Study


def run_line(source: Path, folder: Path, **values: object) -> Config:
    """Clean a folder into ``folder/results`` with ``folder/private`` beside it."""
    (folder / "private").mkdir(mode=0o700, exist_ok=True)
    places = {"input": source, "output": folder / "results", "private": folder / "private"}
    settings = config.load(places | values)
    names = take_in(settings, threads=2)
    waiting = [name for name in names if earlier(settings.private, name)]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(partial(run_study, settings), [name for name in names if name not in waiting]))
    for name in sorted(waiting, key=lambda name: len(earlier(settings.private, name))):
        run_study(settings, name)
    for each in files.STEPS:
        files.run(each, settings, threads=2)
    report(settings)
    return settings


def run_study(settings: Config, name: str) -> None:
    """All steps of one study, in their order."""
    for each in BEFORE:
        step.run(each, Study(settings, name))
