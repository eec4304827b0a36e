"""What a user sees who mistypes a key, or names the wrong folder."""

from pathlib import Path

import pytest

from cleanroom import config
from cleanroom.errors import StopRun
from cleanroom.start import start


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(StopRun, match=r"outptu: there is no such key; did you mean `output`\?"):
        config.load({"outptu": "x"})


def test_an_unknown_nested_key_names_its_place() -> None:
    with pytest.raises(StopRun, match=r"faces\.margin: there is no such key; did you mean `margin_mm`\?"):
        config.load({"faces": {"margin": 3}})


def test_keeping_a_face_needs_a_reason() -> None:
    with pytest.raises(StopRun, match="say why in `reason`"):
        config.load({"faces": {"rules": [{"tool": "none"}]}})


def test_a_list_of_studies_is_taken_from_the_command_line() -> None:
    assert config.load({"studies": "SABC,SDEF"}).studies == ["SABC", "SDEF"]


def test_a_shard_beyond_the_last_is_refused() -> None:
    with pytest.raises(StopRun, match="shard 4/3"):
        config.load({"shard": "4/3"})


def test_a_missing_input_folder(tmp_path: Path) -> None:
    with pytest.raises(StopRun, match="There is no input folder"):
        start({"input": tmp_path / "nothing", "private": tmp_path / "p"}, main=True)


@pytest.mark.parametrize(
    ("inner", "outer"), [("output", "input"), ("private", "output"), ("input", "output")]
)
def test_a_folder_inside_another(tmp_path: Path, inner: str, outer: str) -> None:
    folders = {name: tmp_path / name for name in ("input", "output", "private")}
    folders[inner] = folders[outer] / "inside"
    folders["input"].mkdir(parents=True)
    with pytest.raises(StopRun, match=f"The {inner} folder .* lies inside the {outer} folder"):
        start(folders, main=True)
    assert not folders["private"].exists()


def test_too_little_space_is_said_before_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(bytes(1000))
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    folders = {"input": tmp_path / "in", "output": tmp_path / "out", "private": tmp_path / "private"}
    with pytest.raises(StopRun, match=r"needs about 3.8 kB for output and private, 100 bytes are free"):
        start(folders, main=True)


def test_the_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    folders = {"input": tmp_path / "in", "output": tmp_path / "out", "private": tmp_path / "private"}
    start(folders, main=True)
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "private").iterdir()} == {0}


def places(tmp_path: Path, table: str, where: str = "private") -> dict[str, object]:
    """Folders of a run, and a patients file."""
    (tmp_path / "in").mkdir(exist_ok=True)
    file = tmp_path / where / "patients.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(table)
    folders = {"input": tmp_path / "in", "output": tmp_path / "out", "private": tmp_path / "private"}
    return {**folders, "patients": {"file": file}}


TABLE = "patient_id,pseudonym\n4711,T-1\n"


def test_a_wrong_patients_file_is_said_before_the_start(tmp_path: Path) -> None:
    values = places(tmp_path, TABLE + "4711,T-2\n", where="elsewhere")
    with pytest.raises(StopRun, match="line 2: the same patient has another pseudonym in line 3"):
        start(values, main=True)
    assert not (tmp_path / "private").exists()


def test_the_patients_file_is_not_kept_where_it_would_be_shared(tmp_path: Path) -> None:
    with pytest.raises(StopRun, match="lies in the output folder"):
        start(places(tmp_path, TABLE, where="out"), main=True)


def test_intake_runs_again_when_the_patients_file_has_another_content(tmp_path: Path) -> None:
    first = start(places(tmp_path, TABLE), main=True)
    moved = start(places(tmp_path, TABLE, where="elsewhere"), main=True)
    other = start(places(tmp_path, TABLE + "4712,T-2\n"), main=True)
    assert first.version("intake") == moved.version("intake") != other.version("intake")
    assert first.version("clean") == other.version("clean")
    job = start({"private": tmp_path / "private"}, main=False)
    assert job.version("intake") == other.version("intake")
