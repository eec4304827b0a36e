"""Headers as a hospital's systems fill them: identities at every depth."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmwrite
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, generate_uid

from cleanroom.sample.people import patient, people

_PREFIX = "1.2.826.0.1.3680043.8.498."
_PROCEDURE_STEP = "1.2.840.10008.3.1.2.3.3"


@dataclass(frozen=True)
class Source:
    """Where an instance comes from: a series of a visit of a patient, by their keys in ``patients.yaml``."""

    who: str
    visit: str
    series: str

    @property
    def spec(self) -> dict[str, Any]:
        """The visit's part of ``patients.yaml``."""
        spec: dict[str, Any] = patient(self.who)["visits"][self.visit]
        return spec

    @property
    def study_uid(self) -> UID:
        """Study Instance UID."""
        return uid(self.who, self.visit)

    @property
    def series_uid(self) -> UID:
        """Series Instance UID."""
        return uid(self.who, self.visit, self.series)

    @property
    def frame_uid(self) -> UID:
        """Frame of Reference UID, one for all series of a visit."""
        return uid(self.who, self.spec["frame"])

    def instance_uid(self, number: int) -> UID:
        """SOP Instance UID."""
        return uid(self.who, self.visit, self.series, str(number))


def uid(*names: str) -> UID:
    """A UID that is always the same for the same names."""
    return generate_uid(prefix=_PREFIX, entropy_srcs=["cleanroom sample", *names])


def item(values: Mapping[str, Any]) -> Dataset:
    """A dataset from DICOM keywords; lists of mappings become sequences."""
    dataset = Dataset()
    fill(dataset, values)
    return dataset


def fill(dataset: Dataset, values: Mapping[str, Any]) -> None:
    """Set DICOM keywords; lists of mappings become sequences."""
    for keyword, value in values.items():
        if dictionary_VR(keyword) == "SQ":
            setattr(dataset, keyword, Sequence([item(entry) for entry in value]))
        else:
            setattr(dataset, keyword, value)


def series_header(source: Source, modality: str, sop_class: str, syntax: UID) -> Dataset:
    """What every instance of a series has in common."""
    person, visit = patient(source.who), source.spec
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.SourceApplicationEntityTitle = visit["device"]["PerformedStationAETitle"]
    dataset.SpecificCharacterSet = person["character_set"]
    dataset.SOPClassUID = sop_class
    dataset.Modality = modality
    dataset.StudyInstanceUID = source.study_uid
    dataset.SeriesInstanceUID = source.series_uid
    for values in (people()["hospital"], person["attributes"], visit["study"], visit["device"]):
        fill(dataset, values)
    fill(dataset, visit["series"][source.series])
    _dates(dataset, visit["date"], visit["time"])
    _orders(dataset, visit)
    _history(dataset)
    _private(dataset, person, visit)
    return dataset


def variant(common: Dataset) -> Dataset:
    """A dataset to add elements to; those of ``common`` are shared, not copied: leave them as they are."""
    dataset = Dataset()
    dataset.update(common)
    dataset.file_meta = deepcopy(common.file_meta)
    return dataset


def numbered(dataset: Dataset, source: Source, number: int) -> Dataset:
    """Give an instance its number and UID."""
    dataset.InstanceNumber = number
    dataset.SOPInstanceUID = source.instance_uid(number)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def encoded(dataset: Dataset, preamble: str = "") -> bytes:
    """The bytes of a DICOM file; a preamble may hold words too."""
    dataset.preamble = preamble.encode().ljust(128, b"\0")[:128]
    buffer = BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def save(dataset: Dataset, path: Path, preamble: str = "") -> None:
    """Write a DICOM file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(dataset, preamble))


def _dates(dataset: Dataset, date: str, time: str) -> None:
    for part in (
        "Study",
        "Series",
        "Acquisition",
        "Content",
        "PerformedProcedureStepStart",
        "InstanceCreation",
    ):
        setattr(dataset, f"{part}Date", date)
        setattr(dataset, f"{part}Time", time)
    dataset.TimezoneOffsetFromUTC = "+0100"


def _orders(dataset: Dataset, visit: Mapping[str, Any]) -> None:
    """What the information systems said about this visit."""
    study = visit["study"]
    request = {
        "RequestedProcedureID": f"RP-{study['StudyID']}",
        "RequestedProcedureDescription": study["StudyDescription"],
        "ReasonForTheRequestedProcedure": f"Frage von {people()['hospital']['ReferringPhysicianName']}",
        "ScheduledProcedureStepID": f"SPS-{study['StudyID']}",
        "ScheduledProcedureStepDescription": study["StudyDescription"],
        "AccessionNumber": study["AccessionNumber"],
    }
    fill(dataset, {"RequestAttributesSequence": [request]})
    dataset.PerformedProcedureStepID = f"PP{study['StudyID']}"
    dataset.PerformedProcedureStepDescription = study["StudyDescription"]
    component = {
        "ReferencedSOPClassUID": _PROCEDURE_STEP,
        "ReferencedSOPInstanceUID": uid(study["StudyID"], "step"),
    }
    fill(dataset, {"ReferencedPerformedProcedureStepSequence": [component]})
    order = {
        "StudyInstanceUID": dataset.StudyInstanceUID,
        "AccessionNumber": study["AccessionNumber"],
        "RequestedProcedureID": f"RP-{study['StudyID']}",
        "FillerOrderNumberImagingServiceRequest": f"FO-{study['AccessionNumber']}",
        "RequestingPhysician": study["RequestingPhysician"],
    }
    fill(dataset, {"ReferencedRequestSequence": [order]})


def _history(dataset: Dataset) -> None:
    """The name that an archive corrected, kept where nobody looks."""
    former = {"PatientName": dataset.PatientBirthName, "PatientID": f"ALT-{dataset.PatientID}"}
    change = {
        "AttributeModificationDateTime": f"{dataset.StudyDate}235901",
        "ModifyingSystem": people()["archive"]["ModifyingSystem"],
        "SourceOfPreviousValues": "",
        "ReasonForTheAttributeModification": "CORRECT",
        "ModifiedAttributesSequence": [former],
    }
    fill(dataset, {"OriginalAttributesSequence": [change]})


def _private(dataset: Dataset, person: Mapping[str, Any], visit: Mapping[str, Any]) -> None:
    """A private block: plain, nested and as opaque bytes."""
    name = str(dataset.PatientName)
    block = dataset.private_block(0x0033, people()["archive"]["private_creator"], create=True)
    block.add_new(0x01, "LO", name)
    block.add_new(0x02, "SH", visit["study"]["AccessionNumber"])
    nested = item(
        {"PatientName": name, "PatientID": dataset.PatientID, "PatientBirthDate": dataset.PatientBirthDate}
    )
    block.add_new(0x03, "SQ", Sequence([nested]))
    record = f"<patient><name>{name}</name><email>{person['email']}</email></patient>".encode()
    block.add_new(0x04, "OB", record + b" " * (len(record) % 2))
