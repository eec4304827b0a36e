"""A mistake in a profile stops the run before a file is read, and names the line and what was meant."""

from pathlib import Path

import pytest

from cleanroom.clean.profile import load
from cleanroom.errors import StopRun

RULE = "attributes: [{attribute: %s}]"
MISTAKES = {
    "description: removed": "description: there is no such key; did you mean `descriptions`?",
    "dates: shfted": "dates: Input should be 'removed', 'shifted' or 'kept'",
    RULE
    % "StationNam, action: keep": "`StationNam` is not an attribute of DICOM; did you mean `StationName`?",
    RULE % "'StationName>', action: keep": "`` is not an attribute",
    RULE % "StationName, action: kep": "attributes.0.action: Input should be 'keep'",
    RULE % "StationName, action: keep, wen: {Modality: CT}": "did you mean `when`?",
    RULE % "StationName, action: keep, when: {Modalty: CT}": "did you mean `Modality`?",
    RULE % "StationName, action: keep, when: {Modality: '('}": "`(` is not a regular expression",
    RULE % "StationName, action: regex, pattern: '('": "`(` is not a regular expression",
    RULE % "StationName, action: regex": "needs `pattern:`",
    RULE % "StationName, action: regex, pattern: a, replacement: '\\2'": "does not fit the pattern",
    RULE % "StationName, action: value, value: '{pat}'": "the only braces are {patient}",
    RULE % "Rows, action: value, value: '512'": "`value` cannot make the value of (0028,0010), a US",
    RULE % "SourceImageSequence, action: hash": "`hash` cannot make the value of (0008,2112), a SQ",
    RULE % "SourceImageSequence>StationName, action: value, insert: true": "`insert` adds at the root only",
    RULE % "StationName, action: csv": "needs `csv: {file: ..., column: ...}`",
    RULE % "StationName, action: csv, csv: {file: a.csv, colum: b}": "did you mean `column`?",
    "attributes: {StationName: keep}": "`attributes` of the profile",
    "replace: [PatientName]": "`replace` of the profile",
    "replace: {PatientNam: A}": "did you mean `PatientName`?",
    "replace: {PatientName: '{'}": "the only braces are {patient}",
    "private_creators: [ACME]": "`private_creators` of the profile",
    f"method: {'x' * 65}": "method: String should have at most 64 characters",
    "method: Zürich": "method: only ASCII, and no backslash",
    "extends: sinfona": "did you mean `sinfonia`?",
    "extends: other.yaml": "There is no profile file",
    "extends: mine.yaml": "extends itself",
    "extends: [basic": "is not YAML",
    "- basic": "is not a mapping of keys",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_what_was_meant(tmp_path: Path, mistake: str) -> None:
    profile = tmp_path / "mine.yaml"
    own = mistake if mistake.startswith(("extends", "-")) else f"extends: sinfonia\n{mistake}"
    profile.write_text(own, encoding="utf-8")
    with pytest.raises(StopRun) as stopped:
        load(str(profile))
    assert MISTAKES[mistake] in stopped.value.reason
    assert stopped.value.fix


def test_two_files_that_extend_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml")
    (tmp_path / "b.yaml").write_text("extends: a.yaml")
    with pytest.raises(StopRun, match="extends itself"):
        load(str(tmp_path / "a.yaml"))


TABLES = {
    "missing.csv": (None, "cannot be read"),
    "latin.csv": ("patient_id,subject\nMüller,7\n".encode("latin-1"), "is not UTF-8"),
    "column.csv": (b"patient_id,subjct\n1,7\n", "has no column `subject`"),
    "key.csv": (b"id,subject\n1,7\n", "has no column `patient_id`"),
    "empty.csv": (b"", "has no column"),
    "two.csv": (b"patient_id,subject\n1,7\n1,8\n", "line 3: the same patient_id with another value"),
    "quotes.csv": (b'patient_id,subject\n"1,7\n', "cannot be read"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_broken_table_is_named(tmp_path: Path, name: str) -> None:
    content, said = TABLES[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    rule = RULE % f"StationName, action: csv, csv: {{file: {name}, column: subject}}"
    (tmp_path / "mine.yaml").write_text(f"extends: sinfonia\n{rule}")
    profile = load(str(tmp_path / "mine.yaml"))
    with pytest.raises(StopRun) as stopped:
        profile.check_files()
    assert said in stopped.value.reason
    assert name in stopped.value.reason
    assert "Müller" not in stopped.value.reason
