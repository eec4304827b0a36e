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
    seen: str = ""
    """Hash of what a person can see of it: by this the doubt can be approved. Empty: no doubt but a fault."""


class Made(BaseModel):
    """How a record came about: nothing of it is for the steps after it."""

    version: str = ""
    """Of Cleanroom."""
    code: str = ""
    """A hash of the package and its data."""
    tools: dict[str, str] = {}
    """Package → its version."""
    container: str = ""
    """Digest of the image; empty outside of one."""
    parameters: dict[str, object] = {}
    """The keys of the config on which the step depends."""
    inputs: str = ""
    """SHA-256 of the manifest and of what the steps before decided."""
    outputs: str = ""
    """SHA-256 of all that the step wrote."""
    host: str = ""
    user: str = ""
    folder: str = ""
    command: str = ""


class Record(BaseModel):
    """Every step's record."""

    set_aside: list[SetAsideRow] = []
    seconds: float = 0.0
    peak_mb: float = 0.0
    made: Made = Made()

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
    as_converted: list[list[float]] = []
    """The affine that dcm2niix gave, where it was wrong and another stands in its place; or empty."""


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
    pose: list[list[float]] = []
    """4x4, RAS millimetres of the volume to those of the template head; empty when the tool does not say."""


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
    """The end of what it wrote to its standard output and error; private."""
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
    already: bool = False
    """The face itself was removed before the series came; what goes is what was left of it: the ears."""
    attempts: list[FaceAttempt] = []
    """Of every tool that the config names for this series; empty when that is ``builtin`` alone."""
    compared: dict[str, list[str]] = {}
    """``original`` or a tool that was compared → PNG files, relative to the study's folder; private."""


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
    comments: int = 0
    """Comments beside compressed pixels that were set to zero; these decode as before."""


class EncodeRecord(Record):
    """``encoded.json``."""

    series: dict[str, list[EncodedInstance]] = {}
    uids: dict[str, str] = {}
    """Original → new UIDs of series whose pixels changed although the profile keeps UIDs."""


class VerifyRecord(Record):
    """``verdict.json``: what passed, and the measures the report shows."""

    passed: dict[str, list[str]] = {}
    """Series → numbers of the instances that may be released."""
    sha256: dict[str, dict[str, str]] = {}
    """Series → instance number → SHA-256 of the file that was judged."""
    checks: dict[str, dict[str, str]] = {}
    """Series → check → ``passed``, ``not applicable``, or what was found."""
    pictures: dict[str, list[str]] = {}
    """Series → PNG files, relative to the study's folder (``pictures/after/…``, ``pictures/before/…``;
    ``pictures/withheld/…`` instead of ``after`` when the series did not pass)."""
    dangling: dict[str, list[str]] = {}
    """Series → pseudonyms of series it refers to that are set aside."""
    measures: dict[str, dict[str, float]] = {}
    """Series whose face was removed → what the gate measured on it: ``eyes_left_percent``,
    ``eyes_receded_mm``, ``eyes_relief_percent`` (nose, mouth, ears or chin likewise), ``fit_mm``,
    ``pose_off_mm``, ``brain_voxels``; of several volumes the
    most doubtful value. Empty when the volume is too thin to measure."""


class Scan(BaseModel):
    """What became of one volume of a released series in the BIDS tree, or of a series that has none."""

    series: str
    file: str = ""
    """Relative to ``release/nifti``; empty: there is none."""
    reason: str = ""
    """Why it has no name in BIDS, or why there is none; empty: it has one."""
    acq_time: str = ""
    """As the released header says it; empty where dates are removed."""


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
    visit: Visit | None = None
    scans: list[Scan] = []
    """The volumes of the BIDS tree."""
    seen: dict[str, str] = {}
    """Series of this run that were released → hash of their files, as a person's decision names it."""
