"""What compared tools made of a series, side by side: for the private page, as some of it may show a face."""

from dataclasses import dataclass
from pathlib import Path

from cleanroom.records import COMPARED, ORIGINAL
from cleanroom.report.figures import AttemptFigures
from cleanroom.report.series import SeriesEntry
from cleanroom.report.thumbnails import Thumbnail, still


@dataclass(frozen=True)
class Column:
    """One column: the original, or what a tool made of it."""

    pictures: list[Thumbnail]
    attempt: AttemptFigures | None = None

    @property
    def name(self) -> str:
        """What stands above it."""
        return self.attempt.tool if self.attempt else "before"


def columns(entry: SeriesEntry, edge: int) -> list[Column]:
    """The columns of a series; none when no tools were compared.

    Parameters
    ----------
    entry
        The series.
    edge
        Height of a picture in pixels.
    """
    if not entry.compared:
        return []
    found = [Column(_shown(entry, ORIGINAL, edge))]
    return found + [
        Column(_shown(entry, attempt.tool, edge), attempt)
        for attempt in entry.figures.face.attempts
        if attempt.outcome != "not_needed"
    ]


def _shown(entry: SeriesEntry, name: str, edge: int) -> list[Thumbnail]:
    """Only what lies in the folder of compared pictures."""
    files = [Path(file) for file in entry.compared.get(name, [])]
    inside = [file for file in files if file.parts[:1] == (COMPARED,) and ".." not in file.parts]
    return [still(entry.work / file, edge) for file in inside]
