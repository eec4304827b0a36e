"""Pixels and geometry that are not what they should be: the gate finds each."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from judged import Judged
from pydicom.dataset import FileDataset
from pydicom.uid import RLELossless

from cleanroom.records import SetAsideRow


@pytest.fixture(scope="module")
def base(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Series 0: CT with a face; series 1: MR in which nothing is covered."""
    ct = sorted((scans / "ct_siemens_phantom_face_rtstruct" / "dicom" / "ct").glob("*.dcm"))[100:108]
    mr = sorted((scans / "mr_philips_mprage_face" / "dicom").glob("*.dcm"))[80:86]
    return Judged(tmp_path_factory.mktemp("base"), [ct, mr], frozenset({0}))


def poke(row: int, column: int, value: int) -> Callable[[FileDataset], None]:
    def spoil(dataset: FileDataset) -> None:
        pixels = dataset.pixel_array.copy()
        pixels[row, column] = value
        dataset.PixelData = pixels.tobytes()

    return spoil


def outside_and_inside(judged: Judged, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """A pixel that the face mask does not cover, and one that it does."""
    after = pydicom.dcmread(judged.file(0, number)).pixel_array
    original = pydicom.dcmread(judged.config.input / f"0/{number}").pixel_array
    kept, replaced = np.argwhere(after == original)[-1], np.argwhere(after != original)[0]
    return tuple(kept.tolist()), tuple(replaced.tolist())


def test_one_pixel_changed_outside_the_mask(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    kept, _ = outside_and_inside(judged, 3)
    judged.change(0, 3, poke(*kept, 777))
    _, found = judged.verify()
    assert "pixels outside the face mask changed (1 of 8 instances, first 00003)" in found[0]["pixels"]


def test_one_pixel_of_the_face_left(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    _, replaced = outside_and_inside(judged, 3)
    original = pydicom.dcmread(judged.config.input / "0/3").pixel_array
    judged.change(0, 3, poke(*replaced, int(original[replaced])))
    _, found = judged.verify()
    assert "do not hold the fill (1 of 8" in found[0]["pixels"]


def test_a_fill_that_is_not_air(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    _, replaced = outside_and_inside(judged, 3)
    judged.change(0, 3, poke(*replaced, 1064))
    _, found = judged.verify()
    assert "do not hold the fill" in found[0]["pixels"]


def test_a_face_left_whole_in_one_slice(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    original = pydicom.dcmread(judged.config.input / "0/5").PixelData
    judged.change(0, 5, lambda dataset: setattr(dataset, "PixelData", original))
    judged.encoded.series[judged.series[0]][4].covered = 0
    judged.save()
    _, found = judged.verify()
    assert "do not hold the fill (1 of 8 instances, first 00005)" in found[0]["pixels"]


def test_a_mask_that_was_shifted_on_the_way_to_the_pixels(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    path = judged.study.work / judged.faces.series[judged.series[0]].masks[0].mask
    image = nibabel.load(path)
    moved = np.roll(np.asanyarray(image.dataobj), 3, axis=1)
    nibabel.save(nibabel.Nifti1Image(moved, image.affine), path)
    _, found = judged.verify()
    assert "outside the face mask" in found[0]["pixels"]
    assert "do not hold the fill" in found[0]["pixels"]


def test_a_mask_in_another_grid(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    path = judged.study.work / judged.faces.series[judged.series[0]].masks[0].mask
    image = nibabel.load(path)
    nibabel.save(nibabel.Nifti1Image(np.asanyarray(image.dataobj)[:-1], image.affine), path)
    _, found = judged.verify()
    assert found[0]["face"] == "a face mask does not have the grid of its volume"


def test_pixels_replaced_where_there_is_no_mask(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.encoded.series[judged.series[1]][2].covered = 9
    judged.save()
    _, found = judged.verify()
    assert "that no mask covers" in found[1]["pixels"]


def test_more_pixels_changed_than_written_down(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.encoded.series[judged.series[0]][2].covered = 5
    judged.save()
    _, found = judged.verify()
    assert "more pixels changed" in found[0]["pixels"]


def test_one_byte_changed_where_nothing_is_covered(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.change(1, 2, poke(100, 100, 3))
    _, found = judged.verify()
    assert "although nothing is covered (1 of 6 instances, first 00002)" in found[1]["pixels"]


def test_another_transfer_syntax_where_nothing_is_covered(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.change(1, 2, lambda dataset: dataset.compress(RLELossless, generate_instance_uid=False))
    _, found = judged.verify()
    assert "transfer syntax differ" in found[1]["pixels"]


def test_a_lossless_transfer_syntax_where_something_is_covered_is_fine(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    for instance in judged.encoded.series[judged.series[0]]:
        if instance.covered:
            number = int(instance.number)
            judged.change(
                0, number, lambda dataset: dataset.compress(RLELossless, generate_instance_uid=False)
            )
    _, found = judged.verify()
    assert found == {}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("RescaleIntercept", "-1000"),
        ("RescaleSlope", "2"),
        ("ImagePositionPatient", [0, 0, 0]),
        ("PixelSpacing", [1, 2]),
        ("PixelRepresentation", 1),
        ("Modality", "OT"),
    ],
)
def test_a_header_that_gives_the_pixels_another_meaning(
    base: Judged, tmp_path: Path, keyword: str, value: object
) -> None:
    judged = base.copied(tmp_path)
    judged.change(1, 2, lambda dataset: setattr(dataset, keyword, value))
    _, found = judged.verify()
    assert "it says what the pixels are" in found[1]["pixels"]


def test_two_instances_swapped(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    first, second = judged.file(1, 1), judged.file(1, 2)
    first.rename(tmp_path / "first")
    second.rename(first)
    (tmp_path / "first").rename(second)
    _, found = judged.verify()
    assert "(2 of 6 instances" in found[1]["pixels"]


def test_two_series_swapped(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    folder = judged.study.work / "encoded"
    (folder / judged.series[0]).rename(folder / "swap")
    (folder / judged.series[1]).rename(folder / judged.series[0])
    (folder / "swap").rename(folder / judged.series[1])
    record, found = judged.verify()
    assert found[0]["pixels"]
    assert found[1]["pixels"]
    assert record.passed == {}


def test_a_geometry_that_changed_in_every_instance(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)

    def shift(dataset: FileDataset) -> None:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x + 5, y, z]

    for number in range(1, 7):
        judged.change(1, number, shift)
    _, found = judged.verify()
    assert found[1]["geometry"] == "a volume has another affine than that of the original"


def test_a_series_that_converts_to_two_volumes(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.change(1, 6, lambda dataset: setattr(dataset, "SeriesInstanceUID", "2.25.1"))
    _, found = judged.verify()
    assert "dcm2niix makes 2 volumes of it" in found[1]["geometry"]


def test_a_missing_slice(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.file(1, 6).unlink()
    _, found = judged.verify()
    assert found[1]["tallies"] == "1 of 6 instances have no file and were not set aside"
    assert found[1]["geometry"] == "a volume has another shape than that of the original"
    assert 0 not in found


def test_a_slice_that_encode_set_aside_alone(base: Judged, tmp_path: Path) -> None:
    judged = base.copied(tmp_path)
    judged.file(1, 6).unlink()
    judged.encoded.series[judged.series[1]].pop()
    judged.encoded.set_aside = [
        SetAsideRow(series=judged.series[1], numbers=["00006"], step="encode", reason="a test")
    ]
    judged.save()
    record, found = judged.verify()
    assert found == {}
    assert record.passed[judged.series[1]] == [f"{number:05d}" for number in range(1, 6)]
