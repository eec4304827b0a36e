"""What happens on NFS: run inside the guest, where ``init.sh`` has made the mounts."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from runs.tiny import Folders

DISK = Path("/run/disk")
"""The server's own file system, ext4."""
MOUNT, OTHER, OLD = Path("/run/v4"), Path("/run/other"), Path("/run/v3")
"""NFS 4.2; the same by a second client without a common cache; NFS 3."""
EXPORT = f"localhost:{DISK}"
_AWAY = 20
"""Seconds."""


def _folders(name: str, mount: Path = MOUNT) -> Folders:
    home = mount / name
    (home / "private").mkdir(parents=True, mode=0o700)
    shutil.copy2(mount / "key", home / "private" / "key")
    return Folders(mount / "input", home / "private", home / "out", home / "work")


def _whole() -> dict[str, str]:
    return dict(json.loads((DISK / "whole.json").read_text()))


def _ended(folders: Folders, process: "subprocess.Popen[bytes]") -> Iterator[str]:
    if process.wait():
        yield f"it fails: {folders.said[-1500:]}"
    elif folders.released() != _whole():
        yield "other bytes"


def version_4() -> Iterator[str]:
    """Nothing happens."""
    folders = _folders("plain")
    yield from _ended(folders, folders.start())


def version_3() -> Iterator[str]:
    """Nothing happens, with the old protocol."""
    folders = _folders("old", OLD)
    yield from _ended(folders, folders.start())


def _elsewhere(command: list[str], said: Path) -> "subprocess.Popen[bytes]":
    """Start a command for which the other client's mount stands where ours does."""
    moved = f'umount {MOUNT} && mount --bind {OTHER} {MOUNT} && exec "$@"'
    with said.open("wb") as file:
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", moved, "sh", *map(str, command)],
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def two_clients() -> Iterator[str]:
    """Two parts side by side, each with a mount of its own under the same name."""
    folders = _folders("parts")
    folders.finish("intake")
    work = folders.work.parent
    first, other = (replace(folders, work=work / f"part{number}") for number in (1, 2))
    process = first.start(shard="1/2")
    other.work.mkdir()
    second = _elsewhere(other.command(shard="2/2"), work / "said")
    if second.wait():
        yield f"the second part fails: {(work / 'said').read_text()[-1500:]}"
    yield from _ended(first, process)


def two_runs() -> Iterator[str]:
    """While one client holds the run the other may not start; then it may."""
    folders = _folders("runs")
    folders.work.mkdir()
    hold = f"lock.hold(Path('{folders.private}'), False, 'run.lock'); print(1, flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"from pathlib import Path; from cleanroom import lock; {hold}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    holder.stdout.readline()
    said = folders.work.with_name("said")
    status = _elsewhere(folders.command("--dry-run"), said).wait()
    if not status or "Another run is at work" not in said.read_text():
        yield f"the second run did not stop: {said.read_text()[-500:]}"
    holder.kill()
    holder.wait()
    if _elsewhere(folders.command("--dry-run"), said).wait():
        yield f"the second run does not start after the first: {said.read_text()[-500:]}"


def server_away() -> Iterator[str]:
    """The server stops for a while in the middle of a run, which waits."""
    folders = _folders("away")
    process = folders.start()
    folders.wait_for_jobs(8, process)
    subprocess.run(["rpc.nfsd", "0"], check=True)
    time.sleep(_AWAY)
    subprocess.run(["rpc.nfsd", "4"], check=True)
    yield from _ended(folders, process)


def stale() -> Iterator[str]:
    """The export is taken away for a while; then a folder of results is, under the client.

    The working folder is not on NFS: what Snakemake says goes there.
    """
    folders = replace(_folders("stale"), work=Path("/run/stale/work"))
    process = folders.start()
    folders.wait_for_jobs(8, process)
    subprocess.run(["exportfs", "-u", EXPORT], check=True)
    subprocess.run(["exportfs", "-f"], check=True)
    time.sleep(_AWAY)
    for command in (["exportfs", "-o", os.environ["EXPORTED"], EXPORT], ["exportfs", "-f"]):
        subprocess.run(command, check=True)
    print(f"nfs:   stale: the first call ends with {process.wait()}: {_last(folders)}", flush=True)
    yield from folders.unsound(_whole())
    process = folders.start()
    while not (left := list(DISK.glob("stale/private/work/S*/headers.zip"))) and process.poll() is None:
        time.sleep(0.1)
    if not left:
        yield f"the second call had no study to take a folder from: {_last(folders)}"
        return
    left[0].parent.rename(DISK / "gone")
    shutil.rmtree(DISK / "gone")
    print(f"nfs:   stale: the second call ends with {process.wait()}: {_last(folders)}", flush=True)
    yield from folders.unsound(_whole())
    yield from _ended(folders, folders.start())


def _last(folders: Folders) -> str:
    """What was said last, on one line."""
    return " | ".join(line.strip() for line in folders.said.splitlines()[-12:] if line.strip())[-900:]


_SITUATIONS: dict[str, Callable[[], Iterator[str]]] = {
    function.__name__: function
    for function in (version_4, version_3, two_clients, two_runs, server_away, stale)
}
NAMES = tuple(_SITUATIONS)


def main(*names: str) -> int:
    """Say what went wrong."""
    failed = False
    for name in names:
        began = time.monotonic()
        wrong = list(_SITUATIONS[name]())
        failed |= bool(wrong)
        print(f"nfs: {name}: {len(wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True)
        for line in wrong:
            print("nfs:   " + line.replace("\n", "\nnfs:   "), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
