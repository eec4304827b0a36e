"""Two parts of one run side by side make one release; and no identity or key lies about meanwhile."""

import base64
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from leaks import found, identities
from runs.tiny import Folders, beside

pytestmark = pytest.mark.long


@dataclass
class Listener:
    """What another user or an administrator would see of some processes and their temporary folder."""

    temporary: Path
    sessions: set[int] = field(default_factory=set)
    heard: set[bytes] = field(default_factory=set)
    """Command lines, environments, names and contents of temporary files."""
    processes: set[int] = field(default_factory=set)
    core: set[bytes] = field(default_factory=set)
    """Limits of core dumps."""

    def listen(self, end: threading.Event) -> None:
        """Look again and again."""
        while not end.wait(0.03):
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit():
                    with suppress(OSError):
                        self._look(entry)
            for path in self.temporary.rglob("*"):
                self.heard.add(os.fsencode(path.name))
                with suppress(OSError):
                    self.heard.add(path.read_bytes())

    def _look(self, entry: Path) -> None:
        if os.getsid(int(entry.name)) not in self.sessions:
            return
        self.heard |= {(entry / name).read_bytes() for name in ("cmdline", "environ")}
        limits = (entry / "limits").read_bytes().splitlines()
        if b"cleanroom\0" in (entry / "cmdline").read_bytes():
            self.processes.add(int(entry.name))
            self.core |= {line for line in limits if line.startswith(b"Max core")}


@dataclass(frozen=True)
class Parts:
    """Two parts that have ended."""

    folders: Folders
    said: str
    listener: Listener
    works: list[Path]


@pytest.fixture(scope="module")
def parts(undisturbed: Folders, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """Intake, then both parts at the same time, where new files are open to everybody (umask 000)."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "tmp").mkdir()
    first = beside(folder, "run", undisturbed.source, undisturbed.private / "key")
    second = Folders(first.source, first.private, first.output, first.work.with_name("other"))
    listener, end = Listener(folder / "tmp"), threading.Event()
    thread = threading.Thread(target=listener.listen, args=(end,), daemon=True)
    thread.start()
    place = {"TMPDIR": str(folder / "tmp")}
    looked = first.start("intake", environment=place, umask=0)
    listener.sessions.add(looked.pid)
    assert looked.wait() == 0, first.said
    runs = [first.start(shard="1/2", environment=place, umask=0)]
    runs.append(second.start(shard="2/2", environment=place, umask=0))
    listener.sessions |= {run.pid for run in runs}
    for run, own in zip(runs, (first, second), strict=True):
        assert run.wait() == 0, own.said
    end.set()
    thread.join()
    return Parts(first, first.said + second.said, listener, [first.work, second.work])


def test_one_release_as_of_one_run(parts: Parts, undisturbed: Folders) -> None:
    assert parts.folders.released() == undisturbed.released()
    tables = [(run.private / "crosswalk.tsv").read_text() for run in (parts.folders, undisturbed)]
    assert tables[0] == tables[1]
    assert "40" in parts.said.partition("released")[2].splitlines()[0]


def test_nothing_that_identifies_lies_about(parts: Parts, tmp_path: Path) -> None:
    texts, uids = identities(parts.folders.source)
    assert len(texts) > 20
    key = (parts.folders.private / "key").read_bytes()
    heard = b"\n".join(sorted(parts.listener.heard))
    assert len(parts.listener.processes) > 10
    (tmp_path / "heard").write_bytes(heard)
    (tmp_path / "terminal").write_text(parts.said)
    places = [
        *tmp_path.iterdir(),
        *(path for work in parts.works for path in work.rglob("*") if path.is_file()),
    ]
    assert found(texts, uids, tmp_path.parent.parent, places) == []
    for written in (key, key.hex().encode(), base64.b64encode(key), base64.b64encode(key.hex().encode())):
        assert not [path for path in places if written in path.read_bytes()]
    assert {line.split()[4] for line in parts.listener.core} == {b"0"}


def test_no_other_user_may_read_or_write(parts: Parts) -> None:
    private, output = parts.folders.private, parts.folders.output
    assert private.stat().st_mode & 0o777 == 0o700
    secret = ("key", "crosswalk.tsv", "inventory.tsv", "inventory.sqlite", "run.json", "config.json")
    assert {name: oct((private / name).stat().st_mode & 0o777) for name in secret} == dict.fromkeys(
        secret, "0o600"
    )
    written = [path for root in (private, output) for path in root.rglob("*") if not path.is_symlink()]
    assert [path for path in written if path.stat().st_mode & 0o022] == []
