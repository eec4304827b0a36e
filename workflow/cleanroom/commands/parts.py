"""``python -m cleanroom parts``: how far the parts of a run are; the one that ends last makes the report."""

import argparse
import fcntl
from pathlib import Path

from cleanroom import config
from cleanroom.config import Config
from cleanroom.study import Study


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("parts", help="how far the parts of a run are; after the last, the report")
    command.add_argument("--config", type=Path, default=Path("config.yaml"), help="config file")
    command.add_argument("--failed", action="store_true", help="a job of this part was killed")
    command.set_defaults(run=_parts)


def _parts(options: argparse.Namespace) -> None:
    from cleanroom.report import report, summary  # noqa: PLC0415 - a part that is not the last needs neither

    settings = config.read(options.config)
    with (settings.private / "parts.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done, studies = ended(settings)
        if done < studies or not (settings.private / "files" / "released.json").is_file():
            fate = "failed in part; run it again" if options.failed else "done"
            print(f"This part is {fate}. {done:,} of {studies:,} studies of all parts are done.")
            print("The report follows with the last part.")
            return
        report(settings)
    print(summary(settings))


def ended(settings: Config) -> tuple[int, int]:
    """How many studies of the input have been taken to their end, and how many there are."""
    studies = (settings.private / "studies.tsv").read_text().split()[1:]
    return sum(not Study(settings, study).missing for study in studies), len(studies)
