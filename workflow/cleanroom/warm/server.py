"""The warm process: it imports the steps when the first job comes, and forks for each."""

import ctypes
import json
import os
import selectors
import signal
import socket
import struct
import sys
import tempfile
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from cleanroom import warm
from cleanroom.steps import FUNCTIONS

_PATIENCE = 10.0
"""Seconds that a job may take to say what it wants."""
_DIES_WITH_PARENT = 1


def serve(name: str) -> None:
    """Run jobs of the run that started this process, until it ends.

    Parameters
    ----------
    name
        Of the abstract socket.
    """
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run = os.getppid()
    jobs: dict[Any, int] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door, selectors.DefaultSelector() as events:
        door.bind(f"\0{name}")
        door.listen(64)
        events.register(door, selectors.EVENT_READ)
        while True:
            for key, _ in events.select():
                if key.fileobj is door:
                    _begin(door, events, jobs, run)
                elif key.data:
                    _end(events, key, jobs)
                elif key.fileobj in jobs:
                    os.kill(jobs[key.fileobj], signal.SIGKILL)  # the job is gone: so is its work
                    events.unregister(key.fileobj)


def _begin(door: socket.socket, events: selectors.BaseSelector, jobs: dict[Any, int], run: int) -> None:
    job, _ = door.accept()
    job.settimeout(_PATIENCE)
    try:
        ours = _is_ours(job, run)
        job.sendall(warm.YES if ours else warm.NO)
        if not ours:
            job.close()
            return
        size, streams, _, _ = socket.recv_fds(job, 4, 3)
        message = b""
        while len(message) < int.from_bytes(size, "little"):
            piece = job.recv(1 << 20)
            if not piece:
                raise OSError
            message += piece
    except OSError:
        job.close()
        return
    _warm_up()
    child = os.fork()
    if not child:
        _work(streams, *json.loads(message))
    for stream in streams:
        os.close(stream)
    jobs[job] = child
    events.register(job, selectors.EVENT_READ)
    events.register(os.pidfd_open(child), selectors.EVENT_READ, job)


def _end(events: selectors.BaseSelector, key: selectors.SelectorKey, jobs: dict[Any, int]) -> None:
    job: socket.socket = key.data
    status = os.waitstatus_to_exitcode(os.waitpid(jobs.pop(job), 0)[1])
    events.unregister(key.fileobj)
    os.close(key.fd)
    if job in events.get_map():
        events.unregister(job)
        with suppress(OSError):
            job.sendall(str(status if status >= 0 else 128 - status).encode())
    job.close()


def _is_ours(job: socket.socket, run: int) -> bool:
    """Whether a job's process descends from this run: its machine, its user, its limits."""
    peer, user, _ = struct.unpack("3i", job.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    while user == os.getuid() and peer > 1:
        if peer == run:
            return True
        try:
            peer = int(Path(f"/proc/{peer}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return False
    return False


def _warm_up() -> None:
    for module, _ in FUNCTIONS.values():
        import_module(module)
    for module in ("cleanroom.__main__", "cleanroom.step", "cleanroom.secrecy"):
        import_module(module)


def _work(streams: list[int], arguments: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """Be the job, and end."""
    status = 1
    try:
        _end_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, handle in enumerate(streams):
            os.dup2(handle, number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None
        sys.argv = ["cleanroom", *arguments]
        status = import_module("cleanroom.__main__").main(arguments)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                status = status or 1
        os._exit(status)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)


if __name__ == "__main__":
    serve(os.environ.pop(warm.NAME))
