"""The word of a pixel that is covered: as dark as the image's own darkest, whatever its colours mean."""

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE
from cleanroom.pixeldata.layout import Layout

_COLOURS = ("Red", "Green", "Blue")


def black(original: Dataset, layout: Layout, lowest: float, highest: float) -> NDArray[np.int64]:
    """The word of every sample of a black pixel, (samples,); (4,) where two pixels share their chroma.

    MONOCHROME2 takes the lowest stored value of the instance and MONOCHROME1 the highest, so that neither the
    range of values nor a window made for them changes; PALETTE COLOR takes the darkest entry.

    Parameters
    ----------
    original
        The header with its palette.
    layout
        Of the native words.
    lowest, highest
        Stored values of the instance.

    Raises
    ------
    SetAside
        When the photometric interpretation has no black that is known here.
    """
    half = 1 << (layout.stored - 1)
    dark, none = (1 << layout.stored) >> 4, half
    name = layout.photometric
    if layout.samples == 1 and name in ("MONOCHROME1", "MONOCHROME2"):
        value = highest if name == "MONOCHROME1" else lowest
        return np.asarray(layout.words(np.array([int(value)])))
    if layout.samples == 1 and name == "PALETTE COLOR":
        return np.array([layout.word(_darkest_entry(original, layout))])
    known = {
        "RGB": (0, 0, 0),
        "YBR_FULL": (0, none, none),
        "YBR_FULL_422": (0, 0, none, none),
        "YBR_PARTIAL_422": (dark, dark, none, none),
    }
    if name not in known or layout.samples != 3:
        raise SetAside(f"{name} pixels of {layout.samples} samples cannot be covered")
    return np.array([layout.word(value) for value in known[name]])


def _darkest_entry(original: Dataset, layout: Layout) -> int:
    """The stored value that a palette shows darkest; of several the lowest."""
    low = -(1 << (layout.stored - 1)) if layout.signed else 0
    try:
        table = _table(original, layout)
        entries, first = (int(number) for number in table.RedPaletteColorLookupTableDescriptor[:2])
        if not layout.signed:
            first &= 0xFFFF
        start = max(first, low)
        stop = min(first + (entries & 0xFFFF or 1 << 16), low + (1 << layout.stored))
        values = np.arange(start, stop, dtype=np.int32)
        colours = apply_color_lut(values, table).astype(np.int64)
        return int(values[int(colours[:, :3].sum(axis=1).argmin())])
    except NO_VALUE:
        raise SetAside("its palette cannot be read, so its pixels cannot be covered") from None


def _table(original: Dataset, layout: Layout) -> Dataset:
    """The palette alone, in little endian."""
    table = Dataset()
    table.file_meta = FileMetaDataset()
    table.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    table.PhotometricInterpretation = "PALETTE COLOR"
    for colour in _COLOURS:
        keyword = f"{colour}PaletteColorLookupTable"
        setattr(table, f"{keyword}Descriptor", original[f"{keyword}Descriptor"].value)
        for name in (f"{keyword}Data", f"Segmented{keyword}Data"):
            if name in original:
                data = bytes(original[name].value)
                data = np.frombuffer(data, "u2").byteswap().tobytes() if layout.big_endian else data
                setattr(table, name, data)
    return table
