"""One series has what no reader expects: it is set aside or mended by itself, the other goes its way."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from exports import instance, save
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian
from studies import taken_in

from cleanroom import step
from cleanroom.convert import series as convert
from cleanroom.deface import by_builtin
from cleanroom.records import EncodeRecord, FaceRecord, Record, VolumeRecord
from cleanroom.study import Study

NO_LENGTH = (0xFFFFFFFF).to_bytes(4, "little")


def through(study: Study, *steps: str) -> list[Record]:
    """The records of some steps."""
    for name in steps:
        step.run(name, study)
    return [Record.load(study.record_path(name)) for name in steps]


def other(folder: Path) -> None:
    """A series in which nothing is odd."""
    for number in (1, 2):
        save(instance(number, series="1.2.3.2"), folder / f"other{number}")


def test_native_pixels_without_a_length(tmp_path: Path) -> None:
    save(instance(1, Modality="OT", BitsStored=16, HighBit=15), tmp_path / "input" / "a")
    save(instance(1, series="1.2.3.2", Modality="OT"), tmp_path / "input" / "b")
    data = (tmp_path / "input" / "a").read_bytes()
    at = data.rindex(b"\xe0\x7f\x10\x00OW\0\0") + 8
    (tmp_path / "input" / "a").write_bytes(data[:at] + NO_LENGTH + data[at + 4 :])
    rule = {"match": {}, "words": "never", "reason": "made by a test"}
    (study,) = taken_in(tmp_path / "input", tmp_path, text={"rules": [rule]})
    *before, encoded = through(study, "clean", "redact", "convert", "deface", "encode")
    odd = next(row.series for row in study.instances if row.path == "a")
    assert not any(record.set_aside for record in before)
    assert [(row.series, row.reason) for row in encoded.set_aside] == [
        (odd, "the file ends inside its pixels")
    ]
    assert len(EncodeRecord.load(study.record_path("encode")).series) == 1


def compressed(path: Path) -> Path:
    """One JPEG-LS frame."""
    words = np.arange(64, dtype="<u2").reshape(8, 8)
    made = instance(1, PixelData=encapsulate([imagecodecs.jpegls_encode(words)]))
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.80"
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    return save(made, path)


SPOILED = {
    "a delimiter that stands alone": (b"\x28\0\x02\0US", b"\xfe\xff\xdd\xe0\0\0\0\0\x28\0\x02\0US", ""),
    "no value representation": (b"\x28\0\x30\0DS", b"\x28\0\x30\0D\1", "dcm2niix could not convert it"),
}
"""What stands there, what stands there instead, why the series is set aside if it is."""


@pytest.mark.parametrize("name", SPOILED)
def test_one_element_of_a_compressed_image_is_spoiled(tmp_path: Path, name: str) -> None:
    path = compressed(tmp_path / "input" / "a")
    data = path.read_bytes()
    right, wrong, why = SPOILED[name]
    assert data.count(right) == 1
    path.write_bytes(data.replace(right, wrong))
    (study,) = taken_in(tmp_path / "input", tmp_path)
    _, record = through(study, "redact", "convert")
    assert [row.reason.partition(" (")[0] for row in record.set_aside] == ([why] if why else [])


def test_an_error_nobody_thought_of_stays_with_its_series(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(instance(1, Modality="MR"), tmp_path / "input" / "a")
    other(tmp_path / "input")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    odd = next(row.series for row in study.instances if row.path == "a")
    place = convert.place

    def failing(source: tuple[Path, str, str], *arguments: object) -> None:
        if source[1] == "a":
            raise KeyError("Invented^Ines")
        place(source, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(convert, "place", failing)
    through(study, "clean", "redact", "convert")
    record = VolumeRecord.load(study.record_path("convert"))
    assert {row.series: row.reason for row in record.set_aside} == {odd: "convert failed (KeyError)"}
    assert "Invented" not in record.model_dump_json()


def test_a_deflated_file_that_gives_its_group_length_twice(tmp_path: Path) -> None:
    made = instance(1)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = save(made, tmp_path / "input" / "a").read_bytes()
    at = data.index(b"UL\x04\0")
    twice = data[: at + 2] + b"\x08\0" + 2 * data[at + 4 : at + 8] + data[at + 8 :]
    (tmp_path / "input" / "a").write_bytes(twice)
    other(tmp_path / "input")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    _, record = through(study, "redact", "convert")
    assert [row.reason for row in record.set_aside] == ["instance 00001: it cannot be inflated"]


def test_an_error_in_the_search_for_a_face_stays_with_its_frame_of_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 7):
        save(instance(number, SliceThickness=1), tmp_path / "input" / f"odd{number}")
        apart = instance(number, series="1.2.3.2", SliceThickness=1, FrameOfReferenceUID="1.2.3.8")
        save(apart, tmp_path / "input" / f"other{number}")
    (study,) = taken_in(tmp_path / "input", tmp_path)
    odd = next(row.series for row in study.instances if row.path == "odd1")
    looks = by_builtin.Frame.looks

    def failing(frame: by_builtin.Frame) -> object:
        if odd in frame._places:
            raise KeyError("Invented^Ines")
        return looks(frame)

    monkeypatch.setattr(by_builtin.Frame, "looks", failing)
    through(study, "redact", "convert", "deface")
    record = FaceRecord.load(study.record_path("deface"))
    reasons = {name: face.reason for name, face in record.series.items()}
    assert reasons.pop(odd) == "deface failed (KeyError)"
    assert "slices" in next(iter(reasons.values()))
    assert "Invented" not in record.model_dump_json()
