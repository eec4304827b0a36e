"""Studies with boxes that a test draws: taken in, cleaned and encoded as the line does it."""

from pathlib import Path

import pydicom
from pydicom.dataset import FileDataset
from studies import taken_in

from cleanroom import step
from cleanroom.records import (
    EncodeRecord,
    FaceRecord,
    SeriesFace,
    SeriesText,
    TextBox,
    TextRecord,
    VerifyRecord,
    VolumeRecord,
)
from cleanroom.verify import verify_study

HERE = TextBox(left=2, top=1, right=6, bottom=4)


class Boxed:
    """One study; every series has its words read, and those numbered have boxes.

    Parameters
    ----------
    tmp_path
        The files lie in ``input``.
    boxes
        Series Instance UID → instance number → boxes.
    """

    def __init__(self, tmp_path: Path, boxes: dict[str, dict[str, list[TextBox]]], read: int = 1) -> None:
        (self.study,) = taken_in(tmp_path / "input", tmp_path)
        self.names = {row.series_instance_uid: row.series for row in self.study.instances}
        step.run("clean", self.study)
        self.text = TextRecord(
            series={name: SeriesText(frames_read=read) for name in self.names.values()},
            boxes={self.names[uid]: numbered for uid, numbered in boxes.items()},
        )
        self.text.save(self.study.record_path("redact"))
        VolumeRecord().save(self.study.record_path("convert"))
        faces = {name: SeriesFace(decision="not_applicable") for name in self.names.values()}
        FaceRecord(series=faces).save(self.study.record_path("deface"))
        step.run("encode", self.study)
        self.record = EncodeRecord.load(self.study.record_path("encode"))

    def path(self, uid: str, number: str = "00001") -> Path:
        return self.study.work / "encoded" / self.names[uid] / f"{number}.dcm"

    def released(self, uid: str, number: str = "00001") -> FileDataset:
        return pydicom.dcmread(self.path(uid, number))

    def verify(self) -> tuple[VerifyRecord, dict[str, dict[str, str]]]:
        """The record of the gate; by series what did not pass."""
        record = verify_study(self.study)
        fine = ("passed", "not applicable")
        found = {
            uid: {check: text for check, text in record.checks.get(name, {}).items() if text not in fine}
            for uid, name in self.names.items()
        }
        return record, {uid: texts for uid, texts in found.items() if texts}


def one(source: Path, tmp_path: Path, boxes: list[TextBox], read: int = 1) -> tuple[Boxed, str]:
    """A study of one file, and the UID of its series."""
    (tmp_path / "input").mkdir(parents=True)
    (tmp_path / "input" / "a").write_bytes(source.read_bytes())
    original = pydicom.dcmread(source)
    return Boxed(tmp_path, {original.SeriesInstanceUID: {"00001": boxes}}, read), original.SeriesInstanceUID
