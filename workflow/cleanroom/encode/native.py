"""Native pixel data: the original's own, or its compressed ones decoded once."""

import copy

from pydicom import Dataset
from pydicom.pixels.utils import decompress
from pydicom.uid import UID

from cleanroom.errors import SetAside

_IMAGE_PIXEL = 0x0028


def public_syntax(original: Dataset) -> UID:
    """The transfer syntax of an original.

    Raises
    ------
    SetAside
        When it is not one of the standard.
    """
    syntax = UID(original.file_meta.TransferSyntaxUID)
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise SetAside(f"{syntax} is not a public transfer syntax", "re-export the series uncompressed")
    return syntax


def native(original: Dataset) -> Dataset:
    """An instance with native pixel data: as it is, or its image pixel attributes with decoded ones.

    YBR colours of compressed pixels become RGB, as every viewer shows them.

    Raises
    ------
    SetAside
        When no installed codec reads the pixel data.
    """
    syntax = public_syntax(original)
    if "PixelData" not in original:
        raise SetAside("pixels that are no integers cannot be covered")
    if not syntax.is_encapsulated:
        return original
    if original.BitsAllocated == 1:
        raise SetAside("compressed pixels of one bit cannot be covered", "re-export the series uncompressed")
    source = Dataset()
    for element in original.group_dataset(_IMAGE_PIXEL):
        source.add(copy.copy(element))
    source.add(copy.copy(original["PixelData"]))
    source.file_meta = copy.deepcopy(original.file_meta)
    source.set_original_encoding(is_implicit_vr=False, is_little_endian=True, character_encoding="iso8859")
    try:
        decompress(source, as_rgb=True, generate_instance_uid=False, correct_unused_bits=False)
    except Exception as error:  # codecs raise their own kinds
        raise SetAside(
            f"pixel data in transfer syntax {syntax} cannot be decoded ({type(error).__name__})",
            "re-export the series uncompressed",
        ) from error
    return source
