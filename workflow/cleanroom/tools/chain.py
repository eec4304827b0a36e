"""Which tools run in which round: known from the config, so that the plan of jobs is fixed."""

from collections.abc import Collection

from cleanroom.config import FaceRule, Faces
from cleanroom.tools.table import external


def chain(rule: FaceRule, missing: Collection[str]) -> list[str]:
    """The tools of a rule that are there, in the order in which they count."""
    return [tool for tool in rule.chain if tool not in missing]


def turns(rule: FaceRule, missing: Collection[str]) -> list[list[str]]:
    """The external tools of a rule, by round: those to compare together, each fallback after them."""
    together: list[str] = [*(rule.compare or [rule.tool])]
    first = [tool for tool in together if external(tool) and tool not in missing]
    after: list[list[str]] = [[tool] for tool in rule.fallback if external(tool) and tool not in missing]
    return [turn for turn in [first, *after] if turn]


def rounds(faces: Faces, missing: Collection[str]) -> list[list[str]]:
    """The external tools that any rule may call in each round; no round when there is none."""
    found = [turns(rule, missing) for rule in faces.rules]
    most = max(map(len, found), default=0)
    return [
        sorted({tool for turn in found if number < len(turn) for tool in turn[number]})
        for number in range(most)
    ]
