"""The pages as a person sees them: no error, no request, no barrier, with and without scripts."""

import heads
import numpy as np
import pytest
from browser import faults, page
from PIL import Image
from report_sample import BERT, HEAD, KEPT, SECOND, UNSURE, Sample

from cleanroom.picture.head import write_head
from cleanroom.records import FaceRecord
from cleanroom.report import report
from cleanroom.review.table import COLUMNS

HOSTILE = "<script>alert(1)</script>../../=cmd()\u202e\x07" + "x" * 10_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    sample = Sample(tmp_path_factory.mktemp("report"))
    for path in sample.config.private.glob("studies/*/faces.json"):
        record = FaceRecord.load(path)
        for row in record.set_aside:
            row.seen = "5ee" + "0" * 29
        record.save(path)
        if HEAD in record.series:
            write_head(
                heads.head(), heads.affine(), path.parent / "pictures" / "after" / f"{HEAD}-head.nii.gz"
            )
            write_head(
                heads.head(), heads.affine(), path.parent / "pictures" / "after" / f"{KEPT}-head.nii.gz"
            )
    study = next(sample.config.private.glob(f"studies/*/pictures/after/{HEAD}-head.nii.gz")).parents[2].name
    row = {
        "what": "comment",
        "who": HOSTILE[:60],
        "study": study,
        "series": UNSURE,
        "comment": HOSTILE[:1500],
    }
    line = "\t".join(row.get(name, "").replace("\x07", "") for name in COLUMNS)
    (sample.config.private / "review.tsv").write_text("\t".join(COLUMNS) + f"\n{line}\n")
    report(sample.config)
    return sample


def address(sample: Sample, private: bool = False) -> str:
    root = sample.config.private if private else sample.config.output
    return (root / "report" / "index.html").as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_error_no_request_no_barrier(sample: Sample, scheme: str) -> None:
    with page(color_scheme=scheme) as browser:
        for private in (False, True):
            browser.goto(address(sample, private))
            assert faults(browser) == []
        assert browser.noted == []


def test_it_is_filtered_and_the_border_between_before_and_after_moves(sample: Sample) -> None:
    with page() as browser:
        browser.goto(address(sample, private=True))
        cards = browser.locator("article.series")
        assert cards.count() == 4
        browser.keyboard.press("/")
        browser.keyboard.type(BERT.lower())
        assert cards.locator("visible=true").count() == 2
        browser.fill("input[type=search]", "")
        browser.select_option("select[name=waits]", "yes")
        assert cards.locator("visible=true").count() == 1
        browser.select_option("select[name=waits]", "")
        browser.locator(f"#{HEAD} .slide").first.scroll_into_view_if_needed()
        slider = browser.locator(f"#{HEAD} .slider").first
        slider.focus()
        browser.keyboard.press("Home")
        assert browser.locator(f"#{HEAD} .sliding").first.get_attribute("style") == "--at: 0%;"
        assert browser.noted == []


def test_without_scripts_all_of_it_can_be_read(sample: Sample) -> None:
    with page(scripts=False) as browser:
        browser.goto(address(sample))
        text = browser.text_content("body") or ""
        assert "files are released" in text
        assert all(series in text for series in (HEAD, UNSURE, KEPT))
        picture = browser.locator(f"#{HEAD} img").first
        picture.scroll_into_view_if_needed()
        assert picture.is_visible()
        assert not browser.locator("form.filter").is_visible()


def test_a_released_head_can_be_turned_around_offline(sample: Sample) -> None:
    folder = sample.config.output / "report" / "3d"
    assert sorted(path.name for path in folder.iterdir()) == [f"{HEAD}.html", "LICENSE", "niivue.js"]
    with page() as browser:
        browser.goto(address(sample))
        browser.click("text=Turn it around in 3D")
        browser.wait_for_selector("body[data-ready]", timeout=60_000)
        browser.click("text=From the front")
        drawn = folder.parents[1] / "head.png"
        browser.locator("canvas").screenshot(path=drawn)
        assert faults(browser) == []
        assert browser.noted == []
    values = np.asarray(Image.open(drawn).convert("L"), float)
    drawn.unlink()
    assert (values > 60).mean() > 0.03


def test_a_head_that_is_no_longer_released_has_no_page(sample: Sample) -> None:
    folder = sample.config.output / "report" / "3d"
    (folder / f"{KEPT}.html").write_text("of an earlier run")
    report(sample.config)
    assert not (folder / f"{KEPT}.html").exists()


def test_a_persons_words_are_on_the_private_page_alone_and_do_no_harm(sample: Sample) -> None:
    private, shared = sample.page(private=True), sample.page()
    assert "&lt;script&gt;alert(1)" in private
    assert "alert(1)" not in shared
    assert "1 × comment" in shared
    assert "\u202e" not in private
    everything = b"".join(path.read_bytes() for path in sample.config.output.rglob("*") if path.is_file())
    assert b"alert(1)" not in everything


def test_series_tsv_has_one_row_a_series(sample: Sample) -> None:
    lines = (sample.config.output / "report" / "series.tsv").read_text().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("patient\tstudy\tseries\tmodality\tverdict")
    assert any(line.startswith(f"{BERT}\t{SECOND}") for line in lines)
