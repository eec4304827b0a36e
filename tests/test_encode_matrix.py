"""Encoding by encoding: bits outside the mask stay, the fill is inside, the release converts alike."""

from pathlib import Path
from unittest.mock import patch

import matrix_classic
import matrix_multiframe
import matrix_syntaxes
import matrix_words
import nibabel
import numpy as np
import pydicom
import pytest
from judged import FLAT
from matrix_heads import Row, write
from pydicom.pixels.utils import pixel_array
from studies import taken_in

from cleanroom import step
from cleanroom.convert.placing import place
from cleanroom.records import (
    EncodeRecord,
    FaceMask,
    FaceRecord,
    Record,
    SeriesFace,
    TextRecord,
    Volume,
    VolumeRecord,
)
from cleanroom.study import Study
from cleanroom.verify import pictures
from cleanroom.verify.geometry import convert

ROWS = [*matrix_classic.ROWS, *matrix_words.ROWS, *matrix_multiframe.ROWS, *matrix_syntaxes.ROWS]
PIXELS = {"PixelData", "FloatPixelData", "DoubleFloatPixelData"}
STEPS = ("clean", "redact", "convert", "encode", "verify")


def masked(study: Study) -> float:
    """The middle third of every volume is the face; the fill."""
    record = FaceRecord()
    fill = -1000.0 if study.instances[0].modality == "CT" else 0.0
    for series, volumes in VolumeRecord.load(study.record_path("convert")).series.items():
        masks = []
        for volume in (volume for volume in volumes if volume.role != "uneven"):
            inside = np.zeros(volume.shape[:3], np.uint8)
            inside[tuple(slice(n // 3, max(n * 2 // 3, n // 3 + 1)) for n in inside.shape)] = 1
            name = f"faces/{series}/{Path(volume.file).stem}.nii.gz"
            (study.work / name).parent.mkdir(parents=True, exist_ok=True)
            nibabel.Nifti1Image(inside, np.array(volume.affine)).to_filename(study.work / name)
            masks.append(FaceMask(volume=volume.file, mask=name, voxels=int(inside.sum())))
        record.series[series] = SeriesFace(
            decision="face",
            tool="builtin",
            mode="remove",
            fill=fill,
            masks=masks,
            voxels_changed=sum(mask.voxels for mask in masks),
        )
    record.save(study.record_path("deface"))
    return fill


def through(row: Row, scans: Path, tmp_path: Path, **encode: str) -> tuple[Study, float]:
    """The study of a row after the gate, and the fill."""
    write(row.make(scans), tmp_path / "input")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    if encode:
        config = study.config.model_copy(update={"encode": study.config.encode.model_copy(update=encode)})
        study = Study(config, study.pseudonym)
    TextRecord().save(study.record_path("redact"))
    step.run("clean", study)
    step.run("convert", study)
    fill = masked(study)
    step.run("encode", study)
    with patch.multiple(pictures, **FLAT):
        step.run("verify", study)
    return study, fill


def rescale(header: pydicom.Dataset, frame: int) -> tuple[float, float]:
    """Slope and intercept of a frame."""
    own = header.get("PerFrameFunctionalGroupsSequence", [header] * (frame + 1))[frame]
    shared = header.get("SharedFunctionalGroupsSequence", [header])[0]
    keyword = "PixelValueTransformationSequence"
    holder = (own.get(keyword) or shared.get(keyword) or [header])[0]
    return float(holder.get("RescaleSlope", 1)), float(holder.get("RescaleIntercept", 0))


def stored_frames(header: pydicom.Dataset) -> np.ndarray:
    """Stored values, (frames, rows, columns[, 3])."""
    values = pixel_array(header, raw=header.SamplesPerPixel == 1)
    if values.dtype.kind == "f":
        return values[np.newaxis]
    if header.HighBit + 1 > header.BitsStored:
        values = values >> (header.HighBit + 1 - header.BitsStored)
    elif header.BitsStored < header.BitsAllocated and not header.PixelRepresentation:
        values = values & ((1 << header.BitsStored) - 1)
    return values if int(header.get("NumberOfFrames") or 1) > 1 else values[np.newaxis]


def check_pixels(study: Study, fill: float) -> int:
    """Instance by instance; how many pixels changed."""
    changed = 0
    for series, written in EncodeRecord.load(study.record_path("encode")).series.items():
        covered = {item.number: item for item in written}
        for row in (row for row in study.instances if row.series == series):
            before = pydicom.dcmread(study.config.input / row.path, force=True)
            after = pydicom.dcmread(study.work / "encoded" / series / f"{row.number}.dcm")
            if not covered[row.number].covered and not covered[row.number].cleared:
                (pixels,) = PIXELS & set(before.dir())
                assert after[pixels].value == before[pixels].value
                assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
                continue
            differs = 0
            for at, (old, new) in enumerate(zip(stored_frames(before), stored_frames(after), strict=True)):
                where = (old != new) & ~(np.isnan(old) & np.isnan(new))
                slope, intercept = rescale(before, at)
                if old.dtype.kind == "f":
                    assert np.allclose(new[where], (fill - intercept) / slope)
                    differs += int(where.sum())
                    continue
                bits = before.BitsStored - int(before.PixelRepresentation)
                low = -(1 << bits) if before.PixelRepresentation else 0
                wanted = np.clip(np.rint((fill - intercept) / slope), low, (1 << bits) - 1)
                assert (new[where] == wanted).all()
                differs += int((where.any(axis=-1) if where.ndim > 2 else where).sum())
            assert differs <= covered[row.number].covered
            changed += differs
    return changed


def check_volumes(study: Study, folder: Path) -> None:
    """What dcm2niix makes of the release: the same volumes, the same values outside the masks."""
    faces = FaceRecord.load(study.record_path("deface")).series
    for series, volumes in VolumeRecord.load(study.record_path("convert")).series.items():
        source = folder / series
        for row in (row for row in study.instances if row.series == series and row.frames):
            encoded = study.work / "encoded" / series
            file = (encoded, f"{row.number}.dcm", row.transfer_syntax_uid)
            place(file, row.number, source, folder)
        found = convert(source, folder / f"{series}.nii")
        assert len(found) == len(volumes)
        masks = {mask.volume: study.work / mask.mask for mask in faces[series].masks}
        for volume in (volume for volume in volumes if volume.role == "plain"):
            alike = [one.path for one in found if one.same(volume)]
            assert any(same_values(study, volume, masks[volume.file], path) for path in alike)


def same_values(study: Study, volume: Volume, mask: Path, path: Path) -> bool:
    before, after = nibabel.load(study.work / volume.file), nibabel.load(path)
    if before.get_data_dtype().fields:
        old, new = (
            np.stack([np.asarray(image.dataobj)[name].astype(float) for name in "RGB"], axis=-1)
            for image in (before, after)
        )
        outside = np.asarray(nibabel.load(mask).dataobj) == 0
    else:
        old, new = (np.asarray(image.dataobj, float) for image in (before, after))
        outside = np.asarray(nibabel.load(mask).dataobj) == 0
    step_size = max(float(before.dataobj.slope), float(after.dataobj.slope))
    exact = before.dataobj.slope == after.dataobj.slope
    return bool(np.nanmax(np.abs(old - new)[outside]) <= (0 if exact else step_size))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_encoding(row: Row, scans: Path, tmp_path: Path, dciodvfy: str) -> None:
    assert dciodvfy
    study, fill = through(row, scans, tmp_path)
    assert [Record.load(study.record_path(name)).set_aside for name in STEPS] == [[]] * len(STEPS)
    assert check_pixels(study, fill) > 0
    check_volumes(study, tmp_path / "again")


@pytest.mark.parametrize("name", ["explicit", "rle", "jpeg-ls", "jpeg-2000"])
def test_the_users_own_transfer_syntax(name: str, scans: Path, tmp_path: Path) -> None:
    row = next(row for row in matrix_classic.ROWS if row.name == "MR, sagittal (Philips)")
    study, fill = through(row, scans, tmp_path, transfer_syntax=name)
    assert [Record.load(study.record_path(each)).set_aside for each in STEPS] == [[]] * len(STEPS)
    assert check_pixels(study, fill) > 0
    (written,) = EncodeRecord.load(study.record_path("encode")).series.values()
    syntaxes = set()
    for item in (item for item in written if item.covered):
        (path,) = (study.work / "encoded").rglob(f"{item.number}.dcm")
        syntaxes.add(pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID)
    assert len(syntaxes) == 1
    assert syntaxes.pop().is_encapsulated == (name != "explicit")
