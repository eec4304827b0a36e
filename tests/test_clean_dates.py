"""Dates move by whole weeks, the same for all of a patient."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from cleanroom.clean.dates import UNKNOWN, shifted_date, shifted_datetime
from cleanroom.identity import Identity

keys = st.binary(min_size=32, max_size=32)
days = st.dates(datetime.date(1930, 1, 1), datetime.date(2100, 1, 1))


def day(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, "%Y%m%d").date()


@given(keys, st.text(), days, days)
def test_distances_and_weekdays_stay(
    key: bytes, patient: str, one: datetime.date, other: datetime.date
) -> None:
    shift = Identity(key).date_shift_days(patient)
    first, second = (day(shifted_date(f"{date:%Y%m%d}", shift)) for date in (one, other))
    assert second - first == other - one
    assert first.weekday() == one.weekday()
    assert first != one


@given(days, st.integers(-4000, -364))
def test_old_and_padded_forms_are_read(date: datetime.date, shift: int) -> None:
    expected = shifted_date(f"{date:%Y%m%d}", shift)
    assert shifted_date(f"{date:%Y.%m.%d}", shift) == expected
    assert shifted_date(f"{date:%Y%m%d} ", shift) == expected
    assert shifted_datetime(f"{date:%Y%m%d}143000.25+0100", shift) == f"{expected}143000.25+0100"
    assert shifted_datetime(f"{date:%Y%m%d}", shift) == expected


@given(st.text())
def test_what_is_not_a_date_never_comes_back(text: str) -> None:
    for part in shifted_date(text, -700).split("\\") + shifted_datetime(text, -700).split("\\"):
        assert part in ("", UNKNOWN) or part not in text


@given(st.text(alphabet="0123456789.+- ", max_size=26))
def test_a_day_that_does_not_exist_becomes_a_fixed_one(text: str) -> None:
    assert shifted_date("20230231", -700) == UNKNOWN
    assert shifted_datetime("2023", -700) == UNKNOWN
    assert shifted_date(text, -700)[:1] in ("", *"0123456789\\")
