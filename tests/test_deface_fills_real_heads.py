"""A real head through the line with each fill: the gate lets it pass, and only the face changed."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from studies import taken_in

from cleanroom import step
from cleanroom.config import FaceRule, Faces
from cleanroom.records import EncodeRecord, FaceRecord, VerifyRecord
from cleanroom.study import Study

pytestmark = pytest.mark.long


@pytest.mark.parametrize("mode", ["remove", "reface", "noise", "blur"])
def test_a_head_of_thick_slices(scans: Path, tmp_path: Path, mode: str) -> None:
    (study,) = taken_in(scans / "mr_ge_signa_pd_2d_face", tmp_path)
    faces = Faces(rules=[FaceRule.model_validate({"mode": mode})])
    study = Study(study.config.model_copy(update={"faces": faces}), study.pseudonym)
    for name in ("redact", "convert", "clean", "deface", "encode", "verify"):
        step.run(name, study)
    (face,) = FaceRecord.load(study.record_path("deface")).series.values()
    assert (face.decision, face.mode) == ("face", mode)
    assert [bool(mask.values) for mask in face.masks] == [mode != "remove"]
    verdict = VerifyRecord.load(study.record_path("verify"))
    assert [len(numbers) for numbers in verdict.passed.values()] == [20], verdict.set_aside
    (written,) = EncodeRecord.load(study.record_path("encode")).series.values()
    for row, instance in zip(study.instances, written, strict=True):
        before = pydicom.dcmread(study.config.input / row.path)
        after = pydicom.dcmread(study.work / "encoded" / row.series / f"{row.number}.dcm")
        assert np.count_nonzero(before.pixel_array != after.pixel_array) <= instance.covered
        assert f"De-faced with builtin, mode {mode}" in after.DeidentificationMethod
