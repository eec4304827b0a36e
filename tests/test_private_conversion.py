"""A series with cleaned private elements converts as the original does."""

from pathlib import Path

import pytest
from private_cleaning import Walk, clean_folder, converted, differences, instances
from pydicom.dataset import Dataset

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
    bare = _mosaic(scans)
    bare.remove_private_tags()
    bare.save_as(tmp_path / "bare" / "0.dcm")

    (image, _), *_ = converted(tmp_path / "bare", tmp_path / "converted").values()

    assert image.shape != (64, 64, 12)


def _mosaic(scans: Path) -> Dataset:
    found = instances(scans / "mr_siemens_trio_t1_t2_face")
    return next(dataset for _, dataset in found if "MOSAIC" in dataset.ImageType)
