"""``encoded.json``."""

from pydantic import BaseModel

from cleanroom.records.record import Record


class EncodedInstance(BaseModel):
    """One instance in ``encoded/<series>/<number>.dcm``."""

    number: str
    covered: int
    """Stored pixel values that were replaced; 0: pixel bytes are the original's, verbatim."""
    boxes: int = 0
    """Text boxes that were covered."""
    cleared: int = 0
    """Pixel words beside whose stored value bits were cleared: an overlay may have been drawn there."""
    clipped: int = 0
    """Points of outer contours that were dropped from a structure set."""
    comments: int = 0
    """Comments beside compressed pixels that were set to zero; these decode as before."""


class EncodeRecord(Record):
    """``encoded.json``."""

    series: dict[str, list[EncodedInstance]] = {}
    uids: dict[str, str] = {}
    """Original → new UIDs of series whose pixels changed although the profile keeps UIDs."""
