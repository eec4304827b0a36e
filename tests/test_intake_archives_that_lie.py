"""Dates that do not exist and members that cannot be read: intake goes on, and every file has its row."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from exports import instance
from pydicom import dcmwrite

from cleanroom import config
from cleanroom.intake import inventory
from cleanroom.intake.take_in import take_in


def content() -> bytes:
    """An instance."""
    file = io.BytesIO()
    dcmwrite(file, instance(1), enforce_file_format=True)
    return file.getvalue()


@pytest.fixture
def rows(tmp_path: Path) -> dict[str, tuple[str, str]]:
    """Path → kind and reason, of two archives that lie and a file from a far future."""
    (tmp_path / "input").mkdir()
    (tmp_path / "private").mkdir(mode=0o700)
    with zipfile.ZipFile(tmp_path / "input" / "dates.zip", "w") as archive:
        for name, date in {"june": (2024, 6, 31, 1, 1, 1), "never": (2024, 13, 0, 25, 61, 62)}.items():
            archive.writestr(zipfile.ZipInfo(name, date), content() if name == "june" else b"no image")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.dcm", content())
    broken = bytearray(file.getvalue())
    for number in range(4):
        at = broken.index(f"{number}.dcm".encode()) + 5
        broken[at + 3 * number : at + 3 * number + 40] = b"\xff" * 40
    (tmp_path / "input" / "broken.zip").write_bytes(broken)
    (tmp_path / "input" / "future").write_bytes(b"no image")
    os.utime(tmp_path / "input" / "future", (400_000_000_000, 400_000_000_000))
    places = {"input": tmp_path / "input", "private": tmp_path / "private", "output": tmp_path / "out"}
    take_in(config.load(places))
    with inventory.opened(tmp_path / "private") as base:
        found = base.execute("SELECT path, kind, reason FROM looks")
        return {row["path"]: (row["kind"], row["reason"]) for row in found}


def test_every_file_and_member_has_a_row(rows: dict[str, tuple[str, str]]) -> None:
    members = {"dates.zip!/june", "dates.zip!/never", *(f"broken.zip!/{number}.dcm" for number in range(4))}
    assert set(rows) == {"dates.zip", "broken.zip", "future", *members}
    assert rows["dates.zip!/june"] == ("dicom", "")
    for number in range(4):
        kind, reason = rows[f"broken.zip!/{number}.dcm"]
        assert kind == "unreadable" and reason
