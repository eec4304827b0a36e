"""What one step writes down for the next: small JSON files in ``private/studies/<study>/``."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel

from cleanroom.atomic import write_text

FaceVerdict = Literal["face", "no_face", "already_removed", "not_applicable", "unsure"]


NO_VERDICT = "no verdict: "
"""How a reason begins when a study's job never ended, or never began."""


class SetAsideRow(BaseModel):
    """Something that is not released: a series, or some instances of one."""

    series: str
    numbers: list[str] = []
    """Instance numbers (``00007``); empty: the whole series."""
    step: str
    reason: str
    fix: str = ""


class Record(BaseModel):
    """Every step's record."""

    set_aside: list[SetAsideRow] = []
    seconds: float = 0.0
    peak_mb: float = 0.0

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a record."""
        return cls.model_validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Write a record, whole or not at all."""
        write_text(path, self.model_dump_json(indent=1) + "\n")


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


class TextBox(BaseModel):
    """A rectangle of pixels in which words stand: rows ``top`` to ``bottom``, columns ``left`` to ``right``,
    counted from 0, the ends not included."""

    frame: int | None = None
    """Counted from 0; None: every frame."""
    left: int
    top: int
    right: int
    bottom: int
    source: Literal["read", "region", "template", "config"] = "read"


class SeriesText(BaseModel):
    """What is known of words in the pixels of a series."""

    frames_read: int = 0
    """Frames read as pictures of their own, and pages of PDFs; 3 for a sample: its projection shows all."""
    boxes: int = 0
    words: Literal["all", "identity", "never"] = "all"
    """Which words go, by the config."""
    reason: str = ""
    """Why its words stay, or why it is released although a face may be seen: what the config says."""
    notes: list[str] = []
    """What was done otherwise than a template says, for the report."""


class Document(BaseModel):
    """A PDF that was rebuilt from its pages: ``work/<study>/documents/<series>/<number>.pdf``."""

    sha256: str
    boxes: list[list[tuple[int, int, int, int]]] = []
    """Covered, by page, in pixels of the page as it was rendered: left, top, right, bottom."""


class TextRecord(Record):
    """``text.json``."""

    series: dict[str, SeriesText] = {}
    boxes: dict[str, dict[str, list[TextBox]]] = {}
    """Series → instance number → what is to be covered."""
    documents: dict[str, dict[str, Document]] = {}
    """Series → instance number → the PDF that takes the original's place."""


class CleanedFile(BaseModel):
    """A picture or PDF that was cleaned: ``work/files/cleaned/<name>``."""

    path: str
    """As in the inventory (identifying)."""
    kind: str
    patient: str
    """Pseudonym; empty when it cannot be told."""
    name: str
    """The pseudonym of its path, with the extension of what it became."""
    source: str
    """SHA-256 of the original."""
    sha256: str
    state: str
    """Changes with everything else on which the result depends."""
    boxes: list[list[tuple[int, int, int, int]]] = []
    """Covered, by frame or page: left, top, right, bottom."""
    how: str = ""


class FilesRecord(Record):
    """``work/files/text.json``: what became of pictures and PDFs; a path in ``numbers`` names one."""

    files: list[CleanedFile] = []


class FilesVerdict(Record):
    """``work/files/verdict.json``: names of the cleaned files that may be released."""

    passed: list[str] = []


class Volume(BaseModel):
    """One NIfTI file that dcm2niix made of a series."""

    file: str
    """Relative to the study's work folder."""
    shape: list[int]
    affine: list[list[float]]
    """4x4, voxel index to RAS millimetres."""
    role: Literal["plain", "uneven", "resampled"] = "plain"
    """``uneven``: the slices' own values, but the affine is not right for all of them (a gap, a tilt);
    dcm2niix then writes a ``resampled`` one beside it, whose affine is right and whose values are not."""


class VolumeRecord(Record):
    """``volumes.json``: series → its volumes; a series without a geometry has none."""

    series: dict[str, list[Volume]] = {}


class FaceMask(BaseModel):
    """A mask in the grid of its volume: uint8 NIfTI, 1 where the face is to be replaced."""

    volume: str
    mask: str
    voxels: int
    values: str = ""
    """What the masked voxels are to hold, in real units: float32 NIfTI in the volume's grid, 4D when the
    volume is; 0 elsewhere. Empty: the constant ``fill`` of the series."""


class FaceAttempt(BaseModel):
    """What one tool made of a series, in the order in which the config names them."""

    tool: str
    mode: str = ""
    version: str = ""
    outcome: Literal["released", "plausible", "implausible", "failed", "missing", "unsuitable", "not_needed"]
    """``released``: what is released; ``plausible``: it could have been; ``implausible``: it ended, and its
    result did not stand the proof; ``failed``: no result that could be looked at; ``missing``: it is not
    installed; ``unsuitable``: it does not do such series; ``not_needed``: one before it was plausible."""
    reason: str = ""
    seconds: float = 0.0
    exit_status: int | None = None
    command: str = ""
    """As it was called, with pseudonyms; private."""
    said: str = ""
    """The end of what it wrote to its standard error; private."""
    measures: dict[str, float] = {}
    agreement: dict[str, float] = {}
    """Other tool → Dice overlap of what the two changed, 0 to 1."""


class SeriesFace(BaseModel):
    """What was decided about the face in a series."""

    decision: FaceVerdict
    tool: str = ""
    mode: str = ""
    reason: str = ""
    voxels_changed: int = 0
    fill: float = 0.0
    """In real units (after rescale): 0 for MR, -1000 HU for CT."""
    masks: list[FaceMask] = []
    measures: dict[str, float] = {}
    seconds: float = 0.0
    attempts: list[FaceAttempt] = []
    """Of every tool that the config names for this series; empty when that is ``builtin`` alone."""


class FaceRecord(Record):
    """``faces.json``."""

    series: dict[str, SeriesFace] = {}


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


class EncodeRecord(Record):
    """``encoded.json``."""

    series: dict[str, list[EncodedInstance]] = {}
    uids: dict[str, str] = {}
    """Original → new UIDs of series whose pixels changed although the profile keeps UIDs."""


class VerifyRecord(Record):
    """``verdict.json``: what passed, and the measures the report shows."""

    passed: dict[str, list[str]] = {}
    """Series → numbers of the instances that may be released."""
    checks: dict[str, dict[str, str]] = {}
    """Series → check → ``passed``, ``not applicable``, or what was found."""
    pictures: dict[str, list[str]] = {}
    """Series → PNG files, relative to the study's folder (``pictures/after/…``, ``pictures/before/…``;
    ``pictures/withheld/…`` instead of ``after`` when the series did not pass)."""
    dangling: dict[str, list[str]] = {}
    """Series → pseudonyms of series it refers to that are set aside."""


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


class ReleaseRecord(Record):
    """``private/studies/<study>/released.json``; it outlives the intermediates, and so does what it
    repeats in ``set_aside`` of the steps before."""

    files: list[ReleasedInstance] = []
