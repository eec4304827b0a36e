"""The folder as a hospital hands it over: awkward names, strays and leftovers."""

import zipfile
from collections.abc import Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pydicom.dataset import Dataset
from pydicom.fileset import FileSet

from cleanroom.sample import papers, template, ultrasound
from cleanroom.sample.headers import Source, encoded, save, uid
from cleanroom.sample.people import patient
from cleanroom.sample.scans import Anna, Kenji

_ZIPPED = 24
"""So many slices of the second visit lie in a zip archive only."""
_EXPORT = "Export 2024-06 für Forschung (Dr. Überall)"
_LINKED = "/etc/hostname"


def write_sample(folder: Path) -> None:
    """Write the sample input of ``make demo``: the same bytes on every call.

    Parameters
    ----------
    folder
        Where it goes; made when missing. A sample that is already there is left as it is.
    """
    if (folder / _EXPORT).exists():
        return
    with TemporaryDirectory(dir=_made(folder.parent), prefix=".sample") as staging:
        export = Path(staging) / _EXPORT
        _write(export)
        export.rename(_made(folder) / _EXPORT)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(export: Path) -> None:
    head = template.load()
    anna = Anna(head)
    _first_visit(anna, export / patient("anna")["folder"])
    _second_visit(anna, export / patient("anna")["folder"] / "MRT Verlauf  17.05.2024")
    _planning(Kenji(head), export / patient("kenji")["folder"])
    _ultrasound(export / "CD Sono")
    _strays(export)


def _first_visit(anna: Anna, folder: Path) -> None:
    visit = folder / "MRT Kopf 11.03.2024"
    first = next(slices := anna.first())
    save(first, visit / "T1 sagittal" / "IM00001")
    for number, dataset in enumerate(slices, 2):
        save(dataset, visit / "T1 sagittal" / f"IM{number:05}")
    for dataset in anna.contrast():
        save(dataset, visit / "T2" / dataset.SOPInstanceUID)
    save(first, folder / "Kopie von IM00001 (Müller-Østergård).dcm")
    broken = encoded(anna.localizer())
    (visit / "localizer ABGEBROCHEN.dcm").write_bytes(broken[: len(broken) - 20_000])


def _second_visit(anna: Anna, folder: Path) -> None:
    """Most slices as files, the lowest in a zip; the topmost twice, with other content."""
    name = str(patient("anna")["attributes"]["PatientName"])
    *zipped, last = _split(anna.second(), _ZIPPED, folder, name)
    save(_other_content(last), folder / "nachbearbeitet" / f"MR.{last.InstanceNumber:04}.DCM", name)
    members = {f"Müller-Østergård/Rest/{item.InstanceNumber}": encoded(item, name) for item in zipped}
    members["Müller-Østergård/Rest/doppelt"] = encoded(zipped[0], name)
    members["liesmich.txt"] = papers.note("anna")
    (folder / "Rest Annegret.zip").write_bytes(_zip(members))


def _split(slices: Iterator[Dataset], zipped: int, folder: Path, preamble: str) -> Iterator[Dataset]:
    """Save all but the first slices; yield those, and then the last of all."""
    dataset = Dataset()
    for number, dataset in enumerate(slices, 1):
        if number <= zipped:
            yield dataset
        else:
            save(dataset, folder / f"MR.Müller-Østergård.{number:04}.DCM", preamble)
    yield dataset


def _other_content(dataset: Dataset) -> Dataset:
    """The same SOP Instance UID with other pixels."""
    other = deepcopy(dataset)
    other.PixelData = bytes(reversed(dataset.PixelData))
    other.SeriesDescription = f"{dataset.SeriesDescription} nachbearbeitet"
    return other


def _planning(kenji: Kenji, folder: Path) -> None:
    for dataset in kenji.ct():
        save(dataset, folder / "CT" / f"CT.{dataset.PatientID}.{dataset.InstanceNumber}.dcm")
    for dataset in kenji.radiotherapy():
        save(dataset, folder / "Plan & Dosis" / f"{dataset.Modality}_山戸部.dcm")


def _ultrasound(folder: Path) -> None:
    """A patient's CD: a DICOMDIR and names of eight letters."""
    files = FileSet()
    files.UID = uid("cd")
    files.ID = "SONO_CD"
    files.add(ultrasound.instance(Source("anna", "ultrasound", "us")))
    files.write(folder)


def _strays(export: Path) -> None:
    mine = export / patient("anna")["folder"]
    (mine / "Foto Überweisung Müller-Østergård.JPG").write_bytes(papers.photo("anna"))
    (mine / "Arztbrief Annegret M-Ø.pdf").write_bytes(papers.letter("anna"))
    (export / "Hinweise (bitte lesen!).txt").write_bytes(papers.note("anna"))
    (export / "Rechnername").symlink_to(_LINKED)


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=(2024, 5, 17, 15, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=1)
    return buffer.getvalue()
