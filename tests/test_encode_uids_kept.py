"""Under Retain UIDs a series whose pixels change gets new UIDs, wherever they are named; all others stay."""

from pathlib import Path

import pydicom
from boxed import HERE, Boxed
from exports import instance, save
from pydicom import Dataset
from pytest import MonkeyPatch

from cleanroom import config
from cleanroom.study import Study

CHANGED, OTHER = "1.2.3.1", "1.2.3.2"


def referring(number: int, to: str, **values: object) -> Dataset:
    made = instance(number, series=OTHER, **values)
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = made.SOPClassUID, to
    made.ReferencedImageSequence = [item]
    return made


def kept(monkeypatch: MonkeyPatch, tmp_path: Path) -> None:
    """The profile of the test keeps UIDs."""
    profile = tmp_path / "profile.yaml"
    profile.write_text("extends: basic\nuids: kept\n")
    load = config.load
    monkeypatch.setattr(config, "load", lambda values: load({**values, "profile": str(profile)}))


def test_new_uids_everywhere_and_only_there(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    kept(monkeypatch, tmp_path)
    for number in (1, 2):
        save(instance(number), tmp_path / "input" / f"a{number}")
    save(referring(1, f"{CHANGED}.2"), tmp_path / "input" / "b1")
    boxed = Boxed(tmp_path, {CHANGED: {"00001": [HERE]}})
    first, second = boxed.released(CHANGED), boxed.released(CHANGED, "00002")
    other = boxed.released(OTHER)
    uids = boxed.record.uids
    assert set(uids) == {CHANGED, f"{CHANGED}.1", f"{CHANGED}.2"}
    assert first.SeriesInstanceUID == second.SeriesInstanceUID == uids[CHANGED]
    assert first.SOPInstanceUID == first.file_meta.MediaStorageSOPInstanceUID == uids[f"{CHANGED}.1"]
    assert other.ReferencedImageSequence[0].ReferencedSOPInstanceUID == second.SOPInstanceUID
    assert (other.SOPInstanceUID, other.SeriesInstanceUID) == (f"{OTHER}.1", OTHER)
    assert first.StudyInstanceUID == other.StudyInstanceUID == "1.2.3"
    assert boxed.verify()[1] == {}


def test_the_gate_finds_old_uids_on_new_pixels(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    kept(monkeypatch, tmp_path)
    save(instance(1), tmp_path / "input" / "a")
    boxed = Boxed(tmp_path, {CHANGED: {"00001": [HERE]}})
    header = boxed.released(CHANGED)
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = f"{CHANGED}.1"
    header.SeriesInstanceUID = CHANGED
    pydicom.dcmwrite(boxed.path(CHANGED), header)
    assert "its UIDs did not" in boxed.verify()[1][CHANGED]["marks"]


def test_a_reference_to_images_of_another_study(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    kept(monkeypatch, tmp_path)
    save(referring(1, "1.2.4.1.1"), tmp_path / "input" / "b1")
    boxed = Boxed(tmp_path, {})
    elsewhere = Study(boxed.study.config, "S" + "C" * 12)
    elsewhere.folder.mkdir(parents=True)
    rows = (boxed.study.folder / "manifest.tsv").read_text().replace(f"{OTHER}.1\t", "1.2.4.1.1\t")
    (elsewhere.folder / "manifest.tsv").write_text(rows)
    assert "images of another study" in boxed.verify()[1][OTHER]["references"]
