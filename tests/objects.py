"""Objects that are not plain images, made small, of a patient and a hospital that must not be named."""

from cleaning import SINFONIA, cleaned, instance
from pydicom.dataset import Dataset

NAMES = (b"Muster", b"Erika", b"4711-0815", b"Elsewhere")


def item(**values: object) -> Dataset:
    """The item of a sequence."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def clean(header: Dataset) -> Dataset:
    """The cleaned header, which holds none of the names nor an old UID."""
    after, _, content = cleaned(header, SINFONIA)
    assert [name for name in NAMES if name in content] == []
    assert b"1.2.3.4." not in content
    return after


def made(sop_class: str, modality: str) -> Dataset:
    """An instance of a kind, of a hospital that must not be named."""
    header = instance(sop_class)
    header.Modality = modality
    header.InstitutionName = "St. Elsewhere"
    header.StudyDate = header.ContentDate = "20200106"
    return header


def concept(value: str, scheme: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def content(kind: str, name: Dataset, **values: object) -> Dataset:
    """One node of a tree."""
    return item(RelationshipType="CONTAINS", ValueType=kind, ConceptNameCodeSequence=[name], **values)


FINDING = concept("121071", "DCM", "Finding")
