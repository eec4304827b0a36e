"""Whether a rule of the config is for a series."""

import re

from cleanroom.config import FaceMatch
from cleanroom.manifest import Instance


def matches(match: FaceMatch, instance: Instance) -> bool:
    """Whether every key that is given matches the series of this instance."""
    return (
        (not match.modality or instance.modality in match.modality)
        and bool(re.search(match.description, instance.series_description, re.IGNORECASE))
        and (not match.patient or instance.patient in match.patient)
        and (not match.series or instance.series in match.series)
    )
