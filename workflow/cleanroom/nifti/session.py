"""The volumes of a study's released series and their names, each once."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from cleanroom.errors import SetAside
from cleanroom.nifti import equality, pet
from cleanroom.nifti.conversion import Output, convert
from cleanroom.nifti.fieldmaps import Mapped, paired
from cleanroom.nifti.naming import Extra, Name, lacking, name, told_apart
from cleanroom.nifti.sidecar import Sidecar, about_cleaning, about_face, cleaned
from cleanroom.verify.geometry import expected
from cleanroom.verify.subject import Series

M0 = "m0scan"
GRADIENTS = ("dwi", "epi")


@dataclass(frozen=True)
class Found:
    """A volume of a released series, and what it is to be called."""

    series: Series
    number: int
    """Within its series, from 1."""
    output: Output
    name: Name | Extra
    sidecar: Sidecar
    """As it is to be released."""
    shape: tuple[int, ...]
    affine: NDArray[np.float64]

    @property
    def context(self) -> tuple[str, ...]:
        """Volume types of ASL by the table of the config: leading m0scans once, the rest repeated."""
        given = self.name.aslcontext if isinstance(self.name, Name) else ()
        many = self.shape[3] if len(self.shape) > 3 else 1
        lead = next((at for at, kind in enumerate(given) if kind != M0), len(given))
        rest = given[lead:]
        if not given or (not rest and many != lead) or (rest and (many - lead) % len(rest)):
            return ()
        return given[:lead] + rest * ((many - lead) // len(rest) if rest else 0)

    @property
    def beside(self) -> dict[str, Path]:
        """``bval`` and ``bvec`` of dcm2niix, which BIDS knows beside some images only."""
        if isinstance(self.name, Name) and self.name.suffix not in GRADIENTS:
            return {}
        kinds = {kind: self.output.beside(kind) for kind in ("bval", "bvec")}
        return {kind: path for kind, path in kinds.items() if path}


def volumes(series: Series, numbers: list[str], scratch: Path, options: frozenset[str]) -> list[Found]:
    """The volumes of a series that passed the gate, each shown to be what the gate accepted.

    Parameters
    ----------
    numbers
        Of the instances that are released.
    scratch
        A folder that exists; it has to stay until the volumes are written.
    options
        Codes of CID 7050 in force.

    Raises
    ------
    SetAside
        When the series has no volume, or one differs from what it should be.
    """
    if not series.volumes:
        raise SetAside(f"{series.rows[0].modality}: not a volume")
    encoded = series.study.work / "encoded"
    images = {row.number for row in series.rows if row.frames}
    paths = [encoded / series.released_name(number) for number in numbers if number in images]
    outputs = convert(paths, scratch)
    if not outputs:
        raise SetAside("dcm2niix makes no volume of the released series")
    _compared(series, outputs, scratch)
    about: Sidecar = {"Study": series.study.pseudonym, "Series": series.pseudonym}
    about |= {"Patient": series.rows[0].patient}
    made = about_face(series.face) | about_cleaning(paths[0]) | {"ReleasedSeries": series.pseudonym}
    found = []
    for number, output in enumerate(outputs, 1):
        image = nibabel.Nifti1Image.from_filename(output.path)
        if series.rows[0].modality == "PT":
            many = image.shape[3] if len(image.shape) > 3 else 1
            output.sidecar.update(pet.fields(paths[0], output.sidecar, many))
        named = name(output, about, series.study.config.release.bids, _original(series))
        told = cleaned(output.sidecar, options) | made
        if output.resampled:
            told |= {"Resampled": output.resampled}
            told.pop("SliceTiming", None)
        if isinstance(named, Name):
            told |= named.sidecar
        found.append(Found(series, number, output, named, told, image.shape, np.array(image.affine)))
    return found


def _original(series: Series) -> bool:
    """Whether the images were ORIGINAL before a face was taken out, which makes them DERIVED."""
    return series.rows[0].image_type.upper().startswith("ORIGINAL")


def _compared(series: Series, outputs: list[Output], scratch: Path) -> None:
    covered = sum(item.covered for item in series.encoded.values())
    again = scratch / "again"
    again.mkdir()
    originals = expected(series, again)
    for output in outputs:
        may = covered if series.boxes or output.uneven else 0
        wrong = equality.difference(output, originals, series.face, series.study.work, may)
        if wrong:
            raise SetAside(f"the NIfTI is not the volume that was checked: {wrong}")


def named(found: list[Found]) -> list[Found]:
    """The volumes of a visit with names that are complete and nobody else's; the others become extra."""
    found = _apart(found)
    found = [_checked(item) for item in found]
    found = _field_maps(found)
    stems = Counter(item.name.stem("", "") for item in found if isinstance(item.name, Name))
    twice = Extra(
        "another volume of the visit has the same name and series number: tell them apart in release.bids"
    )
    return [
        replace(item, name=twice)
        if isinstance(item.name, Name) and stems[item.name.stem("", "")] > 1
        else item
        for item in found
    ]


def _apart(found: list[Found]) -> list[Found]:
    at = [index for index, item in enumerate(found) if isinstance(item.name, Name)]
    pairs = [(item.name, item.sidecar) for item in found if isinstance(item.name, Name)]
    told = dict(zip(at, told_apart(pairs), strict=True))
    return [replace(item, name=told.get(index, item.name)) for index, item in enumerate(found)]


def _checked(item: Found) -> Found:
    if isinstance(item.name, Extra):
        return item
    files = {*item.beside, *(["aslcontext"] if item.context else [])}
    wrong = lacking(item.name, item.sidecar, files, item.shape)
    return replace(item, name=Extra(wrong)) if wrong else item


def _field_maps(found: list[Found]) -> list[Found]:
    at = [index for index, item in enumerate(found) if isinstance(item.name, Name)]
    names = dict(zip(at, paired([_mapped(found[index]) for index in at]), strict=True))
    told = []
    for index, item in enumerate(found):
        new = names.get(index, item.name)
        more = new.sidecar if isinstance(new, Name) else {}
        told.append(replace(item, name=new, sidecar=item.sidecar | more))
    return told


def _mapped(item: Found) -> Mapped:
    assert isinstance(item.name, Name)
    said = item.output.sidecar
    keys = ("EchoTime1", "EchoTime2") if "EchoTime1" in said else ("EchoTime",)
    return Mapped(
        item.name,
        item.series.pseudonym,
        said.get("SeriesNumber"),
        str(said.get("ProtocolName", "")),
        item.shape,
        item.affine,
        tuple(float(said[key]) for key in keys if key in said),
    )
