"""Identities where few look: private and unknown elements, file meta, preamble, overlays, icons, codes."""

import struct
from random import Random

from pydicom import config
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from exam.fixed import attribute_of
from exam.patients import Identity
from exam.planting import Planter, put
from exam.standard import safe_numbers, safe_texts
from exam.words import fitting

UNSAFE = ("ACME HOSPITAL 1.0", "SIEMENS CSA HEADER", "AGFA", "ARCHIVE OF THE HOUSE")
TRUE_NUMBER = {"DS": "37.25", "IS": "37", "FL": 37.25, "FD": 37.25, "SL": 37, "SS": 37, "UL": 37, "US": 37}


def plant_odd(planter: Planter, number: int) -> None:
    """One or two kinds of oddity a file, in turn."""
    private_unsafe(planter, number)
    private_safe(planter, number)
    if number % 3 == 0:
        meta_and_preamble(planter)
    if number % 3 == 1 and not _implicit(planter):
        unknown(planter)
    if number % 4 == 2:
        overlay(planter)
    if number % 5 == 3 and planter.modality in ("CT", "MR", "US", "OT", "CR"):
        icon(planter)
    coded(planter)
    if planter.modality == "SR":
        content(planter)


def private_unsafe(planter: Planter, number: int) -> None:
    """A block that Table E.3.10-1 does not know, with a sequence; every fourth creator is a name."""
    creator = UNSAFE[number % len(UNSAFE)] if number % 4 else f"FOR {planter.patient.number} ONLY"
    group = 0x0099
    block = planter.dataset.private_block(group, creator, create=True)
    one, two = _pair(planter)
    block.add_new(0x10, "LO", one.text[:64])
    inner = Dataset()
    deeper = inner.private_block(group, creator, create=True)
    deeper.add_new(0x20, "LT", f"for {two.text}")
    inner.PatientComments = two.text
    block.add_new(0x11, "SQ", Sequence([inner]))
    block.add_new(0x12, "UN", f"key={planter.patient.number};".encode().ljust(16))
    start = f"{group:04X}:{creator}:"
    _gone(planter, f"{start}10", one.sure)
    _gone(planter, f"{start}11[0].{start}20", two.sure)
    _gone(planter, f"{start}11[0].00104000", two.sure)
    _gone(planter, f"{start}12", (str(planter.patient.number),))


def private_safe(planter: Planter, number: int) -> None:
    """Numbers of three safe attributes stay; an unsafe neighbour and text with an identity do not."""
    numbers, texts = safe_numbers(), safe_texts()
    for step in range(3):
        creator, group, element, vr = numbers[(number * 3 + step) % len(numbers)]
        block = planter.dataset.private_block(group, creator, create=True)
        block.add_new(element, vr, TRUE_NUMBER[vr])
        place = f"{group:04X}:{creator}:{element:02X}"
        planter.check(place, "tag retained", "")
        planter.check(place, "text retained", str(TRUE_NUMBER[vr]), "equal")
    creator, group, element, vr = texts[number % len(texts)]
    block = planter.dataset.private_block(group, creator, create=True)
    identity = _pair(planter)[0]
    value = identity if len(identity.text) <= 16 else planter.patient.others()[0]
    block.add_new(element, vr, value.text)
    _gone(planter, f"{group:04X}:{creator}:{element:02X}", value.sure)
    if (creator, group, 0xF9) not in {row[:3] for row in [*numbers, *texts]}:
        block.add_new(0xF9, "LO", planter.patient.id)
        _gone(planter, f"{group:04X}:{creator}:F9", (planter.patient.id,))


def meta_and_preamble(planter: Planter) -> None:
    """Group 0002 and the 128 bytes before it."""
    meta, patient = planter.dataset.file_meta, planter.patient
    title = patient.hospital.upper()[:14] + "AE"
    for tag in (0x00020016, 0x00020017, 0x00020018):
        meta[tag] = DataElement(tag, "AE", title, validation_mode=0)
        _gone(planter, f"{tag:08X}", (title,))
    meta.PrivateInformationCreatorUID = UID("1.2.826.0.1.3680043.8.498.2026.7")
    text = f"{patient.id} {patient.number}"
    meta.PrivateInformation = text.encode() + b" " * (len(text) % 2)
    _gone(planter, "00020102", (patient.id, str(patient.number)))
    family = patient.physician.split("^")[0]
    planter.dataset.preamble = f"{patient.number} {family}".encode().ljust(128, b"\0")
    _gone(planter, "preamble", (str(patient.number), family))


def unknown(planter: Planter) -> None:
    """Elements written as UN: a known one, one that PS3.6 does not know, a sequence."""
    for tag, identity in zip((0x001021B0, 0x00120F99), _pair(planter), strict=True):
        content = identity.text.encode(planter.patient.codec)
        _as_unknown(planter.dataset, tag, content + b" " * (len(content) % 2))
        _gone(planter, f"{tag:08X}", identity.sure)
    if not planter.dataset.file_meta.TransferSyntaxUID.is_little_endian:
        return
    number = str(planter.patient.number).encode()
    inner = struct.pack("<HHL", 0x0010, 0x4000, len(number)) + number
    item = struct.pack("<HHL", 0xFFFE, 0xE000, len(inner)) + inner
    _as_unknown(planter.dataset, 0x00321064, item)
    _gone(planter, "00321064[0].00104000", (number.decode(),))


def overlay(planter: Planter) -> None:
    """Words of an overlay and of a curve."""
    for tag, vr in (
        (0x60020022, "LO"),
        (0x60021500, "LO"),
        (0x60024000, "LT"),
        (0x50000022, "LO"),
        (0x50002500, "LO"),
    ):
        identity = _pair(planter)[0]
        planter.dataset[tag] = DataElement(tag, vr, f"of {identity.text}"[:64], validation_mode=0)
        _gone(planter, f"{tag:08X}", identity.sure)


def icon(planter: Planter) -> None:
    """A thumbnail whose pixels are the letters of a number."""
    small = Dataset()
    small.Rows = small.Columns = 8
    small.SamplesPerPixel, small.PhotometricInterpretation = 1, "MONOCHROME2"
    small.BitsAllocated, small.BitsStored, small.HighBit, small.PixelRepresentation = 8, 8, 7, 0
    small[0x7FE00010] = DataElement(0x7FE00010, "OB", str(planter.patient.number).encode() * 8)
    planter.dataset.IconImageSequence = Sequence([small])
    _gone(planter, "00880200[0].7FE00010", (str(planter.patient.number),))


def coded(planter: Planter) -> None:
    """A public code whose meaning names the patient, and a code of the house."""
    one, two = _pair(planter)
    house = Dataset()
    house.CodeValue, house.CodingSchemeDesignator = "H1", "99HOUSE"
    house.CodeMeaning = f"scan of {one.text}"[:64]
    planter.dataset.ProcedureCodeSequence = Sequence([house])
    _gone(planter, "00081032[0].00080104", one.sure)
    if planter.dataset.get("AnatomicRegionSequence"):
        return
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator = "69536005", "SCT"
    region.CodeMeaning = f"Head {two.text}"[:64]
    planter.dataset.AnatomicRegionSequence = Sequence([region])
    _gone(planter, "00082218[0].00080104", two.sure)
    planter.check("00082218[0].00080100", "text retained", "69536005", "equal")


def content(planter: Planter) -> None:
    """A sentence and a person three deep in the content of a report."""
    items = planter.dataset.get("ContentSequence")
    if not items:
        return
    chain = [_container(), _container()]
    chain[0].ContentSequence = Sequence([chain[1]])
    sentence, person = _item("TEXT", "121106", "Comment"), _item("PNAME", "121008", "Person Observer Name")
    chain[1].ContentSequence = Sequence([sentence, person])
    items.append(chain[0])
    place = f"0040A730[{len(items) - 1}].0040A730[0].0040A730"
    planter.text(sentence, f"{place}[0].0040A160", attribute_of("TextValue"))
    put(person, attribute_of("PersonName"), planter.patient.name)
    _gone(planter, f"{place}[1].0040A123", planter.patient.sure)


def _container() -> Dataset:
    item = _item("CONTAINER", "121070", "Findings")
    item.ContinuityOfContent = "SEPARATE"
    return item


def _item(kind: str, code: str, meaning: str) -> Dataset:
    item, name = Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = code, "DCM", meaning
    item.RelationshipType, item.ValueType = "CONTAINS", kind
    item.ConceptNameCodeSequence = Sequence([name])
    return item


def _pair(planter: Planter) -> tuple[Identity, Identity]:
    random = Random(f"{planter.file}/{planter.instance}")
    items = fitting([*planter.patient.spellings(), *planter.patient.others()], planter.patient.codec)
    one, two = random.sample(items, 2)
    return one, two


def _as_unknown(dataset: Dataset, tag: int, content: bytes) -> None:
    """Set an element whose VR stays UN although the dictionary knows a better one."""
    known, config.replace_un_with_known_vr = config.replace_un_with_known_vr, False
    dataset[tag] = DataElement(tag, "UN", content)
    config.replace_un_with_known_vr = known


def _gone(planter: Planter, place: str, tokens: tuple[str, ...]) -> None:
    for token in tokens:
        planter.check(place, "text removed", token, "token")


def _implicit(planter: Planter) -> bool:
    return planter.dataset.file_meta.TransferSyntaxUID.is_implicit_VR
