"""What stands in the release of each study, written down before it gets there.

Snakemake takes the record of a step away before it runs the step again, and when that fails it is gone. What
an earlier run has released must still be known then, or nobody would take it out.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from cleanroom.atomic import settle, write_text
from cleanroom.config import Config
from cleanroom.hashed import hashed
from cleanroom.records import Holding, ReleasedInstance, ReleaseRecord

FILES = "files"
"""Pictures and PDFs; the others go by the pseudonym of their study."""


class Holdings(BaseModel):
    """Of one study: what stands, or while a release moves files in, and after it was cut off, may stand."""

    versions: list[Holding] = []

    @property
    def files(self) -> list[ReleasedInstance]:
        """All that may be there."""
        return [file for version in self.versions for file in version.files]

    def standing(self, release: Path) -> Holding:
        """What of all versions is there; ``release`` is the folder."""
        if len(self.versions) < 2:
            return self.versions[0] if self.versions else Holding()
        files = {(file.path, file.sha256): file for file in self.files}
        stands = [file for file in files.values() if _is(release / file.path, file.sha256)]
        there = {file.path for file in stands}
        newest = self.versions[::-1]
        shown = (each for each in newest if any(scan.path in there for scan in each.scans))
        tree = next(shown, newest[0])
        scans = [scan for scan in tree.scans if not scan.file or scan.path in there]
        return Holding(files=stands, visit=tree.visit, scans=scans)


def load(config: Config, name: str) -> Holdings:
    """What is known of a study, or of :data:`FILES`."""
    path = _path(config, name)
    return Holdings.model_validate_json(path.read_bytes()) if path.is_file() else Holdings()


def save(config: Config, name: str, holdings: Holdings) -> None:
    """Write down what may stand."""
    write_text(_path(config, name), holdings.model_dump_json() + "\n")


def expect(config: Config, name: str, known: Holdings, coming: Holding) -> None:
    """Write down what is about to be moved in beside what is known; to be called before it is."""
    versions = known.versions or [Holding()]
    if versions[-1] != coming:
        save(config, name, Holdings(versions=[*versions, coming]))
        if _on_two_disks(config):
            settle(config.private)


def hold(config: Config, name: str, now: Holding) -> None:
    """Write down what stands in the release, and nothing else does."""
    if _on_two_disks(config):
        settle(config.output)
    save(config, name, Holdings(versions=[now]))


def adopt(config: Config) -> None:
    """Take over what a version of Cleanroom that had no such files wrote down of its releases."""
    if _path(config, FILES).parent.exists():
        return
    records = {path.parent.name: path for path in config.private.glob("studies/*/released.json")}
    for name, path in (records | {FILES: config.private / "files" / "released.json"}).items():
        if path.is_file():
            hold(config, name, ReleaseRecord.load(path).holding)


def names(config: Config) -> list[str]:
    """Whatever has been released: pseudonyms of studies, those of earlier runs too, and :data:`FILES`."""
    return sorted(path.stem for path in _path(config, FILES).parent.glob("*.json"))


def every(config: Config) -> Iterator[Holding]:
    """What stands, one by one."""
    for name in names(config):
        yield load(config, name).standing(config.output / "release")


def places(config: Config) -> set[str]:
    """Paths, relative to the release folder, of all that may be there."""
    return {file.path for name in names(config) for file in load(config, name).files}


def _on_two_disks(config: Config) -> bool:
    """Where it is one, what is done later is not on it earlier, also after a loss of power."""
    return config.private.stat().st_dev != config.output.stat().st_dev


def _path(config: Config, name: str) -> Path:
    return config.private / "holdings" / f"{name}.json"


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and hashed(path) == digest
