"""References that resolved before resolve after, in radiotherapy and elsewhere."""

from collections.abc import Iterator
from pathlib import Path

from cleaning import IDENTITY, cleaned, read
from pydicom.dataset import Dataset

REFERENCES = {
    "ReferencedSOPInstanceUID",
    "ReferencedFrameOfReferenceUID",
    "FrameOfReferenceUID",
    "SeriesInstanceUID",
    "StudyInstanceUID",
}


def uids(header: Dataset, words: set[str]) -> Iterator[str]:
    for element in header:
        if element.VR == "SQ":
            for item in element.value:
                yield from uids(item, words)
        elif element.keyword in words:
            yield str(element.value)


def resolved(headers: list[Dataset]) -> int:
    targets = {str(header.SOPInstanceUID) for header in headers}
    targets |= {str(header.StudyInstanceUID) for header in headers}
    return sum(uid in targets for header in headers for uid in uids(header, {"ReferencedSOPInstanceUID"}))


def test_the_phantom_case_keeps_every_link(scans: Path) -> None:
    folder = scans / "rt_rtkit_phantom" / "dicom" / "simple_phantom_case"
    before = [read(path) for path in sorted(folder.iterdir())]
    after = [cleaned(header)[0] for header in before]
    assert {header.Modality for header in before} == {"CT", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTIMAGE"}
    assert resolved(after) == resolved(before) > 5
    for original, new in zip(before, after, strict=True):
        words = {"ReferencedSOPInstanceUID"} if original.Modality != "RTSTRUCT" else REFERENCES
        mapped = [IDENTITY.uid(uid) for uid in uids(original, words)]
        if original.Modality in ("RTSTRUCT", "RTPLAN"):
            assert list(uids(new, words)) == mapped


def test_209_slices_of_a_structure_set_resolve(scans: Path) -> None:
    folder = scans / "ct_siemens_phantom_face_rtstruct"
    headers = [read(path) for path in sorted(folder.rglob("*.dcm"))]
    structures = next(header for header in headers if header.Modality == "RTSTRUCT")
    slices = {str(cleaned(header)[0].SOPInstanceUID) for header in headers if header.Modality == "CT"}
    after, _, _ = cleaned(structures)
    study = after.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    series = study.RTReferencedSeriesSequence[0]
    referred = {str(item.ReferencedSOPInstanceUID) for item in series.ContourImageSequence}
    assert len(referred & slices) == 209
    ct = next(header for header in headers if header.Modality == "CT")
    frame = structures.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID
    assert after.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID == IDENTITY.uid(frame)
    assert series.SeriesInstanceUID == IDENTITY.uid(ct.SeriesInstanceUID)
    assert study.ReferencedSOPInstanceUID == IDENTITY.uid(
        structures.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0].ReferencedSOPInstanceUID
    )


def test_plans_keep_their_numbers_and_lose_their_words(scans: Path) -> None:
    before = read(scans / "odd_pydicom" / "test_files" / "rtplan.dcm")
    after, _, _ = cleaned(before)
    for original, new in zip(before.BeamSequence, after.BeamSequence, strict=True):
        assert new.BeamNumber == original.BeamNumber
        assert (
            new.ControlPointSequence[0].IsocenterPosition
            == original.ControlPointSequence[0].IsocenterPosition
        )
        assert not new.get("BeamName")
    assert after.RTPlanLabel == "CLEANED"
