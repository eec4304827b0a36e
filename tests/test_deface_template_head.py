"""The template's own head, warped: repeatable, the same however it is stored, and carried by affine."""

from collections.abc import Iterator

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleanroom.deface.builtin import FaceResult, face_mask
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.registration import Pose
from cleanroom.deface.template import template_head
from cleanroom.isotropic import isotropic

IDENTITY = Pose(np.eye(4), 1.0)


@pytest.fixture(scope="module")
def head() -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The template at 3 mm, nodding by 12 degrees and shifted: a head that has to be found."""
    copy = isotropic(template_head().data, template_head().affine, 3.0)
    angle = np.deg2rad(12)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    turn[:3, 3] = [15, -20, 30]
    return copy.data, turn @ copy.affine


@pytest.fixture(scope="module")
def found(head: tuple[NDArray[np.float32], NDArray[np.float64]]) -> FaceResult:
    return face_mask(*head, "MR", Extent())


@pytest.fixture
def many_threads() -> Iterator[None]:
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(7)
    yield
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def test_a_turned_head_is_found(
    head: tuple[NDArray[np.float32], NDArray[np.float64]], found: FaceResult
) -> None:
    assert found.decision == "face", found.reason
    assert found.pose is not None
    data, affine = head
    eyes = np.array([[-30.0, 80, -30, 1], [30, 80, -30, 1], [0, 115, -66, 1]]).T
    turn = affine @ np.linalg.inv(isotropic(template_head().data, template_head().affine, 3.0).affine)
    assert np.abs(found.pose.to_template @ turn @ eyes - eyes).max() < 4
    assert data.shape == found.mask.shape  # type: ignore[union-attr]


@pytest.mark.usefixtures("many_threads")
def test_the_same_bytes_on_any_number_of_threads(
    head: tuple[NDArray[np.float32], NDArray[np.float64]], found: FaceResult
) -> None:
    again = face_mask(*head, "MR", Extent())
    assert again.mask is not None
    assert found.mask is not None
    assert again.mask.tobytes() == found.mask.tobytes()
    assert again.measures == found.measures
    assert again.pose is not None
    assert found.pose is not None
    assert again.pose.to_template.tobytes() == found.pose.to_template.tobytes()


@pytest.mark.parametrize("codes", ["LPS", "PIR", "SAL"])
def test_another_storage_order_loses_the_same_face(
    head: tuple[NDArray[np.float32], NDArray[np.float64]], found: FaceResult, codes: str
) -> None:
    stored = nibabel.Nifti1Image(*head)
    turned = stored.as_reoriented(
        nibabel.orientations.ornt_transform(
            nibabel.io_orientation(stored.affine), nibabel.orientations.axcodes2ornt(codes)
        )
    )
    other = face_mask(np.asarray(turned.dataobj, np.float32), turned.affine, "MR", Extent())
    assert other.mask is not None
    back = nibabel.Nifti1Image(other.mask, turned.affine).as_reoriented(
        nibabel.orientations.ornt_transform(
            nibabel.io_orientation(turned.affine), nibabel.io_orientation(stored.affine)
        )
    )
    agreed = np.mean(np.asarray(back.dataobj) == found.mask)
    assert agreed > 0.999


@given(
    shift=st.tuples(*[st.integers(-6, 6)] * 3),
    flips=st.tuples(*[st.booleans()] * 3),
    margin=st.floats(0, 20),
)
@settings(max_examples=20, deadline=None)
def test_a_grid_that_is_shifted_and_flipped_carries_the_same_points(
    shift: tuple[int, ...], flips: tuple[bool, ...], margin: float
) -> None:
    template = isotropic(template_head().data, template_head().affine, 6.0)
    plain = carried(template.data.shape, template.affine, IDENTITY, Extent(margin))
    moved = np.diag([-1.0 if flip else 1.0 for flip in flips] + [1.0])
    moved[:3, 3] = [n - 1 + s if flip else s for n, s, flip in zip(plain.shape, shift, flips, strict=True)]
    other = carried(plain.shape, template.affine @ moved, IDENTITY, Extent(margin))
    at = np.argwhere(np.ones(plain.shape, bool))
    there = (moved[:3, :3] @ at.T + moved[:3, 3:]).round().astype(int)
    inside = ((there >= 0) & (there < np.array(plain.shape)[:, None])).all(axis=0)
    same = other[tuple(at[inside].T)] == plain[tuple(there[:, inside])]
    assert same.mean() > 0.9999


def test_a_margin_only_adds() -> None:
    template = template_head(4.0)
    narrow = carried(template.data.shape, template.affine, IDENTITY, Extent(0.0))
    wide = carried(template.data.shape, template.affine, IDENTITY, Extent(20.0))
    assert (wide >= narrow).all()
    assert wide.sum() > narrow.sum()


def test_no_face_is_cut_from_noise() -> None:
    noise = np.random.default_rng(1).normal(100, 20, (64, 64, 40)).astype(np.float32)
    result = face_mask(noise, np.diag([3.0, 3.0, 3.0, 1.0]), "MR", Extent())
    assert result.decision == "unsure"
    assert result.mask is None
