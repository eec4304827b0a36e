"""A picture written anew from its pixels: nothing of the old file can come along."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from cleanroom.errors import SetAside
from cleanroom.files.picture import Picture, Pixels, decoded

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "BMP": "bmp", "GIF": "gif", "WEBP": "webp"}
_BEHIND = {"JPEG": ["PNG"], "PNG": ["PNG"], "TIFF": ["TIFF"], "BMP": ["BMP", "PNG"], "GIF": ["GIF", "PNG"]}
"""What a format becomes: the first that gives every pixel back."""


def written(picture: Picture) -> tuple[str, bytes]:
    """The name's extension and the bytes: the same format where it gives every pixel back, else PNG."""
    for sort in _BEHIND.get(picture.format, [picture.format, "PNG"]):
        try:
            data = _WRITERS[sort](picture)
        except (OSError, ValueError):
            continue
        if same(decoded(data).frames, picture.frames):
            return EXTENSIONS[sort], data
    raise SetAside("a picture that cannot be written without loss", "save it as PNG, or leave it out")


def same(one: list[Pixels], other: list[Pixels]) -> bool:
    """Whether two pictures show the same, pixel for pixel; opaque pixels are pixels without transparency."""
    return len(one) == len(other) and all(
        np.array_equal(plain(a), plain(b)) for a, b in zip(one, other, strict=True)
    )


def plain(frame: Pixels) -> Pixels:
    """A frame in the fewest channels that show the same."""
    if frame.ndim == 3 and frame.shape[2] in (2, 4) and bool((frame[:, :, -1] == 255).all()):
        frame = frame[:, :, :-1]
    if frame.ndim == 3 and frame.shape[2] == 1:
        frame = frame[:, :, 0]
    if frame.ndim == 3 and frame.shape[2] == 3 and bool((frame == frame[:, :, :1]).all()):
        frame = frame[:, :, 0]
    return frame


def _image(frame: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(frame))


def _png(picture: Picture) -> bytes:
    first, *rest = (_image(frame) for frame in picture.frames)
    film = {"save_all": True, "append_images": rest, "duration": picture.durations, "loop": 0} if rest else {}
    return _saved(first, "PNG", icc_profile=picture.profile, **film)


def _tiff(picture: Picture) -> bytes:
    first, *rest = (_image(frame) for frame in picture.frames)
    more = {"icc_profile": picture.profile} if picture.profile else {}
    return _saved(first, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=rest, **more)


def _bmp(picture: Picture) -> bytes:
    return _saved(_image(picture.frames[0]), "BMP")


def _webp(picture: Picture) -> bytes:
    first, *rest = (_image(frame) for frame in picture.frames)
    film = {"save_all": True, "append_images": rest, "duration": picture.durations, "loop": 0} if rest else {}
    more = {"icc_profile": picture.profile} if picture.profile else {}
    return _saved(first, "WEBP", lossless=True, exact=True, quality=80, method=4, **film, **more)


def _gif(picture: Picture) -> bytes:
    first, *rest = (_indexed(frame) for frame in picture.frames)
    film = {"save_all": True, "append_images": rest, "duration": picture.durations, "loop": 0} if rest else {}
    return _saved(first, "GIF", optimize=False, disposal=2 if rest else 0, **film)


def _indexed(frame: Pixels) -> Image.Image:
    """A frame with a palette of its own colours, the transparent one first."""
    four = np.array(_image(frame).convert("RGBA"), np.uint8).reshape(-1, 4)
    if not np.isin(four[:, 3], (0, 255)).all():
        raise ValueError("half transparent")
    four[four[:, 3] == 0] = 0
    colours, places = np.unique(four, axis=0, return_inverse=True)
    if len(colours) > 256:
        raise ValueError("too many colours")
    image = Image.fromarray(places.reshape(frame.shape[:2]).astype(np.uint8))
    made = Image.frombytes("P", image.size, image.tobytes())
    made.putpalette(colours[:, :3].tobytes())
    if not colours[:, 3].all():
        made.info["transparency"] = int(np.flatnonzero(colours[:, 3] == 0)[0])
    return made


def _saved(image: Image.Image, sort: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, sort, **options)
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[Picture], bytes]] = {
    "PNG": _png,
    "TIFF": _tiff,
    "BMP": _bmp,
    "GIF": _gif,
    "WEBP": _webp,
}
