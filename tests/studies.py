"""Studies for tests: real scans taken through the first steps, with a mask drawn by the test."""

from pathlib import Path

import nibabel
import numpy as np

from cleanroom import config, step
from cleanroom.intake.take_in import take_in
from cleanroom.records import FaceMask, FaceRecord, SeriesFace, VolumeRecord
from cleanroom.study import Study


def taken_in(source: Path, tmp_path: Path, **sections: object) -> list[Study]:
    """The studies of a folder, with their manifests; ``sections`` of the configuration by name."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700, exist_ok=True)
    settings = config.load({"input": source, "private": private, "output": tmp_path / "results"} | sections)
    return [Study(settings, name) for name in take_in(settings)]


def converted(source: Path, tmp_path: Path) -> list[Study]:
    """The studies of a folder up to their NIfTI volumes and cleaned headers."""
    studies = taken_in(source, tmp_path)
    for study in studies:
        for name in ("redact", "convert", "clean"):
            step.run(name, study)
    return studies


def draw_mask(study: Study, fill: float = 0.0) -> FaceRecord:
    """Cover a ball in the front of every volume whose geometry is right; write ``faces.json``."""
    record = FaceRecord()
    for series, volumes in VolumeRecord.load(study.record_path("convert")).series.items():
        masks = []
        for volume in volumes:
            if volume.role == "uneven":
                continue
            affine = np.array(volume.affine)
            shape = volume.shape[:3]
            centre = (np.array(shape) - 1) / 2
            ijk = np.indices(shape).reshape(3, -1)
            offset = affine[:3, :3] @ (ijk - centre[:, None])
            front = offset - np.array([[0.0], [60.0], [-40.0]])
            mask = (np.linalg.norm(front, axis=0) < 45).reshape(shape).astype(np.uint8)
            name = f"faces/{series}/{Path(volume.file).stem}.nii.gz"
            (study.work / name).parent.mkdir(parents=True, exist_ok=True)
            nibabel.Nifti1Image(mask, affine).to_filename(study.work / name)
            masks.append(FaceMask(volume=volume.file, mask=name, voxels=int(mask.sum())))
        record.series[series] = SeriesFace(
            decision="face", tool="builtin", mode="remove", fill=fill, masks=masks, reason="drawn by a test"
        )
    record.save(study.record_path("deface"))
    return record
