"""Where a head lies in a frame of reference, kept in ``private/frames`` for later studies of that frame.

Which of them a study may read depends on the input alone, not on the order in which jobs end: those of the
studies that come before it (``private/frames/order.tsv``, see ``cleanroom.intake.frames``), and those of
studies that are not in the input any more.
"""

import json
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path

from cleanroom.deface.donor import Donor
from cleanroom.dependence import code
from cleanroom.intake.frames import earlier
from cleanroom.study import Study


def keep(study: Study, frame: str, donor: Donor) -> None:
    """Write what a study found in a frame of reference (its original UID): the study's own file."""
    if frame:
        donor.save(_folder(study, frame) / f"{study.pseudonym}-{donor.series}.npz", depends=_depends(study))


def kept(study: Study, frame: str) -> list[Donor]:
    """What other studies found in a frame of reference and this one may use, the best first.

    What another version of the code, or another configuration of ``faces``, has written is not used, nor is a
    file that cannot be read.
    """
    if not frame:
        return []
    before, present = earlier(study.config.private, study.pseudonym), _present(study.config.private)
    found = []
    for path in sorted(_folder(study, frame).glob("*.npz")):
        name = path.name.partition("-")[0]
        if name == study.pseudonym or (name in present and name not in before):
            continue
        try:
            donor, told = Donor.load(path)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            continue
        if told.get("depends") == _depends(study):
            found.append(donor)
    return sorted(found, key=lambda donor: (-donor.pose.information, donor.study, donor.series))


def forget(study: Study) -> None:
    """Take away what the study wrote about its frames of reference, before it looks again."""
    for frame in {instance.frame_of_reference_uid for instance in study.instances} - {""}:
        for path in _folder(study, frame).glob(f"{study.pseudonym}-*.npz"):
            path.unlink(missing_ok=True)


def _folder(study: Study, frame: str) -> Path:
    return study.config.private / "frames" / study.identity.pseudonym("frame", frame)


def _present(private: Path) -> set[str]:
    path = private / "studies.tsv"
    return set(path.read_text(encoding="utf-8").split()[1:]) if path.is_file() else set()


def _depends(study: Study) -> str:
    """A digest of what a donor depends on: code, key, configuration; and of the patient."""
    values = json.dumps(study.config.faces.model_dump(mode="json"), sort_keys=True)
    key = study.identity.digest("check", "").hex()
    return sha256(f"{_code()}{key}{study.patient}{values}".encode()).hexdigest()[:32]


@cache
def _code() -> str:
    return code()
