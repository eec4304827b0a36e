"""Any geometry, scaling, bit depth and mask: what is written reads back as planned."""

import tempfile
from itertools import permutations, product
from pathlib import Path

import nibabel
import numpy as np
import pydicom
from exports import instance
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import FileDataset
from scipy.spatial.transform import Rotation

from cleanroom.clean.original import read_header
from cleanroom.encode.covering import covered
from cleanroom.encode.filled import Filled
from cleanroom.encode.instance import write_covered
from cleanroom.encode.proof import Proof
from cleanroom.pixeldata.compressed import CHOICES
from cleanroom.pixeldata.original import Original
from cleanroom.records import FaceMask, SeriesFace, Volume

SHAPE = (4, 5, 6)
"""Slices, rows, columns."""
TURNS = [(axes, signs) for axes in permutations(range(3)) for signs in product((1, -1), repeat=3)]


class Drawn:
    """A volume, its slices as instances, and a mask in the volume's grid."""

    def __init__(self, draw: st.DrawFn) -> None:
        random = np.random.default_rng(draw(st.integers(0, 1 << 30)))
        self.allocated = draw(st.sampled_from([8, 16]))
        self.bits = draw(st.integers(6, self.allocated))
        self.signed = draw(st.booleans())
        self.slope, self.intercept = draw(st.floats(0.01, 30)), draw(st.floats(-1500, 1500))
        low = -(1 << self.bits - 1) if self.signed else 0
        kind = f"<{'i' if self.signed else 'u'}{self.allocated // 8}"
        self.values = random.integers(low, low + (1 << self.bits), SHAPE).astype(kind)
        turn = Rotation.random(random_state=random).as_matrix()
        self.size = random.uniform(0.5, 4, 3)
        self.directions = turn[:, [2, 1, 0]]
        self.origin = random.uniform(-200, 200, 3)
        self.axes, self.signs = draw(st.sampled_from(TURNS))
        self.mask = random.random(SHAPE) < draw(st.floats(0.05, 0.9))
        self.mask[0, 0, 0] = True
        self.fill = draw(st.floats(-3000, 3000))
        self.syntax = draw(st.sampled_from(["same", *CHOICES]))

    def instance(self, at: int) -> FileDataset:
        values = self.values[at]
        made = instance(at + 1, Rows=SHAPE[1], Columns=SHAPE[2], PixelData=values.tobytes())
        made["PixelData"].VR = "OW"
        made.BitsAllocated, made.BitsStored, made.HighBit = self.allocated, self.bits, self.bits - 1
        made.PixelRepresentation = int(self.signed)
        made.RescaleSlope, made.RescaleIntercept = f"{self.slope:.8g}", f"{self.intercept:.8g}"
        place = self.origin + at * self.size[0] * self.directions[:, 0]
        made.ImagePositionPatient = [f"{value:.8g}" for value in place]
        turn = [*self.directions[:, 2], *self.directions[:, 1]]
        made.ImageOrientationPatient = [f"{value:.8g}" for value in turn]
        made.PixelSpacing = [f"{value:.8g}" for value in self.size[[1, 2]]]
        return made

    def volume(self, work: Path) -> tuple[Volume, SeriesFace]:
        """The slices as a converter may turn them, and the mask beside."""
        to_lps = np.eye(4)
        to_lps[:3, :3] = self.directions * self.size
        to_lps[:3, 3] = self.origin
        turned = np.zeros((4, 4))
        turned[3, 3] = 1
        for new, (old, sign) in enumerate(zip(self.axes, self.signs, strict=True)):
            turned[old, new] = sign
            turned[old, 3] = 0 if sign > 0 else SHAPE[old] - 1
        affine = np.diag([-1.0, -1, 1, 1]) @ to_lps @ turned
        flips = tuple(slice(None, None, sign) for sign in self.signs)
        for name, data in (("v", self.values), ("m", self.mask.astype(np.uint8))):
            image = nibabel.Nifti1Image(data.transpose(self.axes)[flips], affine)
            image.to_filename(work / f"{name}.nii")
        volume = Volume(file="v.nii", shape=[SHAPE[axis] for axis in self.axes], affine=affine.tolist())
        mask = FaceMask(volume="v.nii", mask="m.nii", voxels=int(self.mask.sum()))
        return volume, SeriesFace(decision="face", fill=self.fill, masks=[mask])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_written_reads_back_as_planned(data: st.DataObject) -> None:
    drawn = Drawn(data.draw)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        volume, face = drawn.volume(work)
        proof = Proof(work, [volume], face)
        for at in range(SHAPE[0]):
            pydicom.dcmwrite(work / "in", drawn.instance(at), enforce_file_format=True)
            with Original.opened(work, "in", work) as original, (work / "in").open("rb") as file:
                filled = Filled(proof, original.header)
                new = covered(original, [], filled, drawn.syntax)
                inside = drawn.mask[at]
                assert (new.pixels if new else 0) == inside.sum()
                if new is None:
                    continue
                write_covered(read_header(file), new, work / "out")
            after = pydicom.dcmread(work / "out").pixel_array.astype(int)
            assert np.array_equal(after[~inside], drawn.values[at][~inside])
            low = -(1 << drawn.bits - 1) if drawn.signed else 0
            slope, intercept = float(f"{drawn.slope:.8g}"), float(f"{drawn.intercept:.8g}")
            wanted = np.clip((drawn.fill - intercept) / slope, low, low + (1 << drawn.bits) - 1)
            assert np.abs(after[inside] - wanted).max() <= 0.5 + 1e-6
