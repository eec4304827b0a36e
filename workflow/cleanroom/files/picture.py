"""A decoded picture: every frame as an array, upright, and nothing else of the file but its colours."""

import io
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cleanroom.clean import icc
from cleanroom.errors import SetAside

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP")
MOST_PIXELS = 64_000_000
MOST_PIXELS_IN_ALL = 400_000_000
MOST_FRAMES = 1000
_ORIENTATION = 0x0112
_BITS = 258
_TOO_LARGE = "leave it out of the delivery, or put a smaller copy into the input"
_OTHER_FIX = "save it as an 8 bit RGB or grey PNG, or leave it out"
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True)
class Picture:
    """What a picture shows."""

    format: str
    frames: list[Pixels]
    durations: list[int]
    """Milliseconds by frame; empty when it does not move."""
    profile: bytes | None = None
    """Its ICC profile, cleaned."""
    turned: bool = False
    """Whether its orientation was applied: the stored pixels lie otherwise."""

    def showing(self, frames: list[Pixels]) -> "Picture":
        """The same picture with other pixels."""
        return replace(self, frames=frames)


def decoded(data: bytes) -> Picture:
    """Decode a picture.

    Raises
    ------
    SetAside
        When it is broken, too large, or of a kind that cannot be written again without loss.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _picture(image, data)
    except Image.DecompressionBombError:
        raise SetAside("a picture of too many pixels", _TOO_LARGE) from None
    except UnidentifiedImageError:
        raise SetAside("a picture that cannot be read", "export it again, or leave it out") from None
    except (SetAside, MemoryError):
        raise
    except Exception as error:  # a broken picture can raise nearly anything in Pillow
        reason = f"a picture that is broken ({type(error).__name__})"
        raise SetAside(reason, "export it again, or leave it out") from None


def _picture(image: Any, data: bytes) -> Picture:
    sort = "JPEG" if image.format == "MPO" else str(image.format)
    count = 1 if sort == "JPEG" else int(getattr(image, "n_frames", 1))
    _check_size(image.size, count)
    if sort == "PNG" and data[24] == 16 and data[25] != 0:
        raise SetAside("a colour picture of 16 bits a channel", _OTHER_FIX)
    frames, durations, turned = [], [], False
    total = 0
    for number in range(count):
        image.seek(number)
        total += image.size[0] * image.size[1]
        _check_size(image.size, 1)
        if total > MOST_PIXELS_IN_ALL:
            raise SetAside("a picture of too many pixels", _TOO_LARGE)
        turned = turned or (sort != "TIFF" and image.getexif().get(_ORIENTATION, 1) != 1)
        frames.append(_array(image, sort))
        durations.append(int(image.info.get("duration", 0) or 0))
    moves = sort in ("GIF", "WEBP", "PNG") and count > 1
    profile = icc.cleaned(image.info["icc_profile"]) if image.info.get("icc_profile") else None
    found = Picture(sort, _alike(frames) if moves else frames, durations if moves else [], profile, turned)
    return _merged(found) if moves else found


def _check_size(size: tuple[int, int], count: int) -> None:
    if size[0] * size[1] > MOST_PIXELS or size[0] * size[1] * count > MOST_PIXELS_IN_ALL:
        raise SetAside("a picture of too many pixels", _TOO_LARGE)
    if count > MOST_FRAMES:
        raise SetAside(f"a picture of more than {MOST_FRAMES} frames", _TOO_LARGE)


def _array(image: Any, sort: str) -> Pixels:
    if sort == "TIFF" and not image.mode.startswith("I;16") and max(image.tag_v2.get(_BITS, (1,))) > 8:
        raise SetAside("a picture of more than 8 bits that is not 16 bit grey", _OTHER_FIX)
    frame = ImageOps.exif_transpose(image)
    if frame.mode.startswith("I;16"):
        return np.asarray(frame, np.uint16)
    clear = "transparency" in frame.info
    if frame.mode in ("P", "PA"):
        frame = frame.convert("RGBA" if clear or frame.mode == "PA" else "RGB")
    elif frame.mode in ("L", "RGB") and clear:
        frame = frame.convert("RGBA")
    elif frame.mode in ("1", "YCbCr"):
        frame = frame.convert("L" if frame.mode == "1" else "RGB")
    if frame.mode not in ("L", "LA", "RGB", "RGBA"):
        raise SetAside(f"a picture of the colour kind {frame.mode}", _OTHER_FIX)
    return np.asarray(frame, np.uint8)


def _alike(frames: list[Pixels]) -> list[Pixels]:
    """Frames of one film, all with the same channels."""
    if len({frame.shape for frame in frames}) == 1:
        return frames
    return [np.asarray(Image.fromarray(frame).convert("RGBA"), np.uint8) for frame in frames]


def _merged(film: Picture) -> Picture:
    """A film without repeated frames: what repeats is shown for longer."""
    frames, durations = film.frames[:1], film.durations[:1]
    for frame, duration in zip(film.frames[1:], film.durations[1:], strict=True):
        if np.array_equal(frame, frames[-1]):
            durations[-1] += duration
        else:
            frames.append(frame)
            durations.append(duration)
    return replace(film, frames=frames, durations=durations)
