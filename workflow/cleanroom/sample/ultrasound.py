"""An ultrasound image with the patient's name burned into it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage
from scipy import ndimage

from cleanroom.sample.headers import Source, fill, numbered, series_header
from cleanroom.sample.people import spelled_out

_ROWS, _COLUMNS = 480, 640


def instance(source: Source) -> Dataset:
    """An RGB ultrasound image; name, birth date and hospital are in its pixels."""
    dataset = series_header(source, "US", UltrasoundImageStorage, ExplicitVRLittleEndian)
    numbered(dataset, source, 1)
    fill(
        dataset,
        {
            "ImageType": ["ORIGINAL", "PRIMARY", "", "0001"],
            "BurnedInAnnotation": "YES",
            "LossyImageCompression": "00",
            "BodyPartExamined": "THYROID",
            "PatientOrientation": "",
            "UltrasoundColorDataPresent": 1,
            "TransducerData": ["L12", "", ""],
            "SamplesPerPixel": 3,
            "PhotometricInterpretation": "RGB",
            "PlanarConfiguration": 0,
            "Rows": _ROWS,
            "Columns": _COLUMNS,
            "BitsAllocated": 8,
            "BitsStored": 8,
            "HighBit": 7,
            "PixelRepresentation": 0,
            "PixelData": _picture(dataset).tobytes(),
        },
    )
    dataset["PixelData"].VR = "OB"
    return dataset


def _picture(dataset: Dataset) -> NDArray[np.uint8]:
    image = Image.fromarray(np.repeat(_speckle()[:, :, None], 3, axis=2))
    draw = ImageDraw.Draw(image)
    name = dataset.PatientName
    lines = [
        f"{name.family_name}, {name.given_name}",
        f"*{dataset.PatientBirthDate}  ID {dataset.PatientID}",
        f"{dataset.InstitutionName}   {dataset.StudyDate}",
    ]
    for number, line in enumerate(lines):
        draw.text(
            (12, 8 + 22 * number), spelled_out(line), fill=(255, 255, 160), font=ImageFont.load_default(18)
        )
    draw.text((560, 450), "L12 7cm", fill=(120, 220, 255), font=ImageFont.load_default(14))
    return np.asarray(image)


def _speckle() -> NDArray[np.uint8]:
    """A fan of tissue with a dark lobe, shape (rows, columns)."""
    y, x = np.indices((_ROWS, _COLUMNS))
    radius, angle = np.hypot(x - 320, y + 120), np.arctan2(x - 320, y + 120)
    fan = (radius > 210) & (radius < 590) & (np.abs(angle) < 0.55)
    lobe = 1 - 0.7 * (np.hypot((x - 300) / 95, (y - 270) / 60) < 1)
    grain = np.random.default_rng(31).rayleigh(1.0, size=fan.shape)
    level = 70 * fan * lobe * ndimage.gaussian_filter(grain, (0.8, 1.8)) * (1.2 - radius / 900)
    return np.asarray(np.clip(level, 0, 255), dtype=np.uint8)
