"""Which tool a series gets, what a config cannot ask for, and what is said before the first job."""

import sys
from pathlib import Path
from typing import Any

import pytest
from exports import instance, save
from pydicom.dataset import Dataset

from cleanroom import config
from cleanroom import start as run
from cleanroom.config import ScanMatch
from cleanroom.config_docs import ROOT
from cleanroom.errors import StopRun
from cleanroom.manifest import Instance
from cleanroom.plan import Plan
from cleanroom.tools.chain import rounds, turns
from cleanroom.tools.listing import lines, markdown
from cleanroom.tools.scan import chosen, described


def rule(**values: Any) -> config.FaceRule:
    (found,) = config.load({"faces": {"rules": [values]}, "tools": CUSTOM}).faces.rules
    return found


CUSTOM = {"custom": {"command": "cut {input} {output}"}}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tool": "pydeface", "mode": "reface"}, "cannot do mode `reface`: it does `remove`"),
        ({"tool": "mri_reface", "mode": "remove"}, "cannot do mode `remove`: it does `reface`"),
        ({"tool": "afni_refacer", "mode": "reface", "match": {"modality": ["CT"]}}, "does `MR`, not `CT`"),
        ({"tool": "quickshear", "fallback": ["builtin", "pydeface"]}, "`builtin` comes last"),
        ({"tool": "quickshear", "fallback": "none"}, "stands alone"),
        ({"tool": "quickshear", "fallback": "quickshear"}, "named twice"),
        ({"tool": "builtin", "compare": ["pydeface", "builtin"]}, "begins with the tool that is released"),
        ({"tool": "pydface"}, "pydeface"),
        ({"match": {"field_strength": [3.0, 1.5]}}, "is no range"),
        ({"tool": "anonymi"}, "needs a command line"),
    ],
)
def test_what_a_rule_cannot_ask_for(values: dict[str, Any], said: str) -> None:
    with pytest.raises(StopRun, match=said):
        config.load({"faces": {"rules": [values]}})


def test_a_command_without_an_output_is_refused() -> None:
    with pytest.raises(StopRun, match=r"name \{input\} and \{output\}"):
        config.load({"tools": {"custom": {"command": "cut {input}"}}})


def test_a_tool_runs_in_its_own_first_mode_unless_told() -> None:
    assert rule(tool="mri_reface").mode == "reface"
    assert rule(tool="afni_refacer", mode="reface_plus").mode_of("builtin") == "remove"
    assert rule(tool="mri_reface", fallback="builtin").mode_of("builtin") == "reface"


def test_two_rules_with_the_same_tools_in_either_order_need_two_rounds() -> None:
    rules = [
        {"match": {"modality": ["CT"]}, "tool": "pydeface", "fallback": ["quickshear", "builtin"]},
        {"compare": ["quickshear", "custom"], "fallback": "pydeface"},
    ]
    faces = config.load({"faces": {"rules": rules}, "tools": CUSTOM}).faces
    assert rounds(faces, ()) == [["custom", "pydeface", "quickshear"], ["pydeface", "quickshear"]]
    assert rounds(faces, {"pydeface"}) == [["custom", "quickshear"]]
    assert turns(faces.rules[0], {"pydeface"}) == [["quickshear"]]


def test_without_other_tools_there_is_no_round() -> None:
    assert rounds(config.load({}).faces, ()) == []


def header(**values: Any) -> tuple[Dataset, Instance]:
    made = instance(1)
    for keyword, value in values.items():
        setattr(made, keyword, value)
    text = ("patient", "study", "series", "number", "path", "modified", "sop_class_uid", "sop_instance_uid")
    more = ("study_instance_uid", "series_instance_uid", "frame_of_reference_uid", "transfer_syntax_uid")
    rest = ("image_type", "burned_in_annotation", "conversion_type", "series_description")
    row = dict.fromkeys((*text, *more, *rest), "x") | {"path": "x.dcm"}
    return made, Instance(**row, bytes=0, frames=1, modality=str(made.Modality))


@pytest.mark.parametrize(
    ("values", "contrast"),
    [
        ({"SeriesDescription": "t1_mprage_sag"}, "T1"),
        ({"SeriesDescription": "t2_tirm_tra_dark-fluid"}, "FLAIR"),
        ({"SeriesDescription": "sag", "EchoTime": "90", "RepetitionTime": "4000"}, "T2"),
        (
            {"SeriesDescription": "a", "EchoTime": "90", "RepetitionTime": "9000", "InversionTime": "2500"},
            "FLAIR",
        ),
        ({"SeriesDescription": "b", "EchoTime": "3", "RepetitionTime": "8"}, "T1"),
        ({"SeriesDescription": "ep2d_diff_3scan_trace"}, "DWI"),
        ({"SeriesDescription": "head"}, ""),
        ({"SeriesDescription": "PET FDG brain", "Modality": "PT"}, "FDG"),
        ({"SeriesDescription": "t1 something", "Modality": "CT"}, "CT"),
    ],
)
def test_the_contrast_is_told_by_words_and_else_by_times(values: dict[str, Any], contrast: str) -> None:
    made, row = header(**values)
    for name in ("EchoTime", "RepetitionTime", "InversionTime"):
        if name not in values and name in made:
            delattr(made, name)
    assert described(made, row).contrast == contrast


def test_scanner_field_and_resolution_are_matched(tmp_path: Path) -> None:
    values = {"Manufacturer": "SIEMENS Healthineers", "MagneticFieldStrength": "2.89"}
    made, row = header(**values, PixelSpacing=[1.0, 1.0], SpacingBetweenSlices=None, SliceThickness=1.2)
    save(made, tmp_path / "x.dcm")
    yes = {"vendor": ["siemens"], "field_strength": [2.5, 3.5], "resolution": [0, 1.2]}
    assert chosen(ScanMatch.model_validate(yes), row, tmp_path)
    for name, other in {"vendor": ["ge"], "field_strength": [1.4, 1.6], "resolution": [0, 1.0]}.items():
        assert not chosen(ScanMatch.model_validate(yes | {name: other}), row, tmp_path), name


@pytest.mark.parametrize("enhanced", [False, True])
def test_the_body_part_is_matched_whole_and_in_any_case(tmp_path: Path, enhanced: bool) -> None:
    region = Dataset()
    region.CodeMeaning = "Knee"
    values = {"AnatomicRegionSequence": [region]} if enhanced else {"BodyPartExamined": "KNEE"}
    made, row = header(**values)
    save(made, tmp_path / "x.dcm")
    assert chosen(ScanMatch(body_part=["foot", "knee"]), row, tmp_path)
    assert not chosen(ScanMatch(body_part=["foot"]), row, tmp_path)
    assert not chosen(ScanMatch(body_part=["kne"]), row, tmp_path)


def start(tmp_path: Path, rules: list[dict[str, Any]], **tools: Any) -> Plan:
    (tmp_path / "in").mkdir(exist_ok=True)
    places = {"input": tmp_path / "in", "output": tmp_path / "out", "private": tmp_path / "private"}
    return run.start({**places, "faces": {"rules": rules}, "tools": tools}, main=True)


def test_a_missing_tool_without_a_fallback_stops_the_run_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StopRun) as stopped:
        start(tmp_path, [{"tool": "afni_refacer"}])
    said = str(stopped.value)
    assert "afni_refacer2 or @afni_refacer_run, 3dAllineate not found on PATH" in said
    assert "AFNI from its own installer" in said
    assert "{tool: afni_refacer, fallback: builtin}" in said
    assert not (tmp_path / "private").exists()


def test_a_missing_licence_image_or_template_is_said(tmp_path: Path) -> None:
    for tool, place, said in [
        ("mideface", {"path": tmp_path}, "no licence file"),
        ("mri_reface", {"image": tmp_path / "no.sif"}, "no.sif"),
        ("mri_deface", {"path": tmp_path}, "talairach_mixed_with_skull.gca"),
    ]:
        with pytest.raises(StopRun, match=said):
            start(tmp_path, [{"tool": tool}], **{tool: {name: str(value) for name, value in place.items()}})


def test_a_missing_tool_with_a_fallback_is_said_and_the_plan_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [{"tool": "mri_reface", "fallback": ["custom", "builtin"]}]
    plan = start(tmp_path, rules, custom={"command": f"{sys.executable} {{input}} {{output}}"})
    assert plan.missing == ("mri_reface",)
    assert plan.rounds == [["custom"]]
    assert "The run goes on with custom, builtin" in capsys.readouterr().err
    job = run.start({"private": tmp_path / "private"}, main=False)
    assert (job.missing, job.rounds) == (plan.missing, plan.rounds)


def test_the_plan_changes_when_a_missing_tool_is_there(tmp_path: Path) -> None:
    rules = [{"tool": "quickshear", "fallback": "builtin"}]
    first = start(tmp_path, rules, quickshear={"path": str(tmp_path / "tool")})
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / "quickshear").write_text("#!/bin/sh\n")
    (tmp_path / "tool" / "quickshear").chmod(0o755)
    second = start(tmp_path, rules, quickshear={"path": str(tmp_path / "tool")})
    assert (first.rounds, second.rounds) == ([], [["quickshear"]])
    assert first.version("deface") != second.version("deface")
    assert first.version("clean") == second.version("clean")


def test_the_table_lists_every_tool_with_what_it_lacks() -> None:
    found = "\n".join(lines(config.load({})))
    assert "mri_reface" in found
    assert "non-commercial research" in found
    assert "docker archive from NITRC" in found


def test_the_docs_hold_the_table_as_it_is() -> None:
    assert markdown() in (ROOT / "docs" / "tools.md").read_text(), (
        "run `python -m cleanroom tools --markdown`"
    )
