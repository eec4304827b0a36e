"""Images: another recipe has another name, and a run uses only what was built and recorded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleanroom import config, images
from cleanroom.environment import ROOT
from cleanroom.errors import StopRun
from cleanroom.hashed import hashed
from cleanroom.provenance import made
from cleanroom.tools import presence

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of images with none in it yet."""
    monkeypatch.setattr(images, "FOLDER", tmp_path)
    monkeypatch.setattr(images, "DIGESTS", tmp_path / "digests.tsv")
    images.image.cache_clear()
    made.container.cache_clear()
    yield tmp_path
    images.image.cache_clear()
    made.container.cache_clear()


def built(content: bytes, name: str = images.LINE) -> Path:
    """A stand-in for an image, recorded as the build does."""
    image = images.image(name)
    image.write_bytes(content)
    known = images.DIGESTS.read_text() if images.DIGESTS.exists() else "image\tsha256\tbytes\n"
    images.DIGESTS.write_text(f"{known}{image.name}\t{hashed(image)}\t{len(content)}\n")
    return image


def test_every_step_runs_in_an_image_that_is_built() -> None:
    rules = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    assert rules.count('PLAN.image("line")') == rules.count("PLAN.image(") > 10
    assert images.names() == ["line", "pydeface", "quickshear"]
    assert all(images.definition(name).is_file() and images.packages(name) for name in images.names())


def test_another_recipe_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = images.image(images.LINE)
    images.image.cache_clear()
    monkeypatch.setattr(images, "pinned", lambda *_: "other==1")
    assert images.image(images.LINE) != before
    assert images.image("base").name.startswith("base-")


def test_a_missing_image_stops_the_run_before_the_first_job() -> None:
    with pytest.raises(StopRun, match="make containers"):
        images.check([images.LINE])


def test_an_altered_image_stops_the_run() -> None:
    image = built(b"as it was built")
    images.check([images.LINE])
    image.write_bytes(b"something else")
    with pytest.raises(StopRun, match="is not the one that"):
        images.check([images.LINE])


def test_the_image_of_a_tool_is_looked_at_as_that_of_the_line(tmp_path: Path) -> None:
    built(b"the line")
    tool = built(b"a tool", "pydeface")
    rules = [{"tool": "pydeface", "fallback": ["quickshear", "builtin"], "reason": "made by a test"}]
    made_config = config.load({"private": tmp_path, "faces": {"rules": rules}})
    states = presence.found(made_config, frozenset({"apptainer"}))
    assert not states["pydeface"].lacks
    assert "not built" in states["quickshear"].lacks
    assert presence.own_images(states) == ["pydeface"]
    images.check([images.LINE, *presence.own_images(states)])
    tool.write_bytes(b"something else")
    with pytest.raises(StopRun, match=f"{tool.name} is not the one that"):
        images.check([images.LINE, *presence.own_images(states)])


def test_provenance_tells_the_recorded_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    image = built(b"as it was built")
    for name in made.IMAGES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(os.environ, made.IMAGES[0], str(image))
    assert made.container() == f"sha256:{images.recorded()[image.name]}"
