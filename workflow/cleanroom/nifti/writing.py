"""Writes the files of a session, after searching them for what identifies."""

import json
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from cleanroom.nifti import volume
from cleanroom.nifti.naming import Extra
from cleanroom.nifti.session import Found
from cleanroom.nifti.standard import table
from cleanroom.records import NiftiFile, NiftiRecord, Scan, Visit
from cleanroom.verify.file_search import FileSearch

DATES = frozenset(("113106", "113107"))
"""Retain Longitudinal Temporal Information, full or modified dates."""


@dataclass(frozen=True)
class Session:
    """One session of the tree.

    Parameters
    ----------
    root
        The folder that stands for ``release/nifti`` until the release.
    """

    root: Path
    visit: Visit
    search: FileSearch
    options: frozenset[str]
    record: NiftiRecord

    def write(self, item: Found) -> None:
        """Write a volume and what belongs to it, or say why not."""
        stem = self._stem(item)
        texts = self._texts(item)
        target = self.root / f"{stem}.nii.gz"
        header = volume.write(item.output.path, target)
        hits = self._identifying(Path(stem).name, texts, header)
        if hits:
            target.unlink()
            why = f"the sidecar holds what identifies in the original ({', '.join(sorted(hits))})"
            self.record.scans.append(Scan(series=item.series.pseudonym, reason=why))
            return
        self._add(item, target, "nifti")
        for extension, text in texts.items():
            path = self.root / f"{_stem_of(stem, extension)}{extension}"
            path.write_text(text, encoding="utf-8")
            self._add(item, path, "sidecar")
        self.record.scans.append(
            Scan(
                series=item.series.pseudonym,
                file=target.relative_to(self.root).as_posix(),
                reason=item.name.reason if isinstance(item.name, Extra) else "",
                acq_time=self._time(item),
            )
        )

    def _stem(self, item: Found) -> str:
        subject, session = self.visit.subject, self.visit.session
        if isinstance(item.name, Extra):
            label = f"{subject}_{session}_series-{item.series.pseudonym}_volume-{item.number}"
            return f"{self.visit.folder}/{table()['extra']}/{label}"
        return f"{self.visit.folder}/{item.name.datatype}/{item.name.stem(subject, session)}"

    def _texts(self, item: Found) -> dict[str, str]:
        sidecar = dict(item.sidecar)
        if isinstance(item.name, Extra):
            sidecar["NoNameInBids"] = item.name.reason
        texts = {".json": json.dumps(sidecar, indent=1, sort_keys=True, ensure_ascii=False) + "\n"}
        for kind, path in item.beside.items():
            texts[f".{kind}"] = path.read_text(encoding="ascii")
        if item.context:
            texts["_aslcontext.tsv"] = "\n".join(["volume_type", *item.context]) + "\n"
        return texts

    def _identifying(self, name: str, texts: dict[str, str], header: bytes) -> set[str]:
        found = self.search.found(header, header) | self.search.text(name)
        for text in texts.values():
            found |= self.search.text(text)
        for value in _values(json.loads(texts[".json"])):
            found |= self.search.text(value)
        return found

    def _add(self, item: Found, path: Path, kind: Literal["nifti", "sidecar"]) -> None:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        self.record.files.append(
            NiftiFile(
                path=path.relative_to(self.root).as_posix(),
                series=item.series.pseudonym,
                kind=kind,
                sha256=digest,
                bytes=path.stat().st_size,
            )
        )

    def _time(self, item: Found) -> str:
        said = str(item.output.sidecar.get("AcquisitionDateTime", ""))
        return said if self.options & DATES and len(said) >= 19 and said[4] == "-" else ""


def _stem_of(stem: str, extension: str) -> str:
    """ASL's context has a suffix of its own in the place of the volume's."""
    return stem.rpartition("_")[0] if extension.startswith("_") else stem


def _values(content: object) -> list[str]:
    if isinstance(content, dict):
        return [text for value in content.values() for text in _values(value)]
    if isinstance(content, list):
        return [text for value in content for text in _values(value)]
    return [content] if isinstance(content, str) else []
