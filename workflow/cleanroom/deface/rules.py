"""Which rule of ``faces.rules`` is for a series: the first that matches."""

from pathlib import Path

from cleanroom.config import FaceRule
from cleanroom.manifest import Instance
from cleanroom.tools.scan import chosen
from cleanroom.tools.table import BUILTIN, table


def matching(rules: list[FaceRule], instance: Instance, root: Path) -> FaceRule | None:
    """The first rule that is for the series of this instance; None when no rule is.

    Parameters
    ----------
    rules
        Of the config.
    instance
        The first of the series.
    root
        The input folder, where its header is read when a rule asks for what it tells.
    """
    return next((rule for rule in rules if chosen(rule.match, instance, root)), None)


def as_builtin(rule: FaceRule) -> FaceRule:
    """The rule for what the builtin tool does first in every series: it says where the face is.

    It fills the face as the rule says when it can be released itself; else it need not.
    """
    mode = rule.mode if BUILTIN in rule.chain and rule.mode in table()[BUILTIN].modes else "remove"
    return FaceRule(match=rule.match, tool=BUILTIN, mode=mode)
