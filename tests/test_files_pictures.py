"""A picture keeps its pixels and loses everything else."""

import io
import re

import hiding
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cleanroom.errors import SetAside
from cleanroom.files.redacted import Redacted, cleaned_picture
from cleanroom.files.structure import Foreign, rest
from cleanroom.reading import Box, Word
from cleanroom.reading.goes import everything


class Told:
    """A reader that has been told where words stand."""

    def __init__(self, *boxes: Box) -> None:
        self._boxes = boxes

    def __call__(self, image: NDArray[np.uint8]) -> list[Word]:
        """A word in every box that is not black yet."""
        return [
            Word("word", 1.0, (left, top, right, bottom))
            for left, top, right, bottom in self._boxes
            if image[top:bottom, left:right].any()
        ]


def cleaned(data: bytes, *boxes: Box) -> Redacted:
    """Clean with words in these places."""
    return cleaned_picture(data, Told(*boxes), everything, lambda: None)


@pytest.mark.parametrize("sort", hiding.PICTURES)
def test_nothing_but_pixels_is_left(sort: str) -> None:
    data = hiding.PICTURES[sort]()
    assert hiding.told(data)
    done = cleaned(data)
    assert done.extension == sort
    assert not hiding.told(done.data)
    assert b"ttilie" not in rest(done.data, sort)
    for before, after in zip(hiding.pixels(data), hiding.pixels(done.data), strict=True):
        assert np.array_equal(before, after)


@pytest.mark.parametrize("sort", hiding.PICTURES)
def test_the_same_picture_gives_the_same_bytes(sort: str) -> None:
    data = hiding.PICTURES[sort]()
    assert cleaned(data).data == cleaned(data).data


@pytest.mark.parametrize("sort", hiding.PICTURES)
def test_the_gate_refuses_what_was_not_cleaned(sort: str) -> None:
    with pytest.raises(Foreign):
        if hiding.SECRET.encode() in rest(hiding.PICTURES[sort](), sort):
            raise Foreign("a name")


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 2}])
def test_a_jpeg_without_words_keeps_its_compressed_data(options: dict[str, object]) -> None:
    data = hiding.jpeg(**options)
    done = cleaned(data).data
    scans = re.compile(rb"\xff\xda.*?(?=\xff[^\x00\xd0-\xd7])", re.S)
    first_end = data.index(b"\xff\xd9" + hiding.SAID.encode())
    assert scans.findall(done) == scans.findall(data[: first_end + 2])
    assert Image.open(io.BytesIO(done)).getexif() == {}


def test_a_jpeg_with_words_becomes_a_png() -> None:
    done = cleaned(hiding.jpeg(), (30, 16, 200, 50))
    assert done.extension == "png"
    (before,), (after,) = hiding.pixels(hiding.jpeg()), hiding.pixels(done.data)
    assert not after[16:50, 30:200, :3].any()
    assert np.array_equal(before[70:], after[70:])


def test_a_jpeg_that_lies_on_its_side_is_turned_upright() -> None:
    done = cleaned(hiding.jpeg(orientation=6))
    assert done.extension == "png"
    assert "turned upright" in done.how
    assert Image.open(io.BytesIO(done.data)).size == (240, 320)


def test_every_page_of_a_tiff_stays_with_16_bits() -> None:
    ramp = np.arange(240 * 320, dtype=np.uint16).reshape(240, 320)
    data = hiding.tiff(*(Image.fromarray(ramp + n) for n in range(3)))
    done = cleaned(data, (10, 10, 50, 30))
    assert not hiding.told(done.data)
    with Image.open(io.BytesIO(done.data)) as image:
        assert image.n_frames == 3
        image.seek(2)
        after = np.asarray(image)
    assert after.dtype == np.uint16
    assert np.array_equal(after[60:], (ramp + 2)[60:])
    assert not after[10:30, 10:50].any()


def test_a_film_keeps_its_frames_and_loses_what_covered_words() -> None:
    films = hiding.gif(hiding.drawing(), hiding.with_words("one"), hiding.with_words("two"))
    done = cleaned(films, (25, 10, 150, 50))
    assert done.extension == "gif"
    assert not hiding.told(done.data)
    before, after = hiding.pixels(films), hiding.pixels(done.data)
    assert np.array_equal(before[-1][60:], after[-1][60:])
    assert not after[-1][10:50, 25:150, :3].any()


def test_a_picture_of_too_many_pixels_is_not_decoded() -> None:
    huge = hiding.png(Image.new("1", (50_000, 50_000)))
    with pytest.raises(SetAside, match="too many pixels"):
        cleaned(huge)


@pytest.mark.parametrize("sort", hiding.PICTURES)
def test_a_picture_that_ends_early_is_set_aside(sort: str) -> None:
    data = hiding.PICTURES[sort]()
    with pytest.raises(SetAside):
        cleaned(data[: len(data) // 8])
    with pytest.raises(SetAside):
        cleaned(b"")


def test_colours_that_would_lose_bits_are_set_aside() -> None:
    cmyk = io.BytesIO()
    hiding.drawing().convert("CMYK").save(cmyk, "TIFF")
    with pytest.raises(SetAside, match="CMYK"):
        cleaned(cmyk.getvalue())
