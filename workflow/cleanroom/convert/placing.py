"""Instances where dcm2niix finds and reads them: links, or private copies of what it would misread."""

from pathlib import Path

from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cleanroom.convert.stacks import part, parts
from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE
from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.layout import Layout, Pixels
from cleanroom.pixeldata.original import PIXELS, Original
from cleanroom.pixeldata.written import PixelValue, write
from cleanroom.source import placed

READ = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
"""Native pixels. Of compressed ones dcm2niix reads some, and where it reads lossy ones its decoder may round
otherwise than ours: all are decoded here, so that the proof is on the values that are released."""


def place(source: tuple[Path, str, str], name: str, folder: Path, scratch: Path) -> None:
    """Put an instance into ``folder/<n>/<name>.dcm``: in one folder what dcm2niix is to read together.

    Parameters
    ----------
    source
        The input folder, the file by its path in the inventory, and its transfer syntax where it names none.
    scratch
        A private folder: what is packed or deflated is unpacked there.

    Raises
    ------
    SetAside
        When its pixel data cannot be decoded.
    """
    root, path, syntax = source
    with Original.opened(root, path, scratch, syntax) as original:
        order = parts(original.header)
        if original.syntax in READ and not _moved(original) and _as_they_are(order):
            placed(root, path, _target(folder, 0, name))
        elif _as_they_are(order):
            _copy(original, _target(folder, 0, name))
        else:
            for number, frames in enumerate(order):
                _copy(original, _target(folder, number, name), frames, number + 1)


def _target(folder: Path, number: int, name: str) -> Path:
    target = folder / str(number)
    target.mkdir(parents=True, exist_ok=True)
    return target / f"{name}.dcm"


def _as_they_are(order: list[list[int]]) -> bool:
    return not order or order == [list(range(len(order[0])))]


def _moved(original: Original) -> bool:
    """Whether the stored values lie above other bits of their words, which dcm2niix reads as theirs."""
    header = original.header
    try:
        return int(header.HighBit) + 1 != int(header.BitsStored)
    except NO_VALUE:
        return False


def _copy(original: Original, target: Path, chosen: list[int] | None = None, number: int = 0) -> None:
    """Write an instance in Explicit VR Little Endian, frame by frame, with the header it came with.

    Parameters
    ----------
    chosen
        The frames to write, in this order; none: all of them.
    number
        Tells the parts of one instance apart.
    """
    header = original.header
    if original.pixels is None or original.pixels.tag != PIXELS:
        write(target, header, ExplicitVRLittleEndian, PixelValue.verbatim(original))
        return
    frames = Frames(original)
    header = part(header, chosen, number) if chosen is not None else header
    for keyword, value in frames.attributes.items():
        if keyword != "NumberOfFrames":
            setattr(header, keyword, value)
    if _moved(original):
        header.HighBit = header.BitsStored - 1
    order = chosen if chosen is not None else list(range(frames.layout.frames))
    if not frames.layout.apart and chosen is not None:
        raise SetAside("its frames cannot be told apart", "re-export the series uncompressed")
    pieces = (_plain(frames.at(at)) for at in order) if chosen is not None else map(_plain, frames)
    vr = "OB" if frames.layout.allocated <= 8 else "OW"
    size = frames.layout.alone(len(order)).size
    write(target, header, ExplicitVRLittleEndian, PixelValue(PIXELS, vr, size, pieces))


def _plain(pixels: Pixels) -> bytes:
    """Words in little endian, the stored value at their lower end, what lies beside it cleared."""
    layout: Layout = pixels.layout
    if layout.allocated == 1:
        return pixels.data()
    values = layout.values(pixels.words)
    data = values.astype(values.dtype.newbyteorder("<"))
    return data.transpose(0, 3, 1, 2).tobytes() if layout.by_plane else data.tobytes()
