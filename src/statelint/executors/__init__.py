"""Work spread over the machines of a cluster: one kind of cluster a module, imported when it is asked for.

A module has `connect(work, address)`, which gives a `Connection` to a cluster that runs already. A worker that dies is
the cluster's affair: it tries the piece elsewhere. What it gives up, what a worker with another version answers and
what no worker is left for is not yielded by `Cluster.spread`, so that the caller does it here; the result is the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from importlib import import_module, metadata
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol

from statelint.config import ConfigError, nearest
from statelint.shipped import rules_folder

Task = Callable[[bytes], bytes]
"""A function of a module of ours, since workers import it by its name: from bytes to bytes, and nothing else."""
PATIENCE = 10.0
"""Seconds that a cluster may take to answer, and that it may stay without workers."""
AHEAD = 3
"""Pieces under way for each processor: no worker waits for work, and the cluster holds few."""
PARTS = ("libcst", "msgspec", "pathspec", "pyyaml")
"""Libraries of which another version may give other results."""


class Connection(Protocol):
    """A cluster that does one kind of work; its handles stand for pieces that are under way."""

    def room(self) -> int:
        """How many pieces the workers can do at once; 0 when there are none."""

    def submit(self, piece: bytes) -> Any: ...

    def settled(self, handles: Sequence[Any], seconds: float) -> Sequence[Any]:
        """Those that are done, or given up; none when it takes longer."""

    def result(self, handle: Any) -> bytes:
        """Raises what it was given up for; TimeoutError where it is not handed over within PATIENCE."""

    def close(self) -> None: ...


def kinds() -> tuple[str, ...]:
    """The names of all kinds of clusters."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


class Cluster:
    """A cluster of one kind, at an address or where the kind's own variables say; reached when there is work."""

    def __init__(self, kind: str, address: str = "") -> None:
        self.kind = kind
        self.address = address
        self._failures: Counter[str] = Counter()

    def spread(self, task: Task, pieces: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        """The numbers of pieces and their results, in no order. Raises ConfigError where no cluster can be reached."""
        work = partial(signed, task, program())
        try:
            connection = import_module(f"{__name__}.{self.kind}").connect(work, self.address)
        except ImportError as error:
            hint = f"pip install 'statelint-py[{self.kind}]'"
            raise ConfigError(f"--executor {self.kind} needs `{hint}` ({error.name} is missing)") from error
        try:
            for number, answer in _each(connection, pieces):
                if isinstance(answer, Exception):
                    self._failures[_first_line(answer)] += 1
                elif not answer:
                    self._failures["a worker has another version of statelint or of what it parses with"] += 1
                else:
                    yield number, answer[len(program()) :]
        finally:
            connection.close()

    def notes(self) -> Iterator[str]:
        """For people: what the cluster did not do, and why, mostly."""
        for reason, _ in self._failures.most_common(1):
            yield f"{self._failures.total()} of the cluster's pieces of work were done here: {reason}"


def named(text: str) -> Cluster:
    """The cluster that `KIND` or `KIND=ADDRESS` means. Raises ConfigError for a kind that is not known."""
    kind, _, address = text.partition("=")
    if kind not in kinds():
        raise ConfigError(f"no executor `{kind}`{nearest(kind, kinds())} (there are {', '.join(kinds())})")
    return Cluster(kind, address)


def signed(task: Task, wanted: bytes, piece: bytes) -> bytes:
    """What a worker does: the task, where it has the program that is wanted; nothing else would give the same."""
    return wanted + task(piece) if program() == wanted else b""


@cache
def program() -> bytes:
    """What stands for this program wherever it is installed: the text of its files, and versions of what it uses."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in (Path(__file__).parents[1], rules_folder()):
        for file in sorted(file for file in folder.rglob("*") if file.suffix in (".py", ".yaml", ".j2")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.blake2b(file.read_bytes()).digest())
    for part in PARTS:
        digest.update(metadata.version(part).encode() + b"\0")
    return digest.digest()


def _each(connection: Connection, pieces: Sequence[bytes]) -> Iterator[tuple[int, bytes | Exception]]:
    """What came of each piece; a cluster that goes away has given up all that is left."""
    left = dict.fromkeys(range(len(pieces)))
    try:
        for number, answer in _settled(connection, pieces):
            del left[number]
            yield number, answer
    except Exception as error:
        yield from ((number, error) for number in left)


def _settled(connection: Connection, pieces: Sequence[bytes]) -> Iterator[tuple[int, bytes | Exception]]:
    waiting = iter(range(len(pieces)))
    under_way: dict[Any, int] = {}
    lonely = False
    while True:
        room = connection.room()
        if lonely and not room:
            raise LookupError("no worker was left")
        while len(under_way) < max(1, AHEAD * room) and (number := next(waiting, None)) is not None:
            under_way[connection.submit(pieces[number])] = number
        if not under_way:
            return
        done = connection.settled(list(under_way), PATIENCE)
        lonely = not done and not room
        for handle in done:
            number = under_way.pop(handle)
            try:
                answer: bytes | Exception = connection.result(handle)
            except TimeoutError as error:
                if connection.room():  # it died with its worker, and another one does it again
                    under_way[handle] = number
                    continue
                answer = error
            except Exception as error:
                answer = error
            yield number, answer


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
