"""What PS3.6 says of an attribute."""

from functools import cache

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom.datadict import mask_match


@cache
def standard_vr(tag: int) -> str | None:
    """The value representation that PS3.6 gives, ``US or SS`` and the like included; None: it has none."""
    entry = DicomDictionary.get(tag)
    if entry is None and (mask := mask_match(tag)):
        entry = RepeatersDictionary[mask]
    return entry[0] if entry and entry[0] != "NONE" else None
