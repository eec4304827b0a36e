"""A study as the steps before the gate would leave it, made of real scans by a simple encoder."""

import shutil
import subprocess
from collections.abc import Callable
from copy import copy
from pathlib import Path
from unittest.mock import patch

import dcm2niix
import nibabel
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset
from simple_encoder import cleaned, fill, role

from cleanroom import manifest
from cleanroom.config import Config
from cleanroom.manifest import Instance
from cleanroom.records import (
    CleanRecord,
    EncodedInstance,
    EncodeRecord,
    FaceMask,
    FaceRecord,
    SeriesFace,
    TextRecord,
    VerifyRecord,
    Volume,
    VolumeRecord,
)
from cleanroom.study import Study
from cleanroom.verify import pictures, verify_study

PATIENT, STUDY = "P" + "A" * 12, "S" + "B" * 12


def flat(
    data: np.ndarray, affine: np.ndarray, shown: str | np.ndarray | None = None, at: np.ndarray | None = None
) -> Image.Image:
    """A picture that is drawn fast: the mean of the volume; ``shown`` is a view, or a mask."""
    assert data.dtype == np.float32
    assert (data.ndim, affine.shape) == (3, (4, 4))
    assert shown in ("front", "left") if isinstance(shown, str) else shown is None or shown.ndim == 3
    assert at is None or at.shape == (3,)
    return Image.new("L", (4, 4), int(np.clip(data.mean(), 0, 255)))


FLAT: dict[str, Callable[..., Image.Image]] = {"slices": flat, "surface": flat}


def series_name(at: int) -> str:
    return "E" + "ABCDEFGH"[at] * 12


class Judged:
    """A study ready for the gate; a test spoils one thing and looks what the gate says.

    Parameters
    ----------
    root
        An empty folder.
    sources
        Files of each series.
    face
        Series (by position) in which the lower front of the volume is a face.
    identify
        Changes every original before anything else happens.
    """

    def __init__(
        self,
        root: Path,
        sources: list[list[Path]],
        face: frozenset[int] = frozenset(),
        identify: Callable[[FileDataset], object] | None = None,
    ) -> None:
        self.identify = identify
        self.config = Config(input=root / "in", private=root / "private", output=root / "out")
        self.study = Study(self.config, STUDY)
        self.series = [series_name(at) for at in range(len(sources))]
        rows = [row for at, files in enumerate(sources) for row in self._take(at, files)]
        manifest.write(self.study.folder / "manifest.tsv", rows)
        self._volumes()
        self._faces(face)
        self._encode()

    def file(self, series: int, number: int) -> Path:
        return self.study.work / "encoded" / self.series[series] / f"{number:05d}.dcm"

    def change(self, series: int, number: int, spoil: Callable[[FileDataset], object]) -> None:
        """Change one file that would be released."""
        dataset = pydicom.dcmread(self.file(series, number))
        spoil(dataset)
        dataset.save_as(self.file(series, number))

    def copied(self, root: Path) -> "Judged":
        """The same study in another folder."""
        other = copy(self)
        other.config = Config(input=root / "in", private=root / "private", output=root / "out")
        shutil.copytree(self.config.input, other.config.input)
        shutil.copytree(self.config.private, other.config.private)
        other.study = Study(other.config, STUDY)
        other.faces, other.encoded = self.faces.model_copy(deep=True), self.encoded.model_copy(deep=True)
        other.volumes = self.volumes.model_copy(deep=True)
        return other

    def refill(self, at: int, mode: str, made: Callable[[np.ndarray], np.ndarray]) -> None:
        """Put other values in place of the faces of a series: what is made of those of each volume."""
        face = self.faces.series[self.series[at]]
        face.mode = mode
        for number, mask in enumerate(face.masks):
            image = nibabel.load(self.study.work / mask.volume)
            inside = np.asanyarray(nibabel.load(self.study.work / mask.mask).dataobj)
            values = np.where(inside, made(image.get_fdata()), 0).astype(np.float32)
            mask.values = f"faces/{number}-values.nii.gz"
            nibabel.save(nibabel.Nifti1Image(values, image.affine), self.study.work / mask.values)
        self._encode()
        self.save()

    def save(self) -> None:
        """Write the records again."""
        self.volumes.save(self.study.record_path("convert"))
        self.faces.save(self.study.record_path("deface"))
        self.encoded.save(self.study.record_path("encode"))

    def verify(
        self, drawing: dict[str, Callable[..., Image.Image]] = FLAT
    ) -> tuple[VerifyRecord, dict[int, dict[str, str]]]:
        """Run the gate: its record, and by series and check what did not pass."""
        with patch.multiple(pictures, **drawing):
            record = verify_study(self.study)
        fine = ("passed", "not applicable")
        found = {
            at: {check: text for check, text in record.checks.get(name, {}).items() if text not in fine}
            for at, name in enumerate(self.series)
        }
        return record, {at: texts for at, texts in found.items() if texts}

    def _take(self, at: int, files: list[Path]) -> list[Instance]:
        rows = []
        for number, source in enumerate(files, 1):
            path = f"{at}/{number}"
            target = self.config.input / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            if self.identify is not None:
                original = pydicom.dcmread(source)
                self.identify(original)
                original.save_as(target)
            rows.append(_row(path, series_name(at), number, pydicom.dcmread(target)))
        return rows

    def _volumes(self) -> None:
        record = VolumeRecord()
        for at, name in enumerate(self.series):
            folder = self.study.work / "volumes" / name
            folder.mkdir(parents=True)
            call = [dcm2niix.bin, "-b", "n", "-z", "y", "-f", "v", "-o", folder, self.config.input / str(at)]
            subprocess.run(call, capture_output=True, check=False)
            record.series[name] = []
            for path in sorted(folder.glob("*.nii.gz")):
                image = nibabel.load(path)
                record.series[name].append(
                    Volume(
                        file=str(path.relative_to(self.study.work)),
                        shape=list(image.shape),
                        affine=image.affine.tolist(),
                        role=role(path, sorted(folder.glob("*.nii.gz"))),
                    )
                )
        self.volumes = record
        CleanRecord().save(self.study.record_path("clean"))
        TextRecord().save(self.study.record_path("redact"))
        record.save(self.study.record_path("convert"))

    def _faces(self, face: frozenset[int]) -> None:
        self.faces = FaceRecord()
        for at, name in enumerate(self.series):
            volumes = [volume for volume in self.volumes.series[name] if volume.role != "uneven"]
            if at not in face:
                self.faces.series[name] = SeriesFace(decision="not_applicable", reason="no head")
                continue
            masks = [self._mask(volume) for volume in volumes]
            fill = -1000.0 if self._modality(name) == "CT" else 0.0
            voxels = sum(mask.voxels for mask in masks)
            self.faces.series[name] = SeriesFace(
                decision="face", tool="builtin", mode="remove", voxels_changed=voxels, fill=fill, masks=masks
            )
        self.faces.save(self.study.record_path("deface"))

    def _modality(self, name: str) -> str:
        return next(row.modality for row in self.study.instances if row.series == name)

    def _mask(self, volume: Volume) -> FaceMask:
        """Everything in the front half and the lower three quarters of the box around the volume."""
        i, j, k = np.ogrid[tuple(slice(n) for n in volume.shape[:3])]
        _, anterior, superior, _ = np.array(volume.affine)
        y, z = (row[0] * i + row[1] * j + row[2] * k + row[3] for row in (anterior, superior))
        front = y > (y.min() + y.max()) / 2
        low = z < z.min() * 0.25 + z.max() * 0.75
        inside = front & low
        path = self.study.work / volume.file.replace("volumes/", "faces/")
        path.parent.mkdir(parents=True, exist_ok=True)
        nibabel.save(nibabel.Nifti1Image(inside.astype(np.uint8), np.array(volume.affine)), path)
        return FaceMask(
            volume=volume.file, mask=str(path.relative_to(self.study.work)), voxels=int(inside.sum())
        )

    def _encode(self) -> None:
        record = EncodeRecord()
        for row in self.study.instances:
            face = self.faces.series[row.series]
            codes = ["113100", *(["113102"] if face.decision == "face" else [])]
            original = pydicom.dcmread(self.config.input / row.path)
            copy = cleaned(original, codes, PATIENT)
            covered = fill(copy, self.study.work, self.volumes.series[row.series], face) if face.masks else 0
            if face.masks:
                copy.ImageType = ["DERIVED", *list(copy.ImageType)[1:]]
            path = self.study.work / "encoded" / row.series / f"{row.number}.dcm"
            path.parent.mkdir(parents=True, exist_ok=True)
            copy.save_as(path)
            record.series.setdefault(row.series, []).append(
                EncodedInstance(number=row.number, covered=covered)
            )
        self.encoded = record
        record.save(self.study.record_path("encode"))


def _row(path: str, series: str, number: int, dataset: FileDataset) -> Instance:
    kind = dataset.get("ImageType", "")
    return Instance(
        patient=PATIENT,
        study=STUDY,
        series=series,
        number=f"{number:05d}",
        path=path,
        bytes=0,
        modified="",
        modality=dataset.Modality,
        sop_class_uid=dataset.SOPClassUID,
        sop_instance_uid=dataset.SOPInstanceUID,
        study_instance_uid=dataset.StudyInstanceUID,
        series_instance_uid=dataset.SeriesInstanceUID,
        frame_of_reference_uid=dataset.get("FrameOfReferenceUID", ""),
        transfer_syntax_uid=dataset.file_meta.TransferSyntaxUID,
        image_type=kind if isinstance(kind, str) else "\\".join(kind),
        burned_in_annotation="",
        conversion_type="",
        series_description="",
        frames=int(dataset.get("NumberOfFrames", 1)) if "Rows" in dataset else 0,
    )
