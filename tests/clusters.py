"""Clusters on this machine, of two workers each, started as a user would start them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

STARTS = 60
"""Seconds that a cluster may take to be there, on a busy machine."""
KINDS = {"dask": "distributed", "ray": "ray"}


class Running(NamedTuple):
    """What `--executor` is to be told, and the ids of the processes that work."""

    executor: str
    workers: Callable[[], list[int]]


@contextmanager
def running(kind: str, folder: Path, python: Path | str = sys.executable) -> Iterator[Running]:
    """A cluster of a kind with two workers, whose logs go to a folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> int:
        with (folder / f"{kind}-{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=log, start_new_session=True, env=environment()
            )
        started.append(process)
        return process.pid

    port = _free_port()
    try:
        yield {"dask": _dask, "ray": _ray}[kind](start, str(python), port)
    finally:
        for process in reversed(started):
            for pid in _session(process.pid):
                _kill(pid)
            process.wait(timeout=STARTS)


def environment() -> dict[str, str]:
    """Ours, without what says that a test runs: workers treat bugs as in real life."""
    return {key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"}


def _dask(start: Callable[..., int], python: str, port: int) -> Running:
    address = f"tcp://127.0.0.1:{port}"
    program = (python, "-m", "dask")
    start(*program, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    pids = [
        start(*program, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", str(number))
        for number in range(2)
    ]
    wait = "import sys, distributed as d; d.Client(sys.argv[1], timeout=60).wait_for_workers(2, timeout=60)"
    subprocess.run((python, "-c", wait, address), check=True, timeout=2 * STARTS)
    return Running(f"dask={address}", lambda: pids)


def _ray(start: Callable[..., int], python: str, port: int) -> Running:
    program = (python, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block")
    pid = start(
        *program, "--port", str(port), "--num-cpus", "2", "--include-dashboard=false", "--disable-usage-stats",
        "--node-ip-address", "127.0.0.1",
    )  # fmt: skip
    _wait(lambda: any(b"raylet/raylet" in _command(other) for other in _session(pid)))
    return Running(f"ray=127.0.0.1:{port}", lambda: [p for p in _session(pid) if _command(p).startswith(b"ray::")])


def _wait(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + STARTS
    while not is_so():
        assert time.monotonic() < end, "the cluster does not start"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _session(leader: int) -> list[int]:
    """The processes of a session, the leader last; a process ends its descriptions with the name in brackets."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            found.append(int(stat.parent.name))
    return sorted(found, reverse=True)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
