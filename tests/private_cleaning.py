"""Real series with all their standard elements, and of the private ones only what `clean_private` returns."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dcm2niix
import nibabel
import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cleanroom.clean.private import PrivateRules, clean_private
from cleanroom.header import elements
from cleanroom.header.elements import Element, Stored, is_stored, items_of

_LAST_COMMAND_GROUP = 0x0007


@dataclass
class Walk:
    """A header walk that knows these identities; free text goes unless it is asked to stay."""

    identities: tuple[bytes, ...] = ()
    keeps_text: bool = False
    rules: PrivateRules = field(default_factory=PrivateRules)

    def text(self, value: bytes, _vr: str) -> bytes | None:
        return value if self.keeps_text and not self.names_somebody(value) else None

    def names_somebody(self, value: bytes) -> bool:
        return any(identity in value for identity in self.identities)

    def uids(self, value: bytes) -> bytes:
        return b"2.25.1" if value else value

    def moved(self, value: bytes, _vr: str) -> bytes:
        return b"20000101"[: len(value)]

    def sequence(self, element: Element) -> Element:
        return elements.sequence(element.tag, [self.level(item) for item in items_of(element)])

    def level(self, source: Dataset) -> Dataset:
        """One level of a header: standard elements as they are, private ones cleaned."""
        target: Stored = clean_private(source, self.rules, self)
        for tag in source.keys():  # noqa: SIM118 - a Dataset iterates over elements
            if not tag >> 16 & 1 and tag >> 16 > _LAST_COMMAND_GROUP:
                element = source.get_item(tag)
                element = element if is_stored(element) and element.VR != "SQ" else source[tag]
                target[tag] = self.sequence(element) if element.VR == "SQ" else element
        return elements.dataset(dict(sorted(target.items())))


def clean_folder(source: Path, target: Path, walk: Walk) -> None:
    """Write every instance of a folder with its private elements cleaned."""
    target.mkdir(parents=True)
    for number, (_, original) in enumerate(instances(source)):
        clean = walk.level(original)
        clean.file_meta, clean.preamble = original.file_meta, bytes(128)
        if clean.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian:
            clean.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        clean.save_as(target / f"{number:05}.dcm")


def instances(folder: Path) -> Iterator[tuple[Path, Dataset]]:
    """The DICOM instances of a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and is_dicom(path):
            yield path, dcmread(path)


def is_dicom(path: Path) -> bool:
    """Whether a file has the prefix of DICOM."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def converted(source: Path, target: Path) -> dict[str, tuple[nibabel.Nifti1Image, dict[str, object]]]:
    """Series UID, number of echo and the like → image and sidecar, as dcm2niix converts a folder."""
    target.mkdir(parents=True)
    command = [dcm2niix.bin, "-b", "y", "-z", "n", "-ba", "n", "-f", "%s_%e_%j", "-o", target, source]
    subprocess.run(list(map(str, command)), check=False, capture_output=True)
    found = {}
    for image in sorted(target.glob("*.nii")):
        sidecar = image.with_suffix(".json")
        content = json.loads(sidecar.read_text()) if sidecar.exists() else {}
        found[image.stem] = (nibabel.load(image), content)
    return found


def differences(before: nibabel.Nifti1Image, after: nibabel.Nifti1Image) -> list[str]:
    """What is not the same in two images."""
    fields = ["dim", "pixdim", "datatype", "scl_slope", "scl_inter", "slice_code", "slice_start", "slice_end"]
    fields += [
        "slice_duration",
        "qform_code",
        "sform_code",
        "srow_x",
        "srow_y",
        "srow_z",
        "xyzt_units",
        "dim_info",
    ]
    found = [
        name
        for name in fields
        if not np.array_equal(before.header[name], after.header[name], equal_nan=name.startswith("scl"))
    ]
    if not np.array_equal(np.asanyarray(before.dataobj), np.asanyarray(after.dataobj)):
        found.append("voxels")
    return found
