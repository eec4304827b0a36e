"""One parser under atheris, which looks for bytes that reach new lines of it.

``python -m fuzz.guided NAME [options of libFuzzer]``
"""

import logging
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cleanroom"]):
    from fuzz.targets import TARGETS, beginnings


def main(name: str, *options: str) -> None:
    """Run until the options say; a parser that breaks its promise ends the process."""
    warnings.simplefilter("ignore")
    logging.disable()
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(beginnings()[name]):
            (Path(corpus) / str(number)).write_bytes(data)
        bounds = ("-rss_limit_mb=1000", "-timeout=10", "-max_len=20000")
        atheris.Setup([sys.argv[0], *bounds, *options, corpus], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
