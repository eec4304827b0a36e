"""New UIDs for series whose pixels change, in a study whose profile keeps UIDs."""

from contextlib import suppress
from dataclasses import dataclass, field

import pydicom
from pydicom import Dataset

from cleanroom.encode.images import Images
from cleanroom.encode.segments import SEGMENTATIONS, redrawn
from cleanroom.errors import SetAside
from cleanroom.header.elements import items_of, sequence, stored, value_of
from cleanroom.records import CleanRecord, FaceRecord, TextRecord
from cleanroom.source import opened
from cleanroom.study import Study

RETAIN_UIDS = "113110"


@dataclass(frozen=True)
class Renamed:
    """Series and SOP Instance UIDs that become others.

    Attributes
    ----------
    uids
        Original → new; empty unless the profile keeps UIDs.
    """

    uids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study) -> "Renamed":
        """Those of every series with a face mask, a text box, a rebuilt PDF or an outer segment that redraws
        a face, set aside later or not."""
        kept = CleanRecord.load(study.record_path("clean")).options
        if RETAIN_UIDS not in {code.value for code in kept}:
            return cls()
        faces = FaceRecord.load(study.record_path("deface")).series
        texts = TextRecord.load(study.record_path("redact"))
        changed = {name for name, face in faces.items() if face.masks}
        changed |= {name for name, by_number in texts.boxes.items() if any(by_number.values())}
        changed |= _segmentations(study) if changed else set()
        changed |= {name for name, documents in texts.documents.items() if documents}
        rows = [row for row in study.instances if row.series in changed]
        originals = {uid for row in rows for uid in (row.sop_instance_uid, row.series_instance_uid)} - {""}
        return cls({uid: study.identity.uid(uid) for uid in sorted(originals)})

    def apply(self, header: Dataset) -> None:
        """Map every UID of a header that names one of them, at any level; other elements are not touched."""
        if self.uids:
            self._map(header)

    def _map(self, level: Dataset) -> bool:
        changed = False
        for tag in list(level.keys()):
            element = level.get_item(tag)
            if element.VR == "UI":
                old = value_of(element, "UI").rstrip(b"\0 ")
                new = b"\\".join(self._new(uid) for uid in old.split(b"\\"))
                if new != old:
                    level[tag] = stored(tag, "UI", new)
                    changed = True
            elif element.VR == "SQ":
                items = items_of(element)
                mapped = [self._map(item) for item in items]
                if any(mapped):
                    level[tag] = sequence(tag, items)
                    changed = True
        return changed

    def _new(self, uid: bytes) -> bytes:
        name = uid.decode("latin-1").strip("\0 ")
        return self.uids[name].encode() if name in self.uids else uid


def _segmentations(study: Study) -> set[str]:
    """Series of segmentations of which a segment redraws a removed face; of those set aside none."""
    images, found = Images.of(study), set()
    for row in study.instances:
        if row.sop_class_uid not in SEGMENTATIONS or not images.faces:
            continue
        with opened(study.config.input, row.path) as file:
            original = pydicom.dcmread(file, force=True)
        with suppress(SetAside, AttributeError, KeyError, ValueError):
            found |= {row.series} if redrawn(original, images).numbers else set()
    return found
