"""References between instances: what resolved before resolves after."""

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from judged import Judged
from pydicom.dataset import FileDataset
from simple_encoder import new_uid

from cleanroom.records import SetAsideRow

CT, STRUCTURES, PLAN, DOSE = range(4)


@pytest.fixture(scope="module")
def base(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = scans / "rt_rtkit_phantom" / "dicom" / "simple_phantom_case"
    sources = [sorted(folder.glob(f"{kind}*")) for kind in ("CT", "RS", "RP", "RD")]
    return Judged(tmp_path_factory.mktemp("base"), sources)


def contour_image(dataset: FileDataset) -> None:
    contour = dataset.ROIContourSequence[0].ContourSequence[0]
    contour.ContourImageSequence[0].ReferencedSOPInstanceUID = "2.25.77"


def series_reference(dataset: FileDataset) -> None:
    frame = dataset.ReferencedFrameOfReferenceSequence[0]
    frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0].SeriesInstanceUID = "2.25.77"


def frame_of_reference(dataset: FileDataset) -> None:
    dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = "2.25.77"


def no_structure_set(dataset: FileDataset) -> None:
    del dataset.ReferencedStructureSetSequence


def other_frame(dataset: FileDataset) -> None:
    dataset.FrameOfReferenceUID = "2.25.78"


FAULTS: dict[str, tuple[int, Callable[[FileDataset], None], str]] = {
    "contour to an image": (STRUCTURES, contour_image, "(3006,0016) > (0008,1155) no longer resolves"),
    "structure set to a series": (STRUCTURES, series_reference, "(0020,000E) no longer resolves"),
    "structure set to a frame of reference": (STRUCTURES, frame_of_reference, "(0020,0052) no longer"),
    "plan to structure set, removed": (PLAN, no_structure_set, "(300C,0060) > (0008,1155) no longer"),
    "frame of reference of one slice": (CT, other_frame, "one frame of reference became several"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_reference_is_found(base: Judged, tmp_path: Path, fault: str) -> None:
    judged = base.copied(tmp_path)
    series, spoil, expected = FAULTS[fault]
    judged.change(series, 1, spoil)
    record, found = judged.verify()
    assert expected in found[series]["references"]
    assert judged.series[series] not in record.passed


def test_instances_whose_uids_were_exchanged(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    other = pydicom.dcmread(judged.file(CT, 2)).SOPInstanceUID

    def same(dataset: FileDataset) -> None:
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = other

    judged.change(CT, 1, same)
    _, found = judged.verify()
    assert "several UIDs became one instance" in found[CT]["references"]


def test_a_reference_to_a_series_that_is_set_aside_passes_and_is_named(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.encoded.set_aside = [SetAsideRow(series=judged.series[CT], step="encode", reason="a test")]
    judged.save()
    record, found = judged.verify()
    assert found == {}
    assert record.dangling[judged.series[STRUCTURES]] == [judged.series[CT]]


def test_a_series_that_fails_here_is_named_too(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.change(PLAN, 1, lambda dataset: setattr(dataset, "PatientIdentityRemoved", "NO"))
    record, _ = judged.verify()
    assert record.dangling == {judged.series[DOSE]: [judged.series[PLAN]]}


def test_a_reference_to_another_study_of_the_input_is_kept(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    original = pydicom.dcmread(judged.config.input / "2/1")
    outside = "1.2.276.0.99.1.2.3"
    original.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID = outside
    original.save_as(judged.config.input / "2/1")

    def follow(dataset: FileDataset) -> None:
        dataset.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID = new_uid(outside)

    judged.change(PLAN, 1, follow)
    inventory = judged.config.private / "inventory.tsv"
    inventory.write_text(f"study\tsop_instance_uid\nSCCCCCCCCCCCC\t{outside}\n")
    assert judged.verify()[1] == {}
    judged.change(PLAN, 1, no_structure_set)
    _, found = judged.verify()
    assert "to something that is not released is gone" in found[PLAN]["references"]
    inventory.unlink()
    assert "references" not in judged.verify()[1].get(PLAN, {})
