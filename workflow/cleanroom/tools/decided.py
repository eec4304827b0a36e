"""The decision on every series when the config names other tools: the first plausible one is released."""

import shutil
from dataclasses import dataclass

import numpy as np

from cleanroom.config import FaceRule
from cleanroom.deface.builtin import FaceResult, fill_value
from cleanroom.deface.by_builtin import builtin_study
from cleanroom.deface.volumes import Found, save_mask, save_values
from cleanroom.errors import SetAside
from cleanroom.records import FaceAttempt, FaceMask, FaceRecord, SeriesFace
from cleanroom.review import doubt
from cleanroom.study import Study
from cleanroom.tools import compared
from cleanroom.tools.adopt import Adopted
from cleanroom.tools.ask import Rounds
from cleanroom.tools.compared import Taken
from cleanroom.tools.judged import REPLACES, Judged, Subject
from cleanroom.tools.state import BUILTIN_FOLDER, Round, calls_folder, of_builtin, pose
from cleanroom.tools.table import BUILTIN, external


def decided(study: Study) -> FaceRecord:
    """Decide about every series of a study whose config names tools beside the builtin.

    Raises
    ------
    SetAside
        When a round before could not be made.
    """
    asked = Rounds(study)
    if not asked.rounds:
        state = of_builtin(builtin_study(study, BUILTIN_FOLDER))
    else:
        state = Round.load(calls_folder(study, len(asked.rounds)) / "round.json")
    if state.failed:
        raise SetAside(state.failed, "see the logs in private/logs/tools and report it")
    last = asked.judged(state, len(asked.rounds)) if asked.rounds else {}
    record = FaceRecord()
    for series, face in state.faces.series.items():
        rule = asked.rule(series)
        if rule is None or not any(map(external, rule.chain)):
            record.series[series] = _kept(study, face)
            continue
        judge = _Judge(study, asked, asked.subject(series, state), rule, face)
        record.series[series] = judge.face(state, last.get(series, []))
    record.set_aside = doubt.faces(study, record, asked.volumes)
    if not asked.rounds:
        shutil.rmtree(study.work / BUILTIN_FOLDER, ignore_errors=True)
    return record


@dataclass(frozen=True)
class _Judge:
    """Decides about one series."""

    study: Study
    asked: Rounds
    subject: Subject
    rule: FaceRule
    builtin: SeriesFace

    def face(self, state: Round, last: list[Judged]) -> SeriesFace:
        """The first plausible tool of the chain is released; without one the series is set aside."""
        series, rule = self.subject.series, self.rule
        if self.builtin.decision != "face":
            self.builtin.attempts = [self._not_needed(tool) for tool in rule.chain]
            return self.builtin
        tried = {item.tool: item for item in state.attempts.get(series, [])}
        tried |= {item.attempt.tool: item.attempt for item in last}
        attempts = [self._attempt(tool, tried) for tool in rule.chain]
        winner = next((item for item in attempts if item.outcome == "plausible"), None)
        face = self._released(winner, last) if winner else self._unsure(attempts)
        self._compare(attempts, last, face)
        face.attempts = attempts
        if winner is None:
            return face
        winner.outcome = "released"
        before = attempts[: attempts.index(winner)]
        told = [f"{item.tool} {item.outcome}: {item.reason}" for item in before]
        face.reason = "; ".join(filter(None, [*told, face.reason or winner.reason]))
        return face

    def _attempt(self, tool: str, tried: dict[str, FaceAttempt]) -> FaceAttempt:
        if tool in self.asked.missing:
            return FaceAttempt(
                tool=tool,
                mode=self.rule.mode_of(tool),
                outcome="missing",
                reason=self.asked.missing[tool].lacks,
            )
        if tool == BUILTIN:
            return FaceAttempt(
                tool=tool,
                mode=self.builtin.mode,
                outcome="plausible",
                seconds=self.builtin.seconds,
                measures=self.builtin.measures,
            )
        return tried.get(tool) or self._not_needed(tool)

    def _not_needed(self, tool: str) -> FaceAttempt:
        return FaceAttempt(tool=tool, mode=self.rule.mode_of(tool), outcome="not_needed")

    def _unsure(self, attempts: list[FaceAttempt]) -> SeriesFace:
        told = "; ".join(f"{item.tool} {item.outcome}: {item.reason}" for item in attempts)
        return SeriesFace(
            decision="unsure",
            tool=self.rule.tool,
            reason=f"no tool that the config names has removed it plausibly: {told}",
            measures=attempts[0].measures,
        )

    def _released(self, winner: FaceAttempt, last: list[Judged]) -> SeriesFace:
        """The masks of the tool that is released, written."""
        if winner.tool == BUILTIN:
            return _kept(self.study, self.builtin)
        volumes = self._volumes(winner.tool, last)
        face = SeriesFace(
            decision="face",
            tool=winner.tool,
            mode="reface" if winner.mode == "reface_plus" else winner.mode,
            fill=fill_value(self.subject.modality),
            measures=self.builtin.measures | winner.measures,
            seconds=winner.seconds,
        )
        for place, adopted in enumerate(volumes):
            face.masks.append(self._mask(place, adopted, face, winner.measures.get("rescaled", 1.0) == 1.0))
        face.voxels_changed = sum(mask.voxels for mask in face.masks)
        if not any(mask.values for mask in face.masks):
            face.mode = "remove" if face.mode in REPLACES else face.mode
        return face

    def _mask(self, place: int, adopted: Adopted, face: SeriesFace, own_values: bool) -> FaceMask:
        """One mask; of a volume of many times, or one that the tool rescaled, the values are not taken."""
        volume = self.subject.volumes[place]
        found = Found(volume, FaceResult("face", mask=adopted.mask, pose=pose(self.subject.laid[place])))
        name = f"faces/{self.subject.series}/{place}"
        mask = save_mask(self.study, f"{name}.nii.gz", found)
        one_time = int(np.prod(volume.shape[3:])) == 1
        if face.mode in REPLACES and one_time and own_values:
            mask.values = save_values(self.study, f"{name}-values.nii.gz", found, adopted.values)
        return mask

    def _volumes(self, tool: str, last: list[Judged]) -> list[Adopted]:
        """What is taken of a tool's result, judged again when it ran in a round before the last."""
        known = next((item for item in last if item.attempt.tool == tool), None)
        return (known or self.asked.again(self.subject, self.rule, tool)).volumes

    def _compare(self, attempts: list[FaceAttempt], last: list[Judged], face: SeriesFace) -> None:
        """How alike the tools' masks are, and pictures of each, where the rule asks for that."""
        if not self.rule.compare:
            return
        ended = [item.tool for item in attempts if item.outcome in ("plausible", "implausible")]
        results = {tool: found for tool in ended if (found := self._taken(tool, last))}
        compared.agree(attempts, results)
        face.compared = compared.draw(self.study, self.subject.series, self.subject.volumes, results)

    def _taken(self, tool: str, last: list[Judged]) -> dict[str, Taken]:
        """Volume → what would be released of it if the tool were the one."""
        if tool == BUILTIN:
            return compared.builtin(self.study, self.builtin)
        fill = fill_value(self.subject.modality)
        pairs = zip(self.subject.volumes, self._volumes(tool, last), strict=True)
        return {volume.file: Taken.adopted(found, fill) for volume, found in pairs}


def _kept(study: Study, face: SeriesFace) -> SeriesFace:
    """The builtin's decision, its masks moved to where the next step looks for them."""
    for mask in face.masks:
        for name in filter(None, (mask.mask, mask.values)):
            target = study.work / name.replace(BUILTIN_FOLDER, "faces")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(study.work / name, target)
        mask.mask = mask.mask.replace(BUILTIN_FOLDER, "faces")
        mask.values = mask.values.replace(BUILTIN_FOLDER, "faces")
    return face
