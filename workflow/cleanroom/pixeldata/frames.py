"""The frames of an instance as native words, one after the other, compressed ones decoded."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import ExplicitVRLittleEndian

from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE
from cleanroom.pixeldata.fragments import Span, frame_spans
from cleanroom.pixeldata.layout import Layout, Pixels
from cleanroom.pixeldata.original import ENDS_INSIDE, Original
from cleanroom.pixeldata.streams import size

_IN_MEMORY = 1 << 25
"""Bytes: smaller pixel data are read or decoded once."""
_IMAGE_PIXEL = 0x0028
_DECODED = ("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames")
"""What may be another thing once compressed pixels are decoded."""
_FIX = "re-export the series uncompressed"


class Frames:
    """The frames of one instance.

    YBR colours of compressed pixels become RGB, as every viewer shows them.

    Parameters
    ----------
    original
        The instance.

    Raises
    ------
    SetAside
        When its attributes do not say how the pixels lie, or no codec reads them.

    Attributes
    ----------
    layout
        Of native words.
    attributes
        What the pixel data are once decoded, by keyword; empty when they are native.
    """

    def __init__(self, original: Original) -> None:
        self._original = original
        self._kept: list[Pixels] = []
        self.attributes: dict[str, Any] = {}
        self.encapsulated = original.pixels is not None and original.syntax.is_encapsulated
        if self.encapsulated:
            self._compressed()
        else:
            self.layout = Layout.of(original)
            assert original.pixels is not None
            if original.pixels.length is None or original.pixels.length < self.layout.size:
                raise SetAside(ENDS_INSIDE, "export it again: it is not whole")

    def _compressed(self) -> None:
        header = self._original.header
        if header.get("BitsAllocated") == 1:
            raise SetAside("compressed pixels of one bit cannot be covered", _FIX)
        try:
            count = int(header.get("NumberOfFrames") or 1)
        except NO_VALUE:
            raise SetAside("its header does not say how its pixels lie") from None
        self._spans = frame_spans(self._original, count)
        self._options = _options(header)
        first, said = self._decoded(self._spans[0])
        source = Dataset()
        for tag in header.group_dataset(_IMAGE_PIXEL).keys():  # noqa: SIM118 - none is read that is not asked for
            source[tag] = copy.copy(header.get_item(tag))
        source.PhotometricInterpretation = str(said["photometric_interpretation"])
        source.BitsAllocated = first.dtype.itemsize * 8
        if source.BitsAllocated != header.BitsAllocated:
            raise SetAside("its compressed pixels are wider or narrower than its header says", _FIX)
        if source.SamplesPerPixel > 1:
            source.PlanarConfiguration = 0
        self.layout = Layout.of(
            Original(source, ExplicitVRLittleEndian, self._original.pixels, self._original.file)
        )
        self.attributes = {name: source[name].value for name in _DECODED if name in source}

    def _decoded(self, spans: list[Span]) -> tuple[NDArray[Any], dict[str, Any]]:
        stream = b"".join(bytes(self._original.read(*span)) for span in spans)
        syntax, said = self._original.syntax, size(stream)
        if said is not None and said != (self._options["rows"], self._options["columns"]):
            raise SetAside("a compressed frame is of another size than its header says", _FIX)
        try:
            return get_decoder(syntax).as_array(encapsulate([stream], has_bot=False), **self._options)
        except Exception as error:  # codecs raise their own kinds
            raise SetAside(
                f"a frame in {syntax.name} ({syntax}) cannot be decoded ({type(error).__name__})", _FIX
            ) from error

    def __iter__(self) -> Iterator[Pixels]:
        """Its frames, mostly one at a time, in their order; each may be changed.

        What follows the last word is the tail of the last.
        """
        if self._kept:
            yield from self._kept
            return
        keep = self.layout.size <= _IN_MEMORY
        for pixels in self._read():
            if keep:
                self._kept.append(pixels)
            yield pixels

    def at(self, number: int) -> Pixels:
        """One frame, numbered from 0, of frames that lie byte by byte."""
        single = self.layout.alone(1)
        if self.encapsulated:
            return self._single(self._spans[number])
        assert self._original.pixels is not None
        return Pixels(
            single, self._original.read(self._original.pixels.start + number * single.size, single.size)
        )

    def forget(self) -> None:
        """Read anew the next time: what was changed is lost."""
        self._kept.clear()

    def _single(self, spans: list[Span]) -> Pixels:
        single = self.layout.alone(1)
        values, _ = self._decoded(spans)
        if values.size * values.dtype.itemsize != single.size:
            raise SetAside("a compressed frame is of another size than its header says", _FIX)
        words = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        return Pixels(single, bytearray(words.tobytes()))

    def _read(self) -> Iterator[Pixels]:
        if self.encapsulated:
            yield from map(self._single, self._spans)
            return
        assert self._original.pixels is not None
        assert self._original.pixels.length is not None
        start, length = self._original.pixels.start, self._original.pixels.length
        if not self.layout.apart or self.layout.frames == 1:
            yield Pixels(self.layout, self._original.read(start, length))
            return
        single = self.layout.alone(1)
        for at in range(self.layout.frames - 1):
            yield Pixels(single, self._original.read(start + at * single.size, single.size))
        done = (self.layout.frames - 1) * single.size
        yield Pixels(single, self._original.read(start + done, length - done))


def _options(header: Dataset) -> dict[str, Any]:
    """What pydicom's decoders are told about one frame."""
    try:
        options: dict[str, Any] = {
            "rows": int(header.Rows),
            "columns": int(header.Columns),
            "number_of_frames": 1,
            "samples_per_pixel": int(header.SamplesPerPixel),
            "photometric_interpretation": str(header.PhotometricInterpretation).strip(),
            "bits_allocated": int(header.BitsAllocated),
            "bits_stored": int(header.BitsStored),
            "pixel_representation": int(header.PixelRepresentation),
            "pixel_keyword": "PixelData",
            "as_rgb": True,
            "correct_unused_bits": False,
        }
        if options["samples_per_pixel"] > 1:
            options["planar_configuration"] = int(header.get("PlanarConfiguration") or 0)
    except NO_VALUE:
        raise SetAside("its header does not say how its pixels lie") from None
    return options
