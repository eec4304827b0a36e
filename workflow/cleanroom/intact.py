"""Whether what was released still stands as it was written: noticed by a look at the folder, file by file.

Of released files sizes and times are compared, not bytes: that is as cheap as the look at the input; tables
and pages are hashed. What is damaged gets a new token, on which the jobs that write it depend; it stays until
they have run, and does not change by itself.
"""

from hashlib import file_digest, sha256
from pathlib import Path

from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.intake.walk import walk

FILES, REPORT = "files", "report"
"""Pictures and PDFs; the tables and pages."""
WRITTEN = ("release/manifest.tsv", "set_aside.tsv", "report/index.html", "report/report.json")


def stamp(config: Config, name: str, place: str = "") -> None:
    """Remember how something that was just written stands.

    Parameters
    ----------
    config
        Where everything is.
    name
        The pseudonym of a study, ``files`` or ``report``.
    place
        The folder in which a study's files lie, below the release folder.
    """
    place = place or {FILES: "other"}.get(name, "")
    write_text(_folder(config) / f"{name}.stamp", f"{_look(config, place)}\t{place}\n")


def damaged(config: Config) -> list[str]:
    """What does not stand as it was written; each gets a new token. A report of a failed run goes."""
    if _partial(config).is_file():
        (config.output / "report" / "report.json").unlink(missing_ok=True)
    found = []
    for path in sorted(_folder(config).glob("*.stamp")):
        then, _, place = path.read_text(encoding="utf-8").rstrip("\n").partition("\t")
        now = _look(config, place)
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


def _partial(config: Config) -> Path:
    return config.private / "partial"


def _folder(config: Config) -> Path:
    return config.private / "intact"


def _look(config: Config, place: str) -> str:
    """A hash of the paths, sizes and times of a folder of the release; without one, of tables and pages."""
    digest = sha256()
    root = config.output / "release" / place
    if not place:
        told = [f"{name}\0{_told(config.output / name)}\n" for name in WRITTEN]
    else:
        told = [
            f"{item.path}\0{item.bytes}\0{item.modified}\n" for item in (walk(root) if root.is_dir() else ())
        ]
    for line in told:
        digest.update(line.encode())
    return digest.hexdigest()[:32]


def _told(path: Path) -> str:
    """The content: Snakemake touches what a rule has written."""
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
