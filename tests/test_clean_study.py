"""The step on a study: one archive, one record, and nothing that identifies in either."""

import shutil
import zipfile
from pathlib import Path

import pydicom
import pytest

from cleanroom import manifest
from cleanroom.clean import archive
from cleanroom.clean.step import clean_study
from cleanroom.config import Config
from cleanroom.manifest import Instance
from cleanroom.study import Study

SERIES = "EAAAAAAAAAAAA"
SINFONIA = ["113100", "113103", "113104", "113105", "113107", "113108", "113109", "113111"]


def row(number: int, path: str) -> Instance:
    values = dict.fromkeys(Instance.__annotations__, "")
    values |= {"patient": "PAAAAAAAAAAAA", "study": "SAAAAAAAAAAAA", "series": SERIES}
    return Instance(**{**values, "number": f"{number:05d}", "path": path, "bytes": 0, "frames": 1})  # type: ignore[arg-type]


@pytest.fixture
def study(scans: Path, tmp_path: Path) -> Study:
    files = scans / "odd_pydicom" / "test_files"
    (tmp_path / "in").mkdir()
    for name in (
        "CT_small.dcm",
        "MR_small_bigendian.dcm",
        "badVR.dcm",
        "image_dfl.dcm",
        "MR_small_implicit.dcm",
    ):
        shutil.copy(files / name, tmp_path / "in" / name)
    with zipfile.ZipFile(tmp_path / "in" / "more.zip", "w", zipfile.ZIP_DEFLATED) as more:
        more.write(files / "rtplan.dcm", "deep/rtplan.dcm")
    config = Config(input=tmp_path / "in", private=tmp_path / "private", output=tmp_path / "out")
    config.private.mkdir()
    (config.private / "key").write_bytes(b"k" * 32)
    new = Study(config, "SAAAAAAAAAAAA")
    names = [path.name for path in sorted(config.input.iterdir()) if path.suffix == ".dcm"]
    rows = [
        row(number, name)
        for number, name in enumerate([*names, "more.zip!/deep/rtplan.dcm", "lost.dcm", "more.zip!/lost"], 1)
    ]
    manifest.write(new.folder / "manifest.tsv", rows)
    (new.folder / "identities.json").write_text("[]")
    return new


def test_headers_and_record_are_written(study: Study) -> None:
    record = clean_study(study)
    assert (study.folder / "uids.tsv").read_text().count("\n") > 10
    assert [code.value for code in record.options] == SINFONIA
    assert record.actions[SERIES]["U"] > 0
    with zipfile.ZipFile(study.work / "headers.zip") as headers:
        assert headers.namelist() == [f"{SERIES}/0000{number}.dcm" for number in (1, 2, 3, 5, 6)]
        first = archive.read(headers, SERIES, "00001")
        assert "PixelData" not in first
        assert first.PatientName == "PAAAAAAAAAAAA"
        for name in headers.namelist():
            with headers.open(name) as file:
                header = pydicom.dcmread(file)
                assert not header.file_meta.TransferSyntaxUID.is_implicit_VR
                assert header.SOPInstanceUID.startswith("2.25.")


def test_one_bad_file_is_set_aside_alone_and_named_by_number(study: Study) -> None:
    record = clean_study(study)
    assert {tuple(row.numbers) for row in record.set_aside} == {("00004",), ("00007",), ("00008",)}
    assert {row.step for row in record.set_aside} == {"clean"}
    assert "lost.dcm" not in "".join(row.reason for row in record.set_aside)


def test_the_same_bytes_in_every_run(study: Study) -> None:
    clean_study(study)
    once = (study.work / "headers.zip").read_bytes()
    clean_study(study)
    assert (study.work / "headers.zip").read_bytes() == once
