"""The cleaned files as they are read back, and their elements by the key's places."""

import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from exam.fixed import text_of
from exam.patients import CODECS

FIRST_NUMBER = 10000
STEP = re.compile(
    r"(?P<tag>[0-9A-F]{8})(?:\[(?P<item>\d+)\])?|(?P<group>[0-9A-F]{4}):(?P<creator>[^:]*):(?P<element>[0-9A-F]{2})"
)


@dataclass(frozen=True)
class Cleaned:
    """One file that came out."""

    path: Path
    dataset: FileDataset

    def texts(self, place: str) -> list[str]:
        """Values at a place, in whichever item of its sequences; several are joined by a backslash."""
        return [_text(element) for element in self.elements(place)]

    def first(self, place: str) -> str:
        """The value at a place, in just the item that it names; empty when there is none."""
        for element in _walk(self.dataset, list(STEP.finditer(place)), exact=True):
            return _text(element)
        return ""

    def readings(self, place: str) -> list[str]:
        """The same, and bytes without a VR read in every character set that the exam uses."""
        found = self.texts(place)
        for element in self.elements(place):
            if isinstance(element.value, bytes):
                found += [element.value.decode(codec, "ignore") for codec in sorted(CODECS.values())]
        return found

    def elements(self, place: str) -> list[DataElement]:
        """Elements at a place. The number of an item is ignored: items before it may be gone."""
        steps = list(STEP.finditer(place))
        if not steps:
            return []
        first = self.dataset.file_meta if place.startswith("0002") else self.dataset
        return list(_walk(first, steps))

    def header(self) -> bytes:
        """The file's bytes, inflated, without its pixels."""
        content = self.path.read_bytes()
        if self.dataset.file_meta.TransferSyntaxUID.is_deflated:
            end = 144 + int(self.dataset.file_meta[0x00020000].value)
            content = content[:end] + zlib.decompress(content[end:], -zlib.MAX_WBITS)
        pixels = self.dataset.get("PixelData") or b""
        return content.replace(pixels, b"") if len(pixels) > 1000 else content


def read(folder: Path) -> dict[str, Cleaned]:
    """Cleaned files by the number of the generated file.

    The Instance Number says which it was: the generator gives every file its own, the standard lists no such
    attribute, and no profile may change a number that counts instances. The fraction of Instance Creation
    Time says it again.
    """
    found = {}
    for path in sorted(folder.rglob("*.dcm")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path)
            number = int(dataset.get("InstanceNumber") or 0) - FIRST_NUMBER
            if number <= 0:
                number = int(str(dataset.get("InstanceCreationTime") or "").partition(".")[2] or 0)
        found[f"{number:04d}"] = Cleaned(path, dataset)
    return found


def _walk(dataset: Dataset, steps: list[re.Match[str]], exact: bool = False) -> Iterator[DataElement]:
    element = _element(dataset, steps[0])
    if element is None:
        return
    if len(steps) == 1:
        yield element
    elif isinstance(element.value, Sequence):
        start = int(steps[0]["item"] or 0)
        for item in element.value[start : start + 1] if exact else element.value:
            yield from _walk(item, steps[1:], exact)
    elif element.VR == "UN":
        yield element


def _element(dataset: Dataset, step: re.Match[str]) -> DataElement | None:
    if step["tag"]:
        tag = int(step["tag"], 16)
        found: DataElement | None = dataset.get(tag)
        return found
    try:
        return dataset.private_block(int(step["group"], 16), step["creator"])[int(step["element"], 16)]
    except KeyError:
        return None


def _text(element: DataElement) -> str:
    if isinstance(element.value, bytes):
        return element.value.decode("latin-1").strip("\0 ")
    if isinstance(element.value, Sequence):
        return "\n".join(str(item) for item in element.value) or ""
    return text_of("" if element.value is None else element.value).strip()
