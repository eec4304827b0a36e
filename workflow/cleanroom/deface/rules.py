"""Which rule of ``faces.rules`` is for a series: the first that matches."""

import re

from cleanroom.config import FaceMatch, FaceRule
from cleanroom.manifest import Instance


def matching(rules: list[FaceRule], instance: Instance) -> FaceRule | None:
    """The first rule that is for the series of this instance; None when no rule is."""
    return next((rule for rule in rules if _matches(rule.match, instance)), None)


def _matches(match: FaceMatch, instance: Instance) -> bool:
    return (
        (not match.modality or instance.modality in match.modality)
        and bool(re.search(match.description, instance.series_description, re.IGNORECASE))
        and (not match.patient or instance.patient in match.patient)
        and (not match.series or instance.series in match.series)
    )
