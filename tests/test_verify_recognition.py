"""What is left of a face: the gate measures the skin, and sets aside what keeps too much of it."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from framed import SAGITTAL, slices, write
from judged import Judged
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cleanroom.config import SkinLeft, Verify
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.registration import Pose
from cleanroom.records import VerifyRecord
from cleanroom.verify.remains import BRAIN_CENTRE, MIDDLE

HERE = Pose(np.eye(4), 1.0)
"""The head is the template's own, where it is: no registration is needed."""
Mask = NDArray[np.uint8]
Spoil = Callable[[Mask, NDArray[np.float64]], Mask]


def redrawn(judged: Judged, mask: Mask, pose: NDArray[np.float64] = HERE.to_template) -> None:
    """Another mask, carried into the pixels by the simple encoder."""
    face = judged.faces.series[judged.series[0]]
    (entry,) = face.masks
    image = nibabel.load(judged.study.work / entry.volume)
    nibabel.save(nibabel.Nifti1Image(mask, image.affine), judged.study.work / entry.mask)
    entry.voxels = face.voxels_changed = int(mask.sum())
    entry.pose = pose.tolist()
    judged._encode()
    judged.save()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("head")
    write(folder / "export", slices(SAGITTAL, 62, 4.0, 45, 4.0), thickness=4.0)
    return Judged(folder, [sorted((folder / "export").glob("*.dcm"))], frozenset({0}))


def grid(judged: Judged, ears: bool = True) -> tuple[Mask, NDArray[np.float64]]:
    """The mask that the template's own face has in the volume, and voxel to millimetres."""
    (volume,) = judged.volumes.series[judged.series[0]]
    affine = np.array(volume.affine)
    return carried((*volume.shape[:3],), affine, HERE, Extent(2.0, ears)), affine


def places(mask: Mask, affine: NDArray[np.float64]) -> NDArray[np.float64]:
    index = np.indices(mask.shape).reshape(3, -1)
    return (affine[:3, :3] @ index + affine[:3, 3:]).reshape(3, *mask.shape)


def half(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    return mask * (places(mask, affine)[0] > -3).astype(np.uint8)


def nose_left(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    x, _, z = places(mask, affine)
    return mask * ~((np.abs(x + 2) < 20) & (z > -84) & (z < -40))


def half_a_nose(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    x, y, z = places(mask, affine)
    return mask * ~((x > 0) & (x < 24) & (z > -84) & (z < -40) & (y > 80))


def eyes_left(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    return mask * ~(places(mask, affine)[2] > -40)


def mouth_left(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    return mask * ~((places(mask, affine)[2] < -84) & (places(mask, affine)[1] > 60))


def one_ear_left(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    x, y, _ = places(mask, affine)
    return mask * ~((x > 55) & (y < 30))


def shifted(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    axis = int(np.argmax(np.abs(affine[1, :3])))
    return np.roll(mask, int(np.sign(affine[1, axis])) * 5, axis)


def back_to_front(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    return np.flip(mask, int(np.argmax(np.abs(affine[1, :3])))).copy()


def upside_down(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    return np.flip(mask, int(np.argmax(np.abs(affine[2, :3])))).copy()


def into_the_brain(mask: Mask, affine: NDArray[np.float64]) -> Mask:
    away = np.linalg.norm(places(mask, affine) - BRAIN_CENTRE[:, None, None, None], axis=0)
    return mask | (away < 12).astype(np.uint8)


FAULTS: dict[str, tuple[Spoil, str]] = {
    "half of the face left": (half, "skin of the eyes is left"),
    "the nose left": (nose_left, "skin of the nose is left"),
    "half of the nose left": (half_a_nose, "skin of the nose is left"),
    "the eyes left": (eyes_left, "skin of the eyes is left"),
    "the mouth left": (mouth_left, "skin of the mouth is left"),
    "one ear left": (one_ear_left, "skin of the ears is left"),
    "a mask that lies 20 mm before the face": (shifted, "skin of the eyes is left"),
    "a mask back to front": (back_to_front, "skin of the nose is left"),
    "a mask upside down": (upside_down, "skin of the mouth is left"),
    "a mask that reaches into the brain": (into_the_brain, "in the middle of the brain were replaced"),
}


def motion(
    shift: tuple[float, float, float], turn: tuple[float, float, float] = (0, 0, 0)
) -> NDArray[np.float64]:
    """Millimetres and degrees about the middle of the face."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
    matrix[:3, 3] = MIDDLE - matrix[:3, :3] @ MIDDLE + shift
    return matrix


POSES = {
    "a pose 15 mm too far to the front": motion((0, 15, 0)),
    "a pose nodding by 15 degrees": motion((0, 0, 0), (15, 0, 0)),
    "a pose back to front": motion((0, 0, 0), (0, 0, 180)),
}


@pytest.fixture(scope="module")
def passed(base: Judged) -> VerifyRecord:
    redrawn(base, grid(base)[0])
    record, found = base.verify()
    assert found == {}
    return record


def test_a_face_that_is_gone_passes_and_is_measured(base: Judged, passed: VerifyRecord) -> None:
    measures = passed.measures[base.series[0]]
    assert {name for name in measures if name.endswith("_left_percent")} == {
        f"{region}_left_percent" for region in ("eyes", "nose", "mouth", "ears")
    }
    assert max(value for name, value in measures.items() if name.endswith("_left_percent")) < 10
    assert {name for name in measures if name.endswith("_relief_percent")} >= {
        f"{region}_relief_percent" for region in ("eyes", "nose", "mouth")
    }
    assert max(value for name, value in measures.items() if name.endswith("_relief_percent")) < 20
    assert measures["nose_receded_mm"] > 30
    assert measures["fit_mm"] <= 2
    assert measures["pose_off_mm"] <= 2
    assert measures["brain_voxels"] == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_left_of_a_face_is_found(base: Judged, passed: VerifyRecord, fault: str) -> None:
    spoil, expected = FAULTS[fault]
    redrawn(base, spoil(*grid(base)).astype(np.uint8))
    record, found = base.verify()
    assert expected in found[0]["face"], (found, record.measures)
    assert record.passed == {} != passed.passed


@pytest.mark.parametrize("fault", POSES)
def test_a_head_that_was_looked_for_in_the_wrong_place(base: Judged, fault: str) -> None:
    redrawn(base, grid(base)[0], POSES[fault])
    record, found = base.verify()
    assert "from where they were looked for" in found[0]["face"], record.measures
    assert record.passed == {}


def test_a_pose_that_is_off_within_bounds_hides_nothing(base: Judged) -> None:
    """What is left is found all the same."""
    redrawn(base, eyes_left(*grid(base)), motion((0, 6, 5)))
    record, found = base.verify()
    assert 6 <= record.measures[base.series[0]]["pose_off_mm"] <= 10
    assert "skin of the eyes is left" in found[0]["face"]


def test_a_face_of_which_only_the_outermost_skin_is_gone(tmp_path: Path) -> None:
    """No skin is where it was, and the relief below is that of the face."""
    cut = [(solid(pixels), affine) for pixels, affine in slices(SAGITTAL, 83, 3.0, 60, 3.0)]
    write(tmp_path / "export", cut, thickness=3.0)
    thick = Judged(tmp_path, [sorted((tmp_path / "export").glob("*.dcm"))], frozenset({0}))
    (volume,) = thick.volumes.series[thick.series[0]]
    data = np.asarray(nibabel.load(thick.study.work / volume.file).dataobj)
    outermost = ndimage.distance_transform_edt(data > 150, sampling=3.0) < 6.5
    redrawn(thick, grid(thick)[0] * outermost.astype(np.uint8))
    record, found = thick.verify()
    measures = record.measures[thick.series[0]]
    assert max(measures[f"{region}_left_percent"] for region in ("eyes", "nose", "mouth")) < 20, measures
    assert "% of the relief of the eyes" in found[0]["face"], measures
    assert record.passed == {}


def solid(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Tissue all through."""
    return np.where(ndimage.binary_fill_holes(pixels > 90), 300, 0).astype("<u2")


def test_ears_may_stay_when_the_config_says_so(base: Judged, tmp_path: Path) -> None:
    other = base.copied(tmp_path)
    redrawn(other, grid(other, ears=False)[0])
    assert "skin of the ears is left" in other.verify()[1][0]["face"]
    faces = other.config.faces.model_copy(update={"ears": False})
    other.study.__dict__["config"] = other.config.model_copy(update={"faces": faces})
    assert other.verify()[1] == {}


def test_the_bounds_are_those_of_the_config(base: Judged, tmp_path: Path) -> None:
    other = base.copied(tmp_path)
    redrawn(other, one_ear_left(*grid(other)).astype(np.uint8))
    lenient = Verify(skin_left_percent=SkinLeft(ears=100))
    other.study.__dict__["config"] = other.config.model_copy(update={"verify": lenient})
    record, found = other.verify()
    assert found == {}
    assert record.measures[other.series[0]]["ears_left_percent"] > 20
