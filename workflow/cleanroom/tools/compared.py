"""Tools that were run to be compared: how alike what they take is, and pictures of each, side by side."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleanroom.deface.volumes import read, read_mask
from cleanroom.isotropic import Affine
from cleanroom.picture import View, middle, slices, surface
from cleanroom.records import COMPARED, ORIGINAL, FaceAttempt, SeriesFace, Volume
from cleanroom.study import Study
from cleanroom.tools.adopt import Adopted

Mask = NDArray[np.uint8]
VIEWS: tuple[View, ...] = ("front", "left")


@dataclass(frozen=True)
class Taken:
    """What would be released of one volume if a tool were the one.

    Attributes
    ----------
    mask
        uint8 in the volume's own grid.
    values
        (n,) what stands in the mask, in real units; empty for ``fill``.
    fill
        What stands there otherwise.
    """

    mask: Mask
    values: NDArray[np.float32]
    fill: float

    @classmethod
    def adopted(cls, found: Adopted, fill: float) -> "Taken":
        """Of a tool's result; of one that was rescaled the mask alone."""
        own = found.values if found.measures.get("rescaled", 1.0) == 1.0 else found.values[:0]
        return cls(found.mask, own, fill)

    def of(self, data: NDArray[np.float32]) -> NDArray[np.float32]:
        """The volume, changed."""
        inside = self.mask > 0
        changed = data.copy()
        changed[inside] = self.values if self.values.size else np.float32(self.fill)
        return changed


def builtin(study: Study, face: SeriesFace) -> dict[str, Taken]:
    """Volume → what the builtin would have released."""
    found = {}
    for mask in face.masks:
        inside = read_mask(study.work / mask.mask)
        values = _volume(study.work / mask.values)[inside > 0] if mask.values else np.zeros(0, np.float32)
        found[mask.volume] = Taken(inside, values, face.fill)
    return found


def agree(attempts: list[FaceAttempt], results: dict[str, dict[str, Taken]]) -> None:
    """Write down how alike the tools' masks are, two by two (Dice).

    Parameters
    ----------
    attempts
        Of the series; those of tools without a result stay as they are.
    results
        Tool → volume → what would be released.
    """
    for item in attempts:
        for tool, other in results.items():
            own = results.get(item.tool, {})
            if tool != item.tool and own.keys() & other.keys():
                item.agreement[tool] = dice(own, other)


def dice(one: dict[str, Taken], other: dict[str, Taken]) -> float:
    """Dice overlap of two tools' masks over the volumes that both have, 0 to 1."""
    pairs = [(one[name].mask > 0, other[name].mask > 0) for name in one.keys() & other.keys()]
    both = sum(int((a & b).sum()) for a, b in pairs)
    whole = sum(int(a.sum()) + int(b.sum()) for a, b in pairs)
    return round(2 * both / max(1, whole), 3)


def draw(
    study: Study, series: str, volumes: list[Volume], results: dict[str, dict[str, Taken]]
) -> dict[str, list[str]]:
    """Draw the original and what each tool would release, through the same slices, masks outlined.

    Parameters
    ----------
    study
        Its private folder gets the pictures.
    series
        Whose they are.
    volumes
        Of the series; the largest is drawn.
    results
        Tool → volume → what would be released.

    Returns
    -------
    ``original`` or the tool → PNG files, relative to the study's folder; nothing when there is no volume.
    """
    deep = [volume for volume in volumes if min(volume.shape[:3]) > 1]
    shown = max(deep, key=lambda volume: int(np.prod(volume.shape)), default=None)
    if shown is None or not results:
        return {}
    data, affine = _volume(study.work / shown.file), np.array(shown.affine)
    at = middle(data, affine)
    drawn = {ORIGINAL: _drawn(study.folder, Path(COMPARED, series, ORIGINAL), data, None, (affine, at))}
    for tool, found in results.items():
        taken = found.get(shown.file)
        if taken is not None:
            name = Path(COMPARED, series, tool)
            drawn[tool] = _drawn(study.folder, name, taken.of(data), taken.mask, (affine, at))
    return drawn


def _drawn(
    home: Path,
    name: Path,
    data: NDArray[np.float32],
    mask: Mask | None,
    where: tuple[Affine, NDArray[np.float64]],
) -> list[str]:
    affine, at = where
    pictures = {"slices": slices(data, affine, mask, at=at)}
    pictures |= {view: surface(data, affine, view) for view in VIEWS}
    (home / name.parent).mkdir(parents=True, exist_ok=True)
    files = [f"{name}-{kind}.png" for kind in pictures]
    for file, picture in zip(files, pictures.values(), strict=True):
        picture.save(home / file)
    return files


def _volume(path: Path) -> NDArray[np.float32]:
    """A volume, the mean where there are several times."""
    data, _ = read(path)
    assert data is not None
    return data
