"""How long a command takes, and how much memory it and its child processes need at most."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    seconds: float
    exit_code: int


def timed(command: list[str], tree: Path) -> Sample:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return Sample(time.perf_counter() - start, done.returncode)


def peak_megabytes(command: list[str], tree: Path) -> float | None:
    """The largest sum of proportional set sizes of the command and its descendants; None where /proc is missing.

    A run of its own, since looking costs time.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, sum(_kilobytes(pid) for pid in _family(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    done.set()
    watcher.join()
    return round(peak / 1024, 1)


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                queue += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _kilobytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
