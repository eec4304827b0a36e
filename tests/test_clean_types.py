"""Compound actions follow what the object must have."""

import pytest
from cleaning import BASIC, CT, MR, cleaned, instance
from pydicom.datadict import tag_for_keyword

from cleanroom.clean.profile import load
from cleanroom.clean.rules import Rules, resolve
from cleanroom.header import tables

RTPLAN = "1.2.840.10008.5.1.4.1.1.481.5"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("X", "DXZXX"),
        ("Z", "DDZZZ"),
        ("D", "DDDDD"),
        ("K", "KKKKK"),
        ("U", "UUUUU"),
        ("Z/D", "DDZZZ"),
        ("X/D", "DDDDX"),
        ("X/Z", "DDZZX"),
        ("X/Z/D", "DDZZX"),
        ("X/Z/U*", "UUUUU"),
    ],
)
def test_a_cell_and_a_type_give_one_action(cell: str, expected: str) -> None:
    assert "".join(resolve(cell, kind) for kind in ("1", "1C", "2", "2C", "3")) == expected


@pytest.mark.parametrize(
    ("sop_class", "keyword", "action"),
    [
        (CT, "StationName", "X"),
        (CT, "AccessionNumber", "Z"),
        (CT, "StudyDate", "Z"),
        (CT, "SeriesDate", "X"),
        (CT, "PatientSex", "Z"),
        (CT, "ReferencedImageSequence", "U"),
        (CT, "ConvolutionKernel", "K"),
        (CT, "Manufacturer", "K"),
        (MR, "SequenceName", "K"),
        (MR, "ProtocolName", "X"),
        (MR, "PatientWeight", "X"),
        (MR, "MultiFrameSourceSOPInstanceUID", "U"),
        (RTSTRUCT, "StructureSetLabel", "D"),
        (RTSTRUCT, "StructureSetDate", "Z"),
        (RTPLAN, "RTPlanLabel", "D"),
        (CT, "EncapsulatedDocument", "set_aside"),
    ],
)
def test_the_basic_profile(sop_class: str, keyword: str, action: str) -> None:
    assert BASIC.of_class(sop_class).action(0, tag_for_keyword(keyword) or 0) == action


@pytest.mark.parametrize(
    ("parent", "keyword", "action"),
    [
        ("BeamSequence", "BeamName", "X"),
        ("BeamSequence", "TreatmentMachineName", "Z"),
        ("StructureSetROISequence", "ROIName", "Z"),
        ("SourceSequence", "SourceStrengthReferenceDate", "D"),
        ("GraphicObjectSequence", "GraphicData", "D"),
        ("ContentSequence", "GraphicData", "K"),
    ],
)
def test_nested_attributes_by_the_sequence_they_are_in(parent: str, keyword: str, action: str) -> None:
    place = (tag_for_keyword(parent) or 0, tag_for_keyword(keyword) or 0)
    assert BASIC.of_class(RTPLAN).action(*place) == action


def test_the_table_is_the_whole_table() -> None:
    rows = tables.rows("table_e1_1.tsv")
    assert len(rows) == 657
    assert sum(row["retain_longitudinal_modified_dates"] == "C" for row in rows) == 169
    assert sum(row["retain_uids"] == "K" for row in rows) == 60


def test_the_cell_that_cleans_goes_before_the_one_that_keeps() -> None:
    profile = load("sinfonia")
    both = [
        row["tag"]
        for row in tables.rows("table_e1_1.tsv")
        if (row["retain_device_identity"], row["retain_longitudinal_modified_dates"]) == ("K", "C")
    ]
    assert len(both) == 11
    merged = dict(tables.rules(profile.options))
    assert {merged[tag] for tag in both} == {"C"}


def test_options_are_data() -> None:
    changed = {"dates": "shifted", "patient_characteristics": "kept", "uids": "kept"}
    profile = load("basic").model_copy(update=changed)
    assert profile.codes == ["113100", "113107", "113108", "113110"]
    rules = Rules(profile).of_class(CT)
    wanted = {"StudyDate": "C", "StudyTime": "K", "PatientWeight": "K", "SOPInstanceUID": "K", "StudyID": "Z"}
    assert {word: rules.action(0, tag_for_keyword(word) or 0) for word in wanted} == wanted


def test_a_type_2_attribute_is_emptied_and_a_type_3_removed() -> None:
    header = instance()
    header.AccessionNumber = "A1"
    header.StationName = "ST"
    after, counts, _ = cleaned(header)
    assert after.AccessionNumber == ""
    assert "StationName" not in after
    assert (counts["X"], counts["Z"]) == (1, 1)
