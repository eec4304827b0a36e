"""A PDF inside a DICOM object: rebuilt without what identifies, and put back; or set aside."""

import csv
import io
import subprocess
from pathlib import Path

import hiding
import pikepdf
import pydicom
import pypdfium2
import pytest
from line import run_line
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cleanroom.config import Config
from cleanroom.reading import tesseract, words
from cleanroom.step import run
from cleanroom.study import Study
from cleanroom.verify import verify_study

PDF = "1.2.840.10008.5.1.4.1.1.104.1"
CODES = ("113100", "113101")
pytestmark = pytest.mark.long


def document(
    number: int, data: bytes, sop_class: str = PDF, syntax: UID = ExplicitVRLittleEndian, **values: object
) -> FileDataset:
    """An encapsulated document that names its patient in header and title."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = syntax, sop_class
    meta.MediaStorageSOPInstanceUID = f"1.2.3.77.{number}.1"
    made = FileDataset(None, {}, preamble=bytes(128), file_meta=meta)
    made.SOPClassUID, made.SOPInstanceUID = sop_class, f"1.2.3.77.{number}.1"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3.77", f"1.2.3.77.{number}"
    made.PatientName, made.PatientID = f"{hiding.SECRET}^Ottilie", hiding.NUMBER
    made.PatientBirthDate, made.PatientSex = "19600312", "F"
    made.StudyDate, made.StudyTime, made.StudyID, made.AccessionNumber = "20240105", "101500", "1", ""
    made.ReferringPhysicianName, made.Modality, made.ConversionType = "", "DOC", "WSD"
    made.SeriesNumber, made.InstanceNumber, made.Manufacturer = number, 1, "Acme"
    made.ContentDate, made.ContentTime, made.AcquisitionDateTime = "20240105", "101500", "20240105101500"
    made.BurnedInAnnotation, made.DocumentTitle = "YES", f"Report of {hiding.SECRET}"
    made.ConceptNameCodeSequence = []
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocument = data + bytes(len(data) % 2)
    made.EncapsulatedDocumentLength = len(data)
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def saved(folder: Path, *documents: FileDataset) -> Path:
    """The input folder."""
    folder.mkdir(parents=True)
    for number, made in enumerate(documents):
        pydicom.dcmwrite(folder / f"{number}.dcm", made, enforce_file_format=True)
    return folder


def encrypted(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as made:
        buffer = io.BytesIO()
        made.save(buffer, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    return buffer.getvalue()


def long() -> bytes:
    made = pikepdf.new()
    for _ in range(2000):
        made.add_blank_page(page_size=(100, 100))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def set_aside(config: Config) -> dict[str, str]:
    """Reason by file, and that none of its lines names anybody."""
    with (config.private / "inventory.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    return {row["path"]: row["reason"] for row in rows if row["verdict"] == "set_aside"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with every hiding place, and a scan in another transfer syntax."""
    scan = document(2, hiding.scanned(), syntax=ImplicitVRLittleEndian)
    return saved(tmp_path_factory.mktemp("documents") / "input", document(1, hiding.report()), scan)


@pytest.fixture(scope="module")
def done(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The line, taken to its end."""
    return run_line(source, tmp_path_factory.mktemp("line"))


def released(config: Config) -> list[Path]:
    return sorted((config.output / "release" / "dicom").rglob("*.dcm"))


def content(path: Path) -> bytes:
    made = pydicom.dcmread(path)
    return bytes(made.EncapsulatedDocument[: made.EncapsulatedDocumentLength])


def test_every_hiding_place_is_filled_before(source: Path) -> None:
    data = content(source / "0.dcm")
    assert hiding.told(data)
    assert data.count(b"%%EOF") == 2
    with pikepdf.open(io.BytesIO(data)) as made:
        assert made.attachments and "/AcroForm" in made.Root and "/OpenAction" in made.Root
        assert hiding.SECRET.encode() not in made.pages[0].Contents.read_bytes()
    assert any(hiding.SECRET[:8].lower() in text for text in seen(data))


def seen(data: bytes) -> list[str]:
    """What either reader reads on the pages."""
    found = []
    for page in pypdfium2.PdfDocument(data):
        picture = page.render(scale=2, may_draw_forms=True).to_numpy()[:, :, :3].copy()
        found += [word.text.lower() for word in words(picture)]
        if tesseract.installed():
            found += [word.text.lower() for word in tesseract.words(picture, sideways=False)]
    return found


def test_all_are_released_and_nothing_identifies_by_bytes_or_by_sight(done: Config) -> None:
    assert set_aside(done) == {}
    files = released(done)
    assert len(files) == 2
    for path in files:
        data = content(path)
        assert not hiding.told(data)
        assert [text for text in seen(data) if sum(map(str.isalnum, text)) > 2] == []
    assert {len(pypdfium2.PdfDocument(content(path))) for path in files} == {1, 3}
    for path in done.output.rglob("*"):
        assert not path.is_file() or not hiding.told(path.read_bytes()), path.suffix


def test_the_object_says_what_was_done(done: Config, source: Path) -> None:
    before = {pydicom.dcmread(path).file_meta.TransferSyntaxUID for path in source.iterdir()}
    after = [pydicom.dcmread(path) for path in released(done)]
    assert {made.file_meta.TransferSyntaxUID for made in after} == before
    for made in after:
        assert made.SOPClassUID == PDF
        assert made.MIMETypeOfEncapsulatedDocument == "application/pdf"
        assert len(made.EncapsulatedDocument) - made.EncapsulatedDocumentLength in (0, 1)
        assert made.BurnedInAnnotation == "NO"
        codes = [item.CodeValue for item in made.DeidentificationMethodCodeSequence]
        assert set(CODES) <= set(codes)
        assert "Document rebuilt from pictures of its pages" in made.DeidentificationMethod
        assert hiding.SECRET not in str(made.get("DocumentTitle", ""))


def test_dciodvfy_finds_no_new_error(done: Config, source: Path, dciodvfy: str) -> None:
    def errors(path: Path) -> set[str]:
        run = subprocess.run([dciodvfy, "-new", str(path)], capture_output=True, text=True, check=False)
        return {line for line in (run.stderr + run.stdout).splitlines() if line.startswith("Error")}

    old = errors(source / "0.dcm")
    assert [sorted(errors(path) - old) for path in released(done)] == [[], []]


def test_bad_documents_are_set_aside_each_with_its_reason(tmp_path: Path) -> None:
    kinds = [f"1.2.840.10008.5.1.4.1.1.104.{number}" for number in (2, 3, 4, 5)]
    good = hiding.pdf()
    folder = saved(
        tmp_path / "input",
        document(1, encrypted(good)),
        document(2, long()),
        document(3, b"%PDF-1.7\n" + bytes(5000)),
        document(4, b""),
        *(document(number, good, kind) for number, kind in enumerate(kinds, 5)),
        document(9, good),
    )
    truncated = folder / "8.dcm"
    truncated.write_bytes(truncated.read_bytes()[:-3000])
    config = run_line(folder, tmp_path)
    *reasons, cut = dict(sorted(set_aside(config).items())).values()
    assert "EncapsulatedDocument" in cut or "truncated" in cut
    told = ["encrypted", "more than 200 pages", "broken", "without its document", "CDA", "STL", "OBJ", "MTL"]
    assert [word for word, reason in zip(told, reasons, strict=True) if word not in reason] == []
    assert not released(config)
    assert not any(hiding.SECRET in reason for reason in (*reasons, cut))


def test_the_config_keeps_pdfs_back(tmp_path: Path) -> None:
    folder = saved(tmp_path / "input", document(1, hiding.pdf()))
    (reason,) = set_aside(run_line(folder, tmp_path, pdf={"release": False})).values()
    assert "pdf.release" in reason


def test_kept_uids_become_new_ones_with_a_rebuilt_document(tmp_path: Path) -> None:
    profile = tmp_path / "own.yaml"
    profile.write_text("extends: sinfonia\nabout: own\nmethod: own\nuids: kept\n")
    folder = saved(tmp_path / "input", document(1, hiding.pdf()))
    config = run_line(folder, tmp_path, profile=str(profile))
    assert set_aside(config) == {}
    made = pydicom.dcmread(released(config)[0])
    assert made.StudyInstanceUID == "1.2.3.77"
    assert not made.SOPInstanceUID.startswith("1.2.3.77.")
    assert not made.SeriesInstanceUID.startswith("1.2.3.77.")


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A line of its own for the scan."""
    folder = tmp_path_factory.mktemp("scan")
    return run_line(saved(folder / "input", document(1, hiding.scanned())), folder)


def test_the_same_input_gives_the_same_bytes(scan: Config, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    key = tmp_path / "private" / "key"
    key.write_bytes((scan.private / "key").read_bytes())
    key.chmod(0o600)
    again = run_line(scan.input, tmp_path)
    assert [path.read_bytes() for path in released(again)] == [path.read_bytes() for path in released(scan)]


@pytest.fixture
def encoded(scan: Config) -> tuple[Study, Path]:
    """A study up to the gate, and its one file."""
    config = scan
    (manifest,) = (config.private / "studies").glob("*/manifest.tsv")
    study = Study(config, manifest.parent.name)
    run("encode", study)
    (path,) = (study.work / "encoded").rglob("*.dcm")
    return study, path


def spoiled(path: Path, data: bytes) -> None:
    made = pydicom.dcmread(path)
    made.EncapsulatedDocument = data + bytes(len(data) % 2)
    made.EncapsulatedDocumentLength = len(data)
    made.save_as(path)


def test_the_gate_stops_the_original_and_a_page_that_can_be_read(encoded: tuple[Study, Path]) -> None:
    study, path = encoded
    good = content(path)
    spoiled(path, hiding.scanned())
    assert "its PDF holds" in next(iter(verify_study(study).checks.values()))["identities"]
    spoiled(path, good + b"%" + hiding.SECRET.encode() + b"\n%%EOF\n")
    assert "its PDF holds" in next(iter(verify_study(study).checks.values()))["identities"]
    bare = rebuilt_with_words()
    spoiled(path, bare)
    checks = next(iter(verify_study(study).checks.values()))
    assert "words that identify are left" in checks["words"]
    spoiled(path, good)
    assert verify_study(study).passed


def rebuilt_with_words() -> bytes:
    """Rebuilt, and nothing covered: what a step that reads nothing would make."""
    from cleanroom.files.pdf import cleaned_pdf  # noqa: PLC0415

    return cleaned_pdf(hiding.scanned(), None).data


def test_the_gate_sees_a_length_that_is_wrong(encoded: tuple[Study, Path]) -> None:
    study, path = encoded
    made = pydicom.dcmread(path)
    made.EncapsulatedDocumentLength = 7
    made.save_as(path)
    assert "(0042,0015)" in next(iter(verify_study(study).checks.values()))["conformance"]
