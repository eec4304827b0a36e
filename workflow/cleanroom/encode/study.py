"""The step: every instance that may be released is written, series by series."""

import shutil
import zipfile

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import UID

from cleanroom.encode.contours import cut_outer_contours
from cleanroom.encode.frames import frames
from cleanroom.encode.images import Images
from cleanroom.encode.instance import fill_pixels, keep_pixels, save
from cleanroom.encode.marks import mark_contours, mark_derived, mark_examined
from cleanroom.encode.pixels import decoded
from cleanroom.encode.proof import Proof
from cleanroom.encode.structures import STRUCTURE_SET
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.records import EncodedInstance, EncodeRecord, FaceRecord, SeriesFace, SetAsideRow, VolumeRecord
from cleanroom.source import opened
from cleanroom.study import Study

CLEANED = ("face", "no_face", "already_removed")
"""Decisions after which no face is left (unless the tool is ``none``)."""


def encode_study(study: Study) -> EncodeRecord:
    """Write ``encoded/<series>/<number>.dcm``."""
    record = EncodeRecord()
    target = study.work / "encoded"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    faces = FaceRecord.load(study.record_path("deface")).series
    volumes = VolumeRecord.load(study.record_path("convert")).series
    with zipfile.ZipFile(study.work / "headers.zip") as headers:
        for series, instances in study.series("encode").items():
            face = faces.get(series, SeriesFace(decision="not_applicable"))
            try:
                proof = Proof(study.work, volumes.get(series, []), face) if face.masks else None
                record.series[series] = _series(study, headers, instances, face, proof)
            except SetAside as error:
                shutil.rmtree(target / series, ignore_errors=True)
                row = SetAsideRow(series=series, step="encode", reason=error.reason, fix=error.fix)
                record.set_aside.append(row)
    return record


def _series(
    study: Study, headers: zipfile.ZipFile, instances: list[Instance], face: SeriesFace, proof: Proof | None
) -> list[EncodedInstance]:
    done = [_instance(study, headers, item, face, proof) for item in instances]
    if proof:
        proof.finish()
    return done


def _instance(
    study: Study, headers: zipfile.ZipFile, instance: Instance, face: SeriesFace, proof: Proof | None
) -> EncodedInstance:
    header, original = _read(study, headers, instance)
    covered = clipped = 0
    syntax = keep_pixels(header, original)
    if proof and instance.frames:
        positions = frames(original)
        values = decoded(original)
        inside = np.stack([proof.inside(*pair) for pair in zip(positions, values, strict=True)])
        covered = int(inside.sum())
        if covered:
            syntax = fill_pixels(header, original, values, inside, real=face.fill, positions=positions)
    if face.decision in CLEANED and face.tool != "none":
        mark_examined(header)
    if face.masks:
        mark_derived(header, face, study.identity)
    if instance.sop_class_uid == STRUCTURE_SET:
        clipped = _structures(study, header, original)
    save(header, syntax, study.work / "encoded" / instance.series / f"{instance.number}.dcm")
    return EncodedInstance(number=instance.number, covered=covered, clipped=clipped)


def _structures(study: Study, header: FileDataset, original: FileDataset) -> int:
    cut = cut_outer_contours(header, original, Images.of(study))
    if cut.examined:
        mark_contours(header, cut.points)
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
