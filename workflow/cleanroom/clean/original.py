"""One original instance: read up to its pixels, cleaned, or set aside with a reason that names nobody."""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pydicom
from pydicom import config as pydicom_config
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from cleanroom.clean.header import clean_header
from cleanroom.clean.marks import mark
from cleanroom.clean.rules import SOP_CLASS, Rules
from cleanroom.clean.values import Values
from cleanroom.errors import SetAside
from cleanroom.header.elements import value_of
from cleanroom.header.legality import UNDEFINED
from cleanroom.header.reader import Unusual, read_quickly

SOP_INSTANCE = 0x00080018
DOCUMENT = 0x00420011
_DOCUMENTS = b"1.2.840.10008.5.1.4.1.1.104."
_NEEDED = {
    SOP_INSTANCE: "SOP Instance UID",
    0x0020000D: "Study Instance UID",
    0x0020000E: "Series Instance UID",
}


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """No warning repeats a value: pydicom checks nothing on reading, as the cleaner does."""
    settings = pydicom_config.settings
    before = settings.reading_validation_mode
    settings.reading_validation_mode = pydicom_config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        settings.reading_validation_mode = before


def read_header(file: BinaryIO) -> Dataset:
    """The elements before the pixels; the file is left at the pixel element.

    Raises
    ------
    SetAside
        When it is not a DICOM instance.
    """
    try:
        return read_quickly(file)
    except Unusual:
        file.seek(0)
    try:
        return pydicom.dcmread(file, stop_before_pixels=True, force=True)
    except Exception as error:
        raise SetAside(f"it cannot be read as DICOM ({type(error).__name__})") from None


def leave_document(original: Dataset) -> None:
    """Take the document out of the header of an encapsulated one: like pixels, it is another step's.

    One in which the file ends stays, so that the instance is refused.
    """
    element = original.get_item(DOCUMENT) if DOCUMENT in original else None
    kind = value_of(original.get_item(SOP_CLASS), "UI") if SOP_CLASS in original else b""
    whole = isinstance(element, RawDataElement) and element.length == len(element.value or b"")
    if whole and kind.startswith(_DOCUMENTS):
        del original[DOCUMENT]


def clean_original(original: Dataset, rules: Rules, values: Values) -> tuple[Dataset, Counter[str]]:
    """The cleaned and marked header of one instance, and how often each action was taken.

    Raises
    ------
    SetAside
        For every failure, with a reason that holds no value of the header.
    """
    _refuse_cut(original)
    try:
        header, counts = clean_header(original, rules, values)
        for tag, name in _NEEDED.items():
            if tag not in header or not header.get_item(tag).value:
                raise SetAside(f"it has no {name}")
        mark(header, rules.profile)
    except SetAside:
        raise
    except (Exception, RecursionError) as error:
        raise SetAside(f"its header cannot be cleaned ({type(error).__name__})") from None
    return header, counts


def _refuse_cut(original: Dataset) -> None:
    """Whatever becomes of the element in which the file ends: what follows it is missing."""
    for tag, element in original.items():
        if isinstance(element, RawDataElement) and element.length not in (
            UNDEFINED,
            len(element.value or b""),
        ):
            reason = f"the file ends inside {tag} {keyword_for_tag(tag)}"
            raise SetAside(reason, "export it again: it is not whole")
