"""``clean.json``."""

from pydantic import BaseModel

from cleanroom.records.record import Record


class Code(BaseModel):
    """A coded method of CID 7050."""

    value: str
    scheme: str = "DCM"
    meaning: str


class CleanRecord(Record):
    """``clean.json``; the cleaned headers are in ``headers.zip`` as ``<series>/<nnnnn>.dcm``."""

    profile: str = ""
    options: list[Code] = []
    kept: list[str] = []
    """Tags (``GGGGEEEE``) that the user's profile keeps word for word, whatever they say."""
    own: list[str] = []
    """Tags whose value the user's profile makes."""
    weaker: list[str] = []
    """What in the profile keeps more than PS3.15 allows: then 113100 is not claimed."""
    actions: dict[str, dict[str, int]] = {}
    """Series → action letter → number of elements."""
