"""Whole runs, made once for all tests that look at them."""

import fcntl
import os
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from line import run_line
from many import write_studies
from runs.tiny import Folders, Undisturbed, beside, snakemake, undisturbed_over

from cleanroom.config import Config


@dataclass(frozen=True)
class Run:
    """A call of Snakemake in a folder of its own."""

    folder: Path
    source: Path

    @property
    def private(self) -> Path:
        """Its private folder."""
        return self.folder / "private"

    @property
    def results(self) -> Path:
        """Its output folder."""
        return self.folder / "results"

    def call(self, *arguments: str, cores: int = 2, **config: str) -> subprocess.CompletedProcess[str]:
        """Run the workflow as a user does, with its own ``.snakemake`` folder; ``config`` adds keys."""
        keys = {"input": self.source, "output": self.results, "private": self.private} | config
        return subprocess.run(
            snakemake(self.folder, *arguments, cores=cores, **keys),
            capture_output=True,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            check=False,
        )


@pytest.fixture(scope="session")
def demo_run(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The workflow on the sample, finished."""
    run = Run(tmp_path_factory.mktemp("demo"), sample)
    done = run.call()
    assert done.returncode == 0, done.stdout + done.stderr
    (run.folder / "terminal").write_text(done.stdout + done.stderr)
    return run


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Twenty tiny studies, released in one go; the first worker that needs them does it for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "undisturbed"
    folders = Folders(folder / "input", *(folder / "run" / name for name in ("private", "out", "work")))
    with (shared / "undisturbed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            write_studies(folders.source, 20, 2)
            beside(folder, "run", folders.source).finish()
    assert len(folders.released()) == 20 * 2 + 1
    return folders


@pytest.fixture(scope="session")
def both(undisturbed: Folders) -> Undisturbed:
    """That run, and one of the same studies with another config; made once, too."""
    with (undisturbed.source.parent / "over.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return undisturbed_over(undisturbed)


@pytest.fixture(scope="session")
def real_line(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """All real scans and odd files through the whole line, the BIDS tree too."""
    warnings.filterwarnings("ignore")
    return run_line(scans, tmp_path_factory.mktemp("real"), release={"nifti": True})
