"""Words beside an ultrasound image, in places that a header or a device's template makes known."""

from pathlib import Path

import numpy as np
import pytest
from exports import instance, save
from lettering import lettered
from line import run_line
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.uid import UltrasoundImageStorage
from studies import taken_in

from cleanroom import config
from cleanroom.records import TextRecord
from cleanroom.redact import decide_study
from cleanroom.redact.places import DEVICES
from cleanroom.redact.regions import line_outside, regions
from cleanroom.redact.templates import matching_template, read
from cleanroom.study import Study

SECTOR = (100, 60, 539, 439)
"""Left, top, right, bottom of the image, the ends included, as the header writes them."""


def region(left: int, top: int, right: int, bottom: int) -> Dataset:
    made = Dataset()
    made.RegionLocationMinX0, made.RegionLocationMinY0 = left, top
    made.RegionLocationMaxX1, made.RegionLocationMaxY1 = right, bottom
    return made


def screen() -> NDArray[np.uint8]:
    """A sector of speckle; a name above it, a faint number at the far end of the same line, a mark inside."""
    picture = np.zeros((480, 640), np.uint8)
    left, top, right, bottom = SECTOR
    picture[top:bottom, left:right] = np.random.default_rng(5).integers(30, 90, (379, 439))
    for size, value, at in ((18, 255, (120, 12)), (18, 255, (200, 300))):
        picture, _ = lettered(picture, "latin", size, value, at=at)  # type: ignore[assignment]
    picture[14:28, 600:604] = picture[14:28, 612:616] = 9
    return picture


def ultrasound(**values: object) -> Dataset:
    given = {
        "Rows": 480,
        "Columns": 640,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelData": screen().tobytes(),
        "SOPClassUID": UltrasoundImageStorage,
        "Modality": "US",
        "SequenceOfUltrasoundRegions": [region(*SECTOR)],
    }
    return instance(1, **(given | values))


def decided(tmp_path: Path, made: Dataset, **text: object) -> TextRecord:
    save(made, tmp_path / "input" / "a.dcm")  # type: ignore[arg-type]
    (study,) = taken_in(tmp_path / "input", tmp_path)
    settings = config.load({**study.config.model_dump(exclude={"text"}), "text": text})
    return decide_study(Study(settings, study.pseudonym))


def by_source(record: TextRecord) -> dict[str, list[tuple[int, int, int, int]]]:
    (numbers,) = record.boxes.values()
    found: dict[str, list[tuple[int, int, int, int]]] = {}
    for box in numbers["00001"]:
        found.setdefault(box.source, []).append((box.left, box.top, box.right, box.bottom))
    return found


def test_a_word_above_the_image_takes_its_line_with_it(tmp_path: Path) -> None:
    found = by_source(decided(tmp_path, ultrasound()))
    assert {(left, right) for left, _, right, _ in found["region"]} == {(0, 640)}
    assert max(bottom for *_, bottom in found["region"]) <= 60
    inside = [box for box in found["read"] if box[1] > 250]
    assert inside, "the word on the image is covered by its own box alone"
    assert all(box[0] > 0 and box[2] < 640 for box in inside)


def test_with_identity_the_rest_of_the_line_stays(tmp_path: Path) -> None:
    record = decided(tmp_path, ultrasound(), rules=[{"words": "identity"}])
    assert "region" not in by_source(record)


def test_without_regions_only_words_are_covered(tmp_path: Path) -> None:
    made = ultrasound()
    del made.SequenceOfUltrasoundRegions
    assert set(by_source(decided(tmp_path, made))) == {"read"}


def test_a_template_of_the_device_is_covered_where_a_word_was_found(tmp_path: Path) -> None:
    found = by_source(decided(tmp_path, ultrasound(ManufacturerModelName="LOGIQ9")))
    assert found["template"] == [(0, 0, 640, 40)]


def test_a_template_without_a_word_in_it_covers_nothing(tmp_path: Path) -> None:
    picture = screen()
    picture[:60] = 0
    made = ultrasound(ManufacturerModelName="LOGIQ9", PixelData=picture.tobytes())
    assert "template" not in by_source(decided(tmp_path, made))


def test_a_template_that_lies_on_image_data_is_not_applied_and_the_report_says_so(tmp_path: Path) -> None:
    made = ultrasound(ManufacturerModelName="LOGIQ9", SequenceOfUltrasoundRegions=[region(0, 39, 639, 479)])
    record = decided(tmp_path, made)
    assert "template" not in by_source(record)
    (series,) = record.series.values()
    assert series.notes == [
        "the template `GE LOGIQ 9` was not applied: it lies on an ultrasound region (1 of 1 instances)"
    ]


def test_a_template_of_ones_own_on_image_data_is_applied_and_the_report_says_so(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {name: mine, when: {Modality: {equals: US}}, rectangles: [[0, 0, 0, 100]]}\n")
    record = decided(tmp_path, ultrasound(), templates=[str(own)])
    assert (0, 0, 640, 100) in by_source(record)["template"]
    (series,) = record.series.values()
    assert "`mine` of text.templates covers an ultrasound region (1 of 1" in series.notes[0]


def test_the_released_image_keeps_what_is_inside_the_region(tmp_path: Path) -> None:
    save(ultrasound(), tmp_path / "input" / "a.dcm")  # type: ignore[arg-type]
    done = run_line(tmp_path / "input", tmp_path)
    (path,) = (done.output / "release" / "dicom").rglob("*.dcm")
    after, before = dcmread(path).pixel_array, screen()
    assert not after[14:28, 600:616].any(), "the faint number on the name's line is gone"
    assert np.array_equal(after[60:290, 100:540], before[60:290, 100:540])
    assert not np.array_equal(after[290:330], before[290:330])


@pytest.mark.parametrize(
    ("box", "line"),
    [
        ((10, 100, 60, 110), (0, 100, 100, 110)),
        ((600, 100, 620, 110), (540, 100, 640, 110)),
        ((300, 450, 320, 460), (0, 450, 640, 460)),
        ((90, 100, 110, 110), None),
    ],
)
def test_a_line_ends_where_image_data_begins(
    box: tuple[int, int, int, int], line: tuple[int, int, int, int] | None
) -> None:
    header = Dataset()
    header.SequenceOfUltrasoundRegions = [region(*SECTOR), region(5, 5, 2, 2), Dataset()]
    assert regions(header) == [(100, 60, 540, 440)]
    assert line_outside(box, regions(header), 640) == line


EXAMPLES = {
    "GE LOGIQ 9": {"ManufacturerModelName": "LOGIQ9"},
    "GE LOGIQ E9": {"ManufacturerModelName": "LOGIQE9"},
    "Philips iU22, 480 rows": {"ManufacturerModelName": "iU22", "Rows": 480},
    "Philips iU22, 600 rows": {"ManufacturerModelName": "iU22", "Rows": 600},
    "Philips iU22, 768 rows": {"ManufacturerModelName": "iU22", "Rows": 768},
    "Zonare z.one": {"ManufacturerModelName": "Z_ONE"},
    "ATL HDI 5000": {"Manufacturer": "ATL", "ManufacturerModelName": "HDI 5000", "Rows": 476, "Columns": 640},
    "Siemens Antares": {
        "Manufacturer": "SIEMENS",
        "ManufacturerModelName": "ANTARES",
        "Rows": 768,
        "Columns": 1024,
    },
    "Siemens Acuson": {
        "Manufacturer": "SIEMENS",
        "ManufacturerModelName": "ACUSON S2000",
        "Rows": 600,
        "Columns": 800,
    },
    "Acuson Sequoia": {
        "Manufacturer": "ACUSON",
        "ManufacturerModelName": "SEQUOIA",
        "Rows": 480,
        "Columns": 640,
    },
    "Toshiba Aplio 500": {
        "Manufacturer": "TOSHIBA_MEC_US",
        "ManufacturerModelName": "TUS-A500",
        "Rows": 720,
        "Columns": 960,
    },
    "SuperSonic Aixplorer": {"ManufacturerModelName": "Aixplorer", "Rows": 1050, "Columns": 1400},
    "GE dose screen": {"SeriesDescription": "Dose Report", "Columns": 512},
    "Philips dose screen": {
        "Manufacturer": "Philips",
        "ImageType": ["DERIVED", "SECONDARY", "DOSE_INFO"],
        "Columns": 512,
    },
    "Siemens dose screen": {"Manufacturer": "SIEMENS", "ImageType": ["DERIVED", "SECONDARY"], "Rows": 860},
    "Toshiba Aquilion ONE dose screen": {
        "ManufacturerModelName": "Aquilion ONE",
        "ImageType": ["DERIVED", "SECONDARY"],
        "Rows": 512,
        "Columns": 512,
        "WindowWidth": "1",
    },
    "MEDRAD injection profile": {"SeriesDescription": "MEDRAD", "Rows": 1077, "Columns": 750},
    "Vital Images worksheet": {"Manufacturer": "Vital Images, Inc.", "Rows": 1041},
    "ADAC screen": {"Manufacturer": "ADAC", "Rows": 832, "Columns": 1024},
    "Canon CXDI": {"Manufacturer": "Canon Inc.", "ManufacturerModelName": "CXDI", "Rows": 2592},
}


def test_every_template_that_comes_along_describes_its_device_and_no_other() -> None:
    assert {template.name for template in read(DEVICES)} == set(EXAMPLES)
    for name, values in EXAMPLES.items():
        header = Dataset()
        for keyword, value in values.items():
            setattr(header, keyword, value)
        template = matching_template(header, [DEVICES])
        assert template is not None and template.name == name
    assert matching_template(instance(1), [DEVICES]) is None
