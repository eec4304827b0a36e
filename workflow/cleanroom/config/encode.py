"""Back into DICOM."""

from typing import Literal

from pydantic import Field

from cleanroom.config.section import Section


class Encode(Section):
    """Back into DICOM."""

    transfer_syntax: Literal["same", "explicit", "rle", "jpeg-ls", "jpeg-2000", "htj2k", "jpeg-xl"] = Field(
        "same",
        description="how instances are written whose pixels change, always without loss: `same` as they came "
        "where that can be written, else Explicit VR Little Endian (`explicit`); `rle`, `jpeg-ls`, "
        "`jpeg-2000`, `htj2k`, `jpeg-xl`. All others keep their bytes",
    )
