"""``python -m cleanroom tools`` and ``ask``: which de-facing tools there are, and what they are asked for."""

import argparse
import sys
from pathlib import Path

from cleanroom import config


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    table = commands.add_parser("tools", help="the de-facing tools, and which of them would run here")
    table.add_argument("--config", type=Path, default=Path("config.yaml"), help="config file")
    table.add_argument("--markdown", action="store_true", help="the table of docs/tools.md")
    table.set_defaults(run=_tools)
    ask = commands.add_parser("ask", help="write what the de-facing tools of a round are given for one study")
    ask.add_argument("--config", type=Path, default=Path("config.yaml"), help="config file")
    ask.add_argument("--study", required=True, help="a study's pseudonym")
    ask.add_argument("--round", type=int, required=True, help="1 and on")
    ask.set_defaults(run=_ask)


def _tools(options: argparse.Namespace) -> None:
    from cleanroom.tools.listing import lines, markdown  # noqa: PLC0415

    if options.markdown:
        sys.stdout.write(markdown())
        return
    for line in lines(config.read(options.config)):
        print(line)


def _ask(options: argparse.Namespace) -> None:
    from cleanroom.review.applied import decided  # noqa: PLC0415
    from cleanroom.study import Study  # noqa: PLC0415
    from cleanroom.tools.ask import begin  # noqa: PLC0415

    begin(decided(Study(config.read(options.config), options.study)), options.round)
