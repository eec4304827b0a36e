"""Every attribute that can hold text, a name, an ID, a UID or a date is filled; nothing of it comes out."""

import datetime
import io
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from cleaning import BASIC, cleaned, read
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

NAMES = "Zwickelfritz"
NOT_PLANTED = {
    0x00100010,  # Patient's Name: planted with NAMES
    0x00420011,  # Encapsulated Document: sets the instance aside
}
TEXT = {"AE", "AS", "DA", "DT", "LO", "LT", "OB", "PN", "SH", "ST", "TM", "UC", "UI", "UN", "UR", "UT"}
OBJECTS = ["CT_small.dcm", "MR_small.dcm", "rtstruct.dcm", "rtplan.dcm", "test-SR.dcm", "waveform_ecg.dcm"]
DEEP = ["ContentSequence", "ConceptNameCodeSequence", "EquivalentCodeSequence"]


class Planter:
    """Makes values that nothing else in a file equals, and remembers them."""

    def __init__(self) -> None:
        self.planted: dict[bytes, str] = {}
        self.count = 0

    def value(self, vr: str, kept: bool) -> object:
        self.count += 1
        day = datetime.date(2950, 1, 1) + datetime.timedelta(self.count % 360)
        if kept:
            return f"by {NAMES}"
        text = {
            "UI": f"1.2.3.99.{self.count}.77",
            "DA": f"{day:%Y%m%d}",
            "DT": f"{day:%Y%m%d}2357",
            "TM": f"2357{self.count % 60:02d}.9{self.count:05d}",
            "AS": "091Y",
            "UR": f"http://zq{self.count:05d}qz",
        }.get(vr, f"Zq{self.count:05d}qZ")
        if vr != "AS":
            self.planted[text.encode()] = vr
        return text.encode() if vr in ("OB", "UN") else text


def plantable() -> Iterator[tuple[int, str]]:
    for tag, (vr, *_) in DicomDictionary.items():
        if vr in TEXT and tag >> 16 > 7 and tag not in NOT_PLANTED:
            yield tag, vr


def plant(target: Dataset, planter: Planter, sop_class: str, parent: int = 0) -> None:
    for tag, vr in plantable():
        kept = BASIC.of_class(sop_class).action(parent, tag) == "K"
        if kept and vr in ("UI", "OB"):
            continue
        target[tag] = DataElement(tag, vr, planter.value(vr, kept), validation_mode=0)
    for tag in (0x50003000, 0x60003000, 0x60004000, 0x60023000):
        target[tag] = DataElement(tag, "OB", planter.value("OB", False))
    block = target.private_block(0x0029, f"ACME {planter.value('LO', False)}", create=True)
    block.add_new(0x10, "LO", planter.value("LO", False))
    inner = Dataset()
    inner.PatientName = str(planter.value("PN", False))
    block.add_new(0x11, "SQ", Sequence([inner]))


def planted_object(original: Dataset, planter: Planter) -> bytes:
    sop_class = str(original.SOPClassUID)
    plant(original, planter, sop_class)
    original.PatientName = f"{NAMES}^Otto"
    inside = original
    for keyword in DEEP:
        item = Dataset()
        parent = pydicom.datadict.tag_for_keyword(keyword) or 0
        plant(item, planter, sop_class, parent)
        inside[keyword] = DataElement(parent, "SQ", Sequence([item]))
        inside = item
    meta = original.file_meta
    meta.SourceApplicationEntityTitle = str(planter.value("AE", False))
    meta.ImplementationVersionName = str(planter.value("SH", False))
    meta.PrivateInformationCreatorUID = str(planter.value("UI", False))
    meta.PrivateInformation = planter.value("OB", False)
    original.preamble = str(planter.value("LO", False)).encode().ljust(128, b"\0")
    file = io.BytesIO()
    pydicom.dcmwrite(file, original, implicit_vr=original.is_implicit_VR, little_endian=True)
    return file.getvalue()


@pytest.mark.parametrize("name", OBJECTS)
def test_no_planted_value_comes_out(scans: Path, name: str) -> None:
    planter = Planter()
    before = planted_object(read(scans / "odd_pydicom" / "test_files" / name), planter)
    assert planter.count > 2000
    assert sum(value in before for value in planter.planted) > 0.98 * len(planter.planted)
    header = pydicom.dcmread(io.BytesIO(before))
    _, _, after = cleaned(header)
    leaked = {vr: value for value, vr in planter.planted.items() if value in after}
    assert leaked == {}
    assert NAMES.encode() not in after
