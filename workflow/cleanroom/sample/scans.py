"""The series of the sample, as datasets."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless

from cleanroom.sample import ct, mr, plan, structures, tissue
from cleanroom.sample.anatomy import Person, Shape, person, pose
from cleanroom.sample.grid import Grid
from cleanroom.sample.headers import Source
from cleanroom.sample.people import patient
from cleanroom.sample.template import Head, Volume

_UPRIGHT = pose((0, 0, 0), (0, 0, 0))
_NODDING = pose((6, -3, 8), (3, -4, 5))
_TARGET = np.array([22.0, -52.0, 38.0])
_TARGET_RADIUS_MM = 16.0


class Anna:
    """Two MR visits: the same head, another pose."""

    def __init__(self, head: Head) -> None:
        self._person: Person = person(head, Shape(**patient("anna")["shape"]))

    def first(self) -> Iterator[Dataset]:
        """Sagittal T1, 1.25 mm, Explicit VR."""
        grid = Grid.centred("sagittal", (152, 192, 192), (1.25, 1.25, 1.25), (0, -25, -26))
        stored = tissue.t1_weighted(self._person.signal(grid, _UPRIGHT)[0], seed=1)
        source = Source("anna", "first", "t1")
        return mr.instances(mr.Stack(source, grid, stored, mr.GRADIENT_ECHO, ExplicitVRLittleEndian, 1.25))

    def contrast(self) -> Iterator[Dataset]:
        """Axial T2-like, 4 mm with gaps, in the first visit's frame of reference, JPEG 2000 lossless."""
        grid = Grid.centred("axial", (38, 256, 208), (4.4, 0.9, 0.9), (0, -25, 2))
        signal, _ = self._person.signal(grid, _UPRIGHT)
        _, brain = self._person.distances(grid, _UPRIGHT)
        stored = tissue.t2_weighted(signal, brain, seed=2)
        source = Source("anna", "first", "t2")
        return mr.instances(mr.Stack(source, grid, stored, mr.SPIN_ECHO, JPEG2000Lossless, 4.0))

    def second(self) -> Iterator[Dataset]:
        """Oblique axial T1, 1.3 mm, Implicit VR."""
        grid = Grid.centred("axial", (176, 176, 156), (1.3, 1.3, 1.3), (-4, -22, -24), (5, 2, -3))
        stored = tissue.t1_weighted(self._person.signal(grid, _NODDING)[0], seed=3, peak=900)
        source = Source("anna", "second", "t1")
        return mr.instances(mr.Stack(source, grid, stored, mr.GRADIENT_ECHO, ImplicitVRLittleEndian, 1.3))

    def localizer(self) -> Dataset:
        """One sagittal slice, a series of its own."""
        grid = Grid.centred("sagittal", (1, 128, 128), (5.0, 2.0, 2.0), (0, -25, -26))
        stored = tissue.t1_weighted(self._person.signal(grid, _UPRIGHT)[0], seed=5)
        source = Source("anna", "first", "broken")
        stack = mr.Stack(source, grid, stored, mr.GRADIENT_ECHO, ExplicitVRLittleEndian, 5.0)
        return next(mr.instances(stack))


class Kenji:
    """A planning CT with structures, plan and dose."""

    def __init__(self, head: Head) -> None:
        self._person: Person = person(head, Shape(**patient("kenji")["shape"]))
        self._grid = Grid.centred("axial", (80, 256, 256), (3.0, 1.171875, 1.171875), (0, -10, -28))
        self._image = Source("kenji", "planning", "ct")

    @cached_property
    def _seen(self) -> tuple[Volume, ...]:
        turned: sitk.Transform = pose((-4, 2, -5), (2, 3, 0))
        return (*self._person.signal(self._grid, turned), *self._person.distances(self._grid, turned))

    def ct(self) -> Iterator[Dataset]:
        """Axial slices every 3 mm."""
        signal, skin, depth, brain = self._seen
        hounsfield = tissue.hounsfield(signal, skin, depth, brain, seed=4)
        inside_rows = np.nonzero((skin > 0.5).any(axis=(0, 2)))[0]
        back = self._grid.origin[1] + inside_rows[-1] * self._grid.spacing[1]
        return ct.instances(self._image, self._grid, ct.with_table(hounsfield, self._grid, float(back)))

    def radiotherapy(self) -> Iterator[Dataset]:
        """RTSTRUCT, RTPLAN and RTDOSE."""
        drawn, planned, dosed = (Source("kenji", "planning", name) for name in ("structures", "plan", "dose"))
        _, skin, _, brain = self._seen
        near = self._grid.distance(_TARGET) < _TARGET_RADIUS_MM
        masks = {"EXTERNAL": skin > 0.5, "ORGAN": brain < 0, "PTV": near}
        yield structures.structure_set(drawn, self._image, self._grid, masks)
        yield plan.plan(planned, drawn, _TARGET)
        coarse = Grid.centred("axial", (36, 40, 36), (5.0, 5.0, 5.0), (0, -15, 10))
        yield plan.dose(dosed, planned, coarse, _TARGET)
