"""All data sets through the line: what must be released is, what is doubtful is not, nothing leaks."""

import gzip
import json
from pathlib import Path

import bids
import leaks
import pandas as pd
import pydicom
import pytest

from cleanroom.config import Config
from cleanroom.report.heads import VIEWER

pytestmark = pytest.mark.long

HEADS = {
    "mr_philips_mprage_face": 170,
    "mr_siemens_trio_t1_t2_face": 230,
    "mr_siemens_xa30_enhanced_face": 2,
    "mr_ge_signa_pd_2d_face": 20,
    "ct_siemens_phantom_face_rtstruct": 209,
    "ct_ge_hispeed_head_tilt": 28,
}
"""Set → instances of its heads, all to be released without their face."""


@pytest.fixture(scope="module")
def inventory(real_line: Config) -> pd.DataFrame:
    """The inventory, with the data set of each file."""
    rows = pd.read_csv(real_line.private / "inventory.tsv", sep="\t", dtype=str, keep_default_na=False)
    return rows.assign(set=rows["path"].str.partition("/")[0])


@pytest.fixture(scope="module")
def report(real_line: Config) -> dict[str, dict[str, object]]:
    """The report's series by pseudonym."""
    content = json.loads((real_line.output / "report" / "report.json").read_text())
    return {item["series"]: item for item in content["series"]}


def test_every_file_has_one_verdict(inventory: pd.DataFrame, scans: Path) -> None:
    assert len(inventory) == sum(1 for path in scans.rglob("*") if not path.is_dir())
    assert set(inventory["verdict"]) == {"released", "set_aside", "not_content"}


@pytest.mark.parametrize("name", HEADS)
def test_heads_are_released_without_their_face(
    inventory: pd.DataFrame, report: dict[str, dict[str, object]], name: str
) -> None:
    released = inventory[(inventory["set"] == name) & (inventory["verdict"] == "released")]
    faces = [
        (report[series]["face"], len(rows))
        for series, rows in released.groupby("series")
        if report[series]["face"]["decision"] == "face"  # type: ignore[index]
        and report[series]["face"]["voxels_changed"] > 100_000  # type: ignore[index]
    ]
    assert sum(count for _, count in faces) == HEADS[name]
    assert {face["mode"] for face, _ in faces} == {"remove"}  # type: ignore[index]


def test_no_image_of_a_patient_is_released_with_its_face_in_doubt(
    real_line: Config, inventory: pd.DataFrame, report: dict[str, dict[str, object]]
) -> None:
    released = inventory[inventory["released_as"] != ""].groupby("series")["released_as"].first()
    for item in report.values():
        if item["modality"] in ("MR", "CT", "PT") and item["verdict"] == "released":
            header = pydicom.dcmread(real_line.output / released[item["series"]], stop_before_pixels=True)
            decision = item["face"]["decision"]  # type: ignore[index]
            screen = header.SOPClassUID.name.startswith("Secondary Capture")
            assert decision in ("face", "already_removed", "no_face") or screen or "Rows" not in header


def test_the_fruit_has_no_face(real_line: Config, inventory: pd.DataFrame) -> None:
    fruit = inventory["set"] == "mr_ge_fruit_deidentified_headers"
    rows = inventory[fruit & (inventory["series"] != "")]
    assert set(rows["verdict"]) == {"released"}
    figures = json.loads((real_line.output / "report" / "report.json").read_text())["series"]
    decided = {item["series"]: item["face"]["decision"] for item in figures}
    assert {decided[series] for series in rows["series"]} == {"no_face"}


def test_dose_screens_and_burned_in_names_are_covered_or_not_released(
    real_line: Config, inventory: pd.DataFrame
) -> None:
    """What is released was read, and says so; whether nothing is left is the gate's to say."""
    rows = inventory[inventory["set"].isin(["phi_presidio_burnedin", "ct_philips_skull_phantom_dosescreens"])]
    assert not (rows["kind"] == "picture")[rows["verdict"] == "released"].any()
    released = rows[(rows["verdict"] == "released") & (rows["kind"] == "dicom")]["released_as"]
    for path in released:
        header = pydicom.dcmread(real_line.output / path)
        if "Rows" in header:
            assert header.BurnedInAnnotation == "NO"
            assert "113101" in {code.CodeValue for code in header.DeidentificationMethodCodeSequence}


def test_the_structure_set_still_points_at_its_slices(real_line: Config, inventory: pd.DataFrame) -> None:
    rows = inventory[
        (inventory["set"] == "ct_siemens_phantom_face_rtstruct") & (inventory["released_as"] != "")
    ]
    headers = [
        pydicom.dcmread(real_line.output / path, stop_before_pixels=True) for path in rows["released_as"]
    ]
    slices = {header.SOPInstanceUID for header in headers if header.Modality == "CT"}
    (structures,) = (header for header in headers if header.Modality == "RTSTRUCT")
    frame = structures.ReferencedFrameOfReferenceSequence[0]
    series = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    pointed = {item.ReferencedSOPInstanceUID for item in series.ContourImageSequence}
    assert len(pointed) == 209
    assert pointed <= slices


def test_nothing_under_output_identifies(real_line: Config, inventory: pd.DataFrame, scans: Path) -> None:
    """Each set's values in what was released of it, and in what all share: the pages and the tables."""
    output = real_line.output
    everything = {path for path in output.rglob("*") if path.is_file()}
    released = {name: {output / path for path in rows} for name, rows in _released(inventory)}
    for name, paths in _of_tree(real_line, inventory).items():
        released[name] |= paths
    viewer = output / "report" / "3d" / "niivue.js"
    assert viewer.read_bytes() == gzip.decompress(VIEWER.read_bytes())
    shared = everything - set().union(*released.values()) - {viewer}
    assert {path.name for path in shared} >= {"index.html", "report.json", "set_aside.tsv", "manifest.tsv"}
    values = 0
    for folder in sorted(scans.iterdir()):
        texts, uids = leaks.identities(folder)
        values += len(texts) + len(uids)
        files = sorted(shared | released.get(folder.name, set()))
        assert leaks.found(texts, uids, output, files) == [], folder.name
    assert values > 1500


def test_the_bids_tree_is_valid_and_leaves_no_released_volume_out(real_line: Config) -> None:
    """What a head is called, what BIDS has no name for, and that nothing went wrong on the way."""
    assert bids.errors(bids.tree(real_line)) == []
    rows = pd.read_csv(bids.tree(real_line) / "extra.tsv", sep="\t", dtype=str, keep_default_na=False)
    assert not rows["reason"].str.contains("not the volume|could be made|identifies|no volume of").any()
    named = {name.rsplit("_", 1)[1] for name in bids.names(real_line) if "/extra/" not in name}
    assert named == {"T1w.nii.gz", "T2w.nii.gz"}
    assert "BIDS has no CT" in set(rows["reason"])


def _of_tree(real_line: Config, inventory: pd.DataFrame) -> dict[str, set[Path]]:
    """The files of the BIDS tree by data set."""
    sets = inventory[inventory["series"] != ""].groupby("series")["set"].first()
    release = real_line.output / "release"
    rows = pd.read_csv(release / "manifest.tsv", sep="\t", dtype=str, keep_default_na=False)
    found: dict[str, set[Path]] = {}
    for _, row in rows[rows["kind"].isin(["nifti", "sidecar"])].iterrows():
        found.setdefault(sets[row["series"]], set()).add(release / row["path"])
    return found


def _released(inventory: pd.DataFrame) -> list[tuple[str, list[str]]]:
    rows = inventory[inventory["released_as"] != ""]
    return [(str(name), list(group["released_as"])) for name, group in rows.groupby("set")]
