"""``nifti.json``: a study in the BIDS tree."""

from typing import Literal

from pydantic import BaseModel

from cleanroom.records.record import Record

TREE = "nifti"
"""The BIDS tree, relative to the release folder."""


class Scan(BaseModel):
    """What became of one volume of a released series in the BIDS tree, or of a series that has none."""

    series: str
    file: str = ""
    """Relative to ``release/nifti``; empty: there is none."""
    reason: str = ""
    """Why it has no name in BIDS, or why there is none; empty: it has one."""
    acq_time: str = ""
    """As the released header says it; empty where dates are removed."""

    @property
    def path(self) -> str:
        """Relative to the release folder."""
        return f"{TREE}/{self.file}"


class Visit(BaseModel):
    """A study as BIDS sees it, by its released headers."""

    subject: str
    session: str
    patient: str
    date: str = ""
    """The earliest acquisition; empty where dates are removed."""
    sex: str = ""
    age: float | None = None
    """Years; 89 stands for more."""
    weight: float | None = None
    """Kilograms."""
    height: float | None = None
    """Metres."""

    @property
    def folder(self) -> str:
        """Relative to ``release/nifti``."""
        return f"{self.subject}/{self.session}"


class NiftiFile(BaseModel):
    """A file in ``work/<study>/nifti``."""

    path: str
    """Relative to ``release/nifti``, and to the folder in which it lies until then."""
    series: str
    kind: Literal["nifti", "sidecar"]
    sha256: str
    bytes: int


class NiftiRecord(Record):
    """``nifti.json``; empty when ``release.nifti`` is off."""

    visit: Visit | None = None
    scans: list[Scan] = []
    files: list[NiftiFile] = []
