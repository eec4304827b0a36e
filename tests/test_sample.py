"""The sample is what `make demo` promises: whole, repeatable, and full of identities."""

import stat
import subprocess
import sys
import zipfile
from collections import Counter
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless
from scipy import ndimage

from cleanroom.sample import identities, write_sample

DCM2NIIX = Path(sys.executable).with_name("dcm2niix")
T1, T2, SECOND, CT = (
    "t1_mprage_sag Fr. Müller-Ø.",
    "t2_tse_tra 4mm",
    "t1_vibe_tra_obl",
    "PlanCT Kopf 2.5mm Yamadobre",
)


@pytest.fixture(scope="session")
def files(sample: Path) -> list[Path]:
    return sorted(path for path in sample.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.fixture(scope="session")
def datasets(files: list[Path]) -> list[Dataset]:
    """Every instance, those in the zip too; the DICOMDIR and the truncated one are left out."""
    found = []
    for path in files:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found += [
                    pydicom.dcmread(BytesIO(archive.read(name)), force=True) for name in archive.namelist()
                ]
        elif path.name != "DICOMDIR" and "ABGEBROCHEN" not in path.name:
            try:
                found.append(pydicom.dcmread(path))
            except InvalidDicomError:
                continue
    return [dataset for dataset in found if "SOPInstanceUID" in dataset]


@pytest.fixture(scope="session")
def series(datasets: list[Dataset]) -> dict[str, dict[str, Dataset]]:
    """Series description → SOP Instance UID → instance."""
    found: dict[str, dict[str, Dataset]] = {}
    for dataset in datasets:
        found.setdefault(dataset.SeriesDescription, {})[dataset.SOPInstanceUID] = dataset
    return found


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.long
def test_the_same_bytes_on_each_call(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path)
    assert _digests(tmp_path) == _digests(sample)


def test_an_existing_sample_is_left_alone(sample: Path) -> None:
    before = {path: path.lstat().st_mtime_ns for path in sample.rglob("*")}
    write_sample(sample)
    assert {path: path.lstat().st_mtime_ns for path in sample.rglob("*")} == before


def test_it_stays_small(files: list[Path]) -> None:
    assert sum(path.stat().st_size for path in files) < 60e6


def test_two_patients_with_their_visits(datasets: list[Dataset]) -> None:
    studies = {(d.PatientID, d.StudyInstanceUID) for d in datasets}
    assert Counter(patient for patient, _ in studies) == {"KAGS-0047110815": 3, "KAGS-0050332211": 1}


def test_transfer_syntaxes_differ(series: dict[str, dict[str, Dataset]]) -> None:
    syntaxes = {
        name: {d.file_meta.TransferSyntaxUID for d in group.values()} for name, group in series.items()
    }
    assert syntaxes[T1] == {ExplicitVRLittleEndian}
    assert syntaxes[T2] == {JPEG2000Lossless}
    assert syntaxes[SECOND] == {ImplicitVRLittleEndian}


def test_both_contrasts_share_a_frame_of_reference(series: dict[str, dict[str, Dataset]]) -> None:
    frames = [{d.FrameOfReferenceUID for d in series[name].values()} for name in (T1, T2, SECOND)]
    assert frames[0] == frames[1] != frames[2]


def _referenced(dataset: Dataset) -> set[str]:
    return {e.value for e in dataset.iterall() if e.keyword == "ReferencedSOPInstanceUID"}


def test_radiotherapy_objects_refer_to_each_other_and_the_ct(
    datasets: list[Dataset], series: dict[str, dict[str, Dataset]]
) -> None:
    structures, plan, dose = (
        next(d for d in datasets if d.Modality == name) for name in ("RTSTRUCT", "RTPLAN", "RTDOSE")
    )
    assert set(series[CT]) <= _referenced(structures)
    contoured = {
        image.ReferencedSOPInstanceUID
        for roi in structures.ROIContourSequence
        for contour in roi.ContourSequence
        for image in contour.ContourImageSequence
    }
    assert contoured <= set(series[CT])
    assert structures.SOPInstanceUID in _referenced(plan)
    assert plan.SOPInstanceUID in _referenced(dose)
    frame = next(iter(series[CT].values())).FrameOfReferenceUID
    assert {
        structures.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID,
        dose.FrameOfReferenceUID,
    } == {frame}


def test_the_external_contour_lies_on_the_skin(
    datasets: list[Dataset], series: dict[str, dict[str, Dataset]]
) -> None:
    structures = next(d for d in datasets if d.Modality == "RTSTRUCT")
    assert structures.RTROIObservationsSequence[0].RTROIInterpretedType == "EXTERNAL"
    contours = structures.ROIContourSequence[0].ContourSequence
    contour = contours[len(contours) // 2]
    image = series[CT][contour.ContourImageSequence[0].ReferencedSOPInstanceUID]
    points = np.array(contour.ContourData, dtype=float).reshape(-1, 3)
    assert np.allclose(points[:, 2], image.ImagePositionPatient[2], atol=0.01)
    index = (points[:, 1::-1] - np.array(image.ImagePositionPatient[1::-1], dtype=float)) / image.PixelSpacing
    tissue = image.pixel_array.astype(float) + image.RescaleIntercept > -500
    edge = ndimage.distance_transform_edt(tissue) + ndimage.distance_transform_edt(~tissue)
    at_points = ndimage.map_coordinates(edge, index.T, order=1)
    assert np.quantile(at_points, 0.9) < 2.5


@pytest.fixture(scope="session")
def volumes(
    series: dict[str, dict[str, Dataset]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Path]]:
    """Series description → what dcm2niix makes of its instances."""
    made = {}
    for number, name in enumerate((T1, T2, SECOND, CT)):
        folder = tmp_path_factory.mktemp(f"series{number}")
        for index, dataset in enumerate(series[name].values()):
            dataset.save_as(folder / f"{index}.dcm")
        out = tmp_path_factory.mktemp(f"volumes{number}")
        command = [DCM2NIIX, "-b", "n", "-f", "volume", "-o", out, folder]
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
        made[name] = sorted(out.glob("*.nii*"))
    return made


def test_each_series_is_one_volume(volumes: dict[str, list[Path]]) -> None:
    shapes = {name: [nib.load(path).shape for path in paths] for name, paths in volumes.items()}
    assert shapes == {
        T1: [(152, 192, 192)],
        T2: [(208, 256, 38)],
        SECOND: [(156, 176, 176)],
        CT: [(256, 256, 80)],
    }


def test_both_contrasts_show_one_head_in_one_place(volumes: dict[str, list[Path]]) -> None:
    first, second = (nib.load(volumes[name][0]) for name in (T1, T2))
    way = np.linalg.inv(first.affine) @ second.affine
    moved = ndimage.affine_transform(
        np.asarray(first.dataobj, dtype=np.float32),
        way[:3, :3],
        way[:3, 3],
        output_shape=second.shape,
        order=1,
    )
    one, other = moved > 130, np.asarray(second.dataobj) > 110
    assert 2 * (one & other).sum() / (one.sum() + other.sum()) > 0.93


def test_strays_lie_between_the_images(sample: Path, files: list[Path]) -> None:
    suffixes = Counter(path.suffix.lower() for path in files)
    assert {name: suffixes[name] for name in (".jpg", ".pdf", ".txt", ".zip")} == dict.fromkeys(
        (".jpg", ".pdf", ".txt", ".zip"), 1
    )
    assert any(not path.suffix for path in files)
    links = [path for path in sample.rglob("*") if stat.S_ISLNK(path.lstat().st_mode)]
    assert [path.name for path in links] == ["Rechnername"]


def test_the_broken_file_lacks_pixels(files: list[Path]) -> None:
    (broken,) = (path for path in files if "ABGEBROCHEN" in path.name)
    header = pydicom.dcmread(broken, stop_before_pixels=True)
    assert header.Rows == 128
    with pytest.raises((ValueError, EOFError, AttributeError)):
        _ = pydicom.dcmread(broken).pixel_array


def test_duplicates_are_identical_or_not(datasets: list[Dataset]) -> None:
    copies: dict[str, list[bytes]] = {}
    for dataset in datasets:
        copies.setdefault(dataset.SOPInstanceUID, []).append(
            dataset.PixelData if "PixelData" in dataset else b""
        )
    twice = [pixels for pixels in copies.values() if len(pixels) > 1]
    assert sorted(len(set(pixels)) for pixels in twice) == [1, 1, 2]


def test_identities_are_found_in_headers_papers_and_names(files: list[Path], datasets: list[Dataset]) -> None:
    text = "\n".join(str(dataset) for dataset in (datasets[0], *datasets[-5:]))
    names = "\n".join(map(str, files))
    assert {"Müller-Østergård", "Yamadobre", "山戸部", "19680229", "KAGS24031144"} <= set(identities())
    assert "KAGS24060417" in text
    assert "Müller-Østergård" in names
    photo = Image.open(next(path for path in files if path.suffix == ".JPG"))
    assert "Annegret" in str(dict(photo.getexif()))
    letter = next(path for path in files if path.suffix == ".pdf").read_bytes()
    assert "Müller-Østergård".encode("cp1252") in letter


def test_identities_are_long_enough_to_search_for() -> None:
    assert all(len(name.encode()) >= 4 for name in identities())
