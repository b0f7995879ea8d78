"""A Ray cluster: its address is given or stands in RAY_ADDRESS; `auto` is the one that runs on this machine."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import ray

from statelint.config import ConfigError
from statelint.executors import PATIENCE, Task

TRIES = 3
"""How often a piece whose worker died is tried elsewhere."""
START = "`ray start --head` starts one on this machine, which is then ray=auto"


def connect(work: Task, address: str) -> Nodes:
    """The cluster. Raises ConfigError."""
    address = address or os.environ.get("RAY_ADDRESS", "")
    if not address:
        raise ConfigError(f"no cluster is named: --executor ray=HOST:6379, or RAY_ADDRESS; {START}")
    try:
        _knock(address)
        with _nowhere():
            ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"no cluster answers at {address}: {error}; {START}") from error
    return Nodes(work)


def _knock(address: str) -> None:
    """Whether anybody listens there: the library asks for two minutes, and then ends the process."""
    host, _, port = address.rpartition("://")[2].partition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), PATIENCE).close()


@contextmanager
def _nowhere() -> Iterator[None]:
    """Stand in an empty folder: workers may import from the one that the library is started in, and that is usually
    the analysed project, whose code is never to run."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        try:
            yield
        finally:
            os.chdir(here)


class Nodes:
    """The connection to a cluster; handles are references to its objects."""

    def __init__(self, work: Task) -> None:
        def done_there(piece: bytes) -> bytes:
            return work(piece)

        # the library tells on stdout of workers that die
        self._open = ExitStack()
        self._open.enter_context(redirect_stdout(StringIO()))
        self._open.callback(ray.shutdown)
        self._remote = ray.remote(max_retries=TRIES)(done_there)

    def room(self) -> int:
        return int(ray.cluster_resources().get("CPU", 0))

    def submit(self, piece: bytes) -> Any:
        return self._remote.remote(piece)

    def settled(self, handles: Sequence[Any], seconds: float) -> Sequence[Any]:
        return tuple(ray.wait(handles, num_returns=1, timeout=seconds)[0])

    def result(self, handle: Any) -> bytes:
        return bytes(ray.get(handle, timeout=PATIENCE))  # it may lie on a node that has died since

    def close(self) -> None:
        self._open.close()
