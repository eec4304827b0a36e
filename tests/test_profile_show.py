"""``cleanroom profile show``: what happens to every attribute, and why."""

import subprocess
import sys
from pathlib import Path

import pytest

from cleanroom.__main__ import main
from cleanroom.clean.profile import load, names
from cleanroom.clean.rules import Rules
from cleanroom.errors import StopRun
from cleanroom.explain import show
from cleanroom.explain.objects import find
from cleanroom.explain.reason import for_object

WORKFLOW = Path(__file__).parents[1] / "workflow"


def rows(name: str, iod: str | None = None) -> dict[str, list[str]]:
    """Attribute → its row."""
    return {line.split("\t")[1]: line.split("\t") for line in show(name, iod, tsv=True)}


@pytest.mark.parametrize("kind", ["CT", "RTSTRUCT", "PT", "12-lead-ecg", "SR"])
@pytest.mark.parametrize("name", names())
def test_the_page_says_what_the_cleaner_does(name: str, kind: str) -> None:
    rules, iod = Rules(load(name)), find(kind)
    reasons = for_object(rules, iod.sop_class)
    decisions = rules.of_class(iod.sop_class)
    for place in iod.places:
        decided = decisions.action(*place)
        assert reasons.of(place).action == (decided if isinstance(decided, str) else decided.action)


def test_without_an_object_the_cells_that_it_decides_are_shown() -> None:
    assert rows("basic")["StationName"][4] == "X/Z/D"
    assert rows("basic", "CT")["StationName"][4] == "X"
    assert "type 3" in rows("basic", "CT")["StationName"][6]


def test_the_reason_names_the_table_the_option_or_the_rule() -> None:
    sinfonia = rows("sinfonia", "CT")
    assert sinfonia["StudyDate"][6] == "Table E.1-1: Z; C of `dates: shifted`"
    assert sinfonia["PatientID"][6].startswith("profile: PatientID: value")
    assert sinfonia["Manufacturer"][6].startswith("reviewed: K (maker and model")
    assert sinfonia["Modality"][6].startswith("unlisted CS: K")


def test_only_what_the_object_can_have_is_listed_sequences_included() -> None:
    structure_set = rows("basic", "RTSTRUCT")
    assert "StructureSetROISequence > ROIName" in structure_set
    assert "BeamSequence" not in structure_set
    assert "BeamSequence" in rows("basic", "RTPLAN")


def test_a_condition_is_answered_by_the_kind_of_object_or_shown() -> None:
    voice = rows("basic", "basic-voice-audio-waveform")["WaveformSequence > WaveformData"]
    assert voice[4] == "set_aside"
    assert rows("basic", "12-lead-ecg")["WaveformSequence > WaveformData"][4] != "set_aside"
    assert "when SOPClassUID is" in rows("basic")["WaveformData"][6]


def test_a_kept_control_shows_as_word_for_word(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("extends: basic\nmethod: mine\ndescriptions: kept\nclinical_trial: kept\n")
    page = rows(str(own), "CT")
    assert page["StudyDescription"][4:6] == ["V", "kept word for word"]
    assert "`descriptions: kept`" in page["StudyDescription"][6]
    assert "`clinical_trial: kept`" in page["ClinicalTrialSponsorName"][6]


def test_the_head_says_the_options_and_what_is_weaker() -> None:
    head = "\n".join(show("dicomcleaner"))
    assert "113106" in head
    assert "weaker than the Basic Profile with these options: nothing" in head
    assert "dates: kept" in head
    assert "Philips PET Private Group: " in head


def test_the_profile_of_the_documentation_can_be_used(tmp_path: Path) -> None:
    page = (WORKFLOW.parent / "docs" / "profiles.md").read_text()
    own = tmp_path / "my.yaml"
    own.write_text(page.split("```yaml\n")[1].split("```")[0])
    assert load(str(own)).weaker == ["AccessionNumber: regex", "SeriesDescription: clean"]


@pytest.mark.parametrize(
    "word",
    ["CT", "ct", "ct-image", "CT Image", "CTImageStorage", "1.2.840.10008.5.1.4.1.1.2"],
)
def test_an_object_has_many_names(word: str) -> None:
    assert find(word).name == "ct-image"


def test_an_unknown_object_is_met_with_the_nearest() -> None:
    with pytest.raises(StopRun, match="rt-structure-set"):
        find("RT Struct")


def test_a_reader_that_stops_reading_is_no_error() -> None:
    command = f"{sys.executable} -m cleanroom profile show basic | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=WORKFLOW,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("basic:")


def test_the_command_prints_a_profile_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text("extends: sinfonia\nattributes:\n- {attribute: StationName, action: keep}\n")
    assert main(["profile", "show", str(own), "--iod", "MR"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("mine: ")
    assert "weaker than the Basic Profile with these options: nothing" in page
