"""Float and double float pixel data: released as they are, de-faced, or set aside by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from boxed import HERE, one
from matrix_heads import Row, Series
from matrix_words import doubles, floats
from test_encode_matrix import through

from cleanroom import step
from cleanroom.records import EncodeRecord, VerifyRecord

MAPS = [f"odd_pydicom/pydicom-data/parametric_map_{name}.dcm" for name in ("float", "double_float")]
KEYWORDS = {"float": "FloatPixelData", "double_float": "DoubleFloatPixelData"}


@pytest.mark.parametrize("name", MAPS)
def test_an_untouched_map_is_released_verbatim(scans: Path, tmp_path: Path, name: str) -> None:
    boxed, uid = one(scans / name, tmp_path, [])
    assert not boxed.record.set_aside
    before, after = pydicom.dcmread(scans / name), boxed.released(uid)
    keyword = KEYWORDS[Path(name).stem.removeprefix("parametric_map_")]
    assert after[keyword].value == before[keyword].value
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    assert boxed.verify()[1].get(uid, {}).get("pixels") is None


@pytest.mark.parametrize("name", MAPS)
def test_words_in_a_map_set_it_aside(scans: Path, tmp_path: Path, name: str) -> None:
    boxed, _ = one(scans / name, tmp_path, [HERE])
    assert [row.reason for row in boxed.record.set_aside] == ["words in float pixels cannot be covered"]
    assert not list((boxed.study.work / "encoded").rglob("*.dcm"))


@pytest.mark.parametrize("make", [floats, doubles])
def test_the_gate_finds_a_float_that_changed(
    make: Callable[[Path], Series], scans: Path, tmp_path: Path
) -> None:
    study, _ = through(Row("float", make), scans, tmp_path)
    ((series, written),) = EncodeRecord.load(study.record_path("encode")).series.items()
    number = next(item.number for item in written if item.covered)
    path = study.work / "encoded" / series / f"{number}.dcm"
    tampered = pydicom.dcmread(path)
    (keyword,) = set(KEYWORDS.values()) & set(tampered.dir())
    values = np.frombuffer(tampered[keyword].value, tampered.pixel_array.dtype).copy()
    values[0] = np.nextafter(values[0], np.inf)
    tampered[keyword].value = values.tobytes()
    tampered.save_as(path)
    step.run("verify", study)
    text = VerifyRecord.load(study.record_path("verify")).checks[series]["pixels"]
    assert "pixels outside the face mask changed" in text
