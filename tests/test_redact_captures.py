"""Captured images: a screen of words goes on, one that shows a picture waits for a person."""

from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from cleanroom.config import Config
from cleanroom.intake.take_in import take_in
from cleanroom.records import TextRecord
from cleanroom.redact import decide_study
from cleanroom.study import Study


def capture(folder: Path, picture: Image.Image) -> None:
    header = Dataset()
    header.file_meta = pydicom.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    header.SOPClassUID, header.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3.4.5.1"
    header.StudyInstanceUID, header.SeriesInstanceUID = "1.2.3.4.5.2", "1.2.3.4.5.3"
    header.PatientID, header.PatientName, header.Modality = "4711-08", "Muster^Erika", "OT"
    header.Rows, header.Columns = picture.height, picture.width
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 8, 8, 7, 0
    header.PixelData = picture.tobytes()
    folder.mkdir()
    pydicom.dcmwrite(folder / "capture.dcm", header, enforce_file_format=True)


def decided(tmp_path: Path, picture: Image.Image, **text: object) -> TextRecord:
    capture(tmp_path / "in", picture)
    settings = {"input": tmp_path / "in", "output": tmp_path / "out", "private": tmp_path / "private"}
    config = Config.model_validate(settings | text)
    config.private.mkdir()
    (study,) = take_in(config)
    return decide_study(Study(config, study))


def screen() -> Image.Image:
    picture = Image.new("L", (512, 384), 0)
    ImageDraw.Draw(picture).text((40, 40), "MUSTER ERIKA 12.03.1960", fill=255, font_size=24)
    return picture


def rendering() -> Image.Image:
    """A lit ball stands for a rendered head."""
    rows, columns = np.mgrid[-192:192, -256:256] / 150
    height = np.sqrt(np.clip(1 - rows**2 - columns**2, 0, None))
    picture = Image.fromarray(np.asarray(255 * height, np.uint8))
    picture.paste(screen().crop((0, 0, 400, 80)), (0, 0))
    return picture


def test_a_screen_of_words_goes_on_with_its_words_covered(tmp_path: Path) -> None:
    record = decided(tmp_path, screen())
    assert record.set_aside == []
    assert sum(len(boxes) for series in record.boxes.values() for boxes in series.values()) > 0


def test_a_rendering_waits(tmp_path: Path) -> None:
    (row,) = decided(tmp_path, rendering()).set_aside
    assert "a face may be seen" in row.reason
    assert "text.rules" in row.fix


def test_a_rule_with_a_reason_releases_it(tmp_path: Path) -> None:
    text = {"rules": [{"release": True, "reason": "renderings of a phantom"}]}
    record = decided(tmp_path, rendering(), text=text)
    assert record.set_aside == []
