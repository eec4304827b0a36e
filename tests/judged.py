"""A study as the steps before the gate would leave it, made of real scans by a simple encoder."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from pathlib import Path

import dcm2niix
import nibabel
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset

from cleanroom import manifest
from cleanroom.config import Config
from cleanroom.manifest import Instance
from cleanroom.records import (
    EncodedInstance,
    EncodeRecord,
    FaceMask,
    FaceRecord,
    SeriesFace,
    VerifyRecord,
    Volume,
    VolumeRecord,
)
from cleanroom.study import Study
from cleanroom.verify import tables, verify_study
from cleanroom.verify.placement import LPS_TO_RAS

PATIENT, STUDY = "P" + "A" * 12, "S" + "B" * 12
REGISTERED = "1.2.840.10008."


def series_name(at: int) -> str:
    return "E" + "ABCDEFGH"[at] * 12


def new_uid(original: str) -> str:
    return "2.25." + str(int.from_bytes(hashlib.sha256(original.encode()).digest()[:12], "big"))


def cleaned(original: FileDataset, codes: list[str]) -> FileDataset:
    """A cleaned copy: what the gate's table names goes, UIDs are mapped, dates shifted."""
    copy = pydicom.dcmread(original.filename)
    copy.remove_private_tags()
    copy.walk(_clean)
    for tag in [element.tag for element in copy if element.tag < 0x00080000]:
        del copy[tag]
    copy.PatientName = copy.PatientID = PATIENT
    copy.PatientIdentityRemoved, copy.DeidentificationMethod = "YES", "test"
    copy.DeidentificationMethodCodeSequence = [_code(code) for code in codes]
    meta = copy.file_meta
    for tag in [element.tag for element in meta if element.tag >= 0x00020013]:
        del meta[tag]
    meta.MediaStorageSOPInstanceUID = copy.SOPInstanceUID
    copy.preamble = bytes(128)
    return copy


def _code(value: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = value, "DCM"
    item.CodeMeaning = {
        "113100": "Basic Application Confidentiality Profile",
        "113102": "Clean Recognizable Visual Features Option",
    }[value]
    return item


def _clean(dataset: Dataset, element: pydicom.DataElement) -> None:
    row = tables.identifying().get(element.tag)
    if element.tag in tables.tags("removable") or (row and row.rule == "absent"):
        del dataset[element.tag]
    elif row or element.VR == "PN":
        element.value = "REMOVED"
    elif element.VR == "UI" and element.tag not in tables.tags("classes"):
        values = element.value if element.VM > 1 else [element.value]
        changed = [uid if not uid or uid.startswith(REGISTERED) else new_uid(uid) for uid in values]
        element.value = changed if element.VM > 1 else changed[0]
    elif element.VR in ("DA", "DT") and element.value:
        day = datetime.strptime(str(element.value)[:8], "%Y%m%d") - timedelta(days=700)
        element.value = day.strftime("%Y%m%d")


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

    def save(self) -> None:
        """Write the records again."""
        self.volumes.save(self.study.record_path("convert"))
        self.faces.save(self.study.record_path("deface"))
        self.encoded.save(self.study.record_path("encode"))

    def verify(self) -> tuple[VerifyRecord, dict[int, dict[str, str]]]:
        """Run the gate: its record, and by series and check what did not pass."""
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
                        resampled="_Eq" in path.name or "_Tilt" in path.name,
                    )
                )
        self.volumes = record
        record.save(self.study.record_path("convert"))

    def _faces(self, face: frozenset[int]) -> None:
        self.faces = FaceRecord()
        for at, name in enumerate(self.series):
            volumes = [volume for volume in self.volumes.series[name] if not volume.resampled]
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
            copy = cleaned(original, codes)
            covered = self._fill(copy, face) if face.masks else 0
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

    def _fill(self, dataset: FileDataset, face: SeriesFace) -> int:
        """Look every pixel centre up in every mask, one by one: slow, and nothing like the gate's way."""
        pixels = dataset.pixel_array.copy()
        frames = pixels[None] if pixels.ndim == 2 else pixels
        covered = 0
        for mask in face.masks:
            volume = next(v for vs in self.volumes.series.values() for v in vs if v.file == mask.volume)
            inside = np.asanyarray(nibabel.load(self.study.work / mask.mask).dataobj)
            to_voxel = np.linalg.inv(np.array(volume.affine))
            for at, frame in enumerate(frames):
                slope, intercept, centres = _centres(dataset, at, frame.shape)
                voxel = np.rint(centres @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(int)
                within = ((voxel >= 0) & (voxel < inside.shape[:3])).all(axis=-1)
                hit = np.zeros(frame.shape, bool)
                hit[within] = inside[tuple(voxel[within].T)] > 0
                frame[hit] = round((face.fill - intercept) / slope)
                covered += int(hit.sum())
        if covered:
            dataset.PixelData = pixels.tobytes()
            if dataset.file_meta.TransferSyntaxUID.is_compressed:
                dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        return covered


def _centres(dataset: Dataset, at: int, shape: tuple[int, int]) -> tuple[float, float, np.ndarray]:
    shared, own = dataset, dataset
    if "PerFrameFunctionalGroupsSequence" in dataset:
        own = dataset.PerFrameFunctionalGroupsSequence[at]
        shared = dataset.SharedFunctionalGroupsSequence[0]

    def group(keyword: str) -> Dataset:
        if own is dataset:
            return dataset
        return (
            (own if keyword in own else shared)[keyword][0]
            if keyword in own or keyword in shared
            else Dataset()
        )

    position = np.array(group("PlanePositionSequence").ImagePositionPatient, float)
    turn = np.array(group("PlaneOrientationSequence").ImageOrientationPatient, float)
    spacing = np.array(group("PixelMeasuresSequence").PixelSpacing, float)
    rescale = group("PixelValueTransformationSequence")
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    lps = position + turn[:3] * spacing[1] * columns[..., None] + turn[3:] * spacing[0] * rows[..., None]
    slope, intercept = rescale.get("RescaleSlope", 1), rescale.get("RescaleIntercept", 0)
    return float(slope), float(intercept), lps * LPS_TO_RAS


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
