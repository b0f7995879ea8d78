"""A Dask cluster: its scheduler's address is given, or stands in DASK_SCHEDULER_ADDRESS or in Dask's configuration."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import dask
import distributed

from statelint.config import ConfigError
from statelint.executors import PATIENCE, Task

START = "`dask scheduler` and, once a processor, `dask worker tcp://localhost:8786` start one on this machine"


def connect(work: Task, address: str) -> Scheduler:
    """The scheduler, if it has workers. Raises ConfigError."""
    for name in ("distributed", "distributed.client", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a worker that dies is no news
    address = address or dask.config.get("scheduler-address", None) or ""
    if not address:
        raise ConfigError(f"no scheduler is named: --executor dask=tcp://HOST:8786, or DASK_SCHEDULER_ADDRESS; {START}")
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"no scheduler answers at {address}: {error}; {START}") from error
    made = Scheduler(client, work)
    if not made.room():
        made.close()
        raise ConfigError(f"the scheduler at {address} has no workers; `dask worker {address}` starts one")
    return made


class Scheduler:
    """The connection to a scheduler; handles are its futures."""

    def __init__(self, client: Any, work: Task) -> None:
        self._client = client
        self._work = work

    def room(self) -> int:
        return int(sum(self._client.nthreads().values()))

    def submit(self, piece: bytes) -> Any:
        return self._client.submit(self._work, piece, pure=False)

    def settled(self, handles: Sequence[Any], seconds: float) -> Sequence[Any]:
        try:
            with self._client.as_current():
                return tuple(distributed.wait(handles, timeout=seconds, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return ()
        except distributed.CancelledError:
            return tuple(handle for handle in handles if handle.done())

    def result(self, handle: Any) -> bytes:
        return bytes(handle.result(timeout=PATIENCE))  # it may lie on a worker that has died since

    def close(self) -> None:
        self._client.close(timeout=PATIENCE)
