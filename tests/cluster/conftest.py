"""The demo as a plain run, and what the same demo is run on: images, a plain user, a SLURM of one node."""

import os
import pwd
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from absence import absent
from runs.tiny import Folders, beside

from cleanroom import images

HERE = Path(__file__).parents[2]
USER = "cleanroom-test"
_FIGURES: list[tuple[str, float, float]] = []
"""What, seconds or megabytes, and how many times as long as the plain run."""


@dataclass
class Place:
    """A folder outside of the working folder, seen by every user, and the plain run in it."""

    folder: Path
    source: Path
    plain: Folders = field(init=False)
    seconds: float = 0.0

    @property
    def studies(self) -> list[str]:
        """The pseudonyms of its studies."""
        return (self.plain.private / "studies.tsv").read_text().split()[1:]

    def beside(self, name: str, source: Path | None = None) -> Folders:
        """Folders of another run with the same key."""
        return beside(self.folder, name, source or self.source, self.plain.private / "key")

    def tell(self, name: str, seconds: float) -> None:
        """Keep a figure for the end."""
        _FIGURES.append((name, seconds, seconds / self.seconds))


@pytest.fixture(scope="session")
def place(sample: Path) -> Iterator[Place]:
    """The demo, run plainly."""
    folder = Path(tempfile.mkdtemp(prefix="cleanroom-cluster-"))
    folder.chmod(0o755)
    shutil.copytree(sample, folder / "input")
    place = Place(folder, folder / "input")
    place.plain = beside(folder, "plain", place.source)
    began = time.monotonic()
    place.plain.finish()
    place.seconds = time.monotonic() - began
    place.tell("plain run of the demo", place.seconds)
    assert len(place.plain.released()) > 400
    yield place
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def apptainer() -> str:
    """The program, with the images built."""
    if not _may("unshare", "--mount", "--pid", "--fork", "true") or not _may("unshare", "--user", "true"):
        pytest.skip("this machine's kernel lets root make no namespaces, so no container can run here")
    program = shutil.which("apptainer")
    if not program:
        absent("apptainer (containers/install-apptainer)")
    if not all(images.image(name).is_file() for name in images.names()):
        absent("an image (make containers)")
    for name in images.names():
        file = images.image(name)
        _FIGURES.append((f"{file.name}, MB", file.stat().st_size / 1e6, 0))
    return str(program)


@dataclass(frozen=True)
class PlainUser:
    """A user without any right, and a Python that they may use."""

    name: str
    uid: int
    home: str
    python: Path

    def owns(self, folders: Folders) -> None:
        """Give a run that has not begun to the user."""
        folders.work.mkdir()
        for path in (folders.work.parent, folders.work, folders.private, folders.private / "key"):
            os.chown(path, self.uid, self.uid)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Call Snakemake as this user; the first word of the command is not used."""
        return subprocess.run(
            [str(self.python), "-m", "snakemake", *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            user=self.uid,
            group=self.uid,
            extra_groups=[],
            env=os.environ | {"HOME": self.home, "USER": self.name, "TMPDIR": "/tmp"},
        )


@pytest.fixture(scope="session")
def plain_user(apptainer: str, place: Place) -> Iterator[PlainUser]:
    """A new user of this machine; our Python may lie in root's home, so another one reads its packages."""
    assert apptainer
    if os.getuid():
        pytest.skip("only root can make a user")
    leave = ["userdel", "--remove", "--force", USER]
    subprocess.run(leave, check=False, capture_output=True)  # that of a test which was killed
    subprocess.run(["useradd", "--create-home", "--user-group", USER], check=True, capture_output=True)
    try:
        known = pwd.getpwnam(USER)
        if not _may("unshare", "--user", "--map-root-user", "--mount", "true", user=USER):
            pytest.skip("this machine's kernel lets plain users make no namespaces")
        if not _may("test", "-r", str(HERE / "Snakefile"), user=USER):
            pytest.skip(f"a plain user cannot look into {HERE}")
        yield PlainUser(USER, known.pw_uid, known.pw_dir, _python(place.folder / "python"))
    finally:
        subprocess.run(leave, check=True, capture_output=True)


def _python(folder: Path) -> Path:
    """Debian's Python with the packages of this one."""
    debian = "/usr/bin/python3.11"
    if not Path(debian).is_file():
        absent(f"{debian}, for a plain user")
    subprocess.run([debian, "-m", "venv", "--without-pip", folder], check=True)
    (folder / "lib/python3.11/site-packages/ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def slurm() -> Iterator[str]:
    """A SLURM of one node; how it holds jobs to their memory: ``cgroup`` or ``poll``."""
    script = HERE / ".ci" / "slurm"
    if not shutil.which("slurmctld") or not shutil.which("munged"):
        absent("slurmctld (Debian packages slurm-wlm and munge)")
    started = subprocess.run([script, "start"], capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stdout + started.stderr
    yield subprocess.run([script, "limits"], capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run([script, "stop"], check=True)


def _may(*command: str, user: str | None = None) -> bool:
    done = subprocess.run(command, capture_output=True, check=False, user=user, cwd="/")
    return done.returncode == 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the figures."""
    terminalreporter.section("figures")
    for name, value, ratio in _FIGURES:
        terminalreporter.line(f"{value:8.1f}  {f'x {ratio:.2f}' if ratio else '':7}  {name}")
