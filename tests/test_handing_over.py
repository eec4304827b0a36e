"""What is done with a release: checked anywhere, compared, packed, looked up, purged."""

import csv
import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

import pydicom
import pytest
from exports import instance, save
from line import run_line

from cleanroom.__main__ import main
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.handing_over.checked import check
from cleanroom.handing_over.compared import compare
from cleanroom.handing_over.looked_up import look_up
from cleanroom.handing_over.packed import pack
from cleanroom.handing_over.purged import PHRASE, purge, purge_key

FACES = {"rules": [{"tool": "none", "reason": "an invented phantom"}]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Two invented patients of two slices each, through the whole line."""
    folder = tmp_path_factory.mktemp("handing")
    for number in (1, 2):
        save(instance(number), folder / "in" / f"a{number}")
        other = instance(
            number, study="1.2.4", series="1.2.4.1", PatientID="ID-0815", PatientName="Other^Otto"
        )
        save(other, folder / "in" / f"b{number}")
    settings = run_line(folder / "in", folder, faces=FACES)
    (settings.private / "run.json").write_text("{}")
    return settings


@pytest.fixture
def release(run: Config, tmp_path: Path) -> Path:
    """A copy of the output folder that a test may spoil: no key is near it."""
    return Path(shutil.copytree(run.output, tmp_path / "received"))


def files(folder: Path) -> list[Path]:
    return sorted((folder / "release" / "dicom").rglob("*.dcm"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def test_a_release_that_was_copied_elsewhere_is_whole(release: Path) -> None:
    found = check(release)
    assert found.whole
    assert found.files == len(files(release)) == 4
    assert check(release / "release").sha256 == found.sha256


def test_a_missing_an_altered_and_an_extra_file_are_told(release: Path) -> None:
    first, second, *_ = files(release)
    first.unlink()
    data = bytearray(second.read_bytes())
    data[-1] ^= 1
    second.write_bytes(data)
    (second.parent / "Invented_Ines.jpg").write_bytes(b"x")
    found = check(release)
    assert sorted(found.wrong.values()) == ["altered", "missing"]
    assert list(found.extra.values()) == [1]
    assert not any("Ines" in line for line in found.lines())
    assert not found.whole


def test_a_manifest_that_was_tampered_with_is_told(release: Path) -> None:
    path = release / "release" / "manifest.tsv"
    files(release)[0].unlink()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]))
    found = check(release)
    assert (found.wrong, found.extra) == ({}, {})
    assert found.manifest == "it is not the one that the provenance beside it names"


def test_a_manifest_that_points_elsewhere_is_not_followed(release: Path) -> None:
    path = release / "release" / "manifest.tsv"
    text = path.read_text()
    name = files(release)[0].relative_to(release / "release").as_posix()
    path.write_text(text.replace(name, "../report/report.json"))
    found = check(release)
    assert found.wrong == {"../report/report.json": "not inside the release"}
    link = files(release)[1]
    link.unlink()
    link.symlink_to("/etc/hostname")
    assert "a link or no plain file" in check(release).wrong.values()


def test_the_command_ends_with_a_status(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-release", str(release)]) == 0
    assert "whole and unaltered" in capsys.readouterr().out
    files(release)[0].unlink()
    assert main(["verify-release", str(release)]) == 1


def test_two_equal_releases_and_what_differs(run: Config, release: Path) -> None:
    assert compare(run.output, release).equal
    path = files(release)[0]
    dataset = pydicom.dcmread(path)
    pixels = dataset.pixel_array.copy()
    pixels[0, 0] += 1
    dataset.PixelData, dataset.SeriesDescription = pixels.tobytes(), "secret words"
    dataset.save_as(path)
    manifest = release / "release" / "manifest.tsv"
    name = path.relative_to(release / "release").as_posix()
    old = next(row["sha256"] for row in rows(manifest) if row["path"] == name)
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text().replace(old, new))
    found = compare(run.output, release)
    assert (found.same, list(found.differ)) == (3, [name])
    assert "1 of 64 pixel values" in found.differ[name]
    assert found.elements == {"(0008,103E) SeriesDescription": 1}
    assert not any("secret" in line for line in found.lines())


def test_files_that_only_one_has_are_counted_by_series(run: Config, release: Path) -> None:
    manifest = release / "release" / "manifest.tsv"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(lines[:-2]))
    found = compare(run.output, release)
    assert sum(found.only["first"].values()) == 2
    assert found.only["second"] == {}


@pytest.mark.parametrize(("by", "count"), [("patient", 2), ("size", 1)])
def test_packed_twice_the_bytes_are_equal_and_each_part_is_whole(
    run: Config, tmp_path: Path, by: str, count: int
) -> None:
    first, second = pack(run.output, tmp_path / "a", by), pack(run.output, tmp_path / "b", by)  # type: ignore[arg-type]
    assert first == second
    assert len(first) == count
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "a", capture_output=True, check=False
    )
    assert done.returncode == 0
    for part in first:
        with zipfile.ZipFile(tmp_path / "a" / part.name) as archive:
            assert archive.testzip() is None
            archive.extractall(tmp_path / "unpacked" / part.name)
        found = check(tmp_path / "unpacked" / part.name)
        assert found.whole
        assert found.files == part.files


def test_patients_stay_together_when_parts_are_small(run: Config, tmp_path: Path) -> None:
    assert len(pack(run.output, tmp_path / "a", "size", 1e-9)) == 2


def test_an_altered_file_is_not_packed(release: Path, tmp_path: Path) -> None:
    files(release)[0].write_bytes(b"other")
    with pytest.raises(StopRun, match="is not the file that the manifest names"):
        pack(release, tmp_path / "zips")
    assert not list((tmp_path / "zips").glob("*.zip"))


def test_a_look_up_is_logged_before_it_is_told(run: Config) -> None:
    patient = next(row["patient"] for row in rows(run.output / "release" / "manifest.tsv"))
    (known,) = look_up(run, patient, "the donor withdrew")
    assert known.kind == "patient"
    assert known.original in ("ID-4711", "ID-0815")
    last = rows(run.private / "lookups.tsv")[-1]
    assert (last["pseudonym"], last["found"], last["why"]) == (patient, "1", "the donor withdrew")
    assert last["who"]
    assert last["when"][:2] == "20"
    assert (run.private / "lookups.tsv").stat().st_mode & 0o777 == 0o600


def test_nothing_is_told_when_the_log_cannot_be_written(run: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError

    monkeypatch.setattr("cleanroom.handing_over.looked_up.os.open", refuse)
    with pytest.raises(StopRun, match="cannot be written"):
        look_up(run, "P" + "A" * 12, "")


def test_the_command_asks(
    run: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.json"
    path.write_text(run.model_dump_json())
    patient = next(row["patient"] for row in rows(run.output / "release" / "manifest.tsv"))
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert main(["lookup", patient, "--config", str(path)]) == 1
    assert "ID-" not in capsys.readouterr().out
    assert main(["lookup", patient, "--config", str(path), "--yes"]) == 0
    assert "patient\tID-" in capsys.readouterr().out


def test_intermediates_go_and_the_rest_stays(run: Config, tmp_path: Path) -> None:
    private = Path(shutil.copytree(run.private, tmp_path / "private"))
    other = run.model_copy(update={"private": private, "output": tmp_path / "results"})
    assert purge(other).files > 0
    assert not (private / "work").exists()
    assert (private / "key").is_file()
    assert (private / "inventory.sqlite").is_file()


def test_key_and_crosswalk_go_only_when_it_is_typed(run: Config, tmp_path: Path) -> None:
    private = Path(shutil.copytree(run.private, tmp_path / "private"))
    elsewhere = tmp_path / "key of the house"
    elsewhere.write_bytes(bytes(32))
    other = run.model_copy(update={"private": private, "output": tmp_path / "results", "key": elsewhere})
    with pytest.raises(StopRun, match="Nothing was deleted"):
        purge_key(other, "yes")
    assert (private / "key").is_file()
    done = purge_key(other, PHRASE)
    assert list(private.iterdir()) == []
    assert done.left == (elsewhere,)
    with pytest.raises(StopRun, match="There is no crosswalk"):
        look_up(other, "P" + "A" * 12, "")


def test_a_folder_that_is_no_private_folder_is_not_emptied(run: Config, tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("years of work")
    with pytest.raises(StopRun, match="not the private folder of a run"):
        purge_key(run.model_copy(update={"private": tmp_path}), PHRASE)
    assert (tmp_path / "thesis").exists()
