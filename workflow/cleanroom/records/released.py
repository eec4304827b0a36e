"""``released.json``."""

from pydantic import BaseModel

from cleanroom.records.bids import Scan, Visit
from cleanroom.records.record import Record


class ReleasedInstance(BaseModel):
    """One row of ``release/manifest.tsv``."""

    path: str
    """Relative to the release folder, in which the manifest lies."""
    sha256: str
    bytes: int
    kind: str = "dicom"
    patient: str
    study: str = ""
    series: str = ""
    sop_class: str = ""
    sop_instance_uid: str = ""
    original: str = ""
    """The path of a picture or PDF in the inventory (identifying: not in the manifest)."""


class Holding(BaseModel):
    """What stands in the release of one study, or of pictures and PDFs."""

    files: list[ReleasedInstance] = []
    visit: Visit | None = None
    scans: list[Scan] = []
    """The volumes of the BIDS tree."""


class ReleaseRecord(Record, Holding):
    """``private/studies/<study>/released.json``; what it repeats in ``set_aside`` of the steps before
    outlives the intermediates."""

    seen: dict[str, str] = {}
    """Series of this run that were released → hash of their files, as a person's decision names it."""

    @property
    def holding(self) -> Holding:
        """What stands in the release now."""
        return Holding(files=self.files, visit=self.visit, scans=self.scans)
