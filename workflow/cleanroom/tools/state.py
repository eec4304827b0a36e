"""What one round writes down for the next: ``private/work/<study>/tools/<round>/round.json``."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field

from cleanroom.deface.by_builtin import Looked
from cleanroom.deface.registration import Pose
from cleanroom.records import FaceAttempt, FaceRecord, Record
from cleanroom.study import Study

BUILTIN_FOLDER = "tools/1/builtin"
"""Where the masks of the builtin lie, relative to the study's work folder."""


class Laid(BaseModel):
    """Where the template lies in one volume; without a map nothing but a mask is known of it."""

    to_template: list[list[float]] | None = None
    information: float = 0.0


class Round(Record):
    """What is known before the tools of a round run, and what they are asked for."""

    faces: FaceRecord = FaceRecord()
    """The builtin's decisions, with masks below ``BUILTIN_FOLDER``."""
    laid: dict[str, list[Laid]] = Field({})
    """Series → its volumes, in the order of ``volumes.json``, uneven ones left out."""
    asked: dict[str, list[str]] = Field({})
    """Tool → the series that it is given in this round."""
    attempts: dict[str, list[FaceAttempt]] = Field({})
    """Series → what became of the tools before."""
    failed: str = ""
    """Why nothing is known."""

    def passed(self, series: str) -> bool:
        """Whether a tool before has made something plausible of a series."""
        return any(attempt.outcome == "plausible" for attempt in self.attempts.get(series, []))


def of_builtin(looked: Looked) -> Round:
    """What the builtin found out, to be written down."""
    return Round(
        faces=looked.record,
        laid={name: [_laid(pose) for pose in poses] for name, poses in looked.poses.items()},
    )


def pose(laid: Laid) -> Pose | None:
    """Where the template lies."""
    return None if laid.to_template is None else Pose(np.array(laid.to_template), laid.information)


def calls_folder(study: Study, number: int) -> Path:
    """What the tools of a round are given, and their files of calls."""
    return study.work / "tools" / str(number)


def results_folder(study: Study, number: int, tool: str) -> Path:
    """What a tool of a round wrote."""
    return study.work / "tools" / f"{number}-{tool}"


def _laid(pose: Pose | None) -> Laid:
    if pose is None:
        return Laid()
    return Laid(to_template=pose.to_template.tolist(), information=pose.information)
