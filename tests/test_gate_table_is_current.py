"""The table of faults in the docs is that of the tests."""

from seeded import PAGE, faults, table


def test_the_docs_list_every_fault_that_is_planted() -> None:
    assert table() in PAGE.read_text(), "run `python tests/seeded.py`"


def test_there_are_more_than_forty_kinds_and_none_is_listed_twice() -> None:
    found = [fault.what for fault in faults()]
    assert len(set(found)) == len(found) > 40
