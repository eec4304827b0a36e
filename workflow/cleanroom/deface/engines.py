"""Two engines that must agree on where the face is; if they do not, each starts again from the other."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.blocks import matched
from cleanroom.deface.head import around_head, guesses
from cleanroom.deface.registration import Pose, held, refined, registered
from cleanroom.deface.skin_fit import settled, skin_fits
from cleanroom.isotropic import Affine, Isotropic

FACE_POINTS = np.array(
    [
        [-36.0, 80, -30],
        [24, 80, -30],
        [-1, 115, -66],
        [-1, 95, -110],
        [-64, 40, -60],
        [58, 40, -60],
        [-1, 90, 0],
    ]
)
"""Eyes, tip of the nose, chin, both cheeks beside the ears, brow: RAS millimetres of the template."""
AGREED_MM = 7.5
"""Two engines agree when they put these points no farther apart than this, on average. Of 45 places 7 mm and
more beside the truth where one engine ended in 75 difficult heads, the other one left all but one (7 mm)."""
HARDLY_MM = 6.0
"""Farther apart than this they hardly agree: a third one, skin on skin, is asked whether it stays there."""
CLOSE_MM = 3.0
"""Farther apart than this, each is started once more from where the other one ended."""


def located(volume: Isotropic) -> Pose:
    """Where the template head lies in a volume.

    The first engine starts from the outline of the head, the second from its skin; the two share no measure
    and no start. When they disagree, both are started from where the other one ended, the first one also
    with the shape that the other one found; when no place is left where both stay, from other ways in which
    the skin fits. Of the places where both engines stay the one counts that shares most information with the
    template, less what an unlikely shape costs. Where the two hardly agree there, the skin alone is asked.

    Parameters
    ----------
    volume
        Isotropic RAS copy of about 2 mm.

    Returns
    -------
    Pose
        Its ``apart_mm`` says how well the engines agree; it is beyond ``AGREED_MM`` when they do not.

    Raises
    ------
    RuntimeError
        When the images overlap too little to compare.
    """
    likely = guesses(volume)
    head = around_head(volume, likely[0].centre)
    first = registered(head, likely)
    fits = [fit.to_template for fit in skin_fits(head, likely[0].centre)]
    second = matched(head, fits[0]) if fits else None
    if second is None:
        return first
    if apart(first.to_template, second) <= CLOSE_MM:
        return _compared(first, second)
    found = [_compared(refined(head, second), second), *_from(head, first.to_template, [first])]
    best = _best(found)
    if best.apart_mm <= CLOSE_MM:
        return best
    found.append(_compared(held(head, second), second))
    if not any(pose.apart_mm <= AGREED_MM for pose in found):
        for start in fits[1:]:
            found += _from(head, start, [])
    return _with_third(head, _best(found))


def _with_third(head: Isotropic, pose: Pose) -> Pose:
    if not HARDLY_MM < pose.apart_mm <= AGREED_MM:
        return pose
    return replace(pose, third_mm=apart(pose.to_template, settled(head, pose.to_template)))


def _from(head: Isotropic, start: Affine, poses: list[Pose]) -> list[Pose]:
    """Blocks matched from a start, compared with poses and with what the first engine makes of theirs."""
    other = matched(head, start)
    if other is None:
        return poses
    more = [refined(head, other), held(head, other)] if not poses or _far(poses[0], other) else []
    return [_compared(pose, other) for pose in [*poses, *more]]


def _far(pose: Pose, other: Affine) -> bool:
    return apart(pose.to_template, other) > AGREED_MM


def _best(found: list[Pose]) -> Pose:
    """Of the places where both engines stay, or else of all, the one with most merit."""
    agreed = [pose for pose in found if pose.apart_mm <= AGREED_MM]
    return max(agreed or found, key=lambda pose: pose.merit)


def apart(one: Affine, other: Affine) -> float:
    """How far apart two poses put the points of the face: the mean distance in millimetres of the volume."""
    return float(np.linalg.norm(_face(one) - _face(other), axis=1).mean())


def _compared(pose: Pose, other: Affine | None) -> Pose:
    return pose if other is None else replace(pose, apart_mm=apart(pose.to_template, other))


def _face(to_template: Affine) -> NDArray[np.float64]:
    back = np.linalg.inv(to_template)
    return np.asarray(FACE_POINTS @ back[:3, :3].T + back[:3, 3])
