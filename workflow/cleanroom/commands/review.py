"""``python -m cleanroom review``: look at doubtful series and decide, on a page of this machine."""

import argparse
import getpass
from pathlib import Path

from cleanroom import config


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("review", help="look at what is doubtful, and decide: a page on loopback")
    command.add_argument("--config", type=Path, help="config file (default: config.yaml)")
    command.add_argument("--private", type=Path, metavar="DIR", help="the private folder of a run")
    command.add_argument("--port", type=int, default=0, help="default: any free one")
    command.add_argument("--who", default="", help="name for the column `who` (default: the user's)")
    command.set_defaults(run=_review)


def _review(options: argparse.Namespace) -> None:
    from cleanroom.review.server import serve  # noqa: PLC0415 - the web framework is loaded only here

    path = options.config or (options.private / "config.json" if options.private else Path("config.yaml"))
    serve(config.read(path), options.port, options.who or _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
