"""What the gate draws for the report: after pictures of what passed, and nothing else under ``after``."""

from pathlib import Path

import pytest
from judged import Judged
from PIL import Image


@pytest.fixture
def judged(scans: Path, tmp_path: Path) -> Judged:
    head = sorted((scans / "mr_ge_signa_pd_2d_face" / "dicom").glob("*.dcm"))
    dose = sorted((scans / "rt_rtkit_phantom" / "dicom" / "single_rt_image").glob("*.dcm"))
    return Judged(tmp_path, [head, dose], frozenset({0}))


def test_a_series_that_passes_is_drawn_before_and_after(judged: Judged) -> None:
    record, found = judged.verify()
    assert found == {}
    head, flat = judged.series
    kinds = ("slices", "front", "left")
    assert record.pictures[head] == [
        f"pictures/{when}/{head}-{kind}.png" for when in ("after", "before") for kind in kinds
    ]
    assert record.pictures[flat] == [f"pictures/after/{flat}-frame.png"]
    drawn = {
        name: Image.open(judged.study.folder / name) for names in record.pictures.values() for name in names
    }
    after, before = drawn[f"pictures/after/{head}-slices.png"], drawn[f"pictures/before/{head}-slices.png"]
    assert after.getpixel((0, 0)) < before.getpixel((0, 0))


def test_a_series_that_fails_leaves_no_after_picture(judged: Judged) -> None:
    judged.verify()
    judged.change(0, 1, lambda dataset: setattr(dataset, "PatientIdentityRemoved", "NO"))
    record, found = judged.verify()
    assert found[0]["marks"]
    name = judged.series[0]
    assert f"pictures/withheld/{name}-front.png" in record.pictures[name]
    assert not list((judged.study.folder / "pictures" / "after").glob(f"{name}*"))


def test_a_picture_that_cannot_be_drawn_stops_nothing(judged: Judged) -> None:
    def broken(*_: object, **__: object) -> Image.Image:
        raise ValueError("no surface")

    record, found = judged.verify({"slices": broken, "surface": broken})
    assert found == {}
    assert record.pictures[judged.series[0]] == []
    assert list(record.passed) == judged.series
