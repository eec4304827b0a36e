"""Where identities are planted, and where the standard is certain about what must stay."""

import re
from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from exam.standard import attributes, fate

CHAINS = (
    (
        "StudiesContainingOtherReferencedInstancesSequence",
        "ReferencedSeriesSequence",
        "ReferencedInstanceSequence",
    ),
    ("ContributingEquipmentSequence",),
    ("ReferencedSeriesSequence", "ReferencedInstanceSequence"),
    ("StudiesContainingOtherReferencedInstancesSequence", "ReferencedSeriesSequence"),
)
"""Unlisted sequences that every composite object may have: their items are cleaned, not removed."""
REMOVED_CHAINS = (
    ("OriginalAttributesSequence", "ModifiedAttributesSequence"),
    ("RequestAttributesSequence",),
    ("OtherPatientIDsSequence",),
)
FREE_TEXT = re.compile(
    r"Description$|Comments?$|Reason$|Notes$|Message$|Explanation$|Title$|TextValue$|Instructions?$"
)
MEDICAL = {0x0008, 0x0010, 0x0018, 0x0020, 0x0028, 0x0032, 0x0038, 0x003A, 0x0040, 0x0054, 0x0062, 0x0066}
MEDICAL |= {0x006A, 0x0070, 0x3002, 0x3004, 0x3006, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x2200}
NOT_DESCRIBING = {
    "MedicalAlerts",
    "Allergies",
    "Occupation",
    "RequestingService",
    "SpecialNeeds",
    "PatientState",
    "PreMedication",
    "PrivateDataElementDescription",
    "InventoryInstanceDescription",
    "TransactionStatusComment",
    "DisplaySubsystemDescription",
    "SystemStatusComment",
    "ConfigurationDescription",
    "ResourceDescription",
    "PatientSpeciesDescription",
    "PatientBreedDescription",
    "StrainDescription",
    "GeneticModificationsDescription",
    "LuminanceResponseDescription",
    "TestResultComment",
}
"""Cleaned text in which words of imaging would be out of place: only the identity is asked for."""
TYPED_NUMBERS = re.compile(
    r"^(?!Referenced)\w*Number$|^(InterventionDrugDose|ContrastBolusTotalDose|HeartRate)$"
)
"""Numbers that a person types at a console, into which the patient's number slips."""
UNLISTED_UIDS = {
    "MultiFrameSourceSOPInstanceUID",
    "RadiopharmaceuticalAdministrationEventUID",
    "TargetFrameOfReferenceUID",
    "SOPInstanceUIDOfConcatenationSource",
    "VolumeFrameOfReferenceUID",
    "TableFrameOfReferenceUID",
    "ReferencedColorPaletteInstanceUID",
    "AssertionUID",
    "ReferencedAssertionUID",
    "ModelGroupUID",
    "ReferencedFiducialUID",
    "VolumetricPresentationInputSetUID",
    "EquipmentFrameOfReferenceUID",
}
"""UIDs of instances that Table E.1-1 does not list; the other unlisted ones name classes and registers."""
OWN_VALUE = {
    "InstanceCreationTime",
    "InstanceCreationDate",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "AccessionNumber",
    "IssuerOfPatientID",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "SeriesDate",
    "ReferringPhysicianName",
    "StudyDescription",
    "SeriesDescription",
    "InstitutionName",
    "StationName",
    "DeviceSerialNumber",
    "FrameOfReferenceUID",
}
"""At the root these have values of their own: one a patient, study or series."""
NEVER = {
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "CodeValue",
    "LongCodeValue",
    "CodingSchemeDesignator",
    "CodingSchemeVersion",
    "CodeMeaning",
    "DeidentificationMethod",
    "ContextGroupVersion",
    "ContextGroupLocalVersion",
    "EffectiveDateTime",
    "TimezoneOffsetFromUTC",
    "MappingResourceName",
    "PatientBirthTime",
}
"""Codes, versions and what changes the meaning of other values; UIDs and meanings are planted elsewhere."""
TECHNICAL = [
    "SOPClassUID",
    "Modality",
    "Manufacturer",
    "ManufacturerModelName",
    "SoftwareVersions",
    "SliceThickness",
    "KVP",
    "EchoTime",
    "RepetitionTime",
    "FlipAngle",
    "MagneticFieldStrength",
    "ImagingFrequency",
    "ConvolutionKernel",
    "PixelSpacing",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PhotometricInterpretation",
    "SamplesPerPixel",
    "NumberOfFrames",
    "ImageType",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "SliceLocation",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "XRayTubeCurrent",
    "ExposureTime",
    "PatientPosition",
    "ScanningSequence",
    "SequenceVariant",
    "MRAcquisitionType",
    "PixelBandwidth",
    "EchoTrainLength",
    "SpacingBetweenSlices",
    "GantryDetectorTilt",
    "BodyPartExamined",
    "Laterality",
    "DoseUnits",
    "DoseType",
    "DoseSummationType",
    "DoseGridScaling",
    "SegmentationType",
    "LossyImageCompression",
    "ReconstructionDiameter",
    "DistanceSourceToDetector",
    "InversionTime",
    "NumberOfAverages",
]


@dataclass(frozen=True)
class Attribute:
    """One attribute of PS3.6 to plant."""

    tag: int
    vr: str
    keyword: str

    @property
    def fate(self) -> str:
        """What Table E.1-1 says."""
        return fate(self.tag)

    @property
    def describes(self) -> bool:
        """Whether describing words in it must stay."""
        if self.tag >> 16 not in MEDICAL or self.keyword in NOT_DESCRIBING:
            return False
        return self.fate == "clean" or (self.fate == "unlisted" and bool(FREE_TEXT.search(self.keyword)))


def plantable(nested: bool) -> list[Attribute]:
    """All attributes of text, names, dates, times, numbers, AE titles and UIDs that are planted."""
    kinds = ("LO", "SH", "ST", "LT", "UT", "UC", "PN", "DA", "DT", "TM", "UI", "IS", "DS", "AE")
    return [Attribute(*row) for row in attributes(*kinds) if _wanted(Attribute(*row), nested)]


def _wanted(attribute: Attribute, nested: bool) -> bool:
    if attribute.keyword in NEVER or (not nested and attribute.keyword in {*OWN_VALUE, *TECHNICAL}):
        return False
    if attribute.vr in ("IS", "DS"):
        medical = attribute.tag >> 16 in MEDICAL - {0x0028}
        typed = TYPED_NUMBERS.search(attribute.keyword)
        return medical and attribute.keyword not in ("InstanceNumber", *TECHNICAL) and bool(typed)
    if attribute.vr == "UI":
        return attribute.fate != "unlisted" or attribute.keyword in UNLISTED_UIDS
    if attribute.vr == "TM":
        return attribute.fate == "shift"
    return True


def item_at(dataset: Dataset, chain: tuple[str, ...]) -> tuple[Dataset, str]:
    """The first item at the end of a chain of sequences, made where there is none, and its place."""
    place = ""
    for keyword in chain:
        if not dataset.get(keyword):
            setattr(dataset, keyword, Sequence([Dataset()]))
        place += f"{tag_of(keyword):08X}[0]."
        dataset = dataset[keyword].value[0]
    return dataset, place


def tag_of(keyword: str) -> int:
    """The tag of a keyword that is known to exist."""
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return tag


def is_certain(place: str) -> bool:
    """Whether the sequences on the way to a place stay: unlisted ones, and Content Sequence (cleaned)."""
    tags = [int(step[:8], 16) for step in place.split(".")[:-1]]
    known = all(dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ" for tag in tags)
    return known and all(fate(tag) == "unlisted" or tag == 0x0040A730 for tag in tags)
