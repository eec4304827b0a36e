"""Scripts of the RSNA CTP DicomAnonymizer become profiles; what a profile cannot say is listed by line."""

from pathlib import Path

import pytest
from cleaning import CT, IDENTITY, PATIENT, instance
from pydicom.dataset import Dataset

from cleanroom.__main__ import main
from cleanroom.clean.header import clean_header
from cleanroom.clean.profile import Profile, load
from cleanroom.clean.rules import Rules
from cleanroom.clean.text import TextCleaner
from cleanroom.clean.values import Values
from cleanroom.ctp import Findings, import_script
from cleanroom.errors import SetAside, StopRun

SCRIPT = """<script>
 <p t="DATEINC">-1234</p>
 <p t="SITE">Site 7</p>
 <p t="UIDROOT">1.2.3.4</p>
 <e en="T" t="00080018" n="SOPInstanceUID">@hashuid(@UIDROOT,this)</e>
 <e en="T" t="00080020" n="StudyDate">@incrementdate(this,@DATEINC)</e>
 <e en="T" t="00080050" n="AccessionNumber">@hash(this,16)</e>
 <e en="T" t="00080080" n="InstitutionName">@param(@SITE)</e>
 <e en="T" t="00080090" n="ReferringPhysicianName">@empty()</e>
 <e en="T" t="0008103e" n="SeriesDescription">@keep()</e>
 <e en="T" t="00081030" n="StudyDescription">@if(this,isblank){@remove()}{Removed}</e>
 <e en="T" t="00100010" n="PatientName">@hashname(this,6,2)</e>
 <e en="T" t="00100020" n="PatientID">@param(@SITE)-@hashptid(@SITE,PatientID)</e>
 <e en="T" t="00100040" n="PatientSex">@keep()</e>
 <e en="F" t="00101030" n="PatientWeight">@keep()</e>
 <e en="T" t="00180015" n="BodyPartExamined">@always()CHEST</e>
 <e en="T" t="00120062" n="PatientIdentityRemoved">@always()YES</e>
 <e en="T" t="00120064" n="DeIdentificationMethodCodeSeq">113100/113107</e>
 <e en="T" t="00131010" n="ProjectName">@always()Project</e>
 <e en="T" t="00080008" n="ImageType">@if(this,contains,"screen"){@quarantine()}{@keep()}</e>
 <e en="T" t="00080070" n="Manufacturer">@initials(this)</e>
 <e en="T" t="00400010" n="ScheduledStationName">@uppercase(this)</e>
 <e en="T" t="00081010" n="StationName">@truncate(this,3)</e>
 <e en="T" t="00204000" n="ImageComments">@contents(this,"\\\\d+","#")</e>
 <r en="T" t="curves">Remove curves</r>
 <r en="T" t="privategroups">Remove private groups</r>
</script>
"""


def imported(folder: Path, script: str) -> tuple[Profile, Findings]:
    """The profile of a script, as a run would load it, and what it could not express."""
    source, out = folder / "trial.script", folder / "trial.yaml"
    source.write_text(script)
    findings = import_script(source, "trial", out)
    return load(str(out)), findings


def row(text: str, tag: str = "00081010", name: str = "StationName") -> str:
    """A script of one row, in line 2."""
    return f'<script>\n<e en="T" t="{tag}" n="{name}">{text}</e>\n</script>'


def clean(profile: Profile, header: Dataset) -> Dataset:
    """The header as this profile cleans it."""
    text = TextCleaner(frozenset(), profile.keeps)
    return clean_header(header, Rules(profile), Values(IDENTITY, PATIENT, text))[0]


def study() -> Dataset:
    """A header with what the script is about."""
    header = instance(CT)
    header.ImageType = ["ORIGINAL", "PRIMARY"]
    header.StudyDate = "20240305"
    header.AccessionNumber = "A4711"
    header.InstitutionName = "St. Elsewhere"
    header.ReferringPhysicianName = "Doe^Jane"
    header.SeriesDescription = "thorax"
    header.StudyDescription = "thorax of Mr. Doe"
    header.PatientSex = "F"
    header.PatientWeight = 70
    header.Manufacturer = "ACME"
    header.StationName = "CT-NORTH-4"
    header.ImageComments = "room 12, bed 3"
    return header


def test_a_script_does_to_a_header_what_it_did_in_ctp(tmp_path: Path) -> None:
    profile, _ = imported(tmp_path, SCRIPT)
    header = clean(profile, study())
    assert header.SOPInstanceUID == IDENTITY.uid("1.2.3.4.1")
    assert header.StudyDate not in ("", "20240305")
    assert len(header.AccessionNumber) == 16
    assert header.InstitutionName == "Site 7"
    assert header.ReferringPhysicianName == ""
    assert header.SeriesDescription == "thorax"
    assert header.StudyDescription == "Removed"
    assert header.PatientName == PATIENT
    assert header.PatientID == f"Site 7-{PATIENT}"
    assert header.PatientSex == "F"
    assert header.BodyPartExamined == "CHEST"
    assert header.StationName == "CT-"
    assert header.ImageComments == "room #, bed #"


def test_an_object_that_ctp_quarantines_is_set_aside(tmp_path: Path) -> None:
    profile, _ = imported(tmp_path, SCRIPT)
    header = study()
    header.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    with pytest.raises(SetAside):
        clean(profile, header)


def test_nothing_that_the_script_leaves_alone_is_kept_against_the_basic_profile(tmp_path: Path) -> None:
    profile, _ = imported(tmp_path, SCRIPT)
    assert "PatientWeight" not in clean(profile, study())


def test_what_cannot_be_said_is_listed_by_line_and_done_more_strictly(tmp_path: Path) -> None:
    profile, findings = imported(tmp_path, SCRIPT)
    said = " ".join(str(findings).split())
    assert "line 19: ProjectName: no key writes a private element" in said
    assert "line 21: Manufacturer: @initials: initials identify" in said
    assert "line 22: ScheduledStationName: @uppercase: no action changes the case" in said
    assert not clean(profile, study()).Manufacturer


def test_every_row_of_a_script_has_a_rule_or_a_line(tmp_path: Path) -> None:
    profile, findings = imported(tmp_path, SCRIPT)
    ruled = {
        int(rule.why.split(":")[0].split()[1]) for rule in profile.attributes if rule.why.startswith("line")
    }
    said = {line for kind in findings.found.values() for lines in kind.values() for line in lines}
    rows = {
        n for n, line in enumerate(SCRIPT.splitlines(), 1) if line.lstrip().startswith(("<e", "<k", "<r"))
    }
    assert not rows - ruled - said


def test_the_profile_claims_what_it_does(tmp_path: Path) -> None:
    profile, _ = imported(tmp_path, SCRIPT)
    assert profile.dates == "shifted"
    assert "113107" in profile.codes
    assert "113100" not in profile.codes
    assert "SeriesDescription: keep" in profile.weaker


@pytest.mark.parametrize(
    ("replacement", "action"),
    [
        ("@remove()", "remove"),
        ("", "empty"),
        ("@blank(4)", "empty"),
        ("@value(this,unknown)", "value"),
        ("X-@contents(this)-Y", "regex"),
        ("@integer(this,station,4)", "hash"),
        ("@lookup(PatientID,station)", "csv"),
        ("@quarantine()", "set_aside"),
        ("@skip()", "set_aside"),
        ("@hash(PatientID,8)", "value"),
        ("@select(){@empty()}{@keep()}", "empty"),
        ("@if(PatientSex,equals,m){@if(Modality,matches,CT|MR){A}{B}}{@empty()}", "value"),
    ],
)
def test_each_function_has_its_action(tmp_path: Path, replacement: str, action: str) -> None:
    profile, _ = imported(tmp_path, row(replacement, "00081090", "ManufacturerModelName"))
    own = [rule for rule in profile.attributes if rule.why.startswith("line 2")]
    assert own[0].action == action


@pytest.mark.parametrize(
    "replacement",
    [
        "@date()",
        "@call(plugin)",
        "@dateinterval(StudyDate,base,PatientID)",
        "@pathelement(this,0)",
        "@contents(PatientName)",
        "@param(@MISSING)",
        "@unheard(this)",
        "@if(SliceThickness,greaterthan,3){@keep()}{@remove()}",
        "@round(PatientAge,5)",
        "@lookup(AccessionNumber,acc)",
    ],
)
def test_what_no_action_does_is_removed_and_said(tmp_path: Path, replacement: str) -> None:
    profile, findings = imported(tmp_path, row(replacement, "00081090", "ManufacturerModelName"))
    assert list(findings.found["lost"].values()) == [[2]]
    own = [rule for rule in profile.attributes if rule.why.startswith("line 2")]
    assert [rule.action for rule in own] == ["remove"]


def test_nested_conditions_are_tried_in_the_order_of_the_script(tmp_path: Path) -> None:
    text = "@if(PatientSex,equals,m){@if(PatientSex,exists){A}{B}}{C}"
    profile, _ = imported(tmp_path, row(text))
    header = study()
    assert clean(profile, header).StationName == "C"
    header.PatientSex = "M"
    assert clean(profile, header).StationName == "A"


@pytest.mark.parametrize(
    ("date", "new"), [("20240305", "20240101"), ("", ""), ("20240305\\20231224", "20240101\\20230101")]
)
def test_a_modified_date_keeps_its_year(tmp_path: Path, date: str, new: str) -> None:
    profile, _ = imported(tmp_path, row("@modifydate(this,*,1,1)", "00181012", "DateOfSecondaryCapture"))
    header = study()
    header.DateOfSecondaryCapture = date.split("\\") if "\\" in date else date
    found = clean(profile, header).DateOfSecondaryCapture
    assert (found if isinstance(found, str) else "\\".join(found)) == new


def test_a_private_element_that_the_script_keeps_is_kept_by_its_creator(tmp_path: Path) -> None:
    profile, _ = imported(tmp_path, row("@keep()", "0019[ACME HEADER]0c", ""))
    assert profile.private == "safe"
    assert profile.private_creators == {"ACME HEADER": ["0019,xx0C"]}


def test_a_script_in_the_older_form_is_read_as_well(tmp_path: Path) -> None:
    old = "param.SITE=Site 7\nset.[0008,1010]StationName=@param(@SITE)\n"
    old += "#set.[0008,1030]X=@keep()\nremove.curves=\n"
    profile, findings = imported(tmp_path, old)
    assert profile.attributes[0].value == "Site 7"
    assert 3 in next(lines for text, lines in findings.found["same"].items() if "switched off" in text)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ('<script>\n<e en="T" t="0008">x</e>\n</script>', "line 2: `0008` is not a tag"),
        ("<script>\n<e>\n</script>", "line 3: mismatched tag"),
        (row("@hash(this"), "line 2: `@hash(this` has no closing bracket"),
        (row("@if(this,isblank){A}"), "line 2: @if of"),
        ("hello\nworld\n", "is no script"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><script/>', "line 1"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, script: str, says: str) -> None:
    with pytest.raises(StopRun) as error:
        imported(tmp_path, script)
    assert says in str(error.value)
    assert "Fix:" in str(error.value)
    assert not (tmp_path / "trial.yaml").exists()


def test_the_command_writes_the_profile_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, out = tmp_path / "trial.script", tmp_path / "trial.yaml"
    script.write_text(SCRIPT)
    arguments = ["profile", "import-ctp", str(script), "--out", str(out)]
    assert main(arguments) == 0
    assert "line 21" in capsys.readouterr().err
    assert load(str(out)).about == "from the CTP script trial"
    assert main(arguments) == 1
