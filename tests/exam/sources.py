"""Which real files sit the exam: some of every kind, none that no cleaner could read."""

import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import UID, MediaStorageDirectoryStorage
from pydicom.valuerep import DSfloat

A_SERIES = 4
A_SET = {"odd_pydicom": 130, "rt_rtkit_phantom": 22, "odd_cornerstone_codecs": 30}
OTHERWISE = 12
LARGEST = 4_000_000
LARGE = {"mr_siemens_xa30_enhanced_face": 40_000_000}
UIDS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


def chosen(scans: Path) -> Iterator[tuple[str, FileDataset]]:
    """Name (``set/path``) and content of the files that sit the exam, in a fixed order."""
    for folder in sorted(path for path in scans.iterdir() if path.is_dir()):
        series: Counter[str] = Counter()
        left = A_SET.get(folder.name, OTHERWISE)
        limit = LARGE.get(folder.name, LARGEST)
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
            if not left or not path.is_file() or path.stat().st_size > limit:
                continue
            dataset = readable(path)
            if dataset is None or series[dataset.SeriesInstanceUID] >= _most(dataset):
                continue
            series[dataset.SeriesInstanceUID] += 1
            left -= 1
            yield f"{folder.name}/{path.relative_to(folder).as_posix()}", dataset


def readable(path: Path) -> FileDataset | None:
    """The file, when pydicom reads and writes all of it and it is an instance of a patient."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path)
            if any(not dataset.get(keyword) for keyword in UIDS) or "EncapsulatedDocument" in dataset:
                return None
            if not all(UID(dataset[keyword].value).is_valid for keyword in UIDS):
                return None
            if dataset.file_meta.TransferSyntaxUID.name[0].isdigit() or not _whole(dataset):
                return None
            dataset.decode()
            if any(element.tag.group < 8 for element in dataset):
                return None
            dataset.walk(lambda _, __: None)
        except Exception:  # what pydicom cannot read has no place here, whatever the reason
            return None
    return None if dataset.SOPClassUID == MediaStorageDirectoryStorage else dataset


def _most(dataset: FileDataset) -> int:
    return A_SERIES if dataset.get("Modality") in ("CT", "MR", "OT") else 6


def _whole(dataset: FileDataset) -> bool:
    """Whether native pixels have the length that the header says."""
    if "PixelData" not in dataset:
        return True
    if (
        dataset.file_meta.TransferSyntaxUID.is_compressed
        and not dataset.file_meta.TransferSyntaxUID.is_deflated
    ):
        return len(dataset.PixelData) > 8
    bits = dataset.Rows * dataset.Columns * dataset.get("SamplesPerPixel", 1) * dataset.BitsAllocated
    frames = int(DSfloat(dataset.get("NumberOfFrames") or 1))
    return len(dataset.PixelData) - (bits * frames + 7) // 8 in (0, 1)
