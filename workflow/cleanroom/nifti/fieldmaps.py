"""Field maps: a phase difference and its magnitudes are one acquisition in two series."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleanroom.nifti.naming import Extra, Name
from cleanroom.nifti.standard import table

_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Mapped:
    """A volume, for pairing."""

    name: Name
    series: str
    number: int | None
    """Series Number."""
    protocol: str
    shape: tuple[int, ...]
    affine: NDArray[np.float64]
    echoes: tuple[float, ...]
    """Echo times in seconds: one, or the two of a phase difference."""

    def same_place(self, other: "Mapped") -> bool:
        """Whether the voxels are the same."""
        return self.shape[:3] == other.shape[:3] and np.allclose(self.affine, other.affine, atol=_TOLERANCE)


def paired(volumes: Sequence[Mapped]) -> list[Name | Extra]:
    """The names of field maps, in their order, with one run and one identifier for all of an acquisition.

    A phase difference belongs to the one earlier series of its protocol with the same voxels and its echo
    times; the run is that series' number. Without one, or with several to choose from, it has no name.
    """
    origins = {at: _origin(item, volumes) for at, item in enumerate(volumes) if _needs(item.name)}
    runs = {origin.series: str(origin.number) for origin in origins.values() if origin is not None}
    names: list[Name | Extra] = []
    for at, item in enumerate(volumes):
        origin = origins.get(at, item)
        if origin is None:
            names.append(Extra(f"no {_needs(item.name)} volume of the visit certainly belongs to it"))
        elif origin.series in runs:
            names.append(_joined(item.name, runs[origin.series]))
        else:
            names.append(item.name)
    return names


def _needs(name: Name) -> str:
    needed: str = table()["names"][name.datatype][name.suffix].get("needs_volume", "")
    return needed


def _joined(name: Name, run: str) -> Name:
    if name.datatype != "fmap":
        return name
    told = name.with_entities(run=run)
    told.sidecar.setdefault("B0FieldIdentifier", f"fieldmap{run}")
    return told


def _origin(item: Mapped, volumes: Sequence[Mapped]) -> Mapped | None:
    """The volume that an incomplete one needs, if it is certain which."""
    needed = _needs(item.name)
    found = [
        other
        for other in volumes
        if other.name.suffix == needed
        and other.protocol == item.protocol
        and other.same_place(item)
        and other.number is not None
        and (item.number is None or other.number <= item.number)
        and (
            len(item.echoes) < 2
            or any(np.isclose(echo, item.echoes, atol=1e-5).any() for echo in other.echoes)
        )
    ]
    if len(found) > 1:
        found = [other for other in found if other.number in (item.number, (item.number or 0) - 1)]
    return found[0] if len(found) == 1 else None
