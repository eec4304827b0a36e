"""A volume that is not what the gate accepted is not written, nor one whose sidecar names somebody."""

from pathlib import Path

import bids
import nibabel
import numpy as np
import pytest
from exports import instance, save

from cleanroom.config import Config
from cleanroom.errors import SetAside
from cleanroom.nifti import volume
from cleanroom.nifti.conversion import Output
from cleanroom.nifti.equality import difference
from cleanroom.nifti.sidecar import cleaned, reviewed
from cleanroom.records import FaceMask, SeriesFace, Volume

SHAPE = (6, 5, 4)
FACE = SeriesFace(decision="face", masks=[FaceMask(volume="old.nii", mask="mask.nii.gz", voxels=8)])
DATA = np.arange(1, 121, dtype=np.int16).reshape(SHAPE)
DATA[5, 0, 0] = 0
MASK = np.zeros(SHAPE, np.uint8)
MASK[:2, :2, :2] = 1


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A study's folder with an original volume and its mask."""
    nibabel.save(nibabel.Nifti1Image(DATA, np.eye(4)), tmp_path / "old.nii")
    nibabel.save(nibabel.Nifti1Image(MASK, np.eye(4)), tmp_path / "mask.nii.gz")
    return tmp_path


def told(work: Path, data: np.ndarray, affine: np.ndarray, covered: int = 0) -> str:
    nibabel.save(nibabel.Nifti1Image(data, affine), work / "new.nii")
    before = [Volume(file="old.nii", shape=list(SHAPE), affine=np.eye(4).tolist())]
    return difference(Output(work / "new.nii"), before, FACE, work, covered)


def defaced() -> np.ndarray:
    return np.where(MASK, 0, DATA).astype(np.int16)


def test_the_defaced_volume_is_as_it_should_be(work: Path) -> None:
    assert told(work, defaced(), np.eye(4)) == ""


def test_one_voxel_outside_the_mask_is_noticed(work: Path) -> None:
    data = defaced()
    data[5, 4, 3] += 1
    assert told(work, data, np.eye(4)) == "1 voxels outside the mask are not those of the original"
    assert told(work, data, np.eye(4), covered=1) == ""


def test_a_face_that_is_still_there_is_noticed(work: Path) -> None:
    assert told(work, DATA, np.eye(4)) == "8 voxels inside the mask do not hold the fill"


def test_another_place_in_space_is_noticed(work: Path) -> None:
    affine = np.eye(4)
    affine[1, 3] = 0.01
    assert "geometry" in told(work, defaced(), affine)


def test_other_stored_values_of_the_same_real_values_are_the_same(work: Path) -> None:
    image = nibabel.Nifti1Image((defaced() * 2).astype(np.int16), np.eye(4))
    image.header.set_slope_inter(0.5, 0)
    nibabel.save(image, work / "new.nii")
    before = [Volume(file="old.nii", shape=list(SHAPE), affine=np.eye(4).tolist())]
    assert difference(Output(work / "new.nii"), before, FACE, work, 0) == ""


def test_text_in_the_header_goes_and_the_voxels_stay(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(DATA, np.eye(4))
    image.header["descrip"] = image.header["intent_name"] = image.header["aux_file"] = b"Someone 12:30"
    nibabel.save(image, tmp_path / "v.nii")
    volume.write(tmp_path / "v.nii", tmp_path / "a.nii.gz")
    volume.write(tmp_path / "v.nii", tmp_path / "b.nii.gz")
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    found = bids.contents(tmp_path)["a.nii.gz"]
    assert b"Someone" not in found
    assert found[352:] == (tmp_path / "v.nii").read_bytes()[352:]


def test_an_extension_of_the_header_is_refused(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(DATA, np.eye(4))
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"Someone"))
    nibabel.save(image, tmp_path / "v.nii")
    with pytest.raises(SetAside, match="not plain"):
        volume.write(tmp_path / "v.nii", tmp_path / "a.nii.gz")


def test_only_reviewed_fields_that_the_profile_keeps_survive() -> None:
    said = dict.fromkeys(reviewed(), 1) | {"PatientName": "x", "ImageComments": "x", "AcquisitionTime": "x"}
    assert cleaned(said, frozenset()).keys() == {key for key, option in reviewed().items() if not option}
    assert "DeviceSerialNumber" in cleaned(said, frozenset(("113109",)))
    assert "InstitutionName" not in cleaned(said, frozenset(("113109",)))


@pytest.fixture
def made(tmp_path: Path) -> Config:
    """A series that a rule would describe with the patient's name."""
    for number in range(1, 7):
        made = instance(number, SeriesNumber=4, SeriesDescription="t1", PatientName="Quillfeather^Tabitha")
        save(made, tmp_path / "in" / f"{number}")
    rule = {
        "criteria": {"SeriesNumber": "4"},
        "datatype": "anat",
        "suffix": "T1w",
        "sidecar": {"Instructions": "tell Quillfeather to lie still"},
    }
    return bids.settings(tmp_path / "in", tmp_path, bids=[rule])


def test_a_sidecar_that_names_the_patient_is_not_released(made: Config) -> None:
    bids.run(made)
    (study,) = (path.parent.name for path in made.private.glob("studies/*/nifti.json"))
    (scan,) = bids.record(made, study).scans
    assert scan.file == ""
    assert scan.reason == "the sidecar holds what identifies in the original (name)"
    assert not bids.tree(made).exists()
    assert len(list((made.output / "release" / "dicom").rglob("*.dcm"))) == 6
