"""The first pass over a study: what identifies in its originals, and which UID stands for which."""

import csv
import logging
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cleanroom import manifest
from cleanroom.manifest import Instance
from cleanroom.study import Study
from cleanroom.verify.header import Header
from cleanroom.verify.mapped import mapped, original
from cleanroom.verify.references import Graph
from cleanroom.verify.subject import Ids, Policy, Series
from cleanroom.verify.vocabulary import RETAIN_UIDS, Vocabulary

log = logging.getLogger(__name__)
Key = tuple[str, str]
"""Series and instance number."""


@dataclass
class Survey:
    """What the checks need to know of the whole study."""

    vocabulary: Vocabulary
    graph: Graph
    before: dict[Key, Ids] = field(default_factory=dict)
    after: dict[Key, Ids] = field(default_factory=dict)


def survey(study: Study, judged: list[Series], allowed: Policy) -> Survey:
    """Read the header of every original of the manifest, and of every file to be released.

    Originals that were set aside are read too: their names must not be in what goes out either.
    """
    kept = RETAIN_UIDS in allowed.options
    images = cache(lambda: _images_elsewhere(study)) if kept else frozenset
    graph = Graph(cache(lambda: _elsewhere(study)), images)
    found = Survey(Vocabulary(options=allowed.options, kept=allowed.kept), graph)
    released = {(series.pseudonym, row.number) for series in judged for row in series.rows}
    for row in study.instances:
        key = (row.series, row.number)
        try:
            found.before[key] = _original(study, row, found.vocabulary)
        except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
            log.warning("%s/%s: the original cannot be read (%s)", *key, type(error).__name__)
            continue
        path = study.work / "encoded" / row.series / f"{row.number}.dcm"
        if key in released and path.is_file():
            with mapped(path) as buffer:
                found.after[key] = Ids.of(Header(buffer))
        graph.add(row.series, found.before[key], found.after.get(key))
    return found


def _original(study: Study, row: Instance, vocabulary: Vocabulary) -> Ids:
    with original(study.config.input, row.path, study.scratch) as buffer:
        header = Header(buffer)
        vocabulary.harvest(header)
        return Ids.of(header)


def _elsewhere(study: Study) -> frozenset[str]:
    """The SOP Instance UIDs of the input's other studies."""
    path: Path = study.config.private / "inventory.tsv"
    if not path.is_file():
        return frozenset()
    with path.open(newline="") as file:
        rows = csv.DictReader(file, dialect="excel-tab")
        return frozenset(
            row["sop_instance_uid"]
            for row in rows
            if row["sop_instance_uid"] and row["study"] != study.pseudonym
        )


def _images_elsewhere(study: Study) -> frozenset[str]:
    """The SOP Instance UIDs of images in the input's other studies."""
    folders = sorted(study.folder.parent.glob("*/manifest.tsv"))
    others = (path for path in folders if path.parent.name != study.pseudonym)
    return frozenset(row.sop_instance_uid for path in others for row in manifest.read(path) if row.frames)
