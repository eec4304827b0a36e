"""The whole line in this process: the same steps as the rules call, without Snakemake's start-up."""

from pathlib import Path

from cleanroom import config, step
from cleanroom.config import Config
from cleanroom.intake import take_in
from cleanroom.redact import decide_files
from cleanroom.report import report
from cleanroom.study import Study

ORDER = ("clean", "redact", "convert", "deface", "encode", "verify", "release")


def run_line(source: Path, folder: Path, **values: object) -> Config:
    """Clean a folder into ``folder/results`` with ``folder/private`` beside it."""
    (folder / "private").mkdir(mode=0o700, exist_ok=True)
    places = {"input": source, "output": folder / "results", "private": folder / "private"}
    settings = config.load(places | values)
    for name in take_in(settings, threads=2):
        study = Study(settings, name)
        for each in ORDER:
            step.run(each, study)
    decide_files(settings).save(settings.private / "work" / "files" / "text.json")
    report(settings)
    return settings
