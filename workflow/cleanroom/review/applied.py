"""The config of one study with a person's decisions in it: another tool or mode, more rectangles."""

from collections.abc import Iterable

from pydantic import ValidationError

from cleanroom.config import Config, FaceMatch, FaceRule, Faces, FixedBoxes
from cleanroom.deface.rules import matching
from cleanroom.errors import StopRun
from cleanroom.manifest import Instance
from cleanroom.review.standing import Standing, standings
from cleanroom.review.table import Decision
from cleanroom.study import Study
from cleanroom.tools.chain import rounds
from cleanroom.tools.table import BUILTIN


def tools(faces: Faces) -> list[str]:
    """The tools that a decision can name: the builtin, and those for which the run plans jobs first."""
    planned = rounds(faces, ())
    return [BUILTIN, *(planned[0] if planned else [])]


def check(config: Config, decisions: Iterable[Decision]) -> None:
    """Refuse a decision that no job could honour, before any job starts.

    Raises
    ------
    StopRun
        When one that counts names a tool for which this config plans no job.
    """
    for (_, series), standing in sorted(standings(decisions).items()):
        if standing.tool and standing.tool not in tools(config.faces):
            raise StopRun(
                f"A decision about series {series} names tool `{standing.tool}`, "
                "which no rule of faces.rules names first.",
                f"faces.rules: add {{match: {{series: [{series}]}}, tool: {standing.tool}}} before the "
                "others, or take the decision back",
            )


def decided(study: Study) -> Study:
    """The study with its decisions in its config."""
    first = {instance.series: instance for instance in reversed(study.instances)}
    known = {name: standing for name, standing in sorted(study.standings.items()) if name in first}
    config = study.config
    rules = [
        _rule(config, first[series], standing)
        for series, standing in known.items()
        if standing.tool or standing.mode
    ]
    boxes = [drawn(series, standing) for series, standing in known.items() if standing.rectangles]
    if not rules and not boxes:
        return study
    faces = config.faces.model_copy(update={"rules": [*rules, *config.faces.rules]})
    text = config.text.model_copy(update={"boxes": [*config.text.boxes, *boxes]})
    return Study(config.model_copy(update={"faces": faces, "text": text}), study.pseudonym)


def drawn(series: str, standing: Standing) -> FixedBoxes:
    """The rectangles that a person drew on a series, as the config says such things."""
    rectangles = [list(box) for box in standing.rectangles]
    return FixedBoxes(match=FaceMatch(series=[series]), rectangles=rectangles)


def _rule(config: Config, instance: Instance, standing: Standing) -> FaceRule:
    """The rule of the config for this series, with what a person chose.

    A mode that the rule's own tool cannot do is done by the builtin.
    """
    own = matching(config.faces.rules, instance, config.input) or FaceRule()
    match = {"match": {"series": [instance.series]}}
    mode = {"mode": standing.mode} if standing.mode else {}
    if standing.tool and standing.tool != own.tool:
        return FaceRule.model_validate(match | mode | {"tool": standing.tool})
    kept = own.model_dump() if own.tool != "none" else {}
    try:
        return FaceRule.model_validate(kept | match | mode)
    except ValidationError:
        return FaceRule.model_validate(match | mode)
