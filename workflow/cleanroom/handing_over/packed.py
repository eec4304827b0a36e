"""A release as ZIP files ready for upload: by patient or by size, the same bytes on every call."""

import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from cleanroom import tsv
from cleanroom.atomic import replacing, write_text
from cleanroom.errors import StopRun
from cleanroom.handing_over import listing
from cleanroom.handing_over.listing import Listed
from cleanroom.hashed import hashed

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that ZIP knows: every file gets it."""
UNIX = 3
CHUNK = 1 << 20
SUMS, UNFILED = "SHA256SUMS", "unfiled"


@dataclass(frozen=True)
class Packed:
    """One ZIP file."""

    name: str
    files: int
    bytes: int
    sha256: str


def pack(
    folder: Path, target: Path, by: Literal["patient", "size"] = "patient", most_gb: float = 4.0
) -> list[Packed]:
    """Pack a release.

    Every ZIP holds a ``manifest.tsv`` of its own; ``SHA256SUMS`` beside them is for ``sha256sum -c``.

    Parameters
    ----------
    folder
        The release, or the output folder around it.
    target
        A new or empty folder.
    by
        One ZIP a patient, or as many patients in one as ``most_gb`` allows.
    most_gb
        With ``size``: 10^9 bytes; a patient with more has a ZIP of their own.

    Raises
    ------
    StopRun
        When the target is not empty, or a file is not the one that the manifest names.
    """
    root = listing.root(folder)
    if target.exists() and any(target.iterdir()):
        raise StopRun(f"There is something in {target} already.", "name a new folder")
    if target.resolve().is_relative_to(root.resolve()):
        raise StopRun("The target lies inside the release.", "name a folder outside of it")
    target.mkdir(parents=True, exist_ok=True)
    columns = listing.columns(root)
    done = []
    for name, rows in _groups(listing.read(root), by, int(most_gb * 1e9)):
        _write(root, target / name, rows, columns)
        size = (target / name).stat().st_size
        done.append(Packed(name, len(rows), size, hashed(target / name)))
    write_text(target / SUMS, "".join(f"{item.sha256}  {item.name}\n" for item in done), mode=0o644)
    return done


def _groups(rows: list[Listed], by: str, most: int) -> Iterable[tuple[str, list[Listed]]]:
    patients: dict[str, list[Listed]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.path):
        patients[row.row.get("patient") or UNFILED].append(row)
    if by == "patient":
        return [(f"{name}.zip", patients[name]) for name in sorted(patients)]
    parts: list[list[Listed]] = []
    size = most + 1
    for name in sorted(patients):
        own = sum(row.bytes for row in patients[name])
        if size + own > most:
            parts.append([])
            size = 0
        parts[-1] += patients[name]
        size += own
    return [(f"part-{number:03d}.zip", part) for number, part in enumerate(parts, 1)]


def _write(root: Path, path: Path, rows: list[Listed], columns: list[str]) -> None:
    with replacing(path, 0o644) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        manifest = _manifest(rows, columns)
        with archive.open(_entry(listing.NAME, len(manifest)), "w") as member:
            member.write(manifest)
        for row in rows:
            _add(archive, root, row)


def _add(archive: zipfile.ZipFile, root: Path, row: Listed) -> None:
    again = "run `cleanroom verify-release` on it"
    if not row.inside or (root / row.path).is_symlink() or not (root / row.path).is_file():
        raise StopRun(f"{row.path} is not in the release.", again)
    digest, entry = sha256(), _entry(row.path, row.bytes)
    with (
        (root / row.path).open("rb") as file,
        archive.open(entry, "w", force_zip64=row.bytes >= 1 << 31) as member,
    ):
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            member.write(chunk)
    if digest.hexdigest() != row.sha256:
        raise StopRun(f"{row.path} is not the file that the manifest names.", again)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system, entry.external_attr, entry.file_size = UNIX, 0o100644 << 16, size
    return entry


def _manifest(rows: list[Listed], columns: list[str]) -> bytes:
    return tsv.text([columns, *([row.row[name] for name in columns] for row in rows)]).encode()
