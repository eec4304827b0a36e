"""From released files to a folder that can be put on a disc, a stick or a PACS import."""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from cleanroom.atomic import replacing
from cleanroom.errors import SetAside, StopRun
from cleanroom.media import directory
from cleanroom.media.directory import Node
from cleanroom.media.record import LEVELS, keys, record, record_type, record_types

_FOLDERS = ("PT", "ST", "SE")
_MOST = 999_999
_ALWAYS = ("SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "Rows", "PatientIdentityRemoved")


@dataclass
class Exported:
    """What became of the released files."""

    files: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """Path in the release (pseudonyms only) and reason."""


@dataclass
class _FileSet:
    root: Node = field(default_factory=Node)
    instances: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    """Study or series → the patient or study it was first seen in."""


def export_media(source: Path, target: Path) -> Exported:
    """Copy released DICOM files, byte for byte, under legal names and write their DICOMDIR.

    Parameters
    ----------
    source
        ``release/dicom`` of a run, or a part of it; it is not written to.
    target
        A folder that is empty or not there; it is filled as a whole or not at all.

    Returns
    -------
    Exported
        How many files are in the DICOMDIR, and which are not and why.

    Raises
    ------
    StopRun
        When there is nothing to export, or the target holds something.
    """
    _check(source, target)
    done = Exported()
    files = _FileSet()
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            try:
                _add(files, path, staging)
                done.files += 1
            except SetAside as failure:
                done.left_out.append((path.relative_to(source).as_posix(), failure.reason))
        if not done.files:
            raise StopRun(*_nothing(source, done))
        with replacing(staging / "DICOMDIR", 0o644) as part, part.open("wb") as file:
            directory.write(file, files.root)
        with suppress(PermissionError):  # media without modes
            staging.chmod(0o755)
        if target.is_dir():
            target.rmdir()
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return done


def _check(source: Path, target: Path) -> None:
    if not source.is_dir():
        raise StopRun(f"There is no folder {source}.", "name the folder release/dicom of a run")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StopRun(f"{target} is there and not empty.", "name a new folder")
    if target.resolve().is_relative_to(source.resolve()):
        raise StopRun("The target lies in the folder that is exported.", "name one outside it")


def _nothing(source: Path, done: Exported) -> tuple[str, str]:
    why = f": {done.left_out[0][1]}" if done.left_out else ""
    return f"No file of {source} can be exported{why}.", "name the folder release/dicom of a run"


def _add(files: _FileSet, path: Path, staging: Path) -> None:
    """Give a file its place and its records, and copy it there."""
    header = _read(path)
    kind = record_type(header)
    names = _names(files, header)
    node, place, new = files.root, [], []
    for level, prefix, name in zip((*LEVELS, kind), (*_FOLDERS, _initials(kind)), names, strict=True):
        child = node.below.get(name)
        if child is None:
            number = len(node.below) + 1
            if number > _MOST:
                raise SetAside(f"there are more than {_MOST:,} beside each other")
            child = Node(record(header, level, number), number)
            new.append((node, name, child))
        place.append(f"{prefix}{child.number:06d}")
        node = child
    node.record.ReferencedFileID = place
    node.record.ReferencedSOPClassUIDInFile = header.SOPClassUID
    node.record.ReferencedSOPInstanceUIDInFile = header.SOPInstanceUID
    node.record.ReferencedTransferSyntaxUIDInFile = header.file_meta.TransferSyntaxUID
    copy = staging.joinpath(*place)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    for parent, name, child in new:
        parent.below[name] = child
    files.instances.add(names[3])
    files.parents |= {names[1]: names[0], names[2]: names[1]}


def _names(files: _FileSet, header: Dataset) -> list[str]:
    """Patient ID and the UIDs of study, series and instance."""
    words = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    names = [str(header.get(word) or "") for word in words]
    if not all(names):
        raise SetAside("it has no Patient ID, or no Study, Series or SOP Instance UID")
    patient, study, series, instance = names
    if instance in files.instances:
        raise SetAside("another file has the same SOP Instance UID")
    if files.parents.get(study, patient) != patient or files.parents.get(series, study) != study:
        raise SetAside("its study is also that of another patient, or its series that of another study")
    return names


def _initials(kind: str) -> str:
    """Two letters for file names: IM of IMAGE, RD of RT DOSE."""
    words = kind.split()
    return words[0][0] + words[1][0] if len(words) > 1 else kind[:2]


def _read(path: Path) -> Dataset:
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_wanted())
        syntax = header.file_meta.get("TransferSyntaxUID")
    except Exception as error:  # a broken file can raise nearly anything in pydicom
        raise SetAside(f"it cannot be read as a DICOM file ({type(error).__name__})") from None
    if not syntax:
        raise SetAside("it has no Transfer Syntax UID")
    if header.get("PatientIdentityRemoved") != "YES":
        raise SetAside("it does not say that it was cleaned: (0012,0062) is not YES")
    return header


def _wanted() -> list[str]:
    kinds = {*LEVELS, "IMAGE", *record_types().values()}
    return [*_ALWAYS, *sorted({word for kind in kinds for word in keys(kind)})]
