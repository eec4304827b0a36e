"""Writing back: a 200-slice series against a plain read and save, and one enhanced file of 1 GB."""

import struct
import subprocess
import sys
import tempfile
from operator import attrgetter
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from bench.exported import export_header
from bench.measured import Cost, measured
from cleanroom.config import Config
from cleanroom.records import FaceMask, FaceRecord, SeriesFace, TextRecord, VolumeRecord
from cleanroom.study import Study

SLICES, SIDE = 200, 512
_RUNS = 5
LARGE_FRAMES, LARGE_SIDE, LARGE_TIMES = 100, 256, 80


def writing() -> dict[str, Cost]:
    """A CT series of 200 slices of 512 x 512; a mask covers pixels in 120 of them. The least of five runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _classic(folder / "input")
        study = _prepared(folder)
        (folder / "floor").mkdir()
        command = [sys.executable, "-m", "bench.floor", str(folder / "input"), str(folder / "floor")]
        runs = [(measured(*command), _encode(study)) for _ in range(_RUNS)]
        floor, encode = (min(costs, key=attrgetter("cpu")) for costs in zip(*runs, strict=True))
        return {"pydicom read and save": floor, "encode": encode}


def large() -> dict[str, Cost]:
    """An enhanced MR of 8,000 frames of 256 x 256, 1 GB: 80 times of 100 slices."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _enhanced(folder / "input")
        study = _prepared(folder)
        (folder / "floor").mkdir()
        floor = measured(sys.executable, "-m", "bench.floor", str(folder / "input"), str(folder / "floor"))
        return {"pydicom read and save": floor, "encode": _encode(study)}


def _encode(study: Study) -> Cost:
    command = [sys.executable, "-m", "bench.writing", str(study.config.input.parent), study.pseudonym]
    return measured(*command)


def _classic(folder: Path) -> None:
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for at in range(SLICES):
        item = export_header(at + 1)
        item.Modality = "CT"
        inside = (rows - 256) ** 2 + (columns - 256) ** 2 < 180**2
        values = np.where(inside, 1064, 24) + random.integers(0, 20, (SIDE, SIDE))
        item.Rows = item.Columns = SIDE
        item.BitsAllocated, item.BitsStored, item.HighBit, item.PixelRepresentation = 16, 16, 15, 0
        item.ImagePositionPatient = [-128, -128, at]
        item.ImageOrientationPatient, item.PixelSpacing = [1, 0, 0, 0, 1, 0], [0.5, 0.5]
        item.SliceThickness, item.RescaleIntercept, item.RescaleSlope = 1, -1024, 1
        item.PixelData = values.astype("<u2").tobytes()
        pydicom.dcmwrite(folder / f"{at:03d}", item, enforce_file_format=True)


def _enhanced(folder: Path) -> None:
    folder.mkdir(parents=True)
    item = export_header(1)
    item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4.1"
    item.Modality, item.Manufacturer = "MR", "SIEMENS"
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        item.pop(keyword, None)
    item.Rows = item.Columns = LARGE_SIDE
    item.BitsAllocated, item.BitsStored, item.HighBit, item.PixelRepresentation = 16, 12, 11, 0
    item.NumberOfFrames = LARGE_FRAMES * LARGE_TIMES
    measures, turn, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness, measures.SpacingBetweenSlices = [1, 1], 2, 2
    turn.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Sequence([measures]), Sequence([turn])
    item.SharedFunctionalGroupsSequence = Sequence([shared])
    groups = []
    for time in range(LARGE_TIMES):
        for at in range(LARGE_FRAMES):
            place, content, group = Dataset(), Dataset(), Dataset()
            place.ImagePositionPatient = [-128, -128, 2 * at]
            content.StackID, content.InStackPositionNumber, content.TemporalPositionIndex = (
                "1",
                at + 1,
                time + 1,
            )
            content.DimensionIndexValues = [1, at + 1, time + 1]
            group.PlanePositionSequence, group.FrameContentSequence = Sequence([place]), Sequence([content])
            groups.append(group)
    item.PerFrameFunctionalGroupsSequence = Sequence(groups)
    path = folder / "large"
    item.save_as(path, enforce_file_format=True)
    random = np.random.default_rng(2)
    frames = LARGE_FRAMES * LARGE_TIMES
    with path.open("ab") as file:
        length = frames * LARGE_SIDE * LARGE_SIDE * 2
        file.write(struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, length))
        for _ in range(frames):
            file.write(random.integers(0, 4096, (LARGE_SIDE, LARGE_SIDE), np.uint16).tobytes())


def _prepared(folder: Path) -> Study:
    """A study with its volumes and masks, made by another process."""
    subprocess.run([sys.executable, "-m", "bench.writing", str(folder), "prepare"], check=True)
    (name,) = (folder / "private/studies").iterdir()
    return Study(_config(folder), name.name)


def _config(folder: Path) -> Config:
    return Config(input=folder / "input", private=folder / "private", output=folder / "results")


def prepare(folder: Path) -> None:
    """Everything before ``encode``: a box in the front of each volume is the face."""
    import nibabel  # noqa: PLC0415 - encode alone must not pay for it

    from cleanroom import step  # noqa: PLC0415
    from cleanroom.intake.take_in import take_in  # noqa: PLC0415

    config = _config(folder)
    config.private.mkdir(mode=0o700)
    (name,) = take_in(config)
    study = Study(config, name)
    TextRecord().save(study.record_path("redact"))
    step.run("clean", study)
    step.run("convert", study)
    record = FaceRecord()
    for series, volumes in VolumeRecord.load(study.record_path("convert")).series.items():
        masks = []
        for volume in volumes:
            i, j, k = volume.shape[:3]
            inside = np.zeros((i, j, k), np.uint8)
            inside[i // 4 : -i // 4, j * 2 // 3 :, : k * 3 // 5] = 1
            path = study.work / f"faces/{series}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            nibabel.Nifti1Image(inside, np.array(volume.affine)).to_filename(path)
            masks.append(
                FaceMask(volume=volume.file, mask=str(path.relative_to(study.work)), voxels=int(inside.sum()))
            )
        record.series[series] = SeriesFace(
            decision="face", tool="builtin", mode="remove", fill=-1000.0, masks=masks
        )
    record.save(study.record_path("deface"))


if __name__ == "__main__":
    if sys.argv[2] == "prepare":
        prepare(Path(sys.argv[1]))
    else:
        from cleanroom import step

        step.run("encode", Study(_config(Path(sys.argv[1])), sys.argv[2]))
