"""``PYTHONPATH=workflow:tests python -m exam SCANS FOLDER``: write the exam, or freeze it."""

import argparse
import json
from pathlib import Path

from exam import frozen
from exam.generate import generate


def main() -> None:
    """Write the exam into a new folder."""
    parser = argparse.ArgumentParser(prog="python -m exam", description=__doc__)
    parser.add_argument(
        "scans", type=Path, help="the real scans; ../shared/data/unpack prints where they are"
    )
    parser.add_argument("folder", type=Path, help="a new folder for the files and the key")
    parser.add_argument("--freeze", action="store_true", help="write frozen.json again: a new exam, say why")
    options = parser.parse_args()
    record = frozen.record(generate(options.scans, options.folder))
    if options.freeze:
        frozen.PATH.write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
