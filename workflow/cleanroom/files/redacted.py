"""A picture without its words: bit for bit where nothing had to be covered, else decoded once."""

from dataclasses import dataclass, field

from cleanroom.files.covering import Beat, covered
from cleanroom.files.jpeg import NotStrippable, stripped
from cleanroom.files.picture import Picture, Pixels, decoded
from cleanroom.files.written import EXTENSIONS, same, written
from cleanroom.reading import Box, Reader
from cleanroom.reading.goes import Goes


@dataclass(frozen=True)
class Redacted:
    """A cleaned file, before the gate has seen it."""

    data: bytes
    extension: str
    how: str
    """What was done, for the record."""
    boxes: list[list[Box]] = field(default_factory=list)
    """Covered, by frame or page."""

    @property
    def covered(self) -> int:
        """How many boxes there are."""
        return sum(map(len, self.boxes))


def cleaned_picture(data: bytes, reader: Reader | None, goes: Goes, beat: Beat) -> Redacted:
    """Cover the words of a picture and leave everything behind that is not pixels.

    Parameters
    ----------
    reader
        None: words stay, and only what is not pixels goes.
    goes
        Which words go.
    beat
        Called after every frame.

    Raises
    ------
    SetAside
        When it cannot be decoded, cleaned or written without loss.
    """
    picture = decoded(data)
    frames: list[Pixels] = []
    boxes: list[list[Box]] = []
    for frame in picture.frames:
        done, filled = covered(frame, reader, goes) if reader else (frame, [])
        frames.append(done)
        boxes.append(filled)
        beat()
    if picture.format == "JPEG" and not any(boxes) and (kept := _kept(data, picture)):
        return Redacted(kept, EXTENSIONS["JPEG"], "metadata removed, the picture kept bit for bit", boxes)
    extension, new = written(picture.showing(frames))
    return Redacted(new, extension, _told(picture, extension, any(boxes)), boxes)


def _kept(data: bytes, picture: Picture) -> bytes | None:
    """The JPEG with its compressed data as they are; None when that would show something else."""
    if picture.turned:
        return None
    try:
        kept = stripped(data, picture.profile)
    except NotStrippable:
        return None
    return kept if same(decoded(kept).frames, picture.frames) else None


def _told(picture: Picture, extension: str, words: bool) -> str:
    what = "words covered" if words else "written anew from its pixels"
    turned = ", turned upright" if picture.turned else ""
    other = f", as {extension.upper()}" if extension != EXTENSIONS[picture.format] else ""
    return what + turned + other
