"""Whether a release is whole and unaltered: every file is hashed again, anywhere, without the key."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cleanroom.handing_over import listing
from cleanroom.handing_over.listing import Listed
from cleanroom.hashed import hashed

CRATE = Path("provenance", "ro-crate-metadata.json")
MISSING, ALTERED, OUTSIDE, TWICE = "missing", "altered", "not inside the release", "listed twice"
LINK = "a link or no plain file"


@dataclass
class Checked:
    """What was found.

    Attributes
    ----------
    files, bytes
        Listed, and their size.
    sha256
        Of the manifest: compare it with what the sender says.
    wrong
        Path of the manifest → what is wrong with it.
    extra
        Folder and ending of files that nobody listed → how many: their names may say too much.
    manifest
        What is wrong with the manifest itself, told by the provenance beside it; empty when nothing is, or
        when there is none.
    """

    files: int
    bytes: int
    sha256: str
    wrong: dict[str, str] = field(default_factory=dict)
    extra: Counter[str] = field(default_factory=Counter)
    manifest: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.wrong or self.extra or self.manifest)

    def lines(self, most: int = 20) -> Iterator[str]:
        """What to tell."""
        yield f"{self.files:,} files, {self.bytes:,} bytes; manifest.tsv has SHA-256 {self.sha256}"
        for path, what in list(self.wrong.items())[:most]:
            yield f"  {path}: {what}"
        if len(self.wrong) > most:
            yield f"  and {len(self.wrong) - most:,} more"
        for place, count in sorted(self.extra.items())[:most]:
            yield f"  {place}: {count:,} that nobody listed"
        if self.manifest:
            yield f"  manifest.tsv: {self.manifest}"
        yield "whole and unaltered" if self.whole else "NOT as it was released"


def check(folder: Path) -> Checked:
    """Check a release.

    Parameters
    ----------
    folder
        The release, the output folder around it, or an unpacked part.
    """
    root = listing.root(folder)
    rows = listing.read(root)
    found = Checked(len(rows), sum(row.bytes for row in rows), hashed(root / listing.NAME))
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for row, wrong in zip(rows, pool.map(lambda row: _wrong(root, row), rows), strict=True):
            if wrong:
                found.wrong[row.path] = wrong
    for path, count in Counter(row.path for row in rows).items():
        if count > 1:
            found.wrong[path] = TWICE
    found.extra = _extra(root, {row.path for row in rows})
    found.manifest = _told_otherwise(root, found.sha256)
    return found


def _wrong(root: Path, row: Listed) -> str:
    if not row.inside:
        return OUTSIDE
    path = root / row.path
    if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()):
        return LINK
    if not path.is_file():
        return MISSING
    same = path.stat().st_size == row.bytes and hashed(path) == row.sha256
    return "" if same else ALTERED


def _extra(root: Path, known: set[str]) -> Counter[str]:
    folders = {Path(path).parent.as_posix() for path in known}
    found: Counter[str] = Counter()
    for path in root.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            continue
        place = path.relative_to(root)
        if place.as_posix() in known or place.as_posix() == listing.NAME:
            continue
        parent = place.parent.as_posix()
        shown = parent if parent in folders or parent == "." else f"{place.parts[0] if parent else ''}/…"
        suffix = path.suffix if path.suffix.isascii() and len(path.suffix) <= 6 else ""
        found[f"{shown}/*{suffix}"] += 1
    return found


def _told_otherwise(root: Path, sha256: str) -> str:
    """Whether the provenance beside a release names another manifest."""
    crate = root.parent / CRATE
    if not crate.is_file():
        return ""
    try:
        graph = json.loads(crate.read_bytes())["@graph"]
        told = {entity.get("sha256") for entity in graph if entity["@id"].endswith("release/manifest.tsv")}
    except (ValueError, KeyError, TypeError):
        return "the provenance beside it cannot be read"
    return "" if told <= {sha256} else "it is not the one that the provenance beside it names"
