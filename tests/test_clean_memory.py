"""What the walk remembers of earlier files changes nothing: not their order, nor whether there were any."""

import io
from functools import cache
from pathlib import Path

import pytest
from cleaning import CT, SINFONIA, instance, read, values_for, written
from hypothesis import given, settings
from hypothesis import strategies as st
from private_cleaning import is_dicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.values import Values
from cleanroom.errors import SetAside
from cleanroom.header.encoding import Encoding

EXPLICIT = "1.2.840.10008.1.2.1"


def odd(number: int) -> Dataset:
    """An instance that differs from its neighbours in what the walk has to heed."""
    header = instance(CT)
    header.SOPInstanceUID = f"1.2.3.4.{number}"
    header.PatientName, header.PatientID = "Muster^Erika", "4711-0815"
    header.StudyDescription = "Kopf of Erika Muster"
    header.PixelSpacing = [0.5, 0.5]
    item = Dataset()
    item.SeriesDescription = "Erika"
    item.add_new(0x00281101, "US", [256, 0xFFFF, 16])
    header.ReferencedImageSequence = [item]
    block = header.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    return header


def files() -> list[bytes]:
    """One patient's: plain, signed, other character sets and encodings, another ID, and one that is cut."""
    headers = [odd(number) for number in range(7)]
    headers[1].PixelRepresentation = 1
    headers[2].SpecificCharacterSet = "ISO_IR 100"
    headers[2].StudyDescription = "Schädel of Erika Muster"
    headers[3].SpecificCharacterSet = "ISO_IR 144"
    headers[3].add_new(0x00081030, "LO", b"Sch\xe4del of Erika Muster")
    headers[4].PatientID = "4711-0816"
    headers[5].SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    syntaxes = [EXPLICIT, EXPLICIT, EXPLICIT, EXPLICIT, ImplicitVRLittleEndian, ExplicitVRBigEndian, EXPLICIT]
    made = [written(header, syntax) for header, syntax in zip(headers, syntaxes, strict=True)]
    short = b"\x28\0\x30\0DS\x08\0"
    assert made[6].count(short) == 1
    cut = made[6].index(short)
    made[6] = made[6][:cut] + b"\x28\0\x30\0DS\x10\0" + made[6][cut + 8 : cut + 16]
    return made


FILES = files()


def values() -> Values:
    """Those of the study, without memory."""
    return values_for(read_header(io.BytesIO(FILES[0])), SINFONIA)


def result(content: bytes, study: Values) -> bytes:
    """What becomes of a file: the bytes of its header, or the reason."""
    with quiet_pydicom():
        try:
            header, _ = clean_original(read_header(io.BytesIO(content)), SINFONIA, study)
        except SetAside as failure:
            return failure.reason.encode()
        return Encoding(EXPLICIT).encoded(header)


@cache
def alone(number: int) -> bytes:
    """What becomes of a file without any other before it."""
    return result(FILES[number], values())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, len(FILES) - 1), min_size=2, max_size=12))
def test_odd_files_in_any_order_give_the_same_bytes(order: list[int]) -> None:
    study = values()
    for number in order:
        assert result(FILES[number], study) == alone(number)


def test_a_cut_file_is_set_aside_although_its_value_was_seen_whole_before() -> None:
    study = values()
    result(FILES[0], study)
    assert b"PixelSpacing" in result(FILES[6], study)
    assert result(FILES[6], study).startswith(b"the file ends inside")


@pytest.mark.parametrize(
    "name", ["mr_ge_signa_pd_2d_face", "mr_siemens_trio_t1_t2_face", "ct_ge_hispeed_head_tilt"]
)
def test_a_real_series_forwards_and_backwards(scans: Path, name: str) -> None:
    paths = sorted((scans / name).rglob("*"))
    paths = [path for path in paths if path.is_file() and is_dicom(path)][:12]
    first = read(paths[0])
    forwards, backwards = values_for(first, SINFONIA), values_for(first, SINFONIA)
    contents = [path.read_bytes() for path in paths] + FILES[1:4]
    once = [result(content, forwards) for content in contents]
    again = [result(content, backwards) for content in reversed(contents)]
    assert len(paths) > 5
    assert once == again[::-1]
    assert once == [result(content, values_for(first, SINFONIA)) for content in contents]
