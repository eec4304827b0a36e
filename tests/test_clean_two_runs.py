"""References of radiotherapy resolve although the CT and what was drawn on it came in different runs."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from cleaning import read
from pydicom.dataset import Dataset

from cleanroom import config, step
from cleanroom.clean import archive
from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.intake.take_in import take_in
from cleanroom.study import Study

SETS = {
    "phantom": "rt_rtkit_phantom/dicom/simple_phantom_case",
    "head": "ct_siemens_phantom_face_rtstruct/dicom",
}
KEY = b"k" * 32


@pytest.fixture(params=SETS)
def exports(scans: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """The images in one folder, all that refers to them in another."""
    for path in sorted((scans / SETS[request.param]).rglob("*.dcm")):
        folder = tmp_path / ("first" if read(path).Modality == "CT" else "second")
        folder.mkdir(exist_ok=True)
        shutil.copy(path, folder)
    return tmp_path / "first", tmp_path / "second"


def private(folder: Path) -> Path:
    """A private folder with the site's key and nothing else."""
    folder.mkdir(mode=0o700)
    (folder / "key").write_bytes(KEY)
    return folder


def references(header: Dataset, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where a UID stands, and the UID."""
    for element in header:
        if element.VR == "SQ":
            for item in element.value:
                yield from references(item, (*path, element.keyword))
        elif element.VR == "UI" and "Class" not in element.keyword:
            yield (*path, element.keyword), str(element.value)


def links(headers: list[Dataset]) -> list[tuple[tuple[str, ...], int, int]]:
    """Each reference in its place, and to the how manieth instance or frame of reference it leads."""
    keywords = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID")
    named: dict[str, int] = {}
    for header in headers:
        for keyword in keywords:
            if uid := header.get(keyword):
                named.setdefault(str(uid), len(named))
    return [
        (path, number, named[uid])
        for number, header in enumerate(headers)
        for path, uid in references(header)
        if uid in named
    ]


def in_order(headers: list[Dataset]) -> list[Dataset]:
    """The same order before and after: by what cleaning keeps."""
    return sorted(headers, key=lambda h: (h.Modality, str(h.get("ImagePositionPatient")), str(told(h))))


def told(header: Dataset) -> list[object]:
    """What else tells instances apart: the gantry of an image, the kind of a dose."""
    words = (
        "InstanceNumber",
        "GantryAngle",
        "DoseSummationType",
        "Rows",
        "AcquisitionTime",
        "InstanceCreationTime",
    )
    return [header.get(word) for word in words]


def originals(exports: tuple[Path, Path]) -> list[Dataset]:
    return in_order([read(path) for folder in exports for path in sorted(folder.iterdir())])


def test_two_calls_with_the_same_key(exports: tuple[Path, Path], tmp_path: Path) -> None:
    headers = []
    for number, folder in enumerate(exports):
        settings = Config(private=private(tmp_path / f"private{number}"))
        done = clean_folder(folder, tmp_path / f"out{number}", settings)
        assert done.set_aside == []
        headers += [pydicom.dcmread(path) for path in (tmp_path / f"out{number}").rglob("*.dcm")]
    compare(originals(exports), in_order(headers))


def test_two_workflows_with_the_same_key(exports: tuple[Path, Path], tmp_path: Path) -> None:
    headers = []
    for number, folder in enumerate(exports):
        places = {"input": folder, "output": tmp_path / f"results{number}"}
        settings = config.load(places | {"private": private(tmp_path / f"private{number}")})
        for name in take_in(settings):
            study = Study(settings, name)
            step.run("clean", study)
            with zipfile.ZipFile(study.work / "headers.zip") as file:
                headers += [archive.read(file, i.series, i.number) for i in study.instances]
    compare(originals(exports), in_order(headers))


def compare(before: list[Dataset], after: list[Dataset]) -> None:
    """The same links between the same instances, among them those from the second run into the first."""
    assert [header.Modality for header in after] == [header.Modality for header in before]
    wanted, found = links(before), links(after)
    assert found == wanted
    places = {path[-1] for path, *_ in wanted if len(path) > 1}
    assert {"ReferencedSOPInstanceUID", "SeriesInstanceUID"} <= places
    frames = places & {"FrameOfReferenceUID", "ReferencedFrameOfReferenceUID"}
    assert len(frames) == (2 if {header.Modality for header in before} > {"CT", "RTSTRUCT"} else 0)
    kept = {str(h.SOPInstanceUID) for h in before} & {str(h.SOPInstanceUID) for h in after}
    assert kept == set()
