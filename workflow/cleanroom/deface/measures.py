"""What tells a good de-facing from a failed one, measured on the volume itself."""

from dataclasses import asdict, dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.contrast import windowed
from cleanroom.deface.head import BOX_MM, around_head, head_centre
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.registration import Pose
from cleanroom.deface.template import template_head
from cleanroom.isotropic import Affine, Isotropic, isotropic
from cleanroom.skin import body

DEEP_MM = 14.0
"""Below the surface of the template's head: scalp and skull lie above."""


@dataclass(frozen=True)
class Measures:
    """Numbers about one pose of the template on one volume.

    Attributes
    ----------
    information
        Mutual information of template and volume, nats.
    inside
        Mutual information of what lies deeper than the scalp, nats: a ball has an outline, but no brain.
    apart_mm
        How far apart the two engines put the points of the face, on average.
    third_mm
        How far from there the skin alone puts them; asked where the two hardly agree.
    overlap
        Dice overlap of the two heads where both are in view, 0 to 1.
    size
        Of the head, in sizes of the template's: below 1 for a child's.
    stretch_least, stretch_most
        The smallest and largest singular value of the affine map, beside its mean scale: 1 keeps the shape.
    turn_degrees
        How far the head is turned against the template.
    face_in_view
        Fraction of the template's facial tissue inside the field of view.
    face_tissue
        Fraction of that which is tissue in the volume: low when the face was already removed.
    removed
        Fraction of the head's tissue that the mask covers.
    forward_mm, downward_mm
        How far the removed tissue lies in front of and below the head's centre, axes of the head; of a head
        that is cut, as they would be if the template's were in view as a whole.
    receded_mm
        How far the foremost surface of the face goes back, median over the face as seen from the front.
    brain_mm
        Nearest masked tissue to the brain of the template, in the template's millimetres.
    """

    information: float
    inside: float
    apart_mm: float
    overlap: float
    size: float
    stretch_least: float
    stretch_most: float
    turn_degrees: float
    face_in_view: float
    face_tissue: float
    removed: float
    forward_mm: float
    downward_mm: float
    receded_mm: float
    brain_mm: float
    third_mm: float | None = None

    def rounded(self) -> dict[str, float]:
        """For the record."""
        return {name: round(float(value), 3) for name, value in asdict(self).items() if value is not None}


def measured(volume: Isotropic, pose: Pose, extent: Extent) -> Measures:
    """Measure a pose on a volume.

    Parameters
    ----------
    volume
        Isotropic RAS copy of the volume.
    pose, extent
        What the mask was made with; where the removed tissue lies is measured without the ears.
    """
    extent = extent._replace(face=True)
    turn = _turn(pose)
    head, pose = _upright(around_head(volume, pose.from_template(head_centre()), BOX_MM / pose.scale), pose)
    seen = head.seen
    tissue = body(head.data)
    mask = carried(head.data.shape, head.affine, pose, extent._replace(ears=False)).astype(bool)
    whole = carried(head.data.shape, head.affine, pose, extent).astype(bool) if extent.ears else mask
    gone = tissue & mask
    stretch = np.linalg.svd(pose.to_template[:3, :3], compute_uv=False)
    solid = seen & (_laid(_template_solid(), head, pose, 0) > 0.5)
    face = seen & (_laid(_template_face(), head, pose, 0) > 0.5)
    in_view, face_tissue = _face(face, tissue, head.mm * pose.scale)
    forward, downward = _apart(gone, tissue, head.mm) - _cut(face, solid, head.mm, pose.scale)
    return Measures(
        information=pose.information,
        inside=_inside(head, pose),
        apart_mm=min(pose.apart_mm, 999.0),
        overlap=_overlap(head, seen, tissue, pose),
        size=1 / pose.scale,
        stretch_least=float(stretch[2] / pose.scale),
        stretch_most=float(stretch[0] / pose.scale),
        turn_degrees=turn,
        face_in_view=in_view,
        face_tissue=face_tissue,
        removed=float(gone.sum() / max(1, tissue.sum())),
        forward_mm=forward,
        downward_mm=downward,
        receded_mm=_receded(tissue, mask, head.mm),
        brain_mm=_nearest_to_brain(head, tissue & whole, pose),
        third_mm=pose.third_mm,
    )


SERVED = ("inside", "overlap", "face_in_view", "face_tissue", "removed", "forward_mm", "downward_mm")
"""What is told of a series with the mask of another one."""
SERVED_MM = 3.0


def served(data: NDArray[np.float32], affine: Affine, pose: Pose, extent: Extent) -> dict[str, float]:
    """Measures of a volume by itself with a pose that another one gave, on a copy of 3 mm; for the record.

    ``brain_mm`` and ``receded_mm`` are there when the mask reaches any tissue.
    """
    copy = isotropic(data, affine, SERVED_MM)
    if float(np.ptp(copy.data)) == 0:
        return {}
    found = measured(copy, pose, extent).rounded()
    names = (*SERVED, *(("receded_mm", "brain_mm") if found["removed"] else ()))
    return {name: found[name] for name in names}


def _inside(head: Isotropic, pose: Pose) -> float:
    """From a joint histogram of 32 x 32, without the darkest and brightest hundredths."""
    template = template_head()
    solid = ndimage.binary_fill_holes(np.pad(_template_solid(), ((0, 0), (0, 0), (1, 0)), mode="edge"))
    deep = ndimage.distance_transform_edt(solid[:, :, 1:]) * template.mm > DEEP_MM
    here = (_at(template.holding(deep.astype(np.float32)), head, pose, 0) > 0.5) & head.seen
    if not here.any():
        return 0.0
    smooth = ndimage.gaussian_filter(windowed(head).data, 0.7)
    pair = [values[here] for values in (_at(template, head, pose, 0), smooth)]
    cut = [np.clip(values, *np.percentile(values, (1, 99))) for values in pair]
    joint = np.histogram2d(cut[0], cut[1], 32)[0]
    joint /= joint.sum()
    alone = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    some = joint > 0
    return float((joint[some] * np.log(joint[some] / alone[some])).sum())


def _turn(pose: Pose) -> float:
    return float(np.rad2deg(np.arccos(np.clip((np.trace(_rotation(pose)) - 1) / 2, -1, 1))))


def _rotation(pose: Pose) -> NDArray[np.float64]:
    """The rotation in the map to the template, without its scales."""
    left, _, right = np.linalg.svd(pose.to_template[:3, :3])
    return np.asarray(left @ right)


def _overlap(head: Isotropic, seen: NDArray[np.bool_], tissue: NDArray[np.bool_], pose: Pose) -> float:
    there = _laid(_template_solid(), head, pose, -1)
    expected = (there > 0.5) & seen
    compared = tissue & (there >= 0)
    return float(2 * (expected & compared).sum() / max(1, expected.sum() + compared.sum()))


def _face(wanted: NDArray[np.bool_], tissue: NDArray[np.bool_], mm: float) -> tuple[float, float]:
    """How much of the template's face is in view, and how much of that is tissue."""
    whole = _template_face().sum() * (template_head().mm / mm) ** 3
    return float(min(1, wanted.sum() / max(1, whole))), float((wanted & tissue).sum() / max(1, wanted.sum()))


@cache
def _template_solid() -> NDArray[np.bool_]:
    return body(template_head().data)


@cache
def _template_face() -> NDArray[np.bool_]:
    """The tissue of the template's face."""
    template, field = template_head(), anatomy().face
    offset = (template.origin - field.origin) / field.mm
    step = template.mm / field.mm * np.eye(3)
    value = ndimage.affine_transform(field.data, step, offset, template.data.shape, order=1, cval=99)
    return np.asarray(value < 0) & _template_solid()


def _laid(where: NDArray[np.bool_], head: Isotropic, pose: Pose, outside: float) -> NDArray[np.float32]:
    """A part of the template at the voxels of the head."""
    return _at(template_head().holding(where.astype(np.float32)), head, pose, outside)


def _at(field: Isotropic, head: Isotropic, pose: Pose, outside: float) -> NDArray[np.float32]:
    """A field of the template at the voxels of the head."""
    matrix = np.linalg.inv(field.affine) @ pose.to_template @ head.affine
    sampled = ndimage.affine_transform(
        field.data, matrix[:3, :3], matrix[:3, 3], head.data.shape, order=1, mode="constant", cval=outside
    )
    return np.asarray(sampled)


def _upright(head: Isotropic, pose: Pose) -> tuple[Isotropic, Pose]:
    """The head turned as the template is, without a change of size, and its pose."""
    turn = np.eye(4)
    turn[:3, :3] = _rotation(pose)
    copy = isotropic(head.data, turn @ head.affine, head.mm)
    seen = isotropic(head.seen.astype(np.float32), turn @ head.affine, head.mm)
    turned = Isotropic(copy.data, copy.origin, copy.mm, copy.seen & (seen.data > 0.5))
    return turned, replace(pose, to_template=pose.to_template @ np.linalg.inv(turn))


def _apart(gone: NDArray[np.bool_], tissue: NDArray[np.bool_], mm: float) -> NDArray[np.float64]:
    """Of the centres of the removed tissue and the head, to the front and to the feet."""
    if not gone.any():
        return np.zeros(2)
    offset = np.subtract(ndimage.center_of_mass(gone), ndimage.center_of_mass(tissue)) * mm
    return np.array([offset[1], -offset[2]])


def _cut(face: NDArray[np.bool_], solid: NDArray[np.bool_], mm: float, scale: float) -> NDArray[np.float64]:
    """How much farther to the front and to the feet the template's face lies when it is cut."""
    if not face.any():
        return np.zeros(2)
    whole = _apart(_template_face(), _template_solid(), template_head().mm / scale)
    return np.asarray(_apart(face, solid, mm) - whole)


def _receded(tissue: NDArray[np.bool_], mask: NDArray[np.bool_], mm: float) -> float:
    foremost = tissue.shape[1] - 1 - tissue[:, ::-1].argmax(axis=1)
    left = tissue & ~mask
    after = np.where(left.any(axis=1), left.shape[1] - 1 - left[:, ::-1].argmax(axis=1), 0)
    changed = tissue.any(axis=1) & (foremost != after)
    return float(np.median((foremost - after)[changed]) * mm) if changed.any() else 0.0


def _nearest_to_brain(head: Isotropic, gone: NDArray[np.bool_], pose: Pose) -> float:
    if not gone.any():
        return 0.0
    return float(_at(anatomy().brain, head, pose, 99)[gone].min())
