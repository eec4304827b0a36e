"""A series with cleaned private elements converts as the original does."""

from dataclasses import replace
from pathlib import Path

import pytest
from cleanroom.clean.private.csa import Field, read_csa, write_csa
from private_cleaning import Walk, clean_folder, converted, differences, instances
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

NOTHING = frozenset[str]()
EXCEPTIONS = {
    "mr_siemens_trio_t1_t2_face": NOTHING,
    "mr_siemens_xa30_enhanced_face": frozenset({"WipMemBlock"}),  # free text of a research sequence
    "mr_philips_mprage_face": NOTHING,
    "mr_ge_fruit_deidentified_headers": NOTHING,
    "mr_ge_signa_pd_2d_face": NOTHING,
    "ct_ge_hispeed_head_tilt": NOTHING,
    "ct_siemens_phantom_face_rtstruct": NOTHING,
}
"""Set → fields of the dcm2niix sidecar that cleaned private elements do not give any more."""


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_a_cleaned_series_converts_as_the_original_does(name: str, scans: Path, tmp_path: Path) -> None:
    clean_folder(scans / name, tmp_path / "clean", Walk())

    before = converted(scans / name, tmp_path / "before")
    after = converted(tmp_path / "clean", tmp_path / "after")

    assert before.keys() == after.keys()
    assert before
    changed = set()
    for series, (image, sidecar) in before.items():
        cleaned_image, cleaned_sidecar = after[series]
        assert differences(image, cleaned_image) == []
        changed |= {key for key in sidecar | cleaned_sidecar if sidecar.get(key) != cleaned_sidecar.get(key)}
    assert changed == EXCEPTIONS[name]


def test_without_its_vendor_header_a_mosaic_of_twelve_slices_is_cut_wrongly(
    scans: Path, tmp_path: Path
) -> None:
    (tmp_path / "bare").mkdir()
    bare = next(dataset for _, dataset in _mosaics(scans))
    bare.remove_private_tags()
    bare.save_as(tmp_path / "bare" / "0.dcm")

    (image, _), *_ = converted(tmp_path / "bare", tmp_path / "converted").values()

    assert image.shape != (64, 64, 12)


def test_a_cleaned_diffusion_series_keeps_its_b_values_and_directions(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "original").mkdir()
    path = next(path for path, _ in _mosaics(scans))
    for volume in range(5):
        _diffusion(dcmread(path), volume).save_as(tmp_path / "original" / f"{volume}.dcm")
    clean_folder(tmp_path / "original", tmp_path / "clean", Walk())

    before = converted(tmp_path / "original", tmp_path / "before")
    after = converted(tmp_path / "clean", tmp_path / "after")

    assert [image.shape for image, _ in before.values()] == [(64, 64, 12, 5)]
    assert all(differences(before[series][0], after[series][0]) == [] for series in before)
    assert [sidecar for _, sidecar in before.values()] == [sidecar for _, sidecar in after.values()]
    for table in ("*.bval", "*.bvec"):
        original, cleaned = (next((tmp_path / side).glob(table)) for side in ("before", "after"))
        assert original.read_text() == cleaned.read_text()
        assert len(original.read_text().split()) in (5, 15)


def _mosaics(scans: Path) -> list[tuple[Path, Dataset]]:
    found = instances(scans / "mr_siemens_trio_t1_t2_face")
    return [(path, dataset) for path, dataset in found if "MOSAIC" in dataset.ImageType]


def _diffusion(volume: Dataset, number: int) -> Dataset:
    """The ASL mosaic of the Trio as one volume of a diffusion series."""
    directions = [(b"0", b"0", b"1"), (b"0", b"1", b"0"), (b"1", b"0", b"0"), (b"0.6", b"0.8", b"0")]
    values = {"B_value": (b"1000" if number else b"0",)}
    if number:
        values["DiffusionGradientDirection"] = directions[number - 1]
        values["DiffusionDirectionality"] = (b"DIRECTIONAL",)
    volume.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE", "ND", "MOSAIC"]
    volume.InstanceNumber = volume.AcquisitionNumber = number + 1
    volume.AcquisitionTime = f"1200{number:02}"
    volume.SequenceName = f"*ep_b1000#{number}" if number else "*ep_b0"
    volume.SOPInstanceUID = generate_uid(entropy_srcs=[str(number)])
    element = volume[0x00291010]
    element.value = write_csa(_with(field, values) for field in read_csa(element.value))
    return volume


def _with(field: Field, values: dict[str, tuple[bytes, ...]]) -> Field:
    items = values.get(field.name)
    return replace(field, items=items + (b"",) * (6 - len(items))) if items else field
