"""What a volume is called: by the table, by dcm2niix's guess, or not at all and why."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleanroom.config import BidsRule
from cleanroom.errors import StopRun
from cleanroom.nifti import standard
from cleanroom.nifti.conversion import Output
from cleanroom.nifti.fieldmaps import Mapped, paired
from cleanroom.nifti.naming import Extra, Name, lacking, name, told_apart

GUESSED: dict[str, Any] = {
    "Modality": "MR",
    "SeriesNumber": 7,
    "BidsGuess": ["anat", "_acq-tfl3p2_run-7_T1w"],
    "ImageType": ["DERIVED", "PRIMARY", "M"],
    "ProtocolName": "MPRAGE sag",
}


def volume(**fields: object) -> Output:
    return Output(Path("v.nii"), GUESSED | fields)


def called(found: Name | Extra) -> str:
    return found.reason if isinstance(found, Extra) else f"{found.datatype}/{found.stem('sub-1', 'ses-2')}"


def rule(**fields: Any) -> BidsRule:
    return BidsRule.model_validate({"criteria": {"ProtocolName": "mprage*"}} | fields)


def test_the_guess_gives_the_name_and_the_series_number_the_run() -> None:
    assert called(name(volume(), {}, [])) == "anat/sub-1_ses-2_acq-tfl3p2_run-7_T1w"


def test_the_table_comes_first_and_its_first_match_wins() -> None:
    rules = [
        rule(criteria={"ProtocolName": "flair*"}, datatype="anat", suffix="FLAIR"),
        rule(datatype="anat", suffix="T2w", entities={"acq": "mine"}),
        rule(datatype="anat", suffix="PDw"),
    ]
    assert called(name(volume(), {}, rules)) == "anat/sub-1_ses-2_acq-mine_run-7_T2w"


def test_every_criterion_has_to_match_and_one_item_of_a_list_is_enough() -> None:
    rules = [rule(criteria={"ImageType": "primary", "SeriesNumber": "?"}, datatype="anat", suffix="T2w")]
    assert "T2w" in called(name(volume(), {}, rules))
    rules = [rule(criteria={"ImageType": "primary", "SeriesNumber": "8"}, datatype="anat", suffix="T2w")]
    assert "T1w" in called(name(volume(), {}, rules))
    assert "T1w" in called(name(volume(), {}, [BidsRule(datatype="anat", suffix="T2w")]))


def test_a_rule_can_name_a_series_by_its_pseudonym_and_can_say_extra() -> None:
    rules = [rule(criteria={"Series": "EABC"}, datatype="extra")]
    assert called(name(volume(), {"Series": "EABC"}, rules)) == "a rule of release.bids says so"


def test_defacing_makes_an_image_derived_and_that_is_not_the_scanners_doing() -> None:
    guess = ["derived", "_acq-x_run-7_T1w"]
    assert called(name(volume(BidsGuess=guess), {}, [], original=True)).startswith("anat/")
    assert called(name(volume(BidsGuess=guess), {}, [])) == "derived by the scanner"
    twofold = ["derived", "_run-7_sbref"]
    assert called(name(volume(BidsGuess=twofold), {}, [], original=True)) == "derived by the scanner"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"BidsGuess": ["ct", "_ct"]}, "BIDS has no CT"),
        ({"BidsGuess": ["discard", "_localizer"]}, "a scout, or what the scanner derived"),
        ({"BidsGuess": ["anat", "_mIP"]}, "dcm2niix takes it for what BIDS has no name for"),
        ({"BidsGuess": None}, "dcm2niix cannot tell what it is: name it in release.bids"),
    ],
)
def test_what_has_no_certain_name_is_extra(fields: dict[str, object], reason: str) -> None:
    assert called(name(volume(**fields), {}, [])) == reason


def test_a_map_of_diffusion_is_named_by_its_image_type(tmp_path: Path) -> None:
    path = tmp_path / "v.nii"
    for datatype, suffix in ((16, "FA"), (128, "colFA")):
        path.write_bytes(bytes(70) + datatype.to_bytes(2, "little"))
        fields = GUESSED | {
            "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "FA"],
            "BidsGuess": ["derived", "_dwi"],
        }
        assert called(name(Output(path, fields), {}, [])) == f"dwi/sub-1_ses-2_run-7_{suffix}"


def test_bold_without_a_task_is_task_unknown() -> None:
    found = name(volume(BidsGuess=["func", "_acq-e_dir-AP_run-7_bold"]), {}, [])
    assert called(found) == "func/sub-1_ses-2_task-unknown_acq-e_dir-AP_run-7_bold"
    assert isinstance(found, Name)
    assert found.sidecar["TaskName"] == "unknown"


def test_phase_is_a_part_with_units() -> None:
    found = name(volume(BidsGuess=["func", "_run-7_bold"], ImageType=["ORIGINAL", "PRIMARY", "P"]), {}, [])
    assert called(found).endswith("_run-7_part-phase_bold")
    assert isinstance(found, Name)
    assert found.sidecar["Units"] == "arbitrary"


def test_uneven_slices_leave_their_name_to_the_resampled_volume() -> None:
    assert called(name(Output(Path("v"), GUESSED, uneven=True), {}, [])).startswith("its slices are not")
    resampled = name(Output(Path("v"), GUESSED, resampled="eq"), {}, [])
    assert called(resampled) == "anat/sub-1_ses-2_acq-tfl3p2_rec-eq_run-7_T1w"


def test_echoes_of_a_series_are_told_apart() -> None:
    same = Name("anat", "T2starw", {"run": "7"})
    alone = Name("anat", "T1w", {"run": "8"})
    told = told_apart([(same, {"EchoNumber": 1}), (same, {"EchoNumber": 2}), (alone, {"EchoNumber": 1})])
    assert [item.entities for item in told] == [
        {"run": "7", "echo": "1"},
        {"run": "7", "echo": "2"},
        {"run": "8"},
    ]


@pytest.mark.parametrize(
    ("found", "sidecar", "files", "shape", "lacks"),
    [
        (Name("dwi", "dwi"), {}, {"bval"}, (4, 4, 4, 2), "bvec"),
        (
            Name("fmap", "epi", {"dir": "AP"}),
            {"PhaseEncodingDirection": "j"},
            set(),
            (4, 4, 4),
            "TotalReadoutTime",
        ),
        (
            Name("func", "bold", {"task": "x"}),
            {"TaskName": "x", "RepetitionTime": 2},
            set(),
            (4, 4, 4),
            "is 4D in BIDS",
        ),
        (Name("fmap", "magnitude1"), {}, set(), (4, 4, 4, 2), "is 3D in BIDS"),
        (Name("anat", "MEGRE"), {"EchoTime": 0.1}, set(), (4, 4, 4), "entity echo"),
        (Name("anat", "T1w"), {}, set(), (4, 4, 4), ""),
    ],
)
def test_what_bids_asks_for_and_the_header_does_not_say(
    found: Name, sidecar: dict[str, object], files: set[str], shape: tuple[int, ...], lacks: str
) -> None:
    told = lacking(found, sidecar, files, shape)
    assert (lacks in told) and bool(told) == bool(lacks)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"datatype": "anat", "suffix": "T9w"}, "BIDS has no anat/T9w"),
        ({"datatype": "anat", "suffix": "T1w", "entities": {"task-x": "1"}}, "takes no entity `task-x`"),
        ({"datatype": "anat", "suffix": "T1w", "entities": {"acq": "a_b"}}, "`a_b` is no label"),
    ],
)
def test_a_rule_that_gives_no_name_of_bids_stops_the_run(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(StopRun, match=r"Rule 2 of release\.bids") as stop:
        standard.check([rule(datatype="extra"), rule(**fields)])
    assert words in str(stop.value)


def field(suffix: str, series: str, number: int, *echoes: float, shift: float = 0.0) -> Mapped:
    affine = np.eye(4)
    affine[0, 3] = shift
    return Mapped(Name("fmap", suffix, {"acq": "fm2"}), series, number, "gre", (4, 4, 4), affine, echoes)


def test_a_phase_difference_takes_the_run_of_its_magnitudes() -> None:
    found = paired(
        [
            field("magnitude1", "E1", 8, 0.01),
            field("magnitude2", "E1", 8, 0.0125),
            field("phasediff", "E2", 9, 0.01, 0.0125),
        ]
    )
    assert [called(item).split("run-")[1] for item in found] == [
        "8_magnitude1",
        "8_magnitude2",
        "8_phasediff",
    ]


def test_of_two_field_maps_each_phase_goes_with_the_series_before_it() -> None:
    pairs = [(3, 4), (8, 9)]
    volumes = [field("magnitude1", f"E{number}", number, 0.01) for number, _ in pairs]
    volumes += [field("phasediff", f"E{number}", number, 0.01, 0.0125) for _, number in pairs]
    assert [called(item)[-11:] for item in paired(volumes)[2:]] == ["3_phasediff", "8_phasediff"]


@pytest.mark.parametrize(
    "others",
    [
        [],
        [field("magnitude1", "E1", 8, 0.01, shift=2.0)],
        [field("magnitude1", "E1", 8, 0.02)],
        [field("magnitude1", "E1", 2, 0.01), field("magnitude1", "E2", 4, 0.01)],
    ],
)
def test_a_phase_difference_without_a_certain_magnitude_has_no_name(others: list[Mapped]) -> None:
    found = paired([*others, field("phasediff", "E9", 9, 0.01, 0.0125)])
    assert called(found[-1]) == "no magnitude1 volume of the visit certainly belongs to it"
