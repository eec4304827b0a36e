"""What encode writes differs from the original inside the mask, and nowhere else."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from studies import converted, draw_mask

from cleanroom import step
from cleanroom.records import EncodeRecord
from cleanroom.study import Study

SETS = {
    "mr_philips_mprage_face": 0.0,
    "mr_siemens_xa30_enhanced_face": 0.0,
    "mr_ge_signa_pd_2d_face": 0.0,
    "ct_ge_hispeed_head_tilt": -1000.0,
}


def encoded(scans: Path, name: str, tmp_path: Path) -> list[tuple[Study, EncodeRecord]]:
    """The studies of a data set, encoded with a drawn mask."""
    done = []
    for study in converted(scans / name, tmp_path):
        draw_mask(study, SETS.get(name, 0.0))
        step.run("encode", study)
        done.append((study, EncodeRecord.load(study.record_path("encode"))))
    return done


def rescale(header: pydicom.Dataset) -> tuple[float, float]:
    """Slope and intercept of the (first) frame."""
    groups = header.get("PerFrameFunctionalGroupsSequence", [header])
    holder = groups[0].get("PixelValueTransformationSequence", [header])[0]
    return float(holder.get("RescaleSlope", 1)), float(holder.get("RescaleIntercept", 0))


@pytest.mark.parametrize("name", SETS)
def test_only_pixels_in_the_mask_change_and_become_the_fill(scans: Path, tmp_path: Path, name: str) -> None:
    touched = 0
    for study, record in encoded(scans, name, tmp_path):
        assert not record.set_aside
        for instance in study.instances:
            written = {item.number: item.covered for item in record.series[instance.series]}
            before = pydicom.dcmread(study.config.input / instance.path, force=True)
            after = pydicom.dcmread(study.work / "encoded" / instance.series / f"{instance.number}.dcm")
            if not written[instance.number]:
                assert after.get("PixelData") == before.get("PixelData")
                assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
                continue
            touched += 1
            old, new = before.pixel_array, after.pixel_array
            changed = old != new
            pixels = changed.any(axis=-1) if before.SamplesPerPixel > 1 else changed
            assert 0 < pixels.sum() <= written[instance.number]
            slope, intercept = rescale(before)
            assert np.abs(new[changed] * slope + intercept - SETS[name]).max() <= slope / 2
            assert len(np.unique(new[changed])) == 1
    assert touched


def test_a_gap_and_uneven_slices_take_their_mask_by_position(scans: Path, tmp_path: Path) -> None:
    ((_, record),) = encoded(scans, "mr_siemens_trio_t1_t2_face", tmp_path)
    covered = {series: sum(item.covered for item in items) for series, items in record.series.items()}
    assert len(covered) == 4
    assert all(covered.values())
    assert not record.set_aside


def test_a_derived_series_says_so_on_every_instance(scans: Path, tmp_path: Path) -> None:
    ((study, record),) = encoded(scans, "mr_philips_mprage_face", tmp_path)
    types = set()
    for path in (study.work / "encoded").rglob("*.dcm"):
        header = pydicom.dcmread(path, stop_before_pixels=True)
        types.add(tuple(header.ImageType))
        assert header.RecognizableVisualFeatures == "NO"
        assert "113102" in [item.CodeValue for item in header.DeidentificationMethodCodeSequence]
    assert len(types) == 1
    assert types.pop()[0] == "DERIVED"
    assert {item.covered > 0 for item in record.series[study.instances[0].series]} == {True, False}


def test_enhanced_frames_say_how_they_were_derived(scans: Path, tmp_path: Path) -> None:
    ((study, _),) = encoded(scans, "mr_siemens_xa30_enhanced_face", tmp_path)
    headers = [pydicom.dcmread(p, stop_before_pixels=True) for p in (study.work / "encoded").rglob("*.dcm")]
    enhanced = [header for header in headers if "PerFrameFunctionalGroupsSequence" in header]
    assert enhanced
    for header in enhanced:
        derivation = header.SharedFunctionalGroupsSequence[0].DerivationImageSequence[0]
        source = derivation.SourceImageSequence[0].ReferencedSOPInstanceUID
        evidence = header.SourceImageEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
        assert source == evidence.ReferencedSOPInstanceUID != header.SOPInstanceUID
        assert derivation.DerivationCodeSequence[0].CodeValue == "113047"
        for frame in header.PerFrameFunctionalGroupsSequence:
            for kind in frame.get("MRImageFrameTypeSequence", []):
                assert kind.FrameType[0] == "DERIVED"


def test_a_mask_of_another_volume_is_refused(scans: Path, tmp_path: Path) -> None:
    (study,) = converted(scans / "mr_ge_signa_pd_2d_face", tmp_path)
    draw_mask(study)
    (volume,) = (study.work / "volumes").rglob("*.nii")
    content = bytearray(volume.read_bytes())
    content[len(content) // 2] ^= 1
    volume.write_bytes(content)
    step.run("encode", study)
    record = EncodeRecord.load(study.record_path("encode"))
    assert [row.reason for row in record.set_aside] == [
        "the converted volume cannot be mapped back to the pixels exactly"
    ]
    assert not list((study.work / "encoded").rglob("*.dcm"))
