"""Intake sorts whatever lies in the folder, by content and never by name."""

import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from exports import instance, save

from cleanroom import config
from cleanroom.config import Config
from cleanroom.intake import inventory
from cleanroom.intake.take_in import take_in


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """A config with an empty input folder."""
    for name in ("input", "private"):
        (tmp_path / name).mkdir()
    return config.load({"input": tmp_path / "input", "private": tmp_path / "private"})


def files(settings: Config) -> pd.DataFrame:
    """The inventory, by path."""
    with inventory.opened(settings.private) as database:
        return pd.read_sql("SELECT * FROM files", database).set_index("path")


def test_files_are_sorted_by_content(settings: Config) -> None:
    save(instance(1), settings.input / "no extension" / "IM1")
    (settings.input / "scan.dcm").write_text("a text that calls itself DICOM")
    (settings.input / "a.dat").write_bytes(b"%PDF-1.7\n")
    (settings.input / "b.dat").write_bytes(b"\x89PNG\r\n\x1a\n")
    (settings.input / "empty").touch()
    (settings.input / "link").symlink_to("/etc/hostname")
    os.mkfifo(settings.input / "pipe")
    assert len(take_in(settings)) == 1
    found = files(settings)
    assert found["kind"].to_dict() == {
        "no extension/IM1": "dicom",
        "scan.dcm": "other",
        "a.dat": "pdf",
        "b.dat": "picture",
        "empty": "unreadable",
        "link": "link",
        "pipe": "unreadable",
    }
    assert set(found.loc[["scan.dcm", "empty", "link", "pipe"], "verdict"]) == {"set_aside"}


def test_a_zip_is_read_in_place(settings: Config, tmp_path: Path) -> None:
    path = save(instance(1), tmp_path / "elsewhere")
    with zipfile.ZipFile(settings.input / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "folder/IM1")
        archive.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    take_in(settings)
    found = files(settings)
    assert found.loc["export.zip!/folder/IM1", "kind"] == "dicom"
    assert found.loc["export.zip", "verdict"] == "not_content"
    assert found.loc["export.zip!/inner.zip", "reason"].startswith("an archive in an archive")
    take_in(settings)
    assert len(files(settings)) == 3


def test_copies_are_not_content_and_conflicts_are_set_aside(settings: Config) -> None:
    save(instance(1), settings.input / "a")
    save(instance(1), settings.input / "b")
    save(instance(1, SeriesDescription="another"), settings.input / "c")
    take_in(settings)
    found = files(settings)
    assert found[["kind", "verdict"]].agg(tuple, axis=1).to_dict() == {
        "a": ("dicom", ""),
        "b": ("duplicate", "not_content"),
        "c": ("dicom", "set_aside"),
    }


def test_a_truncated_file_is_unreadable(settings: Config) -> None:
    path = save(instance(1), settings.input / "IM1")
    path.write_bytes(path.read_bytes()[:-10])
    take_in(settings)
    assert "truncated" in files(settings).loc["IM1", "reason"]


def test_names_that_are_not_text_are_opened_all_the_same(settings: Config, tmp_path: Path) -> None:
    path = save(instance(1), tmp_path / "elsewhere")
    awkward = os.fsencode(settings.input) + b"/IM\xff\n\\1"
    os.link(path, awkward)
    (study,) = take_in(settings)
    (name,) = files(settings).index
    assert name == "IM\\xdcff\\x000a\\x005c1"
    manifest = (settings.private / "studies" / study / "manifest.tsv").read_text()
    assert manifest.count("\n") == 2


def test_a_second_call_notices_new_changed_and_vanished_files(settings: Config) -> None:
    for number in (1, 2, 3):
        save(instance(number), settings.input / f"IM{number}")
    (study,) = take_in(settings)
    manifest = settings.private / "studies" / study / "manifest.tsv"
    before = manifest.stat().st_mtime_ns
    take_in(settings)
    assert manifest.stat().st_mtime_ns == before
    (settings.input / "IM1").unlink()
    save(instance(2, SeriesDescription="changed"), settings.input / "IM2")
    save(instance(4, study="1.2.4", series="1.2.4.1"), settings.input / "IM4")
    assert len(take_in(settings)) == 2
    assert set(files(settings).index) == {"IM2", "IM3", "IM4"}
    assert "changed" in manifest.read_text()


def test_two_patient_ids_in_one_study_are_set_aside(settings: Config) -> None:
    save(instance(1), settings.input / "IM1")
    save(instance(2, PatientID="ID-4712"), settings.input / "IM2")
    assert take_in(settings) == []
    assert set(files(settings)["reason"]) == {"its study names two patient IDs"}


def test_patients_without_an_id_are_never_merged(settings: Config) -> None:
    save(instance(1, PatientID=""), settings.input / "IM1")
    save(instance(1, PatientID="", study="1.2.4", series="1.2.4.1"), settings.input / "IM2")
    take_in(settings)
    assert files(settings)["patient"].nunique() == 2


def test_any_number_of_processes_gives_the_same_manifest(settings: Config) -> None:
    for number in range(1, 30):
        save(instance(number), settings.input / f"{number % 7}" / f"IM{number}")
    (study,) = take_in(settings, threads=2)
    manifest = settings.private / "studies" / study / "manifest.tsv"
    both = manifest.read_bytes()
    (settings.private / "inventory.sqlite").unlink()
    manifest.unlink()
    take_in(settings, threads=1)
    assert manifest.read_bytes() == both


def test_every_real_file_has_a_kind_and_at_most_one_place(scans: Path, tmp_path: Path) -> None:
    settings = config.load({"input": scans, "private": tmp_path})
    take_in(settings, threads=2)
    found = files(settings)
    assert len(found) == sum(1 for path in scans.rglob("*") if not path.is_dir())
    placed = found[found["number"] != ""]
    assert not placed.duplicated(["study", "series", "number"]).any()
    assert not placed.duplicated("sop_instance_uid").any()
    assert (found.loc[found["verdict"] == "set_aside", "reason"] != "").all()
