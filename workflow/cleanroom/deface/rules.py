"""Which rule of ``faces.rules`` is for a series: the first that matches."""

from cleanroom.config import FaceRule
from cleanroom.manifest import Instance
from cleanroom.series_match import matches


def matching(rules: list[FaceRule], instance: Instance) -> FaceRule | None:
    """The first rule that is for the series of this instance; None when no rule is."""
    return next((rule for rule in rules if matches(rule.match, instance)), None)
