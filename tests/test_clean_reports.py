"""Reports, marks and segments, with the default profile: identities gone, meaning kept."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cleaning import IDENTITY, SINFONIA, cleaned, read
from objects import FINDING, clean, concept, content, item, made
from pydicom.dataset import Dataset

OBSERVER = concept("121008", "DCM", "Person Observer Name")
WIDTH = concept("103355008", "SCT", "Width")


def tree() -> list[Dataset]:
    """What a report can hold, two levels of it."""
    number = item(NumericValue="12.5", MeasurementUnitsCodeSequence=[concept("mm", "UCUM", "mm of Erika")])
    image = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID="1.2.3.4.77")
    return [
        content("TEXT", FINDING, TextValue="Erika Muster has a nodule in the left lung, seen on 06.01.2020"),
        content("PNAME", OBSERVER, PersonName="Elsewhere^Anna"),
        content("DATE", concept("111060", "DCM", "Study Date"), Date="20200106"),
        content("DATETIME", concept("111526", "DCM", "DateTime Started"), DateTime="20200106083000+0100"),
        content("TIME", concept("111061", "DCM", "Study Time"), Time="083000"),
        content("UIDREF", concept("112040", "DCM", "Tracking Unique Identifier"), UID="1.2.3.4.55"),
        content(
            "CONTAINER",
            concept("125007", "DCM", "Measurement Group"),
            ContinuityOfContent="SEPARATE",
            ContentSequence=[
                content("NUM", WIDTH, MeasuredValueSequence=[number]),
                content("CODE", FINDING, ConceptCodeSequence=[concept("27925004", "SCT", "Nodule of Erika")]),
                content("IMAGE", FINDING, ReferencedSOPSequence=[image]),
                content("SCOORD", FINDING, GraphicType="POINT", GraphicData=[1.5, 2.5]),
            ],
        ),
    ]


def test_the_tree_of_a_report() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.88.33", "SR")
    header.ContentSequence = tree()
    header.VerifyingObserverSequence = [item(VerifyingObserverName="Elsewhere^Anna")]
    nodes = clean(header).ContentSequence
    text, person, day, moment, time, reference, group = nodes
    assert "nodule in the left lung" in text.TextValue
    assert "2020" not in text.TextValue
    assert person.PersonName == "CLEANED"
    assert day.Date == moment.DateTime[:8] != "20200106"
    assert moment.DateTime[8:] == "083000+0100"
    assert time.Time == "083000"
    assert IDENTITY.uid("1.2.3.4.55") == reference.UID
    number, code, image, point = group.ContentSequence
    assert number.MeasuredValueSequence[0].NumericValue == 12.5
    assert number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "mm"
    assert code.ConceptCodeSequence[0].CodeValue == "27925004"
    assert code.ConceptCodeSequence[0].CodeMeaning == "Nodule"
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == IDENTITY.uid("1.2.3.4.77")
    assert list(point.GraphicData) == [1.5, 2.5]
    assert [node.ConceptNameCodeSequence[0].CodeValue for node in nodes[:2]] == ["121071", "121008"]


def test_a_presentation_state_keeps_its_graphics_and_layers() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.11.1", "PR")
    header.ContentLabel, header.ContentDescription = "ERIKA", "marked by Erika Muster: nodule"
    header.ContentCreatorName = "Elsewhere^Anna"
    words = item(UnformattedTextValue="nodule of Muster", AnchorPoint=[10.0, 20.0], AnchorPointVisibility="N")
    line = item(
        GraphicDimensions=2, NumberOfGraphicPoints=2, GraphicType="POLYLINE", GraphicData=[1.0, 2.0, 3.0, 4.0]
    )
    header.GraphicAnnotationSequence = [
        item(GraphicLayer="LAYER1", TextObjectSequence=[words], GraphicObjectSequence=[line])
    ]
    header.GraphicLayerSequence = [
        item(GraphicLayer="LAYER1", GraphicLayerOrder=1, GraphicLayerDescription="by Erika Muster")
    ]
    after = clean(header)
    annotation = after.GraphicAnnotationSequence[0]
    assert annotation.GraphicLayer == after.GraphicLayerSequence[0].GraphicLayer
    assert annotation.TextObjectSequence[0].UnformattedTextValue.startswith("nodule")
    assert list(annotation.TextObjectSequence[0].AnchorPoint) == [10.0, 20.0]
    assert list(annotation.GraphicObjectSequence[0].GraphicData) == [1.0, 2.0, 3.0, 4.0]
    assert after.GraphicLayerSequence[0].GraphicLayerOrder == 1


def test_a_key_object_still_points_at_its_images() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.88.59", "KO")
    header.ConceptNameCodeSequence = [concept("113000", "DCM", "Of Interest")]
    image = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID="1.2.3.4.77")
    header.CurrentRequestedProcedureEvidenceSequence = [
        item(
            StudyInstanceUID="1.2.3.4.2",
            ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.4.8", ReferencedSOPSequence=[image])],
        )
    ]
    header.ContentSequence = [item(ValueType="IMAGE", ReferencedSOPSequence=[image])]
    after = clean(header)
    evidence = after.CurrentRequestedProcedureEvidenceSequence[0]
    listed = evidence.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert after.ConceptNameCodeSequence[0].CodeValue == "113000"
    assert listed == after.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert listed == IDENTITY.uid("1.2.3.4.77")
    assert evidence.StudyInstanceUID == after.StudyInstanceUID


def test_a_segmentation_keeps_its_segments_and_frames() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.66.4", "SEG")
    header.SegmentSequence = [
        item(
            SegmentNumber=1,
            SegmentLabel="Liver of Erika Muster",
            SegmentAlgorithmType="MANUAL",
            SegmentedPropertyTypeCodeSequence=[concept("10200004", "SCT", "Liver")],
            TrackingUID="1.2.3.4.66",
        )
    ]
    source = item(ReferencedSOPInstanceUID="1.2.3.4.77", ReferencedFrameNumber=3)
    position = item(ImagePositionPatient=[1, 2, 3])
    header.PerFrameFunctionalGroupsSequence = [
        item(
            PlanePositionSequence=[position],
            DerivationImageSequence=[item(SourceImageSequence=[source])],
            SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)],
        )
    ]
    after = clean(header)
    segment, frame = after.SegmentSequence[0], after.PerFrameFunctionalGroupsSequence[0]
    assert segment.SegmentLabel.startswith("Liver")
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Liver"
    assert segment.TrackingUID == IDENTITY.uid("1.2.3.4.66")
    assert frame.PlanePositionSequence[0].ImagePositionPatient == [1, 2, 3]
    source = frame.DerivationImageSequence[0].SourceImageSequence[0]
    assert (source.ReferencedSOPInstanceUID, source.ReferencedFrameNumber) == (IDENTITY.uid("1.2.3.4.77"), 3)
    assert frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber == 1


REPORTS = [
    "odd_pydicom/test_files/test-SR.dcm",
    "odd_pydicom/test_files/reportsi.dcm",
    "iod_highdicom/data/test_files/sr_document.dcm",
    "iod_highdicom/data/test_files/sr_document_with_multiple_groups.dcm",
    "mr_siemens_xa30_enhanced_face/dicom/99_Phoenix_Document/*.dcm",
]


def nodes(tree: Dataset) -> Iterator[Dataset]:
    """Every node of a report."""
    for node in tree.get("ContentSequence", []):
        yield node
        yield from nodes(node)


def meant(tree: Dataset) -> Counter[tuple[str, ...]]:
    """What the nodes are, their numbers and graphics, and the codes of the standard."""
    found = Counter[tuple[str, ...]]()
    for node in nodes(tree):
        found[node.get("RelationshipType", ""), node.get("ValueType", "")] += 1
        names = node.get("ConceptNameCodeSequence", [])
        found.update(("name", code.CodeValue) for code in names if code.CodingSchemeDesignator == "DCM")
        values = node.get("MeasuredValueSequence") or []
        found.update(("number", str(value.get("NumericValue"))) for value in values)
        found["graphic", str(node.get("GraphicData"))] += 1
    return found


@pytest.mark.parametrize("pattern", REPORTS)
def test_real_reports_mean_what_they_meant(scans: Path, pattern: str) -> None:
    paths = sorted(scans.glob(pattern))
    assert paths
    for path in paths:
        before = read(path)
        after, _, content_bytes = cleaned(before, SINFONIA)
        assert meant(after) == meant(before)
        assert sum(meant(before).values()) > 0
        assert str(before.SOPInstanceUID).encode() not in content_bytes
        for old, new in zip(nodes(before), nodes(after), strict=True):
            if old.get("UID"):
                assert IDENTITY.uid(old.UID) == new.UID
