"""Series whose numbers are none, or larger than any patient: set aside by themselves, in bounded memory."""

from pathlib import Path

import numpy as np
import pytest
from exports import instance, save
from fuzz.odd import having
from studies import taken_in

from cleanroom import step
from cleanroom.deface.candidate import unfit
from cleanroom.isotropic import isotropic
from cleanroom.records import Record, SetAsideRow, VolumeRecord

NO_NUMBER = "its volume has a scale or size that is no number"
ODD = {
    "pixels without end": ({"PixelSpacing": b"1e999"}, "its header does not say where its slices lie"),
    "an intercept without end": ({"RescaleSlope": b"1", "RescaleIntercept": b"inf"}, NO_NUMBER),
    "an intercept that is none": ({"RescaleIntercept": b"NaN"}, NO_NUMBER),
}
TWO = np.zeros((8, 8, 8), np.float32)


def set_aside(folder: Path, values: dict[str, bytes]) -> list[SetAsideRow]:
    """What `convert` sets aside of an odd series and another one."""
    for number in range(1, 7):
        path = save(instance(number, SliceThickness=1), folder / "input" / f"odd{number}")
        for name, value in values.items():
            path.write_bytes(having(path.read_bytes(), name, value))
        save(instance(number, series="1.2.3.2", SliceThickness=1), folder / "input" / f"usual{number}")
    (study,) = taken_in(folder / "input", folder)
    for name in ("redact", "convert", "deface"):
        step.run(name, study)
    usual = next(row.series for row in study.instances if row.path == "usual1")
    assert usual in VolumeRecord.load(study.record_path("convert")).series
    rows = Record.load(study.record_path("convert")).set_aside
    assert usual not in {row.series for row in rows}
    assert not [row for row in Record.load(study.record_path("deface")).set_aside if "failed" in row.reason]
    return rows


@pytest.mark.parametrize("name", ODD)
def test_the_series_is_set_aside_and_the_other_is_not(name: str, tmp_path: Path) -> None:
    values, why = ODD[name]
    assert [row.reason for row in set_aside(tmp_path, values)] == [why]


@pytest.mark.parametrize("edge", [0.0, np.nan, np.inf, 1e5, 1e9])
def test_no_copy_is_made_of_what_no_patient_fills(edge: float) -> None:
    with pytest.raises(ValueError, match="volume"):
        isotropic(TWO, np.diag([edge, 1.0, 1e3, 1.0]))


def test_what_is_no_number_counts_as_nothing() -> None:
    values = TWO + 5
    values[0, 0, 0], values[1, 1, 1], values[2, 2, 2] = np.nan, np.inf, -np.inf
    copy = isotropic(values, np.diag([2.0, 2.0, 2.0, 1.0]))
    assert np.isfinite(copy.data).all()
    assert float(copy.data.max()) == 5
    assert (copy.data == 0).sum() == 3


def test_nobody_is_longer_than_four_metres() -> None:
    assert "more than 4,000" in unfit((100, 100, 500), np.diag([2.0, 2.0, 9.0, 1.0]))
    assert not unfit((100, 100, 400), np.diag([2.0, 2.0, 9.0, 1.0]))
