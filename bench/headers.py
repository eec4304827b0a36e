"""Header cleaning of 200 CT slices: ours and others', as CPU time per file against pydicom read + save."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measured import Cost, measured

PEERS = Path(__file__).parent / "peers"
FILES = 200
MANY = 2000


def headers() -> dict[str, Cost]:
    """The cost of every tool on the same files; the floor first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = _beside_floor(folder, FILES)
        costs |= {tool: measured(*command) for tool, command in _peers(folder).items()}
    return costs


def cores() -> dict[str, Cost]:
    """One process and two on the same 2,000 files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = _beside_floor(folder, MANY)
        costs["cleanroom clean --cores 2"] = measured(*_ours(folder), "--cores", "2")
    return costs


def large() -> dict[str, Cost]:
    """A multi-frame file of 2 GB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured(sys.executable, "-m", "bench.large", str(folder / "in"))
        costs = {"file copy": measured("cp", str(folder / "in" / "large"), str(folder / "copy"))}
        (folder / "copy").unlink()
        costs["cleanroom clean"] = measured(*_ours(folder))
    return costs


def _beside_floor(folder: Path, files: int) -> dict[str, Cost]:
    """Reading and saving, and our cleaning; the files are made elsewhere, as a large parent would count."""
    measured(sys.executable, "-m", "bench.exported", str(folder / "in"), str(files))
    costs = {"pydicom read + save": measured(sys.executable, "-m", "bench.floor", *_places(folder))}
    costs["cleanroom clean"] = measured(*_ours(folder))
    return costs


def _places(folder: Path) -> tuple[str, str]:
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    return str(folder / "in"), str(folder / "out")


def _ours(folder: Path) -> tuple[str, ...]:
    config = folder / "config.yaml"
    config.write_text(f"private: {folder / 'private'}\n")
    return (sys.executable, "-m", "cleanroom", "clean", *_places(folder), "--config", str(config))


def _peers(folder: Path) -> dict[str, tuple[str, ...]]:
    """The commands of the other tools, each in its own environment (made on the first call)."""
    places = (str(folder / "in"), str(folder / "others"))
    commands = {
        "dicom-anonymizer 2.1.0": (str(_environment("dicom-anonymizer", "dicom-anonymizer")), *places),
        "dicognito 0.19.0": (str(_environment("dicognito")), "-m", "dicognito", "-o", places[1], places[0]),
        "deid 0.4.13": (str(_environment("deid")), str(PEERS / "deid_replace.py"), *places),
    }
    if shutil.which("gdcmanon"):
        certificate = str(_certificate(folder))
        commands["gdcmanon"] = ("gdcmanon", "-e", "-c", certificate, "-r", "-i", places[0], "-o", places[1])
    (folder / "others").mkdir()
    return commands


def _environment(tool: str, program: str = "python") -> Path:
    folder = Path("bench/results/environments") / tool
    if not (folder / "ready").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        lock = str(PEERS / f"{tool}.lock")
        subprocess.run([*install, "--no-deps", "--require-hashes", "-r", lock], check=True)
        (folder / "ready").touch()
    return (folder / "bin" / program).absolute()


def _certificate(folder: Path) -> Path:
    path = folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bench"]
    keys = ["-keyout", str(folder / "key.pem"), "-out", str(path)]
    subprocess.run([*command, *keys], check=True, capture_output=True)
    return path
