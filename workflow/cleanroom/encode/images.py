"""What became of the images on which a structure set was drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cleanroom.deface.candidate import VOLUMETRIC
from cleanroom.encode.faces import Face
from cleanroom.manifest import Instance
from cleanroom.records import FaceRecord, SeriesFace
from cleanroom.study import Study


@dataclass(frozen=True)
class Images:
    """The image series of one study in which a face can be.

    Attributes
    ----------
    rows
        Every instance of them, those that were set aside too.
    decisions
        Series → what was decided about its face; none for what never came so far.
    faces
        Series → the face that was removed from it.
    gone
        Series that a step before ``encode`` has set aside.
    """

    rows: list[Instance]
    decisions: Mapping[str, SeriesFace]
    faces: Mapping[str, list[Face]]
    gone: frozenset[str]

    @classmethod
    def of(cls, study: Study) -> "Images":
        """Those of a study after ``deface``."""
        decisions = FaceRecord.load(study.record_path("deface")).series
        faces = {
            name: [_face(study.work, item.mask, item.volume) for item in face.masks]
            for name, face in decisions.items()
            if face.decision == "face" and face.tool != "none" and face.masks
        }
        gone = {row.series for row in study.set_aside(before="encode") if not row.numbers}
        rows = [row for row in study.instances if row.frames and row.modality in VOLUMETRIC]
        return cls(rows, decisions, faces, frozenset(gone))

    def drawn_on(self, frame: str, referenced: frozenset[str]) -> set[str]:
        """The series that a structure set names, or that share a frame of reference with it."""
        named = {
            row.series for row in self.rows if {row.series_instance_uid, row.sop_instance_uid} & referenced
        }
        return named | {row.series for row in self.rows if frame and row.frame_of_reference_uid == frame}

    def removed(self, frame: str, referenced: frozenset[str]) -> list[Face]:
        """The faces that were removed from the images of a frame of reference."""
        return [
            face for name in sorted(self.drawn_on(frame, referenced)) for face in self.faces.get(name, [])
        ]

    def doubt(self, frame: str, referenced: frozenset[str]) -> str:
        """Why an outer contour in a frame of reference may show a face that no mask covers; or empty.

        The images that are named count; when none of them is there, all that share the frame.
        """
        series = self.drawn_on("", referenced) or self.drawn_on(frame, referenced)
        if not series:
            return "the images on which it was drawn are not in its study"
        reasons = [reason for name in sorted(series) if (reason := self._doubt(name))]
        return reasons[0] if reasons else ""

    def _doubt(self, series: str) -> str:
        face = self.decisions.get(series)
        if series in self.gone or face is None or face.decision == "unsure":
            return f"its image series {series} was set aside"
        if face.tool == "none" or face.decision in ("no_face", "not_applicable"):
            return ""
        if face.decision == "already_removed" or face.already:
            return (
                f"the face was removed from its image series {series} before it came, and no mask says where"
            )
        return "" if series in self.faces else f"the face of its image series {series} has no mask"


def _face(work: Path, mask: str, volume: str) -> Face:
    return Face(work / mask, work / volume)
