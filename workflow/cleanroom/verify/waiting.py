"""Pictures of series that wait for a person: a step before the gate doubted, so nothing was encoded."""

import numpy as np
from PIL import Image

from cleanroom.errors import SetAside
from cleanroom.reading.display import frames, pictures
from cleanroom.records import FaceRecord, VerifyRecord, VolumeRecord
from cleanroom.redact.about import dataset_of
from cleanroom.study import Study
from cleanroom.verify.findings import log
from cleanroom.verify.pictures import save, volume_before
from cleanroom.verify.subject import Series, subject

FRAME = 480
"""Pixels, the longer side of a frame."""


def draw(study: Study, record: VerifyRecord) -> None:
    """Draw, before cleaning, every series of a study about which a person can decide."""
    waiting = {row.series for row in study.set_aside(before="verify") if row.seen}
    volumes = VolumeRecord.load(study.record_path("convert")).series
    faces = FaceRecord.load(study.record_path("deface")).series
    for name in sorted(waiting - record.pictures.keys()):
        rows = [row for row in study.instances if row.series == name]
        series = subject(study, name, rows, volumes.get(name, []), faces.get(name))
        try:
            record.pictures[name] = volume_before(series) or _frame(series)
        except (OSError, ValueError, RuntimeError, SetAside):
            log.exception("%s: no picture could be drawn", name)
            record.pictures[name] = []


def _frame(series: Series) -> list[str]:
    """The first frame of the first instance with pixels."""
    row = next((row for row in series.rows if row.frames), None)
    if row is None:
        return []
    dataset = dataset_of(series.study.config.input, row)
    shown = pictures(next(frames(dataset)), dataset)[0]
    image = Image.fromarray(np.asarray(shown, np.uint8))
    image.thumbnail((FRAME, FRAME))
    return [save(series.study.folder, f"pictures/before/{series.pseudonym}-frame.png", image)]
