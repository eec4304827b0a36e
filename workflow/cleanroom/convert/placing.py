"""Instances where dcm2niix finds and reads them: links, or decoded copies of what it may not read."""

from pathlib import Path

from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.pixeldata.frames import Frames
from cleanroom.pixeldata.original import PIXELS, Original
from cleanroom.pixeldata.written import PixelValue, write
from cleanroom.source import placed
from cleanroom.study import Study

READ = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
"""Native pixels. Of compressed ones dcm2niix reads some, and where it reads lossy ones its decoder may round
otherwise than ours: all are decoded here, so that the proof is on the values that are released."""


def place(study: Study, instance: Instance, target: Path) -> None:
    """Put an instance under a neutral name.

    Raises
    ------
    SetAside
        When its pixel data cannot be decoded.
    """
    if instance.transfer_syntax_uid in READ:
        placed(study.config.input, instance.path, target)
        return
    root, syntax = study.config.input, instance.transfer_syntax_uid
    try:
        with Original.opened(root, instance.path, study.work, syntax) as original:
            decoded_copy(original, target)
    except SetAside as error:
        raise SetAside(f"instance {instance.number}: {error.reason}", error.fix) from None


def decoded_copy(original: Original, target: Path) -> None:
    """Write an instance in Explicit VR Little Endian, frame by frame, with the header it came with."""
    header = original.header
    if original.pixels is None or original.pixels.tag != PIXELS or not original.syntax.is_encapsulated:
        write(target, header, ExplicitVRLittleEndian, PixelValue.verbatim(original))
        return
    frames = Frames(original)
    for keyword, value in frames.attributes.items():
        setattr(header, keyword, value)
    vr = "OB" if frames.layout.allocated <= 8 else "OW"
    pieces = (pixels.data() for pixels in frames)
    write(target, header, ExplicitVRLittleEndian, PixelValue(PIXELS, vr, frames.layout.size, pieces))
