"""Objects that are not plain images, with the default profile: identities gone, meaning kept."""

from datetime import date

import pytest
from cleaning import IDENTITY, SINFONIA, cleaned, instance
from pydicom.dataset import Dataset

from cleanroom.errors import SetAside

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


def test_the_beams_of_a_plan() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.481.5", "RTPLAN")
    header.RTPlanLabel, header.RTPlanDate = "Erika", "20200106"
    point = item(ControlPointIndex=0, NominalBeamEnergy=6, GantryAngle=90)
    header.BeamSequence = [
        item(
            BeamNumber=1,
            BeamName="LAO Muster",
            BeamDescription="boost for Erika Muster",
            TreatmentMachineName="LINAC1",
            ControlPointSequence=[point],
        )
    ]
    header.ReferencedStructureSetSequence = [item(ReferencedSOPInstanceUID="1.2.3.4.44")]
    after = clean(header)
    beam = after.BeamSequence[0]
    assert (beam.BeamNumber, beam.BeamName) == (1, "LAO")
    assert beam.BeamDescription.startswith("boost")
    assert (beam.ControlPointSequence[0].GantryAngle, beam.ControlPointSequence[0].NominalBeamEnergy) == (
        90,
        6,
    )
    assert after.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID == IDENTITY.uid("1.2.3.4.44")


def test_a_brachytherapy_record_keeps_its_decay() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.481.6", "RTRECORD")
    header.TreatmentDate, header.TreatmentTime = "20200106", "083000"
    header.OperatorsName = "Elsewhere^Anna"
    header.RecordedSourceSequence = [
        item(
            SourceNumber=1,
            SourceSerialNumber="S-1",
            SourceIsotopeName="Ir-192",
            ReferenceAirKermaRate=40000,
            SourceStrengthReferenceDate="20191209",
            SourceStrengthReferenceTime="120000",
        )
    ]
    header.TreatmentSessionBeamSequence = [
        item(CurrentFractionNumber=3, TreatmentVerificationStatus="VERIFIED")
    ]
    after = clean(header)
    source = after.RecordedSourceSequence[0]
    assert after.TreatmentDate != "20200106"
    assert distance(source.SourceStrengthReferenceDate, after.TreatmentDate) == 28
    assert (source.SourceStrengthReferenceTime, after.TreatmentTime) == ("120000", "083000")
    assert (source.SourceIsotopeName, source.ReferenceAirKermaRate) == ("Ir-192", 40000)
    assert after.TreatmentSessionBeamSequence[0].CurrentFractionNumber == 3


def distance(first: str, second: str) -> int:
    """Days from one date to another."""
    return (date.fromisoformat(second) - date.fromisoformat(first)).days


def test_a_waveform_keeps_its_channels_and_numbers() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.9.1.1", "ECG")
    header.WaveformSequence = [
        item(
            NumberOfWaveformChannels=1,
            NumberOfWaveformSamples=4,
            SamplingFrequency=500,
            MultiplexGroupLabel="RHYTHM of Erika",
            ChannelDefinitionSequence=[
                item(ChannelSensitivity=1.25, ChannelSourceSequence=[concept("2:1", "MDC", "Lead I")])
            ],
            WaveformBitsAllocated=16,
            WaveformSampleInterpretation="SS",
        )
    ]
    header.WaveformSequence[0].add_new(0x54001010, "OW", bytes(range(8)))
    header.WaveformAnnotationSequence = [
        item(UnformattedTextValue="sinus rhythm, Erika Muster", ReferencedWaveformChannels=[1, 1]),
        item(ConceptNameCodeSequence=[FINDING], NumericValue="72"),
    ]
    after = clean(header)
    wave = after.WaveformSequence[0]
    assert wave.WaveformData == bytes(range(8))
    assert (wave.SamplingFrequency, wave.ChannelDefinitionSequence[0].ChannelSensitivity) == (500, 1.25)
    text, number = after.WaveformAnnotationSequence
    assert text.UnformattedTextValue.startswith("sinus rhythm")
    assert list(text.ReferencedWaveformChannels) == [1, 1]
    assert number.NumericValue == 72


def test_a_spectrum_keeps_its_numbers() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.4.2", "MR")
    header.SpectroscopyData = b"\0\0\x80\x3f" * 4
    header.ResonantNucleus, header.TransmitterFrequency, header.SpectralWidth = "1H", 123.2, 2000.0
    header.VolumeLocalizationSequence = [item(SlabThickness=20.0, MidSlabPosition=[1.0, 2.0, 3.0])]
    header.SeriesDescription = "PRESS Erika Muster"
    after = clean(header)
    assert after.get_item("SpectroscopyData").value == b"\0\0\x80\x3f" * 4
    assert (after.ResonantNucleus, after.TransmitterFrequency, after.SpectralWidth) == ("1H", 123.2, 2000.0)
    assert after.VolumeLocalizationSequence[0].SlabThickness == 20.0
    assert after.SeriesDescription == "PRESS"


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_documents_and_models_are_set_aside(number: int) -> None:
    header = made(f"1.2.840.10008.5.1.4.1.1.104.{number}", "DOC")
    header.EncapsulatedDocument = b"%PDF of Erika Muster"
    with pytest.raises(SetAside, match="EncapsulatedDocument") as failure:
        cleaned(header, SINFONIA)
    assert "a person reads it first" in failure.value.fix


@pytest.mark.parametrize("number", [1, 2])
def test_a_voice_is_set_aside(number: int) -> None:
    header = made(f"1.2.840.10008.5.1.4.1.1.9.4.{number}", "AU")
    wave = Dataset()
    wave.add_new(0x54001010, "OB", b"voice")
    header.WaveformSequence = [wave]
    with pytest.raises(SetAside, match="WaveformData"):
        cleaned(header, SINFONIA)


def test_what_lies_over_and_beside_the_image_goes_whole() -> None:
    header = made("1.2.840.10008.5.1.4.1.1.2", "CT")
    for group in (0x60000000, 0x601E0000):
        header.add_new(group | 0x0010, "US", 8)
        header.add_new(group | 0x0022, "LO", "Erika Muster")
        header.add_new(group | 0x3000, "OW", b"Muster^Erika")
    header.add_new(0x50000005, "US", 2)
    header.add_new(0x50003000, "OW", b"Muster^Erika")
    header.IconImageSequence = [item(Rows=8, Columns=8, PixelData=b"Muster^Erika")]
    header.IconImageSequence[0]["PixelData"].VR = "OW"
    header.add_new(0x00880200, "SQ", header.IconImageSequence)
    header.DigitalSignaturesSequence = [item(MACIDNumber=1, DigitalSignatureUID="1.2.3.4.99")]
    header.MACParametersSequence = [item(MACIDNumber=1, MACAlgorithm="SHA256")]
    header.EncryptedAttributesSequence = [
        item(EncryptedContentTransferSyntaxUID="1.2.840.10008.1.2.1", EncryptedContent=b"Muster^Erika")
    ]
    header.Rows = 512
    after = clean(header)
    groups = {tag.group & 0xFF00 for tag in after.keys()}  # noqa: SIM118 - a Dataset iterates over elements
    assert groups & {0x5000, 0x6000, 0xFFFA} == set()
    gone = {
        "IconImageSequence",
        "DigitalSignaturesSequence",
        "MACParametersSequence",
        "EncryptedAttributesSequence",
    }
    assert gone & {element.keyword for element in after} == set()
    assert after.Rows == 512
