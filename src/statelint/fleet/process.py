"""One repository analysed in a process of its own: one that crashes, hangs or is configured wrongly costs no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from statelint import collector
from statelint.cache import plain
from statelint.config import ConfigError, load
from statelint.fleet import Outcome

if TYPE_CHECKING:
    from statelint.executors import Cluster
    from statelint.gather import Progress

BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from statelint.fleet.process import main; main()"
"""Without the folder that it starts in on the path, since that is the repository, whose code is never to run."""


class Order(msgspec.Struct, frozen=True):
    """What is to be done: the root of a repository, the words of the command line, the cache, and the time limit."""

    root: str
    overrides: dict[str, Any]
    use_cache: bool = True
    seconds: float = 0


def each(
    orders: Sequence[Order], jobs: int | None = None, cluster: Cluster | None = None, progress: Progress | None = None
) -> Iterator[tuple[int, Outcome]]:
    """The numbers of the orders with what became of them, as they are done: on a cluster, and what is left here, in
    `jobs` processes at once (None for one a processor)."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    pieces = [msgspec.msgpack.encode(order) for order in orders]
    left = dict.fromkeys(range(len(pieces)))

    def done(number: int, answer: bytes) -> tuple[int, Outcome]:
        del left[number]
        if progress:
            progress(len(pieces) - len(left), len(pieces))
        return number, msgspec.msgpack.decode(answer, type=Outcome)

    for number, answer in cluster.spread(analyse, pieces) if cluster else ():
        yield done(number, answer)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        waiting = {pool.submit(_here, pieces[number]): number for number in left}
        try:
            for future in as_completed(waiting):
                yield done(waiting[future], future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def analyse(piece: bytes) -> bytes:
    """What becomes of an encoded order, encoded. Raises FileNotFoundError where this machine has no such folder."""
    order = msgspec.msgpack.decode(piece, type=Order)
    if not Path(order.root).is_dir():
        raise FileNotFoundError(f"a machine of the cluster does not see {order.root}")
    command = [sys.executable, "-I", "-c", BEGIN, str(Path(__file__).parents[2])]
    try:
        run = subprocess.run(
            command, input=piece, capture_output=True, cwd=order.root, timeout=order.seconds or None, check=False
        )
    except subprocess.TimeoutExpired:
        return _encoded(Outcome(failure=f"took more than {order.seconds:g} s (--time-limit)"))
    return run.stdout if run.returncode == 0 else _encoded(Outcome(failure=_failure(run.returncode, run.stderr)))


def _here(piece: bytes) -> bytes:
    try:
        return analyse(piece)
    except OSError as error:
        return _encoded(Outcome(failure=f"it could not be begun: {error.strerror or 'its folder is gone'}"))


def _failure(code: int, said: bytes) -> str:
    """Why a process ended as it did."""
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    lines = said.decode(errors="replace").strip().splitlines()
    return f"its process ended with {code}: {lines[-1]}" if lines else f"its process ended with {code}"


def main() -> None:
    """The process: an order on stdin, what became of it on stdout."""
    collector.stop()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answer:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        answer.write(_encoded(_outcome(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order))))


def _outcome(order: Order) -> Outcome:
    from statelint.run import Way, run

    root = Path(order.root)
    try:
        loaded = load(root, order.overrides)
        report = run(loaded.root, loaded.config, Way(1, order.use_cache))
    except ConfigError as error:
        return Outcome(failure=str(error).replace(f"{root}{os.sep}", ""))
    fails = any(finding.severity.rank >= loaded.config.fail_on.rank for finding in report.findings)
    return Outcome(replace(report, sources={}, judged=(), comments=(), silenced=()), fails)


def _encoded(outcome: Outcome) -> bytes:
    return msgspec.msgpack.encode(outcome, enc_hook=plain)
