"""The file of assigned ids: what spreadsheets make of it, and what is wrong with it, by line."""

from pathlib import Path

import pytest

from cleanroom import config, patients
from cleanroom.errors import StopRun
from cleanroom.patients.assignment import Assignments


def read(tmp_path: Path, content: str | bytes, **values: object) -> Assignments:
    """The assignments of a file with this content."""
    file = tmp_path / "patients.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return patients.read(config.load({"patients": {"file": file, **values}}).patients)


def pseudonyms(found: Assignments) -> dict[str, str]:
    return {patient_id: item.pseudonym for (patient_id, _), item in found.by_key.items()}


def refused(tmp_path: Path, content: str | bytes, **values: object) -> str:
    """The message of a file that stops the run; it never holds a value of the file."""
    with pytest.raises(StopRun) as stopped:
        read(tmp_path, content, **values)
    assert "Fix: " in str(stopped.value)
    assert "4711" not in str(stopped.value)
    return str(stopped.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_comma_semicolon_tab_line_ends_and_byte_order_mark(
    tmp_path: Path, separator: str, end: str, mark: str
) -> None:
    lines = [["patient_id", "pseudonym"], ["4711", "T-01"], ["", ""], ["0815", "T-02"]]
    content = mark + end.join(separator.join(line) for line in lines) + end + end
    assert pseudonyms(read(tmp_path, content)) == {"4711": "T-01", "0815": "T-02"}


def test_quotes_spaces_and_column_names_as_people_write_them(tmp_path: Path) -> None:
    content = '\n"Patient ID", Pseudonym ,Shift Days\n"4711,a",T-01 ,-364\n" 4712 ",T-02,\n'
    found = read(tmp_path, content)
    assert pseudonyms(found) == {"4711,a": "T-01", "4712": "T-02"}
    assert found.shifts == {"T-01": -364}


def test_leading_zeros_make_another_patient(tmp_path: Path) -> None:
    found = read(tmp_path, "patient_id,pseudonym\n007,T-1\n7,T-2\n")
    assert pseudonyms(found) == {"007": "T-1", "7": "T-2"}


def test_an_accent_is_the_same_however_it_is_encoded(tmp_path: Path) -> None:
    found = read(tmp_path, "patient_id,pseudonym\nMu\u0308ller-1,T-1\n")
    assert pseudonyms(found) == {"M\u00fcller-1": "T-1"}


def test_no_file_assigns_nothing() -> None:
    assert patients.read(config.Patients()).by_key == {}
    assert patients.fingerprint(config.Patients()) == ""


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StopRun, match=r"patients\.file .* cannot be read"):
        patients.read(config.Patients(file=tmp_path / "nothing.csv"))


def test_latin_1_is_not_guessed(tmp_path: Path) -> None:
    message = refused(tmp_path, "patient_id,pseudonym\n4711,T-1\nMüller,T-2\n".encode("latin-1"))
    assert "line 3: a byte is not UTF-8" in message
    assert "CSV UTF-8" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: it is no header"),
        ("4711,T-1\n4712,T-2\n", "line 1: it is no header"),
        ("patient_id pseudonym\n4711 T-1\n", "line 1: it is no header"),
        ("patient_id,pseudonim\n4711,T-1\n", "the second one; did you mean `pseudonym`?"),
        ("\n\npatient_id,pseudonym,4711\n", "line 3: there is no such column as the third one"),
        ("patient_id,issuer\n4711,A\n", "there is no column `pseudonym`"),
        ("patient_id,pseudonym,patient id\n", "there are two columns `patient_id`"),
        ("patient_id,pseudonym\n4711,T-1,x\n", "line 2: it has 3 cells, and the header 2"),
        ('patient_id,pseudonym\n4712,T-1\n"4711,T-1\n', "line 3: its quotes do not close"),
        ('patient_id,pseudonym\n"47\n11",T-1\n', "line 2: its quotes do not close, or a cell holds a line"),
        ("patient_id,pseudonym\n4712,T-0\n\n,T-1\n", "line 4: it has no patient_id"),
        ("patient_id,pseudonym\n4711,\n", "line 2: it has no pseudonym"),
        ("patient_id,pseudonym\n4711\n", "line 2: it has no pseudonym"),
        ("patient_id,pseudonym\n1.23E+11,T-1\n", "a spreadsheet shortened the patient_id"),
        ("patient_id,pseudonym,shift_days\n4711,T-1,-10\n", "line 2: its shift_days are not whole weeks"),
        ("patient_id,pseudonym,shift_days\n4711,T-1,0\n", "line 2: its shift_days are not whole weeks"),
        ("patient_id,pseudonym,shift_days\n4711,T-1,7.0\n", "line 2: its shift_days are not whole weeks"),
        ("patient_id,pseudonym\n4711,T 1\n", "line 2: its pseudonym is not 1 to 64"),
        ("patient_id,pseudonym\n4711,../T\n", "line 2: its pseudonym is not 1 to 64"),
        ("patient_id,pseudonym\n4711,T-1.\n", "line 2: its pseudonym is not 1 to 64"),
        (f"patient_id,pseudonym\n4711,{'T' * 65}\n", "line 2: its pseudonym is not 1 to 64"),
        ("patient_id,pseudonym\n4711,pabcdefghijkl\n", "line 2: its pseudonym looks like one that Cleanroom"),
        ("patient_id,pseudonym\n4711,unfiled\n", "line 2: its pseudonym looks like one that Cleanroom"),
        ("patient_id,pseudonym\n4711,T-4711\n", "line 2: its pseudonym holds the patient_id"),
        ("patient_id,pseudonym\na1,T-1\n4711,A1\n", "line 3: its pseudonym is the patient_id of line 2"),
    ],
)
def test_what_is_wrong_is_said_by_line(tmp_path: Path, content: str, said: str) -> None:
    assert said in refused(tmp_path, content)


def test_all_wrong_lines_are_named_but_not_endlessly(tmp_path: Path) -> None:
    message = refused(tmp_path, "patient_id,pseudonym\n" + "4711,a b\n" * 15)
    assert message.count("line ") == 10
    assert "and 5 more" in message


TWICE = "patient_id,pseudonym\n4711,T-1\n4712,T-2\n4711,T-1\n"
TWO_NAMES = "patient_id,pseudonym\n4711,T-1\n4712,T-2\n4711,T-3\n"
TWO_IDS = "patient_id,pseudonym,shift_days\n4711,T-1,\n4712,T-2,\n4713,T-1,-28\n"


def test_the_same_line_twice_is_fine(tmp_path: Path) -> None:
    assert pseudonyms(read(tmp_path, TWICE)) == {"4711": "T-1", "4712": "T-2"}


def test_one_patient_with_two_pseudonyms(tmp_path: Path) -> None:
    message = refused(tmp_path, TWO_NAMES)
    assert "line 2: the same patient has another pseudonym in line 4" in message
    assert "patients.conflict" in message
    assert read(tmp_path, TWO_NAMES, conflict="set_aside").conflicts == {("4711", None)}


def test_two_patients_with_one_pseudonym_unless_they_are_merged(tmp_path: Path) -> None:
    message = refused(tmp_path, TWO_IDS)
    assert "line 2: another patient has the same pseudonym in line 4" in message
    assert "patients.merge: true" in message
    found = read(tmp_path, TWO_IDS, merge=True)
    assert not found.conflicts
    assert pseudonyms(found) == {"4711": "T-1", "4712": "T-2", "4713": "T-1"}
    assert found.shifts == {"T-1": -28}
    assert {item.date_shift_days for item in found.by_key.values()} == {None, -28}


def test_merged_patients_cannot_be_shifted_differently(tmp_path: Path) -> None:
    content = "patient_id,pseudonym,shift_days\n4711,T-1,-7\n4713,T-1,-14\n"
    assert "line 2: the same pseudonym has other shift_days in line 3" in refused(
        tmp_path, content, merge=True
    )


def test_pseudonyms_that_one_folder_could_hold_on_some_systems(tmp_path: Path) -> None:
    content = "patient_id,pseudonym\n4711,t-1\n4713,T-1\n"
    assert "in other letters, large and small, in line 3" in refused(tmp_path, content, merge=True)


def test_the_same_id_of_two_issuers_is_two_patients(tmp_path: Path) -> None:
    found = read(tmp_path, "patient_id,issuer,pseudonym\n4711,A,T-1\n4711,B,T-2\n4711,,T-3\n")
    assert {key: item.pseudonym for key, item in found.by_key.items()} == {
        ("4711", "A"): "T-1",
        ("4711", "B"): "T-2",
        ("4711", ""): "T-3",
    }


def test_the_fingerprint_is_that_of_the_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text(TWICE)
    other.write_text(TWICE)
    prints = [patients.fingerprint(config.Patients(file=file)) for file in (one, other)]
    assert prints[0] == prints[1]
    other.write_text(TWICE + "4714,T-9\n")
    assert patients.fingerprint(config.Patients(file=other)) != prints[0]
