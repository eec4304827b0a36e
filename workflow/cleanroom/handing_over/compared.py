"""What differs between two releases: files by their manifests, then header elements and pixels."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

from cleanroom.handing_over import listing
from cleanroom.pixeldata import codecs

codecs.complete()

MOST = 40


@dataclass
class Compared:
    """What was found.

    Attributes
    ----------
    same
        Files that are equal, byte for byte.
    only
        ``first`` or ``second`` → series, or path where there is none → files that only that one has.
    differ
        Path → what differs: elements, and pixels.
    elements
        Element → in how many files it differs.
    """

    same: int = 0
    only: dict[str, Counter[str]] = field(default_factory=lambda: {"first": Counter(), "second": Counter()})
    differ: dict[str, str] = field(default_factory=dict)
    elements: Counter[str] = field(default_factory=Counter)

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.differ or any(self.only.values()))

    def lines(self) -> Iterator[str]:
        """What to tell; no value of any element."""
        yield f"{self.same:,} files are equal"
        for which, groups in self.only.items():
            if groups:
                yield f"{sum(groups.values()):,} files only in the {which}"
            yield from (f"  {name}: {count:,}" for name, count in sorted(groups.items())[:MOST])
        if self.differ:
            yield f"{len(self.differ):,} files differ"
        yield from (f"  {path}: {what}" for path, what in list(self.differ.items())[:MOST])
        if self.elements:
            yield "elements that differ, and in how many files:"
        yield from (f"  {element}: {count:,}" for element, count in self.elements.most_common(MOST))


def compare(first: Path, second: Path) -> Compared:
    """Compare two releases, file by file of the same path."""
    roots = [listing.root(folder) for folder in (first, second)]
    rows = [{row.path: row for row in listing.read(root)} for root in roots]
    found = Compared()
    for which, mine, other in (("first", rows[0], rows[1]), ("second", rows[1], rows[0])):
        alone = [mine[path] for path in sorted(mine.keys() - other.keys())]
        found.only[which] = Counter(row.row.get("series") or row.path for row in alone)
    for path in sorted(rows[0].keys() & rows[1].keys()):
        if rows[0][path].sha256 == rows[1][path].sha256:
            found.same += 1
            continue
        if not rows[0][path].inside:
            continue
        files = [root / path for root in roots]
        dicom = rows[0][path].row.get("kind") == "dicom"
        elements, pixels = _differences(*files) if dicom and all(map(Path.is_file, files)) else ([], "")
        found.elements.update(elements)
        told = f"{len(elements)} elements" if elements else ""
        found.differ[path] = "; ".join(filter(None, [told, pixels])) or "other bytes"
    return found


def _differences(first: Path, second: Path) -> tuple[list[str], str]:
    one, two = (pydicom.dcmread(path, force=True) for path in (first, second))
    names = sorted(set(_elements(one.file_meta, one, two.file_meta, two)))
    return names, _pixels(one, two)


def _elements(*parts: Dataset) -> Iterator[str]:
    meta, data, other_meta, other_data = parts
    for mine, other in ((meta, other_meta), (data, other_data)):
        for tag in sorted(set(mine.keys()) | set(other.keys())):
            if tag == 0x7FE00010:
                continue
            if tag not in mine or tag not in other or mine[tag] != other[tag]:
                yield f"({tag >> 16:04X},{tag & 0xFFFF:04X}) {keyword_for_tag(tag)}".rstrip()


def _pixels(one: Dataset, two: Dataset) -> str:
    if ("PixelData" in one) != ("PixelData" in two):
        return "pixels only in one"
    if "PixelData" not in one or one.PixelData == two.PixelData:
        return ""
    arrays = [_decoded(data) for data in (one, two)]
    if arrays[0] is None or arrays[1] is None:
        return "other pixel bytes, which cannot be decoded"
    if arrays[0].shape != arrays[1].shape:
        return "another size of the pixels"
    count = int(np.count_nonzero(arrays[0] != arrays[1]))
    return f"{count:,} of {arrays[0].size:,} pixel values" if count else "the same pixels in other bytes"


def _decoded(data: Dataset) -> NDArray[np.generic] | None:
    try:
        return np.asarray(pixel_array(data, raw=True))
    except (AttributeError, ValueError, RuntimeError, NotImplementedError, KeyError):
        return None
