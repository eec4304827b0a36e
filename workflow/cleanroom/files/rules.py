"""Which pictures and PDFs may go on: the config decides, and nothing goes without a line of it."""

from fnmatch import fnmatchcase

from cleanroom.config import Config, FaceMatch
from cleanroom.errors import SetAside
from cleanroom.reading.goes import Choice

PICTURE = "a picture: a person may be seen on it, and removing words does not change that"
FIX = (
    "look at it; then release it, or its folder, with a line under `pictures` in config.yaml:"
    " {match: screens*, release: true, reason: screenshots without a person}"
)
NOT_WANTED = "`pictures` in config.yaml keeps it back"
NO_PDF = "`pdf.release` in config.yaml keeps PDFs back"


def looked_at(config: Config, path: str, kind: str) -> bool:
    """Whether a rule says that a person has looked: no rule, no release of pictures.

    Raises
    ------
    SetAside
        When it stays, with the line that would release it.
    """
    for rule in config.pictures:
        if rule.match == kind or fnmatchcase(path, rule.match):
            if not rule.release:
                raise SetAside(NOT_WANTED, "change that line, or put one before it")
            return True
    if kind == "picture":
        raise SetAside(PICTURE, FIX)
    if not config.pdf.release:
        raise SetAside(NO_PDF, "set it to true")
    return False


def mode(config: Config) -> Choice:
    """Which words go: as the rule of ``text.rules`` for every series says; ``all`` without one."""
    return next((rule.words for rule in config.text.rules if rule.match == FaceMatch()), "all")
