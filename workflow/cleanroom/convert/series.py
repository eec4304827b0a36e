"""The step: every cross-sectional series becomes one or more NIfTI volumes."""

import shutil
import tempfile
from pathlib import Path
from typing import Literal

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from cleanroom import faults
from cleanroom.convert.dcm2niix import dcm2niix, resampled
from cleanroom.convert.placing import place
from cleanroom.convert.tilt import moved_back
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.records import SetAsideRow, Volume, VolumeRecord
from cleanroom.study import Study

Role = Literal["plain", "uneven", "resampled"]

MEND = "export it again; if the scanner wrote it so, keep it out of the input"
CROSS_SECTIONAL = ("CT", "MR", "PT", "NM")


def convert_study(study: Study) -> VolumeRecord:
    """Write ``volumes/<series>/<n>.nii`` and describe them."""
    record = VolumeRecord()
    shutil.rmtree(study.work / "volumes", ignore_errors=True)
    for series, instances in study.series("convert").items():
        images = [item for item in instances if item.frames and item.modality in CROSS_SECTIONAL]
        if not images:
            continue
        try:
            record.series[series] = _convert(study, series, images)
        except Exception as error:
            failed = faults.aside(error, "convert", study)
            record.set_aside.append(SetAsideRow.of(series, "convert", failed))
    return record


def _convert(study: Study, series: str, instances: list[Instance]) -> list[Volume]:
    target = study.work / "volumes" / series
    study.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=study.scratch, prefix=".convert") as folder:
        source = Path(folder) / "dicom"
        for instance in instances:
            try:
                file = (study.config.input, instance.path, instance.transfer_syntax_uid)
                place(file, instance.number, source, study.scratch)
            except SetAside as error:
                raise SetAside(f"instance {instance.number}: {error.reason}", error.fix) from None
        found: list[tuple[Role, Path]] = []
        raw: dict[Path, list[list[float]]] = {}
        for part in sorted(source.iterdir()):
            paths = dcm2niix(part, Path(folder) / "nifti" / part.name)
            found += [(_role(path, paths), path) for path in paths]
            raw |= _straightened(paths)
        numbered = sorted(found, key=lambda pair: (pair[0] == "resampled", pair[1]))
        return [
            _keep(study, path, role, target / f"{n}.nii", raw.get(path, []))
            for n, (role, path) in enumerate(numbered, 1)
        ]


def _role(path: Path, paths: list[Path]) -> Role:
    if resampled(path):
        return "resampled"
    uneven = any(resampled(other) and other.name.startswith(path.stem) for other in paths)
    return "uneven" if uneven else "plain"


def _straightened(paths: list[Path]) -> dict[Path, list[list[float]]]:
    """Volumes that were put where their slices lie, and the affine that they had."""
    raw = {}
    for path in (path for path in paths if "_Tilt" in path.stem):
        slices = [one for one in paths if one != path and path.stem.startswith(one.stem)]
        before = moved_back(path, min(slices, key=lambda one: len(one.stem))) if slices else None
        if before is not None:
            raw[path] = before.tolist()
    return raw


def _keep(study: Study, path: Path, role: Role, target: Path, raw: list[list[float]]) -> Volume:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        image = nibabel.Nifti1Image.from_filename(path)
    except (HeaderDataError, ImageFileError):
        raise SetAside("its volume has a scale or size that is no number", MEND) from None
    if not np.isfinite(image.affine).all():
        raise SetAside("its header does not say where its slices lie", MEND)
    shutil.move(path, target)
    return Volume(
        file=str(target.relative_to(study.work)),
        shape=list(image.shape),
        affine=image.affine.tolist(),
        role=role,
        as_converted=raw,
    )
