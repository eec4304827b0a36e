"""``python docs/pictures/make.py demo/input``: the pictures of these docs, of the generated heads."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import dcm2niix
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cleanroom.deface.builtin import face_mask, fill_value
from cleanroom.deface.fill import MODES, replacement
from cleanroom.deface.mask import Extent
from cleanroom.deface.volumes import read
from cleanroom.isotropic import Affine
from cleanroom.picture import View, slices, surface

HERE = Path(__file__).parent
VIEWS: tuple[View, ...] = ("front", "left")
GAP = 6


class Head:
    """A generated head, and what each mode makes of it."""

    def __init__(self, path: Path, modality: str) -> None:
        data, affine = read(path)
        assert data is not None
        found = face_mask(data, affine, modality, Extent())
        assert found.mask is not None, found.reason
        assert found.pose is not None
        self.data, self.affine, self.mask = data, affine, found.mask
        air, inside = fill_value(modality), found.mask > 0
        self.made = {"before": data, "remove": np.where(inside, np.float32(air), data)}
        for mode in MODES:
            place = found.pose.to_template
            values = replacement(
                mode, data, affine, found.mask, to_template=place, modality=modality, nothing=air
            )
            filled = data.copy()
            filled[inside] = values
            self.made[mode] = filled


def row(
    data: NDArray[np.float32],
    affine: Affine,
    word: str,
    height: int,
    at: NDArray[np.float64] | None = None,
) -> Image.Image:
    """Front, left side and three slices (through a point), with a word before them."""
    tiles = [surface(data, affine, view, height=height) for view in VIEWS]
    tiles.append(slices(data, affine, height=height, at=at))
    picture = Image.new("RGB", (70 + sum(tile.width + GAP for tile in tiles), height + GAP))
    ImageDraw.Draw(picture).text((8, height // 2), word, fill="white")
    left = 70
    for tile in tiles:
        picture.paste(tile, (left, 0))
        left += tile.width + GAP
    return picture


def stacked(rows: list[Image.Image]) -> Image.Image:
    """Rows below each other."""
    picture = Image.new("RGB", (max(one.width for one in rows), sum(one.height for one in rows)))
    top = 0
    for one in rows:
        picture.paste(one, (0, top))
        top += one.height
    return picture


def heads(source: Path, kinds: tuple[str, ...] = ("MR", "CT")) -> dict[str, Head]:
    """The largest volume of each modality of the generated input."""
    largest: dict[str, Path] = {}
    with tempfile.TemporaryDirectory() as folder:
        call = [dcm2niix.bin, "-z", "n", "-f", "%j", "-d", "9", "-o", folder, source]
        subprocess.run(call, check=False, capture_output=True)  # it stumbles over the other files
        for sidecar in sorted(Path(folder).glob("*.json")):
            kind, volume = json.loads(sidecar.read_text()).get("Modality", ""), sidecar.with_suffix(".nii")
            if volume.is_file() and volume.stat().st_size > (
                largest[kind].stat().st_size if kind in largest else 0
            ):
                largest[kind] = volume
        return {kind: Head(largest[kind], kind) for kind in kinds}


def main(source: Path) -> int:
    """Make them all."""
    found = heads(source)
    for kind, name in (("MR", ""), ("CT", "ct-")):
        head = found[kind]
        pair = [
            row(head.made["before"], head.affine, "before", 260),
            row(head.made["remove"], head.affine, "after", 260),
        ]
        stacked(pair).save(HERE / f"{name}before-after.png", optimize=True)
        every = [row(made, head.affine, mode, 200) for mode, made in head.made.items()]
        stacked(every).save(HERE / f"fills-{kind.lower()}.png", optimize=True)
        if kind == "MR":
            slices(head.data, head.affine, head.mask).save(HERE / "mask-outline.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
