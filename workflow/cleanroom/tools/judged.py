"""What a tool made of the volumes of one series: how it ended, and whether its result stands the proof."""

from dataclasses import dataclass, field
from pathlib import Path

from cleanroom.config import FaceRule
from cleanroom.deface.builtin import fill_value
from cleanroom.deface.volumes import read, read_mask
from cleanroom.errors import SetAside
from cleanroom.records import FaceAttempt, Volume
from cleanroom.study import Study
from cleanroom.tools.adopt import Adopted, Terms, Unusable, adopt, volume_in, written
from cleanroom.tools.call import Given, standard
from cleanroom.tools.state import Laid, pose, results_folder
from cleanroom.tools.table import table

TIMED_OUT = (124, 137)
LAST = 400
"""Characters of what a tool said on each stream that are kept."""
REPLACES = ("reface", "reface_plus", "noise", "blur")
"""Modes that put other values in place of a face than air."""


@dataclass(frozen=True)
class Judged:
    """An attempt, and what of each volume would be taken; nothing when it is not plausible."""

    attempt: FaceAttempt
    volumes: list[Adopted] = field(default_factory=list)


@dataclass(frozen=True)
class Subject:
    """A series that a tool was given."""

    series: str
    modality: str
    volumes: list[Volume]
    laid: list[Laid]
    masks: dict[str, str]
    """Volume → the builtin's mask of it, relative to the study's work folder."""


@dataclass(frozen=True)
class Trial:
    """A tool in a round, asked about one study.

    Attributes
    ----------
    study, tool, number
        Which study, tool and round.
    version
        Of the tool.
    """

    study: Study
    tool: str
    number: int
    version: str

    def judged(self, subject: Subject, rule: FaceRule) -> Judged:
        """Look at what the tool wrote about a series, whatever its exit status says."""
        mode = rule.mode_of(self.tool)
        folders = [self._folder(subject, place) for place in range(len(subject.volumes))]
        ended = [_ended(folder) for folder in folders]
        attempt = FaceAttempt(
            tool=self.tool,
            mode=mode,
            version=self.version,
            outcome="failed",
            seconds=float(sum(seconds for _, seconds in ended)),
            exit_status=next((status for status, _ in ended if status), ended[0][0] if ended else None),
            command=_text(folders[0] / "command"),
            said="" if table()[self.tool].dicom else _said(folders[0]),
        )
        try:
            found = [self._volume(subject, place, rule) for place in range(len(subject.volumes))]
        except Unusable as error:
            attempt.reason = str(error)
            return Judged(attempt)
        worst = max(found, key=lambda item: len(item.doubts))
        scale = worst.measures["rescaled"]
        told = f"it rescaled the volume by {scale:g}: its mask alone is taken" if scale != 1 else ""
        attempt.measures = worst.measures
        beside = "the ears that it leaves go too" if self._adds_ears(rule) else ""
        attempt.reason = "; ".join(worst.doubts) or "; ".join(filter(None, [told, beside]))
        attempt.outcome = "implausible" if worst.doubts else "plausible"
        return Judged(attempt, found)

    def _adds_ears(self, rule: FaceRule) -> bool:
        return self.study.config.faces.ears and not (table()[self.tool].ears or rule.complete)

    def _folder(self, subject: Subject, place: int) -> Path:
        return results_folder(self.study, self.number, self.tool) / f"{subject.series}-{place}"

    def _volume(self, subject: Subject, place: int, rule: FaceRule) -> Adopted:
        """What is taken of one volume.

        Raises
        ------
        Unusable
            When nothing can be.
        """
        mode, known, volume = rule.mode_of(self.tool), table()[self.tool], subject.volumes[place]
        path = self._result(self._folder(subject, place), mode)
        data, affine = read(self.study.work / volume.file)
        laid = pose(subject.laid[place])
        assert data is not None
        assert laid is not None
        given = Given.of(data, affine, known, subject.modality)
        added = subject.masks.get(volume.file) if rule.complete else None
        terms = Terms(
            refaced=mode in REPLACES,
            whole_head=mode == "reface_plus",
            left=self.study.config.verify.skin_left_percent,
            ears=self.study.config.faces.ears,
            added=standard(read_mask(self.study.work / added), affine) > 0 if added else None,
            fill=fill_value(subject.modality),
        )
        return adopt(given, affine, path, laid, terms)

    def _result(self, folder: Path, mode: str) -> Path:
        """The volume that the tool wrote."""
        status, known = _ended(folder)[0], table()[self.tool]
        if status in TIMED_OUT:
            raise Unusable("it did not end within its time, and was ended")
        if status is None:
            raise Unusable("it was never started")
        if status:
            raise Unusable(f"it ended with exit status {status}")
        patterns = ["out.nii*"] if self.study.config.place(self.tool).command else known.patterns(mode)
        path = written(folder / "work", patterns)
        return _from_dicom(path, folder / "converted") if known.dicom else volume_in(path)


def _from_dicom(source: Path, target: Path) -> Path:
    """The one volume of the DICOM files that a tool wrote."""
    from cleanroom.convert.dcm2niix import dcm2niix  # noqa: PLC0415 - only where a tool writes DICOM

    try:
        found = dcm2niix(source, target)
    except SetAside as error:
        raise Unusable(f"its DICOM files cannot be read: {error}") from None
    if len(found) != 1:
        raise Unusable(f"its DICOM files hold {len(found)} volumes")
    return found[0]


def _ended(folder: Path) -> tuple[int | None, int]:
    """Exit status and seconds; None when the tool was never started."""
    try:
        status, seconds = (folder / "ended").read_text().split()
    except (OSError, ValueError):
        return None, 0
    return int(status), int(seconds)


def _said(folder: Path) -> str:
    """The ends of both streams: some tools write their errors to the one, some to the other."""
    ends = [_text(folder / name)[-LAST:] for name in ("stdout", "stderr")]
    return "\n".join(filter(None, ends))


def _text(path: Path) -> str:
    """A text file; empty when there is none."""
    return path.read_text(errors="replace").strip() if path.is_file() else ""
