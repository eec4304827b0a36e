"""Whether what was released still stands as it was written: noticed by a look at the folder, file by file.

Of released files, and of the pages with heads, sizes and times are compared, not bytes: that is as cheap as
the look at the input; tables, the page and provenance are hashed. What is damaged gets a new token, on which
the jobs that write it depend; it stays until they have run, and does not change by itself.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.hashed import hashed
from cleanroom.intake.walk import walk
from cleanroom.records import Holding

FILES, REPORT = "files", "report"
"""Pictures and PDFs; the tables and pages."""
WRITTEN = (
    "release/manifest.tsv",
    "set_aside.tsv",
    "report/index.html",
    "report/report.json",
    "report/series.tsv",
    "provenance/ro-crate-metadata.json",
    "provenance/steps.tsv",
)
TREE = "release/nifti"
"""The BIDS tree: what its studies hold is looked at with them, what stands above them with the report."""
ABOVE = ("*", "sub-*/*.tsv", "sub-*/ses-*/*.tsv")
HEADS = "report/3d"
VOLUMES = ("nifti", "sidecar")


def stamp(config: Config, name: str, *places: str) -> None:
    """Remember how something that was just written stands.

    Parameters
    ----------
    config
        Where everything is.
    name
        The pseudonym of a study, ``files`` or ``report``.
    places
        The folders in which a study's files lie, below the release folder.
    """
    places = places or {FILES: ("other",)}.get(name, ())
    row = "\t".join([_look(config, places), *places])
    write_text(_folder(config) / f"{name}.stamp", f"{row}\n")


def stamp_study(config: Config, study: str, home: str, holding: Holding) -> None:
    """Remember how what was just released of a study stands: its DICOM files in ``home``, and its volumes."""
    volumes = {Path(file.path).parent.as_posix() for file in holding.files if file.kind in VOLUMES}
    stamp(config, study, home, *sorted(volumes))


def damaged(config: Config) -> list[str]:
    """What does not stand as it was written; each gets a new token."""
    found = []
    for path in sorted(_folder(config).glob("*.stamp")):
        then, *places = path.read_text(encoding="utf-8").rstrip("\n").split("\t")
        now = _look(config, tuple(filter(None, places)))
        if now != then:
            write_text(path.with_suffix(".token"), now + "\n")
            found.append(path.stem)
    return found


def token(config: Config, name: str) -> str:
    """The token of what was damaged last; empty when it never was."""
    path = _folder(config) / f"{name}.token"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def mark_partial(config: Config, partial: bool) -> None:
    """Remember whether the report is that of a run that failed: Snakemake would take it for the goal."""
    if partial:
        write_text(_partial(config), "")
    else:
        _partial(config).unlink(missing_ok=True)


def is_partial(config: Config) -> bool:
    """Whether the report is that of a run that failed."""
    return _partial(config).is_file()


def _partial(config: Config) -> Path:
    return config.private / "partial"


def _folder(config: Config) -> Path:
    return config.private / "intact"


def _look(config: Config, places: tuple[str, ...]) -> str:
    """A hash of the paths, sizes and times of folders of the release; without any, of tables and pages."""
    digest = sha256()
    told = [line for place in places for line in _stood(config.output / "release" / place)]
    for line in told if places else _tables(config.output):
        digest.update(line.encode())
    return digest.hexdigest()[:32]


def _tables(output: Path) -> Iterator[str]:
    tree = (path for pattern in ABOVE for path in (output / TREE).glob(pattern) if path.is_file())
    for path in [*(output / name for name in WRITTEN), *sorted(tree)]:
        yield f"{path.relative_to(output).as_posix()}\0{_told(path)}\n"
    yield from _stood(output / HEADS)


def _stood(root: Path) -> Iterator[str]:
    for item in walk(root) if root.is_dir() else ():
        yield f"{item.path}\0{item.bytes}\0{item.modified}\n"


def _told(path: Path) -> str:
    """The content: Snakemake touches what a rule has written."""
    return hashed(path) if path.is_file() else "missing"
