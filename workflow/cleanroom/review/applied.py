"""The config of one study with a person's decisions in it: another tool or mode, more rectangles."""

from cleanroom.config import Config, FaceMatch, FaceRule, FixedBoxes
from cleanroom.manifest import Instance
from cleanroom.review.standing import Standing
from cleanroom.series_match import matches


def applied(config: Config, standings: dict[str, Standing], instances: list[Instance]) -> Config:
    """The config as it counts for the series of one study.

    Parameters
    ----------
    config
        The run's.
    standings
        Series → what was decided about it.
    instances
        Of the study.
    """
    first = {instance.series: instance for instance in reversed(instances)}
    known = {series: standing for series, standing in sorted(standings.items()) if series in first}
    rules = [
        _rule(config.faces.rules, first[series], standing)
        for series, standing in known.items()
        if standing.tool or standing.mode
    ]
    boxes = [drawn(series, standing) for series, standing in known.items() if standing.rectangles]
    if not rules and not boxes:
        return config
    faces = config.faces.model_copy(update={"rules": [*rules, *config.faces.rules]})
    text = config.text.model_copy(update={"boxes": [*config.text.boxes, *boxes]})
    return config.model_copy(update={"faces": faces, "text": text})


def drawn(series: str, standing: Standing) -> FixedBoxes:
    """The rectangles that a person drew on a series, as the config says such things."""
    rectangles = [list(box) for box in standing.rectangles]
    return FixedBoxes(match=FaceMatch(series=[series]), rectangles=rectangles)


def _rule(rules: list[FaceRule], instance: Instance, standing: Standing) -> FaceRule:
    """The rule of the config for this series, with what a person chose."""
    own = next((rule for rule in rules if matches(rule.match, instance)), FaceRule())
    match = {"match": {"series": [instance.series]}}
    mode = {"mode": standing.mode} if standing.mode else {}
    if standing.tool and standing.tool != own.tool:
        return FaceRule.model_validate(match | mode | {"tool": standing.tool})
    kept = own.model_dump() if own.tool != "none" else {}
    return FaceRule.model_validate(kept | match | mode)
