"""What every file says about its patient, as a hospital writes it."""

from random import Random

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from exam.key import Check
from exam.places import TECHNICAL, Attribute, tag_of
from exam.planting import Planter, put

NEW_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
PRESENT = [
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "StudyID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "SOPClassUID",
]
"""Type 1 or 2 in every object of a patient: they are replaced or emptied, never removed."""
FULL = [
    "PatientName",
    "PatientID",
    "StudyDate",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "SOPClassUID",
]


def plant_patient(planter: Planter, number: int, who: int) -> None:
    """The patient, the staff and the house, at the root."""
    dataset, patient = planter.dataset, planter.patient
    dataset.SpecificCharacterSet = patient.charset.split("\\") if patient.charset else "ISO_IR 6"
    if not patient.charset:
        del dataset.SpecificCharacterSet
    accession = f"{patient.accession}{who % 1000:03d}"
    names = {"PatientName": patient.name, "ReferringPhysicianName": patient.physician}
    texts = {
        "PatientID": (patient.id, (patient.id,)),
        "AccessionNumber": (accession, (accession,)),
        "PatientAddress": (patient.address.text, patient.address.sure),
        "PatientTelephoneNumbers": (patient.phone.text[:16], patient.phone.sure),
        "InstitutionName": (patient.institution.text, patient.institution.sure),
        "IssuerOfPatientID": (patient.institution.text, patient.institution.sure),
        "StudyID": (f"ST{patient.number % 10**6}", (f"ST{patient.number % 10**6}",)),
    }
    for keyword, name in names.items():
        _set(planter, keyword, name, patient.sure if name == patient.name else tuple(name.split("^")))
    for keyword, (text, sure) in texts.items():
        _set(planter, keyword, text, sure)
    other = Dataset()
    other.PatientID, other.TypeOfPatientID = str(patient.number), "TEXT"
    dataset.OtherPatientIDsSequence = Sequence([other])
    planter.check("00101002[0].00100020", "text removed", str(patient.number), "token")
    birth = f"{patient.birth:%Y%m%d}"
    _set(planter, "PatientBirthDate", birth, (birth,))
    planter.check("00100020", "patient id consistent", patient.id)
    planter.key.patients[planter.instance] = who
    planter.key.strings.append((accession, "ascii"))
    plant_constants(planter, number)


def plant_constants(planter: Planter, number: int) -> None:
    """Characteristics, device and times, which the options in force retain, and dates, which move."""
    dataset, patient = planter.dataset, planter.patient
    day, age = planter.day, (planter.day - patient.birth).days // 365
    retained = {
        "PatientSex": patient.sex,
        "PatientAge": f"{min(age, 88):03d}Y",
        "PatientWeight": str(50 + patient.number % 45),
        "PatientSize": f"1.{60 + patient.number % 30}",
        "StationName": f"UNITROOM{patient.number % 7}",
        "DeviceSerialNumber": f"{4400 + patient.number % 13}-X",
        "StudyTime": f"{8 + patient.number % 9:02d}1530",
        "InstanceCreationTime": f"12{number // 60 % 60:02d}{number % 60:02d}.{number:06d}",
        "InstanceNumber": str(10000 + number),
    }
    for keyword, value in retained.items():
        _plain(planter, keyword, value)
        planter.check(f"{tag_of(keyword):08X}", "text retained", value, "equal")
    keywords = ["StudyDate", "InstanceCreationDate"]
    keywords += [name for name in ("SeriesDate", "AcquisitionDate", "ContentDate") if name in dataset]
    for keyword in keywords:
        _plain(planter, keyword, f"{day:%Y%m%d}")
        planter.check(f"{tag_of(keyword):08X}", "date shifted", f"{day:%Y%m%d}")


def plant_descriptions(planter: Planter, study: Random, series: Random) -> None:
    """Descriptions of study and series, the same in all their files, and the patient's comments."""
    for keyword, random in (
        ("StudyDescription", study),
        ("SeriesDescription", series),
        ("PatientComments", None),
    ):
        own, planter.random = planter.random, random or planter.random
        planter.text(planter.dataset, f"{tag_of(keyword):08X}", attribute_of(keyword))
        planter.random = own


def check_uids(planter: Planter) -> None:
    """The file's own UIDs: new, and the same wherever they are named."""
    for keyword in NEW_UIDS:
        value = str(planter.dataset.get(keyword) or "")
        if value and not value.startswith("1.2.840.10008."):
            planter.uid_checks(f"{tag_of(keyword):08X}", value, attribute_of(keyword))
    for keyword in PRESENT:
        planter.check(f"{tag_of(keyword):08X}", "tag retained", "")
    for keyword in FULL:
        planter.check(f"{tag_of(keyword):08X}", "text not null", "")


def technical_checks(planter: Planter) -> list[Check]:
    """Technical values of the real file, which stay as they are."""
    for keyword in TECHNICAL:
        value = planter.dataset.get(keyword)
        if value is None or value in ("", [], "text"):
            continue
        place = f"{tag_of(keyword):08X}"
        planter.check(place, "tag retained", "")
        planter.check(place, "text retained", text_of(value), "equal")
    return planter.key.checks


def text_of(value: object) -> str:
    """A value as text, several joined by a backslash."""
    if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue":
        return "\\".join(str(part) for part in value)  # type: ignore[attr-defined]
    return str(value)


def attribute_of(keyword: str) -> Attribute:
    """An attribute by its keyword."""
    return Attribute(tag_of(keyword), dictionary_VR(keyword), keyword)


def _set(planter: Planter, keyword: str, value: str, sure: tuple[str, ...]) -> None:
    _plain(planter, keyword, value)
    for token in sure:
        planter.check(f"{tag_of(keyword):08X}", "text removed", token, "token")


def _plain(planter: Planter, keyword: str, value: str) -> None:
    put(planter.dataset, attribute_of(keyword), value)
