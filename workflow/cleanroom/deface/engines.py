"""Two engines that must agree on where the face is; if they do not, each starts again from the other."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.blocks import matched
from cleanroom.deface.head import around_head, guesses
from cleanroom.deface.registration import Pose, refined, registered
from cleanroom.deface.skin_fit import skin_fits
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
AGREED_MM = 10.0
"""Two engines agree when they put these points no farther apart than this, on average."""
CLOSE_MM = 3.0
"""Farther apart than this, each is started once more from where the other one ended."""


def located(volume: Isotropic) -> Pose:
    """Where the template head lies in a volume.

    The first engine starts from the outline of the head, the second from its skin; the two share no measure
    and no start. When they disagree, both are started from where the other one ended. Then the place that
    shares more information with the template counts, if both engines stay there.

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
    second = _by_skin_and_blocks(head, likely[0].centre)
    if second is None:
        return first
    if apart(first.to_template, second) <= CLOSE_MM:
        return _compared(first, second)
    from_second = _compared(refined(head, second), second)
    from_first = _compared(first, matched(head, first.to_template))
    return max(from_first, from_second, key=lambda pose: pose.information)


def apart(one: Affine, other: Affine) -> float:
    """How far apart two poses put the points of the face: the mean distance in millimetres of the volume."""
    return float(np.linalg.norm(_face(one) - _face(other), axis=1).mean())


def _by_skin_and_blocks(head: Isotropic, centre: NDArray[np.float64]) -> Affine | None:
    fits = skin_fits(head, centre)
    return matched(head, fits[0].to_template) if fits else None


def _compared(pose: Pose, other: Affine | None) -> Pose:
    return pose if other is None else replace(pose, apart_mm=apart(pose.to_template, other))


def _face(to_template: Affine) -> NDArray[np.float64]:
    back = np.linalg.inv(to_template)
    return np.asarray(FACE_POINTS @ back[:3, :3].T + back[:3, 3])
