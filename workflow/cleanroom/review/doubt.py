"""Where a step doubts: the hash of what there is to see, and whether a person has released just that."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cleanroom.hashed import hashed
from cleanroom.manifest import Instance
from cleanroom.records import FaceRecord, SeriesFace, SetAsideRow, Volume
from cleanroom.source import opened
from cleanroom.study import Study

STALE = "an approval no longer counts, for what was seen has changed since"
LOOKED = "a person looked at it and released it"
LOOK = "look at it with `python -m cleanroom review` and decide"
PERSON = "person"
"""The tool of a face decision that a person took."""


def settled(study: Study, row: SetAsideRow, seen: str) -> SetAsideRow | None:
    """The row of a doubt with the hash by which it can be approved; None when it has been.

    Parameters
    ----------
    study
        Whose series it is.
    row
        As the step would set the series aside.
    seen
        Hash of what a person can see of it now.
    """
    standing = study.standing(row.series)
    if study.config.release.require_review != "none" and standing.approves(row.step, seen):
        return None
    if standing.stale(row.step, seen):
        row.reason = f"{row.reason} ({STALE})"
    row.seen = seen
    return row


def faces(study: Study, record: FaceRecord, volumes: dict[str, list[Volume]]) -> list[SetAsideRow]:
    """The rows of series in whose faces there is doubt; what a person has released is entered as decided."""
    rows = []
    for name, face in record.series.items():
        if face.decision != "unsure":
            continue
        seen = _face_seen(study, name, face, volumes.get(name) or [])
        row = settled(study, _unsure(name, face), seen)
        if row:
            rows.append(row)
        else:
            record.series[name] = _looked_at(face)
    return rows


def originals_seen(study: Study, instances: list[Instance], *more: str) -> str:
    """Hash of input files, byte for byte."""
    digest = sha256("\0".join(more).encode())
    for instance in instances:
        with opened(study.config.input, instance.path) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:32]


def encoded_seen(study: Study, series: str, numbers: Iterable[str], *more: str) -> str:
    """Hash of the instances that would be released."""
    home = study.work / "encoded" / series
    return digests_seen((_digest(home / f"{number}.dcm") for number in sorted(numbers)), *more)


def digests_seen(digests: Iterable[str], *more: str) -> str:
    """The same, of files whose SHA-256 are known, in the order of their numbers."""
    return sha256("\0".join([*digests, *more]).encode()).hexdigest()[:32]


def _digest(path: Path) -> str:
    return hashed(path) if path.is_file() else ""


def _face_seen(study: Study, name: str, face: SeriesFace, volumes: list[Volume]) -> str:
    """Hash of the volumes, the masks, the decision and the settings on which it rests."""
    files = [volume.file for volume in volumes] + [mask.mask for mask in face.masks]
    told = face.model_dump_json(include={"decision", "reason", "tool", "mode", "measures"})
    settings = study.config.faces.model_dump_json(exclude={"rules"})
    if not volumes:
        instances = [instance for instance in study.instances if instance.series == name]
        return originals_seen(study, instances, told, settings)
    return digests_seen([_digest(study.work / file) for file in files], name, told, settings)


def _looked_at(face: SeriesFace) -> SeriesFace:
    """With a mask: it is used. Without one: a person saw that no face can be recognised."""
    told = f"{LOOKED}; before: {face.reason}"
    if face.masks:
        return face.model_copy(update={"decision": "face", "reason": told})
    return face.model_copy(update={"decision": "no_face", "tool": PERSON, "mode": "", "reason": told})


def _unsure(name: str, face: SeriesFace) -> SetAsideRow:
    return SetAsideRow(
        series=name,
        step="deface",
        reason=f"Whether the face is gone is not certain: {face.reason}.",
        fix=(
            f"{LOOK}; or faces.rules: add "
            f"{{match: {{series: [{name}]}}, tool: none, reason: ...}} before the others, "
            "if a person has looked and no face can be recognised"
        ),
    )
