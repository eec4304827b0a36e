"""The step: every instance that may be released is written, series by series."""

import shutil
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pydicom import Dataset

from cleanroom import faults
from cleanroom.clean.original import read_header
from cleanroom.encode.contours import cut_outer_contours
from cleanroom.encode.covering import FaceFill, covered
from cleanroom.encode.documents import give_document
from cleanroom.encode.filled import Filled
from cleanroom.encode.images import Images
from cleanroom.encode.instance import IN_SERIES, write_covered, write_verbatim
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
from cleanroom.encode.proof import Proof
from cleanroom.encode.renamed import Renamed
from cleanroom.encode.segments import SEGMENTATIONS, cleared, redrawn
from cleanroom.encode.structures import STRUCTURE_SET
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.pixeldata.original import Original
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
            except Exception as error:
                failed = faults.aside(error, "encode", study)
                record.series.pop(series, None)
                shutil.rmtree(target / series, ignore_errors=True)
                record.set_aside.append(SetAsideRow.of(series, "encode", failed))
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
        header = read_header(BytesIO(self.headers.read(f"{instance.series}/{instance.number}.dcm")))
        root, syntax = self.study.config.input, instance.transfer_syntax_uid
        with Original.opened(root, instance.path, self.study.scratch, syntax) as original:
            if instance.number in self.decided.documents:
                return self._document(instance, header, original)
            return self._image(instance, header, original)

    def _image(self, instance: Instance, header: Dataset, original: Original) -> EncodedInstance:
        boxes = self.decided.boxes.get(instance.number, [])
        proof = self.decided.proof if instance.frames else None
        face: FaceFill | None = Filled(proof, original.header) if proof else None
        if instance.sop_class_uid in SEGMENTATIONS:
            face = self._segments(header, original, boxes) or face
        new = covered(original, boxes, face, self.study.config.encode.transfer_syntax)
        clipped = _structures(self.study, header, original.header) if _is_structures(instance) else 0
        self._mark(header, instance, cleared=bool(new and new.clears))
        self.renamed.apply(header)
        path, comments = self._path(instance), 0
        if new:
            write_covered(header, new, path)
        else:
            comments = write_verbatim(header, original, path)
        return EncodedInstance(
            number=instance.number,
            covered=new.pixels if new else 0,
            boxes=len(boxes),
            cleared=new.cleared if new else 0,
            clipped=clipped,
            comments=comments,
        )

    def _document(self, instance: Instance, header: Dataset, original: Original) -> EncodedInstance:
        """Write an instance that holds a PDF."""
        document = self.decided.documents[instance.number]
        path = self.study.work / "documents" / instance.series / f"{instance.number}.pdf"
        give_document(header, document, path)
        mark_rebuilt(header)
        if self.decided.text.frames_read:
            mark_read(header)
        self.renamed.apply(header)
        write_verbatim(header, original, self._path(instance))
        return EncodedInstance(number=instance.number, covered=0, boxes=sum(map(len, document.boxes)))

    def _segments(self, header: Dataset, original: Original, boxes: list[TextBox]) -> FaceFill | None:
        """What is cleared of the outer segments of a segmentation; None when none of them shows a face."""
        whole = self.study.config.faces.contours == "remove"
        dataset = original.whole()
        found = redrawn(dataset, Images.of(self.study))
        new = cleared(dataset, found, whole) if found.numbers else None
        if new and boxes:
            raise SetAside("a segment redraws the face, and there are words in its pixels")
        mark_segments(header, examined=bool(found.faces), changed=bool(new), whole=whole)
        return new

    def _path(self, instance: Instance) -> Path:
        return self.study.work / "encoded" / instance.series / f"{instance.number}.dcm"

    def _mark(self, header: Dataset, instance: Instance, cleared: bool) -> None:
        decided = self.decided
        if decided.face.decision in CLEANED and decided.face.tool != "none":
            mark_examined(header)
        if decided.text.frames_read and instance.frames:
            mark_read(header)
        if decided.changes:
            mark_derived(header, decided.changes, self.study.identity)
        if cleared:
            mark_hidden_bits(header)
        if decided.changes:
            for keyword in IN_SERIES:
                header.pop(keyword, None)


def _is_structures(instance: Instance) -> bool:
    return instance.sop_class_uid == STRUCTURE_SET


def _structures(study: Study, header: Dataset, original: Dataset) -> int:
    whole = study.config.faces.contours == "remove"
    cut = cut_outer_contours(header, original, Images.of(study), whole)
    mark_contours(header, cut.examined, cut.points, cut.whole)
    return cut.points
