"""The one config model. `config.yaml`, its schema and the docs table are generated from it."""

from cleanroom.config.encode import Encode
from cleanroom.config.faces import FaceRule, Faces, ToolName, ToolPlace
from cleanroom.config.files import Pdf, PictureRule
from cleanroom.config.match import FaceMatch, ScanMatch
from cleanroom.config.model import Config
from cleanroom.config.patients import Patients
from cleanroom.config.reading import load, read
from cleanroom.config.release import BidsRule, Release
from cleanroom.config.section import Section
from cleanroom.config.text import FixedBoxes, Text, TextRule
from cleanroom.config.verify import SkinLeft, Verify

__all__ = [
    "BidsRule",
    "Config",
    "Encode",
    "FaceMatch",
    "FaceRule",
    "Faces",
    "FixedBoxes",
    "Patients",
    "Pdf",
    "PictureRule",
    "Release",
    "ScanMatch",
    "Section",
    "SkinLeft",
    "Text",
    "TextRule",
    "ToolName",
    "ToolPlace",
    "Verify",
    "load",
    "read",
]
