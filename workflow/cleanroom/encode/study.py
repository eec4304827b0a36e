"""The step: every instance that may be released is written, series by series."""

import shutil
import zipfile
from dataclasses import dataclass

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from cleanroom.encode.contours import cut_outer_contours
from cleanroom.encode.covering import Covered, FaceFill, covered
from cleanroom.encode.documents import give_document
from cleanroom.encode.frames import frames
from cleanroom.encode.images import Images
from cleanroom.encode.instance import give_pixels, keep_pixels, save
from cleanroom.encode.marks import (
    WORDS_COVERED,
    Change,
    face_removed,
    mark_contours,
    mark_derived,
    mark_examined,
    mark_hidden_bits,
    mark_read,
    mark_rebuilt,
    mark_segments,
)
from cleanroom.encode.pixels import decoded
from cleanroom.encode.proof import Proof
from cleanroom.encode.renamed import Renamed
from cleanroom.encode.segments import SEGMENTATIONS, cleared, redrawn
from cleanroom.encode.structures import STRUCTURE_SET
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.records import (
    Document,
    EncodedInstance,
    EncodeRecord,
    FaceRecord,
    SeriesFace,
    SeriesText,
    SetAsideRow,
    TextBox,
    TextRecord,
    VolumeRecord,
)
from cleanroom.source import opened
from cleanroom.study import Study

CLEANED = ("face", "no_face", "already_removed")
"""Decisions after which no face is left (unless the tool is ``none``)."""


@dataclass(frozen=True)
class Decisions:
    """What the steps before decided about one series."""

    face: SeriesFace
    text: SeriesText
    boxes: dict[str, list[TextBox]]
    """By instance number."""
    documents: dict[str, Document]
    """By instance number."""
    proof: Proof | None

    @property
    def changes(self) -> list[Change]:
        """What is done to its pixels."""
        face = [face_removed(self.face)] if self.face.masks else []
        return face + ([WORDS_COVERED] if any(self.boxes.values()) else [])


def encode_study(study: Study) -> EncodeRecord:
    """Write ``encoded/<series>/<number>.dcm``."""
    renamed = Renamed.of(study)
    record = EncodeRecord(uids=renamed.uids)
    target = study.work / "encoded"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    faces = FaceRecord.load(study.record_path("deface")).series
    volumes = VolumeRecord.load(study.record_path("convert")).series
    texts = TextRecord.load(study.record_path("redact"))
    with zipfile.ZipFile(study.work / "headers.zip") as headers:
        for series, instances in study.series("encode").items():
            face = faces.get(series, SeriesFace(decision="not_applicable"))
            try:
                proof = Proof(study.work, volumes.get(series, []), face) if face.masks else None
                decided = _decided(series, face, texts, proof)
                writer = Writer(study, headers, decided, renamed)
                record.series[series] = [writer.write(item) for item in instances]
                if proof:
                    proof.finish()
            except SetAside as error:
                record.series.pop(series, None)
                shutil.rmtree(target / series, ignore_errors=True)
                row = SetAsideRow(series=series, step="encode", reason=error.reason, fix=error.fix)
                record.set_aside.append(row)
    return record


def _decided(series: str, face: SeriesFace, texts: TextRecord, proof: Proof | None) -> Decisions:
    text = texts.series.get(series, SeriesText())
    return Decisions(face, text, texts.boxes.get(series, {}), texts.documents.get(series, {}), proof)


@dataclass(frozen=True)
class Writer:
    """Writes the instances of one series."""

    study: Study
    headers: zipfile.ZipFile
    decided: Decisions
    renamed: Renamed

    def write(self, instance: Instance) -> EncodedInstance:
        """Write one instance to be released."""
        header, original = _read(self.study, self.headers, instance)
        if instance.number in self.decided.documents:
            return self._document(instance, header, original)
        boxes = self.decided.boxes.get(instance.number, [])
        new = covered(original, boxes, self._face(instance, original))
        if instance.sop_class_uid in SEGMENTATIONS:
            new = self._segments(header, original, boxes) or new
        syntax = give_pixels(header, original, new) if new else keep_pixels(header, original)
        clipped = _structures(self.study, header, original) if _is_structures(instance) else 0
        self._mark(header, instance, cleared=bool(new and new.cleared))
        self._save(header, syntax, instance)
        return EncodedInstance(
            number=instance.number,
            covered=new.pixels if new else 0,
            boxes=len(boxes),
            cleared=new.cleared if new else 0,
            clipped=clipped,
        )

    def _document(self, instance: Instance, header: FileDataset, original: FileDataset) -> EncodedInstance:
        """Write an instance that holds a PDF."""
        document = self.decided.documents[instance.number]
        path = self.study.work / "documents" / instance.series / f"{instance.number}.pdf"
        syntax = give_document(header, original, document, path)
        mark_rebuilt(header)
        if self.decided.text.frames_read:
            mark_read(header)
        self._save(header, syntax, instance)
        return EncodedInstance(number=instance.number, covered=0, boxes=sum(map(len, document.boxes)))

    def _segments(self, header: FileDataset, original: FileDataset, boxes: list[TextBox]) -> Covered | None:
        """A segmentation without the face in its outer segments; None when none of them shows it."""
        whole = self.study.config.faces.contours == "remove"
        found = redrawn(original, Images.of(self.study))
        new = cleared(original, found, whole) if found.numbers else None
        if new and boxes:
            raise SetAside("a segment redraws the face, and there are words in its pixels")
        mark_segments(header, examined=bool(found.faces), changed=bool(new), whole=whole)
        return new

    def _save(self, header: FileDataset, syntax: UID, instance: Instance) -> None:
        self.renamed.apply(header)
        save(header, syntax, self.study.work / "encoded" / instance.series / f"{instance.number}.dcm")

    def _face(self, instance: Instance, original: FileDataset) -> FaceFill | None:
        """The pixels of the face; None when there are none in this instance."""
        proof = self.decided.proof
        if not proof or not instance.frames:
            return None
        positions = frames(original)
        pairs = zip(positions, decoded(original), strict=True)
        face = FaceFill(np.stack([proof.replaced(*pair) for pair in pairs]), positions)
        return face if face.inside.any() else None

    def _mark(self, header: FileDataset, instance: Instance, cleared: bool) -> None:
        decided = self.decided
        if decided.face.decision in CLEANED and decided.face.tool != "none":
            mark_examined(header)
        if decided.text.frames_read and instance.frames:
            mark_read(header)
        if decided.changes:
            mark_derived(header, decided.changes, self.study.identity)
        if cleared:
            mark_hidden_bits(header)


def _is_structures(instance: Instance) -> bool:
    return instance.sop_class_uid == STRUCTURE_SET


def _structures(study: Study, header: FileDataset, original: FileDataset) -> int:
    whole = study.config.faces.contours == "remove"
    cut = cut_outer_contours(header, original, Images.of(study), whole)
    mark_contours(header, cut.examined, cut.points, cut.whole)
    return cut.points


def _read(study: Study, headers: zipfile.ZipFile, instance: Instance) -> tuple[FileDataset, FileDataset]:
    """The cleaned header and the original."""
    with headers.open(f"{instance.series}/{instance.number}.dcm") as file:
        header = pydicom.dcmread(file)
    with opened(study.config.input, instance.path) as file:
        original = pydicom.dcmread(file, force=True)
    _name_syntax(original, instance)
    return header, original


def _name_syntax(original: FileDataset, instance: Instance) -> None:
    """Files without file meta do not name their transfer syntax: intake has found it out."""
    if "TransferSyntaxUID" not in original.file_meta:
        original.file_meta.TransferSyntaxUID = UID(instance.transfer_syntax_uid)
