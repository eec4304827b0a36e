"""A head that is cut is judged as if the rest were there; engines that hardly agree need a third one."""

from dataclasses import replace

import numpy as np
import pytest

from cleanroom.deface.engines import AGREED_MM, HARDLY_MM, apart
from cleanroom.deface.head import head_centre
from cleanroom.deface.judgement import judged
from cleanroom.deface.mask import Extent
from cleanroom.deface.measures import Measures, measured
from cleanroom.deface.registration import Pose
from cleanroom.deface.skin_fit import settled
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Isotropic, isotropic

POSE = Pose(np.eye(4), 0.6, 1.0)


@pytest.fixture(scope="module")
def whole() -> Isotropic:
    """The template's head in coarse voxels."""
    template = template_head()
    return isotropic(template.data, template.affine, 3.0)


@pytest.fixture(scope="module")
def measures(whole: Isotropic) -> Measures:
    """Of the whole head, laid where it lies."""
    return measured(whole, POSE, Extent())


@pytest.mark.parametrize(
    ("axis", "mm", "lower"), [(2, 5.0, True), (2, -70.0, False), (1, -30.0, False)], ids=str
)
def test_the_face_of_a_cut_head_lies_where_that_of_a_whole_one_does(
    whole: Isotropic, measures: Measures, axis: int, mm: float, lower: bool
) -> None:
    at = round((mm - whole.origin[axis]) / whole.mm)
    kept = slice(None, at) if lower else slice(at, None)
    part = tuple(kept if each == axis else slice(None) for each in range(3))
    affine = whole.affine.copy()
    affine[axis, 3] += 0 if lower else at * whole.mm
    cut = measured(isotropic(whole.data[part], affine, whole.mm), POSE, Extent())
    found = np.array([cut.forward_mm, cut.downward_mm])
    assert found == pytest.approx([measures.forward_mm, measures.downward_mm], abs=4)
    assert cut.face_in_view <= measures.face_in_view


def test_what_is_removed_beside_the_face_is_noticed_on_a_cut_head(whole: Isotropic) -> None:
    upside_down = np.diag([1.0, 1.0, -1.0, 1.0])
    upside_down[2, 3] = 2 * head_centre()[2]
    lower = whole.data[:, :, : round((5.0 - whole.origin[2]) / whole.mm)]
    part = isotropic(lower, whole.affine, whole.mm)
    assert judged(measured(part, replace(POSE, to_template=upside_down), Extent())).decision == "unsure"


def test_engines_that_hardly_agree_are_believed_where_the_skin_stays(measures: Measures) -> None:
    vague = replace(measures, inside=0.12, apart_mm=(HARDLY_MM + AGREED_MM) / 2)
    assert judged(replace(vague, apart_mm=HARDLY_MM - 1)).decision == "face"
    assert judged(replace(vague, third_mm=HARDLY_MM - 1)).decision == "face"
    for third in (None, HARDLY_MM + 1):
        doubt = judged(replace(vague, third_mm=third))
        assert (doubt.decision, "hardly agree" in doubt.reason) == ("unsure", True)
    assert judged(replace(vague, third_mm=0.0, apart_mm=AGREED_MM + 1)).decision == "unsure"


def test_the_skin_alone_leaves_a_wrong_place(whole: Isotropic) -> None:
    right, wrong = np.eye(4), np.eye(4)
    wrong[:3, 3] = [0.0, 9.0, 9.0]
    assert apart(settled(whole, right), right) < 2
    assert apart(settled(whole, wrong), wrong) > HARDLY_MM
