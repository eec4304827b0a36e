"""Objects that are not plain images, with the default profile: identities gone, meaning kept."""

from datetime import date

import pytest
from cleaning import IDENTITY, SINFONIA, cleaned
from objects import FINDING, clean, concept, item, made
from pydicom.dataset import Dataset

from cleanroom.errors import SetAside


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
