"""A second reader that fails has not found that there are no words."""

import os
from pathlib import Path

import numpy as np
import pytest

from cleanroom.errors import SetAside
from cleanroom.reading import tesseract


@pytest.mark.parametrize("script", ["exit 1", "kill -ABRT $$"])
def test_what_it_failed_on_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert tesseract.installed()
    with pytest.raises(SetAside, match="second reader, tesseract, failed") as failure:
        tesseract.words(np.zeros((40, 60), np.uint8))
    assert "eng" in failure.value.fix


def test_a_strip_too_thin_for_letters_is_not_given_to_it() -> None:
    assert tesseract.words(np.zeros((3, 60), np.uint8)) == []
