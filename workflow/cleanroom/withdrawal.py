"""Series that intake sets aside now leave the release: no later step sees them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from cleanroom import holdings, intact
from cleanroom.config import Config
from cleanroom.nifti import placed
from cleanroom.records import Holding, ReleaseRecord
from cleanroom.study import Study
from cleanroom.tree import take_out


def withdraw(config: Config, series: Iterable[tuple[str, str]]) -> None:
    """Take series out of the release.

    Parameters
    ----------
    series
        Pseudonyms of study and series.
    """
    gone: dict[str, set[str]] = defaultdict(set)
    for study, name in series:
        gone[study].add(name)
    for study, names in gone.items():
        known = holdings.load(config, study)
        if not known.versions:
            continue
        root = config.output / "release"
        mine = [file for file in known.files if file.series in names]
        dicom = {Path(file.path).parent for file in mine if file.kind == "dicom"}
        take_out(root, dicom)
        placed.withdraw(mine, root)
        left = [_without(version, names) for version in known.versions]
        holdings.save(config, study, holdings.Holdings(versions=left))
        path = Study(config, study).record_path("release")
        if path.is_file():
            record = ReleaseRecord.load(path)
            now = _without(record.holding, names)
            record.model_copy(update={"files": now.files, "scans": now.scans}).save(path)
            for place in {path.parent for path in dicom}:
                intact.stamp_study(config, study, place.as_posix(), now)


def _without(holding: Holding, series: Collection[str]) -> Holding:
    files = [file for file in holding.files if file.series not in series]
    scans = [scan for scan in holding.scans if scan.series not in series]
    return holding.model_copy(update={"files": files, "scans": scans})
