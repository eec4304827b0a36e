"""A round: each series that still needs a tool is given to its own; the round before is judged first."""

import traceback
from pathlib import Path

import nibabel
import numpy as np

from cleanroom.config import FaceRule
from cleanroom.deface.by_builtin import builtin_study
from cleanroom.deface.rules import matching
from cleanroom.deface.volumes import read
from cleanroom.errors import StopRun
from cleanroom.records import FaceAttempt, VolumeRecord
from cleanroom.study import Study
from cleanroom.tools.call import Call, Calls, Given, copy_dicom
from cleanroom.tools.chain import rounds, turns
from cleanroom.tools.judged import Judged, Subject, Trial
from cleanroom.tools.presence import absent, load
from cleanroom.tools.regions import brain, inside
from cleanroom.tools.scan import scan
from cleanroom.tools.state import (
    BUILTIN_FOLDER,
    Round,
    calls_folder,
    of_builtin,
    pose,
    results_folder,
)
from cleanroom.tools.table import table


class Rounds:
    """What the config asks of the tools for one study.

    Parameters
    ----------
    study
        Its ``volumes.json`` must be there.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._config = study.config
        self._instances = study.series("deface")
        self.volumes = VolumeRecord.load(study.record_path("convert")).series
        self.missing = absent(study.config)
        self.found = load(study.config)
        self.rounds = rounds(study.config.faces, self.missing)

    def rule(self, series: str) -> FaceRule | None:
        """The rule for a series."""
        return matching(self._config.faces.rules, self._instances[series][0], self._config.input)

    def subject(self, series: str, state: Round) -> Subject:
        """A series as a tool is given it."""
        volumes = [volume for volume in self.volumes.get(series, []) if volume.role != "uneven"]
        face = state.faces.series.get(series)
        masks = {mask.volume: mask.mask for mask in face.masks} if face else {}
        modality = self._instances[series][0].modality
        return Subject(series, modality, volumes, state.laid.get(series, []), masks)

    def _trial(self, tool: str, number: int) -> Trial:
        return Trial(self._study, tool, number, self.found[tool].version)

    def judged(self, state: Round, number: int) -> dict[str, list[Judged]]:
        """Series → what the tools of a round made of it, in the order of the config."""
        found: dict[str, list[Judged]] = {}
        for tool in self.rounds[number - 1]:
            for series in state.asked.get(tool, []):
                rule = self.rule(series)
                assert rule is not None
                one = self._trial(tool, number).judged(self.subject(series, state), rule)
                found.setdefault(series, []).append(one)
        return found

    def again(self, subject: Subject, rule: FaceRule, tool: str) -> Judged:
        """What a tool made of a series, in whichever round that was."""
        turn = turns(rule, self.missing)
        number = next(place for place, tools in enumerate(turn, 1) if tool in tools)
        return self._trial(tool, number).judged(subject, rule)

    def begin(self, number: int) -> Round:
        """Write what the tools of a round are given, and what is known."""
        folder = calls_folder(self._study, number)
        folder.mkdir(parents=True, exist_ok=True)
        if number == 1:
            state = of_builtin(builtin_study(self._study, BUILTIN_FOLDER))
        else:
            state = Round.load(calls_folder(self._study, number - 1) / "round.json")
            for series, attempts in self.judged(state, number - 1).items():
                state.attempts.setdefault(series, []).extend(item.attempt for item in attempts)
        state.asked = {}
        for tool in self.rounds[number - 1]:
            calls = [call for series in self._instances for call in self._asked(series, tool, number, state)]
            Calls(self._config, tool, folder, results_folder(self._study, number, tool)).write(calls)
        state.save(folder / "round.json")
        return state

    def _asked(self, series: str, tool: str, number: int, state: Round) -> list[Call]:
        """The volumes of a series that a tool is given in a round; their files are written."""
        rule, face = self.rule(series), state.faces.series.get(series)
        if rule is None or face is None or face.decision != "face" or face.tool == "none":
            return []
        turn = turns(rule, self.missing)
        if number > len(turn) or tool not in turn[number - 1] or state.passed(series):
            return []
        subject = self.subject(series, state)
        contrast = scan(self._config.input, self._instances[series][0]).contrast
        options = rule.options if tool == rule.tool else []
        reason = self._unsuitable(subject, tool, contrast, options)
        if reason:
            attempt = FaceAttempt(tool=tool, mode=rule.mode_of(tool), outcome="unsuitable", reason=reason)
            state.attempts.setdefault(series, []).append(attempt)
            return []
        state.asked.setdefault(tool, []).append(series)
        calls = [
            Call(f"{series}-{place}", rule.mode_of(tool), contrast, options)
            for place in range(len(subject.volumes))
        ]
        for place, call in enumerate(calls):
            self._give(subject, place, tool, calls_folder(self._study, number) / tool / call.name)
        return calls

    def _unsuitable(self, subject: Subject, tool: str, contrast: str, options: list[str]) -> str:
        """Why a tool cannot be given a series; empty when it can."""
        known = table()[tool]
        if subject.modality not in known.modalities:
            return f"it does {', '.join(known.modalities)}, not {subject.modality}"
        if any(laid.to_template is None for laid in subject.laid):
            return "it is no volume of a head, but a projection"
        images = [nibabel.load(self._study.work / volume.file) for volume in subject.volumes]
        if any(image.get_data_dtype().fields is not None for image in images):
            return "its voxels are colours"
        if known.dicom and len(images) != 1:
            return f"it takes a series of one volume, not of {len(images)}"
        if known.contrasts and contrast not in known.contrasts and not options:
            words = ", ".join(known.contrasts)
            return f"the header does not tell its contrast: give options: ['-imType', one of {words}]"
        return ""

    def _give(self, subject: Subject, place: int, tool: str, path: Path) -> None:
        """Write what a tool is given of a volume."""
        volume, laid = subject.volumes[place], pose(subject.laid[place])
        data, affine = read(self._study.work / volume.file)
        assert data is not None
        assert laid is not None
        known = table()[tool]
        if known.dicom:
            copy_dicom(self._config.input, self._instances[subject.series], path)
            return
        given = Given.of(data, affine, known, subject.modality)
        path.parent.mkdir(exist_ok=True)
        given.save(path.with_name(f"{path.name}.nii"))
        mask = inside(brain(), 0.5, given.data.shape, given.affine, laid).astype(np.uint8)
        nibabel.save(nibabel.Nifti1Image(mask, given.affine), path.with_name(f"{path.name}-brain.nii"))


def begin(study: Study, number: int) -> None:
    """Begin a round; whatever goes wrong is written down, for ``deface`` to set the study's series aside."""
    try:
        Rounds(study).begin(number)
    except (StopRun, MemoryError):
        raise
    except Exception as error:
        traceback.print_exc()
        folder = calls_folder(study, number)
        for tool in rounds(study.config.faces, absent(study.config))[number - 1]:
            Calls(study.config, tool, folder, results_folder(study, number, tool)).write([])
        Round(failed=f"what the tools are given could not be made ({type(error).__name__})").save(
            folder / "round.json"
        )
