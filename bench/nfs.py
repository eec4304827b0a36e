"""The line on NFS, in a kernel of its own: server and clients in a guest of user mode Linux.

``python -m bench nfs [studies] [situation ...]``, as root, with Debian's user-mode-linux, nfs-kernel-server,
nfs-common and kmod. Input, private, output and the working folder lie on the mounts; the host's files are the
guest's root, for reading only. A guest has one processor and no hurry: a study takes about half a minute.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Timer

from many import write_studies
from runs.tiny import HERE, beside

from bench.guest.situations import NAMES

STUDIES = 4
_PROGRAMS = ("linux.uml", "rpc.nfsd", "mount.nfs", "modprobe", "mkfs.ext4")
_PACKAGES = "user-mode-linux nfs-kernel-server nfs-common kmod e2fsprogs"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_LONGEST = 3600
"""Seconds that a guest may take."""
_KERNEL = "mem=1G root=/dev/root rootfstype=hostfs rootflags=/ ro quiet"
_CONSOLE = "con=null con0=null,fd:1 ssl=null console=tty0"


def main(studies: int = STUDIES, *names: str) -> int:
    """Print what went wrong in each situation; 1 when something did."""
    if missing := [name for name in _PROGRAMS if not shutil.which(name, path=_PATH)]:
        print(f"Not tried, there is no {missing[0]} here: apt install {_PACKAGES}")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seed = folder / "seed"
        write_studies(seed / "input", studies, 2)
        whole = beside(folder, "undisturbed", seed / "input")
        whole.finish()
        (seed / "whole.json").write_text(json.dumps(whole.released()))
        shutil.copy2(whole.private / "key", seed / "key")
        subprocess.run(
            ["mkfs.ext4", "-q", "-F", "-d", seed, folder / "disk", "1G"], check=True, capture_output=True
        )
        return _guest(folder / "disk", names or NAMES)


def _guest(disk: Path, names: tuple[str, ...]) -> int:
    """Start the kernel; it and all its processes end with this one."""
    script, program = HERE / "bench" / "guest" / "init.sh", Path(sys.executable).absolute()
    path = f"PYTHONPATH={os.environ['PYTHONPATH']}"
    inside = ["/usr/bin/env", f"--chdir={HERE}", path, str(program), "-m", "bench.guest.situations", *names]
    command = [
        "linux.uml",
        *_KERNEL.split(),
        *_CONSOLE.split(),
        f"init={script}",
        f"ubda={disk}",
        "--",
        *inside,
    ]
    guest = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    assert guest.stdout
    said = [""]
    end = Timer(_LONGEST, os.killpg, (guest.pid, signal.SIGKILL))
    end.start()
    try:
        for line in guest.stdout:
            said.append(line.rstrip())
            if line.startswith("nfs: "):
                print(said[-1], flush=True)
    finally:
        end.cancel()
        with suppress(ProcessLookupError):
            os.killpg(guest.pid, signal.SIGKILL)
        guest.wait()
    ended = "guest: status 0" in said
    if not ended:
        print("Something went wrong; the last of what the guest said:", *said[-30:], sep="\n")
    return int(not ended)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2]), *sys.argv[2:]))
