"""The job that a stranger runs first, looked at from outside."""

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pydicom
import pytest
from runs.conftest import Run

from cleanroom.sample import identities

pytestmark = pytest.mark.long
MANIFEST = ["path", "sha256", "bytes", "kind", "patient", "study", "series", "sop_class", "sop_instance_uid"]
SET_ASIDE = ["patient", "study", "series", "files", "step", "reason", "fix"]
INVENTORY = [
    "path",
    "bytes",
    "modified",
    "kind",
    "patient",
    "study",
    "series",
    "sop_instance_uid",
    "verdict",
    "released_as",
    "reason",
]

RETAINED = ("DeviceSerialNumber", "StationName")
"""By `sinfonia`, the default profile."""


def table(path: Path) -> pd.DataFrame:
    """A TSV with every value as text."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_tables_are_those_of_the_contract(demo_run: Run) -> None:
    assert list(table(demo_run.results / "release" / "manifest.tsv")) == MANIFEST
    assert list(table(demo_run.results / "set_aside.tsv")) == SET_ASIDE
    assert list(table(demo_run.private / "inventory.tsv")) == INVENTORY
    assert set(table(demo_run.private / "crosswalk.tsv")["kind"]) == {
        "patient",
        "study",
        "series",
        "instance",
        "frame_of_reference",
        "other_uid",
        "file",
        "date_shift_days",
    }


def test_the_manifest_is_the_release(demo_run: Run) -> None:
    release = demo_run.results / "release"
    listed = table(release / "manifest.tsv").set_index("path")["sha256"].to_dict()
    there = digests(release)
    del there["manifest.tsv"]
    assert listed == there


def test_every_input_file_has_one_verdict(demo_run: Run) -> None:
    totals = json.loads((demo_run.results / "report" / "report.json").read_text())["totals"]
    inventory = table(demo_run.private / "inventory.tsv")
    assert not inventory["path"].duplicated().any()
    assert set(inventory["verdict"]) == {"released", "set_aside", "not_content"}
    counts = inventory["verdict"].value_counts()
    assert totals["files_in"] == len(inventory)
    assert totals["files_released"] == counts["released"]
    assert totals["files_set_aside"] == counts["set_aside"]
    assert totals["files_not_content"] == counts["not_content"]
    assert (inventory.loc[inventory["verdict"] == "set_aside", "reason"] != "").all()


def test_no_identity_leaves(demo_run: Run) -> None:
    """Neither under ``output``, nor in Snakemake's metadata and logs, nor on the terminal."""
    private = {demo_run.private}
    places = [path for path in demo_run.folder.iterdir() if path not in private]
    words = [
        word.encode(code)
        for word in identities(retained=RETAINED)
        for code in ("utf-8", "latin-1", "utf-16-le")
        if _fits(word, code)
    ]
    files = [path for place in places for path in [place, *place.rglob("*")] if path.is_file()]
    assert any(".snakemake" in path.parts for path in files)
    for path in files:
        content = path.read_bytes()
        names = str(path.relative_to(demo_run.folder)).encode()
        assert not [n for n, word in enumerate(words) if word in content or word in names], path


def _fits(word: str, code: str) -> bool:
    try:
        return len(word) >= 4 and bool(word.encode(code))
    except UnicodeEncodeError:
        return False


def test_heads_their_rt_objects_and_the_covered_ultrasound_are_released(demo_run: Run) -> None:
    report = json.loads((demo_run.results / "report" / "report.json").read_text())
    verdicts = {(item["modality"], item["verdict"]) for item in report["series"]}
    assert verdicts == {(name, "released") for name in ("CT", "MR", "RTSTRUCT", "RTPLAN", "RTDOSE", "US")}
    (ultrasound,) = (item for item in report["series"] if item["modality"] == "US")
    assert ultrasound["text"]["boxes"] > 0
    faces = [item["face"] for item in report["series"] if item["modality"] in ("MR", "CT")]
    assert len(faces) == 4
    assert {(face["decision"], face["tool"], face["mode"]) for face in faces} == {
        ("face", "builtin", "remove")
    }
    assert min(face["voxels_changed"] for face in faces) > 10_000


def test_references_resolve_after(demo_run: Run) -> None:
    there: dict[str, pydicom.Dataset] = {}
    for path in (demo_run.results / "release" / "dicom").rglob("*.dcm"):
        header = pydicom.dcmread(path, stop_before_pixels=True)
        there[header.SOPInstanceUID] = header
    by_modality = {header.Modality: header for header in there.values()}
    structures, plan, dose = (by_modality[name] for name in ("RTSTRUCT", "RTPLAN", "RTDOSE"))
    assert plan.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID == structures.SOPInstanceUID
    assert dose.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID == plan.SOPInstanceUID
    assert dose.FrameOfReferenceUID == by_modality["CT"].FrameOfReferenceUID
    images = {
        image.ReferencedSOPInstanceUID
        for roi in structures.ROIContourSequence
        for contour in roi.ContourSequence
        for image in contour.ContourImageSequence
    }
    assert images
    assert {there[uid].Modality for uid in images} == {"CT"}


def test_the_second_visit_is_the_same_patient(demo_run: Run) -> None:
    manifest = table(demo_run.results / "release" / "manifest.tsv")
    assert sorted(manifest[manifest["kind"] == "dicom"].groupby("patient")["study"].nunique()) == [1, 3]


def test_a_second_call_has_nothing_to_do(demo_run: Run) -> None:
    before = digests(demo_run.results)
    done = demo_run.call()
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout + done.stderr
    assert digests(demo_run.results) == before


def test_one_core_the_same_key_and_part_of_the_delivery_give_the_same_bytes(
    demo_run: Run, tmp_path: Path
) -> None:
    (source,) = demo_run.source.glob("Export*")
    other = Run(tmp_path, tmp_path / "part")
    for part in ("CD Sono", "YAMADOBRE^KENJIROU"):
        shutil.copytree(source / part, other.source / source.name / part)
    other.private.mkdir(mode=0o700)
    shutil.copy(demo_run.private / "key", other.private / "key")
    assert other.call(cores=1).returncode == 0
    whole, again = (digests(run.results / "release") for run in (demo_run, other))
    del again["manifest.tsv"]
    assert {pydicom.dcmread(other.results / "release" / path).Modality for path in again} == {
        "US",
        "CT",
        "RTSTRUCT",
        "RTPLAN",
        "RTDOSE",
    }
    assert again == {path: whole[path] for path in again}
