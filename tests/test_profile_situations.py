"""A profile of one's own: what it extends, every action, where and when a rule holds, and what it claims."""

from pathlib import Path

import pytest
from cleaning import IDENTITY, MR, PATIENT, cleaned, instance
from pydicom.dataset import Dataset

from cleanroom.clean.profile import Profile, load, names
from cleanroom.clean.rules import Rules
from cleanroom.errors import SetAside
from cleanroom.header import tables


def mine(folder: Path, text: str, extends: str = "sinfonia") -> Profile:
    """A profile file of the user's."""
    (folder / "mine.yaml").write_text(f"extends: {extends}\n{text}\n")
    return load(str(folder / "mine.yaml"))


def rule(text: str) -> str:
    return f"attributes: [{{attribute: {text}}}]"


def example() -> Dataset:
    """A header with an institution at the root and in a sequence."""
    header = instance(MR)
    header.Modality = "MR"
    header.InstitutionName = "St. Elsewhere"
    header.AccessionNumber = "AB1234"
    header.StationName = "MR1"
    header.StudyDate = "20200106"
    header.StudyDescription = "Head of Erika Muster"
    header.SeriesDescription = "T1 of Erika Muster"
    header.ProtocolName = "MPRAGE of Erika Muster"
    header.DeviceSerialNumber = "SN123"
    inner = Dataset()
    inner.InstitutionName = "St. Elsewhere"
    header.ReferencedImageSequence = [inner]
    return header


def after(profile: Profile, header: Dataset | None = None) -> Dataset:
    return cleaned(header or example(), Rules(profile))[0]


def codes(header: Dataset) -> list[str]:
    return [item.CodeValue for item in header.DeidentificationMethodCodeSequence]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("keep", "AB1234"),
        ("clean", ""),
        ("remove", ""),
        ("empty", ""),
        ("value, value: 'for {patient}'", f"for {PATIENT}"),
        ("csv, csv: {file: table.csv, column: new}", "X-1"),
        ("csv, csv: {file: table.csv, column: new, key: other}", ""),
        ("hash", IDENTITY.digest("hash:AccessionNumber", "AB1234").hex()[:16].upper()),
        ("regex, pattern: '^(..).*', replacement: '\\g<1>'", "AB"),
    ],
)
def test_every_action_on_a_text(tmp_path: Path, action: str, expected: str) -> None:
    (tmp_path / "table.csv").write_text("patient_id,other,new\n4711-0815,nobody,X-1\n")
    profile = mine(tmp_path, rule(f"AccessionNumber, action: {action}"))
    assert after(profile).AccessionNumber == expected


def test_shift_uid_and_set_aside(tmp_path: Path) -> None:
    moved = after(mine(tmp_path, rule("StudyDate, action: shift"), "basic"))
    assert moved.StudyDate not in ("", "20200106")
    mapped = after(mine(tmp_path, "uids: kept\n" + rule("SOPInstanceUID, action: uid")))
    assert mapped.SOPInstanceUID == IDENTITY.uid("1.2.3.4.1")
    assert mapped.StudyInstanceUID == "1.2.3.4.2"
    with pytest.raises(SetAside, match="StationName"):
        after(mine(tmp_path, rule("StationName, action: set_aside")))


@pytest.mark.parametrize(
    ("place", "root", "inside"),
    [
        ("InstitutionName", "Site 7", "Site 7"),
        ("/InstitutionName", "Site 7", None),
        ("ReferencedImageSequence>InstitutionName", None, "Site 7"),
    ],
)
def test_a_rule_holds_where_it_says(tmp_path: Path, place: str, root: str | None, inside: str | None) -> None:
    found = after(mine(tmp_path, rule(f'"{place}", action: value, value: Site 7')))
    assert found.get("InstitutionName") == root
    assert found.ReferencedImageSequence[0].get("InstitutionName") == inside


def test_what_is_missing_is_added_only_where_asked(tmp_path: Path) -> None:
    text = "replace: {ClinicalTrialProtocolID: T-7}\nattributes:\n"
    text += "  - {attribute: ClinicalTrialSiteID, action: value, value: S, insert: true}\n"
    text += "  - {attribute: ClinicalTrialSiteName, action: value, value: N}"
    found = after(mine(tmp_path, text))
    assert (found.ClinicalTrialProtocolID, found.ClinicalTrialSiteID) == ("T-7", "S")
    assert "ClinicalTrialSiteName" not in found


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("{Modality: [CT, MR]}", True),
        ("{Modality: CT}", False),
        ("{Modality: 'M.'}", True),
        ("{Modality: M}", False),
        (f"{{SOPClassUID: ['{MR}']}}", True),
        ("{Modality: MR, StationName: 'X.*'}", False),
        ("{ImageComments: ''}", True),
    ],
)
def test_a_rule_holds_when_it_says(tmp_path: Path, when: str, holds: bool) -> None:
    profile = mine(tmp_path, rule(f"AccessionNumber, action: value, value: new, when: {when}"))
    assert (after(profile).AccessionNumber == "new") is holds


def test_the_child_goes_before_what_it_extends(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "table.csv").write_text("patient_id,new\n4711-0815,X-1\n")
    (tmp_path / "site" / "parent.yaml").write_text(
        "extends: sinfonia\ndevice: removed\nmethod: Parent\nreplace: {StationName: P, InstitutionName: P}\n"
        "attributes: [{attribute: AccessionNumber, action: csv, csv: {file: table.csv, column: new}}]\n"
    )
    profile = mine(tmp_path, "method: Child\nreplace: {StationName: C}", "site/parent.yaml")
    found = after(profile)
    assert (found.StationName, found.InstitutionName, found.AccessionNumber) == ("C", "P", "X-1")
    assert "DeviceSerialNumber" not in found
    assert "Child" in found.DeidentificationMethod
    assert found.PatientID == PATIENT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("descriptions: kept", "descriptions: kept"),
        ("structured_content: kept", "structured_content: kept"),
        ("graphics: kept", "graphics: kept"),
        ("clinical_trial: kept", "clinical_trial: kept"),
        (rule("AccessionNumber, action: keep"), "AccessionNumber: keep"),
        (rule("AccessionNumber, action: regex, pattern: a, replacement: b"), "AccessionNumber: regex"),
        ("protocol_name: kept", "ProtocolName: keep"),
    ],
)
def test_a_weaker_profile_does_not_claim_the_basic_one(tmp_path: Path, text: str, why: str) -> None:
    profile = mine(tmp_path, text)
    assert profile.weaker == [why]
    assert "113100" not in codes(after(profile))
    assert codes(after(profile)) == profile.codes != []


@pytest.mark.parametrize("name", names())
def test_the_marks_are_the_codes_of_the_options(name: str) -> None:
    profile = load(name)
    wanted = {row["code"] for row in profile.options if row["code"]}
    claimed = set(codes(after(profile)))
    assert claimed - {"113100"} == wanted
    assert ("113100" in claimed) == (not profile.weaker) == (name != "pet")


def test_eleven_dates_of_devices_move_although_the_device_is_kept() -> None:
    both = [
        int(row["tag"].replace(",", ""), 16)
        for row in tables.rows("table_e1_1.tsv")
        if (row["retain_device_identity"], row["retain_longitudinal_modified_dates"]) == ("K", "C")
    ]
    rules = Rules(load("sinfonia"))
    assert len(both) == 11
    assert {rules.cells.cell(0, tag) for tag in both} == {"C"}


def test_series_and_protocol_have_keys_of_their_own(tmp_path: Path) -> None:
    found = after(mine(tmp_path, "descriptions: removed\nseries_description: cleaned\nprotocol_name: kept"))
    assert "StudyDescription" not in found
    assert found.SeriesDescription == "T1 of"
    assert found.ProtocolName == "MPRAGE of Erika Muster"


def test_a_kept_institution_stays_in_texts_too(tmp_path: Path) -> None:
    header = example()
    header.StudyDescription = "Head at St. Elsewhere of Erika Muster"
    found = after(mine(tmp_path, "institution: kept"), header)
    assert found.InstitutionName == "St. Elsewhere"
    assert "Elsewhere" in found.StudyDescription
    assert "Muster" not in found.StudyDescription
    assert "113112" in codes(found)


def test_a_device_is_kept_or_removed(tmp_path: Path) -> None:
    assert after(load("sinfonia")).DeviceSerialNumber == "SN123"
    removed = after(mine(tmp_path, "device: removed"))
    assert "DeviceSerialNumber" not in removed
    assert "113109" not in codes(removed)


@pytest.mark.parametrize(("setting", "site"), [("kept", "Site of Elsewhere"), ("removed", "")])
def test_a_clinical_trial(tmp_path: Path, setting: str, site: str) -> None:
    header = example()
    header.ClinicalTrialSiteName = "Site of Elsewhere"
    assert after(mine(tmp_path, f"clinical_trial: {setting}"), header).get("ClinicalTrialSiteName") == site


@pytest.mark.parametrize(
    ("setting", "text"), [("removed", "CLEANED"), ("cleaned", "nodule of"), ("kept", "nodule of Muster")]
)
def test_structured_content(tmp_path: Path, setting: str, text: str) -> None:
    header = instance("1.2.840.10008.5.1.4.1.1.88.33")
    node = Dataset()
    node.ValueType, node.TextValue = "TEXT", "nodule of Muster"
    header.ContentSequence = [node]
    found = after(mine(tmp_path, f"structured_content: {setting}", "basic"), header)
    assert found.ContentSequence[0].TextValue == text


@pytest.mark.parametrize(
    ("setting", "points"), [("removed", [0.0, 0.0]), ("cleaned", [1.5, 2.5]), ("kept", [1.5, 2.5])]
)
@pytest.mark.parametrize(
    ("words", "text"), [("removed", "CLEANED"), ("cleaned", "nodule of"), ("kept", "nodule of Muster")]
)
def test_graphics_and_their_words(
    tmp_path: Path, setting: str, points: list[float], words: str, text: str
) -> None:
    header = instance("1.2.840.10008.5.1.4.1.1.11.1")
    annotation, note, drawing = Dataset(), Dataset(), Dataset()
    note.UnformattedTextValue = "nodule of Muster"
    drawing.GraphicData = [1.5, 2.5]
    annotation.TextObjectSequence, annotation.GraphicObjectSequence = [note], [drawing]
    header.GraphicAnnotationSequence = [annotation]
    profile = mine(tmp_path, f"graphics: {setting}\ndescriptions: {words}", "basic")
    found = after(profile, header).GraphicAnnotationSequence[0]
    assert found.TextObjectSequence[0].UnformattedTextValue == text
    assert list(found.GraphicObjectSequence[0].GraphicData) == points
