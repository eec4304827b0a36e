"""A transfer syntax that nobody registered sets its series aside; the other series of the study go on."""

from pathlib import Path

from exports import instance, save
from studies import taken_in

from cleanroom import step
from cleanroom.records import EncodeRecord, FaceRecord, SeriesFace, TextRecord, VolumeRecord


def test_the_other_series_of_the_study_is_written(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    save(instance(1), tmp_path / "input" / "good")
    path = save(instance(1, series="1.2.3.2"), tmp_path / "input" / "odd")
    known = b"1.2.840.10008.1.2.1\0"
    path.write_bytes(path.read_bytes().replace(known, b"1.2.840.10008.1.2.77"[: len(known)], 1))
    (study,) = taken_in(tmp_path / "input", tmp_path)
    TextRecord().save(study.record_path("redact"))
    step.run("clean", study)
    VolumeRecord().save(study.record_path("convert"))
    faces = {item.series: SeriesFace(decision="no_face") for item in study.instances}
    FaceRecord(series=faces).save(study.record_path("deface"))
    step.run("encode", study)
    record = EncodeRecord.load(study.record_path("encode"))
    (row,) = record.set_aside
    assert "1.2.840.10008.1.2.77 is not a public transfer syntax" in row.reason
    assert len(record.series) == 1
    assert row.series not in record.series
