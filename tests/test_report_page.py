"""What the pages show, and what they must never show."""

import base64
import re
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from report_sample import FIRST, HEAD, KEPT, KEPT_REASON, PNG_NAMES, UNSURE, Sample

from cleanroom.identity import Identity, load_key
from cleanroom.records import ReleasedInstance, ReleaseRecord, SeriesText, TextRecord
from cleanroom.report import report
from cleanroom.report.thumbnails import LARGE, data_uri, thumbnails


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    sample = Sample(tmp_path)
    report(sample.config)
    return sample


def card(page: str, series: str) -> str:
    return page.partition(f'id="{series}"')[2].partition("</article>")[0]


def counts(section: str) -> dict[str, list[str]]:
    """Kind → in, released, set aside."""
    rows = re.findall(r"<tr><td>(.*?)</td>(.*?)</tr>", section, re.S)
    return {kind: re.findall(r">(\d+)</td>", figures) for kind, figures in rows}


def test_the_verdict_comes_first(sample: Sample) -> None:
    page = sample.page()
    assert "<h1>7 of 14 files are released.</h1>" in page
    assert "nothing failed" in page
    assert (
        page.index("<h1>") < page.index('id="kept"') < page.index('id="set-aside"') < page.index('id="audit"')
    )


def test_a_face_kept_on_purpose_is_said_in_front(sample: Sample) -> None:
    front = sample.page().split('id="set-aside"')[0]
    assert KEPT in front
    assert KEPT_REASON in front


def test_words_kept_on_purpose_are_said_in_front_with_their_reason(sample: Sample) -> None:
    path = sample.config.private / "studies" / FIRST / "text.json"
    text = SeriesText(words="never", reason="a phantom, nobody's name is on it", notes=["the template `x`"])
    TextRecord(series={HEAD: text}).save(path)
    report(sample.config)
    for private in (False, True):
        page = sample.page(private)
        section = page.partition('id="unread"')[2].partition("</section>")[0]
        assert HEAD in section
        assert "a phantom, nobody&#39;s name is on it" in section
        assert "a phantom" in card(page, HEAD)
        assert "the template <code>x</code>" in card(page, HEAD)
    (series,) = [item for item in sample.figures()["series"] if item["series"] == HEAD]
    assert series["text"]["reason"] == "a phantom, nobody's name is on it"


def test_without_such_a_rule_there_is_no_such_section(sample: Sample) -> None:
    assert 'id="unread"' not in sample.page()


def test_pictures_and_pdfs_have_their_section_by_pseudonym(sample: Sample) -> None:
    identity = Identity(load_key(sample.config.private / "key"))
    section = sample.page().partition('id="files"')[2].partition("</section>")[0]
    for path in ("Mueller_Anna.jpg", "letter.pdf"):
        assert identity.pseudonym("file", path) in section
        assert path not in sample.page() + sample.page(private=True)
    assert section.count("pictures and PDFs may carry words") == 2
    assert counts(section) == {"PDFs": ["1", "0", "1"], "Pictures": ["1", "0", "1"]}


def test_a_released_pdf_is_counted_and_named(sample: Sample) -> None:
    identity = Identity(load_key(sample.config.private / "key"))
    name = identity.pseudonym("file", "letter.pdf")
    place = f"other/unfiled/{name}.pdf"
    done = ReleasedInstance(
        path=place, sha256="0" * 64, bytes=9, kind="pdf", patient="", original="letter.pdf"
    )
    ReleaseRecord(files=[done]).save(sample.config.private / "files" / "released.json")
    report(sample.config)
    section = sample.page().partition('id="files"')[2].partition("</section>")[0]
    assert counts(section)["PDFs"] == ["1", "1", "0"]
    assert name in sample.page().partition("1 released")[2].partition("</details>")[0]


def test_the_config_line_that_mends_stands_with_its_reason(sample: Sample) -> None:
    assert "<code>faces.rules</code>" in card(sample.page(), UNSURE)


@pytest.mark.parametrize("private", [False, True])
def test_nothing_is_fetched(sample: Sample, private: bool) -> None:
    page = sample.page(private)
    assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[\w+/=]*", "", page))
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith(("#", "data:image/webp;base64,", "../", "report.json", "series.tsv", "3d/"))
    assert not re.search(r"url\(|@import", page)


def test_no_before_picture_is_on_the_shareable_page(sample: Sample) -> None:
    work = sample.config.private / "studies" / FIRST
    before = data_uri(work / f"pictures/before/{HEAD}-front.png", LARGE)
    after = data_uri(work / f"pictures/after/{HEAD}-front.png", LARGE)
    assert before.startswith("data:image/webp") and before != after
    assert before in sample.page(private=True)
    assert after in sample.page(private=True)
    assert before not in sample.page()
    assert after in sample.page()
    assert card(sample.page(), HEAD).count("<img") == len(PNG_NAMES)


def test_a_kept_face_has_no_picture_on_the_shareable_page(sample: Sample) -> None:
    assert "<img" not in card(sample.page(), KEPT)
    assert "<img" in card(sample.page(private=True), KEPT)


def test_a_series_set_aside_has_no_picture_on_the_shareable_page(sample: Sample) -> None:
    path = sample.config.private / "studies" / FIRST / "verdict.json"
    path.write_text(path.read_text().replace(f'"{HEAD}": [', f'"{UNSURE}": ['))
    report(sample.config)
    assert "<img" not in card(sample.page(), UNSURE)
    assert "<img" in card(sample.page(private=True), UNSURE)


def test_what_was_withheld_is_on_the_private_page_alone(sample: Sample) -> None:
    work = sample.config.private / "studies" / FIRST
    (work / "pictures" / "after").rename(work / "pictures" / "withheld")
    record = work / "verdict.json"
    record.write_text(record.read_text().replace("pictures/after", "pictures/withheld"))
    report(sample.config)
    assert "<img" not in card(sample.page(), HEAD)
    assert card(sample.page(private=True), HEAD).count("<img") == 2 * len(PNG_NAMES)


def test_a_picture_is_its_pixels_alone(tmp_path: Path) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "Doe^John")
    Image.new("L", (64, 64), 7).save(tmp_path / "x.png", pnginfo=words)
    found = base64.b64decode(data_uri(tmp_path / "x.png", LARGE).split(",")[1])
    assert found[:4] == b"RIFF"
    assert b"Doe" not in found


def test_a_picture_outside_of_the_pictures_folder_is_not_read(tmp_path: Path) -> None:
    files = ["pictures/after/../before/x.png", "pictures/other/x.png", "volumes/x.png"]
    assert thumbnails(tmp_path, files, LARGE, private=False) == []


def test_the_shareable_page_holds_nothing_of_the_original(sample: Sample) -> None:
    everything = b"".join(path.read_bytes() for path in sample.config.output.rglob("*") if path.is_file())
    for original in [b"Doe", b"Mueller", b"letter.pdf", b"1.2.3.", str(sample.config.private).encode()]:
        assert original not in everything


def test_only_the_private_report_is_closed_to_others(sample: Sample) -> None:
    private = sample.config.private / "report"
    assert private.stat().st_mode & 0o777 == 0o700
    assert (private / "index.html").stat().st_mode & 0o777 == 0o600
    assert (sample.config.private / "inventory.tsv").stat().st_mode & 0o777 == 0o600
    for path in sample.config.output.rglob("*"):
        assert not path.is_file() or path.stat().st_mode & 0o777 == 0o644
