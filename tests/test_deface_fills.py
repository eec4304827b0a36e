"""What takes the place of a face: it is of the image, and no longer of the person."""

import gzip
from importlib.resources import files

import nibabel
import numpy as np
import pytest
from heads import AIR, TISSUE, affine, head, mask, places

from cleanroom.deface.fill import MODES, replacement
from cleanroom.deface.fill.average import NAME, made
from cleanroom.verify.likeness import LEAST_SPREAD_MM, likeness

INSIDE = mask() > 0


def values(mode: str, data: np.ndarray, modality: str = "MR", nothing: float = 0.0) -> np.ndarray:
    return replacement(
        mode, data, affine(), mask(), to_template=np.eye(4), modality=modality, nothing=nothing
    )


def filled(mode: str, data: np.ndarray, modality: str = "MR", nothing: float = 0.0) -> np.ndarray:
    """The volume with its face replaced."""
    done = data.copy()
    done[INSIDE] = values(mode, data, modality, nothing)
    return done


@pytest.mark.parametrize("mode", MODES)
def test_the_same_head_gets_the_same_values(mode: str) -> None:
    first, again = values(mode, head()), values(mode, head())
    assert first.dtype == np.float32
    assert first.shape == (INSIDE.sum(),)
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize("mode", ["noise", "blur"])
def test_what_is_random_depends_on_the_voxels_that_nobody_gets(mode: str) -> None:
    other = head()
    other[tuple(np.argwhere(INSIDE)[0])] += 1
    assert not np.array_equal(values(mode, head()), values(mode, other))


@pytest.mark.parametrize("mode", MODES)
def test_the_skin_is_another_one(mode: str) -> None:
    found = likeness(head(), filled(mode, head()), INSIDE, affine())
    assert found.skin > 500
    assert found.spread_mm > LEAST_SPREAD_MM


def test_a_face_that_was_left_or_only_moved_is_the_persons() -> None:
    assert likeness(head(), head(), INSIDE, affine()).spread_mm == 0
    grainy = head()
    grainy[INSIDE] += np.random.default_rng(1).normal(0, 10, int(INSIDE.sum())).astype(np.float32)
    assert likeness(head(), grainy, INSIDE, affine()).spread_mm < LEAST_SPREAD_MM
    moved = head()
    moved[INSIDE] = np.roll(head(), 1, axis=1)[INSIDE]
    assert likeness(head(), moved, INSIDE, affine()).spread_mm < LEAST_SPREAD_MM


def test_two_noses_become_one_average_face() -> None:
    solid = [filled("reface", head(nose))[INSIDE] > TISSUE / 2 for nose in (12.0, 34.0)]
    before = [head(nose)[INSIDE] > TISSUE / 2 for nose in (12.0, 34.0)]
    assert (solid[0] != solid[1]).sum() < 0.1 * (before[0] != before[1]).sum()


def test_a_nose_is_too_small_to_outlive_a_blur() -> None:
    _, y, _ = places()
    stands_out = INSIDE & (y > 112)
    before, after = (
        (data[stands_out] > TISSUE / 2).sum() for data in (head(34.0), filled("blur", head(34.0)))
    )
    assert before > 100
    assert after < 0.1 * before


@pytest.mark.parametrize("mode", MODES)
def test_ghosts_of_the_face_in_the_air_go(mode: str) -> None:
    _, y, _ = places()
    ahead = INSIDE & (y > 128)
    haunted = head(ghost=0.3 * TISSUE)
    assert haunted[ahead].max() > 50
    assert filled(mode, haunted)[ahead].max() < 5 * AIR


def test_the_air_of_an_average_face_is_the_images_own() -> None:
    _, y, _ = places()
    ahead = INSIDE & (y > 132)
    before, after = head()[ahead], filled("reface", head())[ahead]
    assert abs(after.mean() - before.mean()) < 0.3
    assert abs(after.std() - before.std()) < 0.3


def test_noise_is_of_the_middle_of_the_faces_own_values_and_air_is_zero() -> None:
    found = values("noise", head())
    own = head()[INSIDE]
    assert set(np.unique(found[found < TISSUE / 2])) == {0.0}
    assert own[own > TISSUE / 2].min() <= found[found > 0].min()
    assert found.max() < np.percentile(own[own > TISSUE / 2], 90)
    assert len(np.unique(found)) > 1000


@pytest.mark.parametrize("mode", MODES)
def test_ct_is_in_hounsfield_units(mode: str) -> None:
    data = head(ct=True)
    done = filled(mode, data, "CT", -1000.0)[INSIDE]
    soft = done[done > -300]
    assert soft.size > 0.1 * done.size
    assert -120 < np.median(soft) < 80
    assert abs(np.median(done[done < -300]) + 1000) < 10


@pytest.mark.parametrize("mode", MODES)
def test_every_time_point_gets_values_of_its_own(mode: str) -> None:
    series = np.stack([head(), 3 * head()], axis=-1)
    found = values(mode, series)
    assert found.shape == (INSIDE.sum(), 2)
    solid = found[:, 0] > TISSUE / 2
    assert 2.5 < np.median(found[solid, 1]) / np.median(found[solid, 0]) < 3.5


@pytest.mark.parametrize("mode", MODES)
def test_what_is_no_number_and_what_fills_the_whole_view_are_survived(mode: str) -> None:
    holes = head()
    holes[::7, ::5, ::3] = np.nan
    assert np.isfinite(values(mode, holes)).all()
    whole = np.ones_like(mask())
    found = replacement(mode, head(), affine(), whole, to_template=np.eye(4), modality="MR", nothing=0.0)
    assert np.isfinite(found).all()
    assert found.shape == (whole.size,)


def test_the_average_head_in_the_package_is_what_its_script_makes() -> None:
    there = (files("cleanroom.deface.fill") / NAME).read_bytes()
    old, new = (
        np.asarray(nibabel.Nifti1Image.from_bytes(gzip.decompress(content)).dataobj)
        for content in (there, made())
    )
    assert np.abs(old.astype(int) - new.astype(int)).max() <= 1
