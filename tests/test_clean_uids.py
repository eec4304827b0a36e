"""UIDs: the same everywhere, legal, and never the original's."""

import re

import pytest
from cleaning import IDENTITY, cleaned, instance
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import UID

from cleanroom.identity import Identity

arcs = st.integers(0, 10**12)
uids = st.lists(arcs, min_size=1, max_size=5).map(lambda parts: "1.2." + ".".join(map(str, parts)))
keys = st.binary(min_size=32, max_size=32)


@given(keys, uids)
def test_a_new_uid_is_legal_and_repeatable(key: bytes, original: str) -> None:
    new = Identity(key).uid(original)
    assert UID(new).is_valid
    assert len(new) <= 64
    assert new == Identity(key).uid(original + "\0") == Identity(key).uid(f" {original} ")


@given(keys, st.text(min_size=1).filter(lambda text: text.strip("\0 ") != ""))
def test_whatever_stood_there_a_legal_uid_comes_out(key: bytes, original: str) -> None:
    new = Identity(key).uid(original)
    assert re.fullmatch(r"[0-9.]{1,64}", new)


@given(keys, st.lists(uids, unique=True, min_size=2, max_size=30))
def test_different_uids_stay_different(key: bytes, originals: list[str]) -> None:
    assert len({Identity(key).uid(original) for original in originals}) == len(originals)


@pytest.mark.parametrize(
    "registered", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.4.1.1", "1.2.840.10008.1.2.8.1", ""]
)
def test_registered_uids_stay(registered: str) -> None:
    assert IDENTITY.uid(registered) == registered


@pytest.mark.parametrize(
    "false", ["1.2.840.10008.19700101.4711", "1.2.840.10008.ERIKA", "1.2.840.10008.1.2.12345"]
)
def test_an_invented_uid_below_the_dicom_root_does_not_stay(false: str) -> None:
    assert IDENTITY.uid(false).startswith("2.25.")


def test_listed_unlisted_nested_and_multiple_uids_are_mapped_alike() -> None:
    header = instance()
    header.FrameOfReferenceUID = "1.2.3.4.5"
    header.VolumeFrameOfReferenceUID = "1.2.3.4.5"
    header.FailedSOPInstanceUIDList = ["1.2.3.4.5", "1.2.3.4.6"]
    inner = Dataset()
    inner.ReferencedFiducialUID = "1.2.3.4.5"
    inner.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    header.SourceImageSequence = [inner]
    after, _, content = cleaned(header)
    new = IDENTITY.uid("1.2.3.4.5")
    assert after.FrameOfReferenceUID == after.VolumeFrameOfReferenceUID == new
    assert after.FailedSOPInstanceUIDList == [new, IDENTITY.uid("1.2.3.4.6")]
    assert after.SourceImageSequence[0].ReferencedFiducialUID == new
    assert after.SourceImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID == IDENTITY.uid("1.2.3.4.1")
    assert b"1.2.3.4" not in content
