"""A PDF becomes pictures of its pages, without its words."""

import io

import hiding
import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image

from cleanroom.errors import SetAside
from cleanroom.files.pdf import cleaned_pdf
from cleanroom.files.structure import rest
from cleanroom.reading import Word, words


class Blind:
    """A reader that sees nothing: what is covered then comes from the text layer."""

    def __call__(self, image: NDArray[np.uint8]) -> list[Word]:  # noqa: ARG002
        """Nothing."""
        return []


def rendered(data: bytes, page: int = 0) -> NDArray[np.uint8]:
    """A page as a viewer shows it."""
    document = pypdfium2.PdfDocument(data)
    return np.asarray(document[page].render(scale=2).to_pil().convert("L"))


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    """Its bytes."""
    buffer = io.BytesIO()
    document.save(buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_no_hiding_place_is_taken_over(rotate: int) -> None:
    data = hiding.pdf(rotate)
    assert hiding.told(data)
    done = cleaned_pdf(data, Blind())
    assert not hiding.told(done.data)
    assert len(rest(done.data, "pdf")) < 3000
    with pikepdf.open(io.BytesIO(done.data)) as document:
        assert len(document.pages) == 2
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert not document.attachments
    assert not pypdfium2.PdfDocument(done.data)[0].get_textpage().get_text_range()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_of_the_text_layer_are_covered_whatever_the_rotation(rotate: int) -> None:
    done = cleaned_pdf(hiding.pdf(rotate), Blind())
    upright = np.rot90(rendered(done.data), rotate // 90)
    assert not upright[76:96, 70:160].any()
    assert (upright[200:320, 399:401] < 128).any()


def test_the_same_pdf_gives_the_same_bytes() -> None:
    assert cleaned_pdf(hiding.pdf(), Blind()).data == cleaned_pdf(hiding.pdf(), Blind()).data


def test_with_identities_only_what_tells_is_covered() -> None:
    done = cleaned_pdf(hiding.pdf(), Blind(), lambda word: "Ottilie" in word.text)
    assert (rendered(done.data)[76:100, 60:160] > 200).any()


def test_an_encrypted_pdf_is_set_aside_also_without_a_password() -> None:
    with pikepdf.open(io.BytesIO(hiding.pdf())) as document:
        for user in ("", "secret"):
            data = saved(document, encryption=pikepdf.Encryption(owner="owner", user=user))
            with pytest.raises(SetAside, match="encrypted"):
                cleaned_pdf(data, Blind())


def test_two_thousand_pages_are_too_many() -> None:
    document = pikepdf.new()
    for _ in range(2000):
        document.add_blank_page(page_size=(100, 100))
    with pytest.raises(SetAside, match="more than 200 pages"):
        cleaned_pdf(saved(document), Blind())


def test_a_page_as_large_as_a_field_is_rendered_within_bounds() -> None:
    document = pikepdf.new()
    document.add_blank_page(page_size=(14_400, 14_400))
    done = cleaned_pdf(saved(document), Blind())
    with pikepdf.open(io.BytesIO(done.data)) as made:
        image = made.pages[0].Resources.XObject.Im0
        assert int(image.Width) * int(image.Height) <= 31_000_000


def test_a_pdf_that_shows_a_picture_waits_for_a_person() -> None:
    noise = np.random.default_rng(3).normal(0, 4, (300, 300)) + np.linspace(40, 200, 300)
    buffer = io.BytesIO()
    page = Image.new("L", (1240, 1754), 255)
    page.paste(Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)), (200, 200))
    page.save(buffer, "PDF", resolution=150)
    with pytest.raises(SetAside, match="a person may be seen"):
        cleaned_pdf(buffer.getvalue(), Blind())
    assert cleaned_pdf(buffer.getvalue(), Blind(), with_pictures=True).data


def test_a_page_with_one_word_is_not_covered_as_a_whole() -> None:
    """A black bar on white looks like a letter as large as the page."""
    done = cleaned_pdf(hiding.scanned(), words)
    page = rendered(done.data)
    assert (page > 200).mean() > 0.8
    assert (page < 100).any(axis=1)[240:340].any(), "the frame below the word stays"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(5000), hiding.pdf()[:900]])
def test_a_broken_pdf_is_set_aside(data: bytes) -> None:
    with pytest.raises(SetAside):
        cleaned_pdf(data, Blind())
