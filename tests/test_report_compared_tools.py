"""Two tools were compared: the private page shows both beside the original, the shared page neither."""

from pathlib import Path

import pytest
from PIL import Image
from report_sample import FIRST, HEAD, PNG_NAMES, UNSURE, Sample

from cleanroom.records import FaceAttempt, FaceRecord
from cleanroom.report import report
from cleanroom.report.thumbnails import LARGE, data_uri
from cleanroom.study import Study

SHOWN = ("original", "builtin", "quickshear")
FILES = {name: [f"compared/{HEAD}/{name}-{view}.png" for view in PNG_NAMES] for name in SHOWN}
ALL = [file for files in FILES.values() for file in files]


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """``HEAD``: the builtin is released; Quickshear left the eyes."""
    sample = Sample(tmp_path)
    study = Study(sample.config, FIRST)
    record = FaceRecord.load(study.record_path("deface"))
    face = record.series[HEAD]
    builtin = FaceAttempt(tool="builtin", mode="remove", outcome="released", seconds=16.2)
    other = FaceAttempt(tool="quickshear", mode="remove", outcome="implausible", seconds=1)
    other.reason = "the eyes can still be seen"
    other.measures, other.agreement = {"gone_eyes": 0.365}, {"builtin": 0.734}
    face.attempts = [builtin, other, FaceAttempt(tool="pydeface", outcome="failed", reason="exit status 1")]
    face.compared = FILES | {"pydeface": ["compared/../../../elsewhere/front.png", "faces.json"]}
    for grey, file in enumerate(ALL, 60):
        path = study.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (90 if "slices" in file else 30, 30), grey).save(path)
    record.save(study.record_path("deface"))
    report(sample.config)
    return sample


def test_the_private_page_has_one_column_each(sample: Sample) -> None:
    page = sample.page(private=True)
    for name in ("before", "builtin", "quickshear"):
        for view in ("Three planes", "From the front", "From the left"):
            assert page.count(f'alt="{view}, {name}"') == 1
    told = page.partition('class="compared"')[2].partition("</article>")[0]
    assert "the eyes can still be seen" in told
    assert "overlap with builtin <b>0.734</b>" in told
    assert "gone eyes <b>0.365</b>" in told
    assert "released, 16.2 s" in told
    assert told.count("No result to show.") == 1, "of pydeface, whose files lie elsewhere"


def test_no_compared_picture_is_on_the_shared_page(sample: Sample) -> None:
    home, own, shared = Study(sample.config, FIRST).folder, sample.page(private=True), sample.page()
    for file in ALL:
        picture = data_uri(home / file, LARGE)
        assert picture in own
        assert picture not in shared
    assert 'class="compared"' not in shared
    assert "are in the private report" in shared
    assert not list(sample.config.output.rglob("*quickshear*"))


def test_a_series_whose_tools_were_not_compared_says_nothing_of_it(sample: Sample) -> None:
    card = sample.page(private=True).partition(f'id="{UNSURE}"')[2].partition("</article>")[0]
    assert "compared" not in card
