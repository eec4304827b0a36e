"""What is judged: a series and its instances, before and after."""

from dataclasses import dataclass, field
from typing import NamedTuple, Self, TypeVar

from cleanroom.manifest import Instance
from cleanroom.records import (
    CleanRecord,
    Document,
    EncodedInstance,
    EncodeRecord,
    FaceRecord,
    Record,
    SeriesFace,
    SeriesText,
    TextBox,
    TextRecord,
    Volume,
    VolumeRecord,
)
from cleanroom.study import Study
from cleanroom.verify.header import IMPLICIT, Header

SEGMENTATIONS = frozenset(("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"))
"""Segmentation and Label Map Segmentation Storage."""

R = TypeVar("R", bound=Record)


class Ids(NamedTuple):
    """What says which instance this is, and to what it belongs: UIDs, and the image type."""

    instance: str
    series: str
    study: str
    frame_of_reference: str
    image_type: str

    @classmethod
    def of(cls, header: Header) -> Self:
        """Those of one file."""
        tags = (0x00080018, 0x0020000E, 0x0020000D, 0x00200052, 0x00080008)
        return cls(*(header.text(tag) for tag in tags))


@dataclass(frozen=True)
class Series:
    """A series that the steps before left for the gate."""

    study: Study
    pseudonym: str
    rows: list[Instance]
    encoded: dict[str, EncodedInstance]
    """By instance number."""
    volumes: list[Volume]
    face: SeriesFace | None
    text: SeriesText
    boxes: dict[str, list[TextBox]] = field(default_factory=dict)
    """By instance number: the words that were to be covered."""
    documents: dict[str, Document] = field(default_factory=dict)
    """By instance number: the PDFs that were rebuilt."""

    @property
    def changed(self) -> bool:
        """Whether pixels of the series were replaced."""
        return any(instance.covered for instance in self.encoded.values())

    @property
    def defaced(self) -> bool:
        """Whether pixels of images were replaced where there was no text box; segments are no images."""
        images = {row.number for row in self.rows if row.sop_class_uid not in SEGMENTATIONS}
        return any(
            instance.covered and not self.boxes.get(name)
            for name, instance in self.encoded.items()
            if name in images
        )

    def released_name(self, number: str) -> str:
        """The path of an instance in the release, below the study's folder."""
        return f"{self.pseudonym}/{number}.dcm"


@dataclass(frozen=True)
class Pair:
    """One instance, before and after."""

    row: Instance
    before: Header
    after: Header
    covered: int
    boxes: tuple[TextBox, ...] = ()

    @property
    def syntax(self) -> str:
        """The transfer syntax of the original, that which intake found where the file names none."""
        return self.before.syntax or self.row.transfer_syntax_uid or IMPLICIT.decode()


@dataclass(frozen=True)
class Policy:
    """What the profile allows, as the step clean wrote it down."""

    options: frozenset[str] = frozenset()
    """Codes of CID 7050 in force."""
    kept: frozenset[int] = frozenset()
    """Tags that the user's profile keeps word for word."""
    own: frozenset[int] = frozenset()
    """Tags whose value the user's profile makes."""
    weaker: bool = False
    """The profile keeps more than PS3.15 allows: then 113100 must not be claimed."""


def policy(study: Study) -> Policy:
    """What the profile of a study allows."""
    record = _record(study, "clean", CleanRecord)
    return Policy(
        frozenset(code.value for code in record.options),
        frozenset(int(tag, 16) for tag in record.kept),
        frozenset(int(tag, 16) for tag in record.own),
        bool(record.weaker),
    )


def subjects(study: Study) -> list[Series]:
    """The series of a study to be judged, with what the steps before decided about each."""
    encoded = EncodeRecord.load(study.record_path("encode")).series
    volumes = _record(study, "convert", VolumeRecord).series
    faces = _record(study, "deface", FaceRecord).series
    texts = _record(study, "redact", TextRecord)
    return [
        Series(
            study,
            pseudonym,
            rows,
            {instance.number: instance for instance in encoded.get(pseudonym, [])},
            volumes.get(pseudonym, []),
            faces.get(pseudonym),
            texts.series.get(pseudonym, SeriesText()),
            texts.boxes.get(pseudonym, {}),
            texts.documents.get(pseudonym, {}),
        )
        for pseudonym, rows in study.series("verify").items()
    ]


def subject(
    study: Study, pseudonym: str, rows: list[Instance], volumes: list[Volume], face: SeriesFace | None
) -> Series:
    """A series of which nothing was encoded."""
    return Series(study, pseudonym, rows, {}, volumes, face, SeriesText())


def _record(study: Study, step: str, kind: type[R]) -> R:
    path = study.record_path(step)
    return kind.load(path) if path.is_file() else kind()
