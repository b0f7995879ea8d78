"""Work spread over a real cluster of two workers: the same bytes, whatever happens to the workers."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
from clusters import KINDS, Running, running
from commands import statelint
from conftest import EXAMPLES

from statelint import executors
from statelint.config import ConfigError
from statelint.executors import Cluster, named
from statelint.gather import there

PIECES = [
    msgspec.msgpack.encode([("python", b"".join(b"def f%d(a):\n    CACHE[a, %d] = a\n" % (n, k) for k in range(800)))])
    for n in range(16)
]
JSON = ["check", "--no-cache", "--output-format", "json", "--exit-zero"]


@pytest.fixture(params=KINDS)
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    pytest.importorskip(KINDS[request.param])
    with running(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "project"))


def test_a_worker_killed_in_the_middle_loses_nothing(cluster: Running, shop: Path, tmp_path: Path) -> None:
    """One cluster for all that is asked of a kind, since starting one takes seconds."""
    if sys.version_info >= (3, 11):  # before, Python itself imports from where it is started
        for name in ("statelint", "libcst", "msgspec", "yaml"):
            (shop / f"{name}.py").write_text(f"open({str(tmp_path / 'was_run')!r}, 'w')\n")
    local = statelint(*JSON, cwd=shop, PYTHONSAFEPATH="1")
    spread = statelint(*JSON, "--executor", cluster.executor, cwd=shop, PYTHONSAFEPATH="1")
    assert (spread.code, spread.out) == (0, local.out), spread.err.decode()
    assert b"done here" not in spread.err
    assert not (tmp_path / "was_run").exists(), "code of the project was run"

    expected = dict(enumerate(map(there, PIECES)))
    found: dict[int, bytes] = {}
    asked = named(cluster.executor)
    for number, answer in asked.spread(there, PIECES):
        found[number] = answer
        if len(found) == 2:
            os.kill(cluster.workers()[0], signal.SIGKILL)
    assert found == expected and not list(asked.notes())


def test_what_a_cluster_gives_up_is_done_here(tmp_path: Path, shop: Path) -> None:
    pytest.importorskip("distributed")
    with running("dask", tmp_path) as cluster:
        asked = named(cluster.executor)
        found = {}
        executors.PATIENCE, usual = 0.5, executors.PATIENCE
        try:
            for number, answer in asked.spread(there, PIECES):
                found[number] = answer
                for worker in cluster.workers() if len(found) == 2 else ():
                    os.kill(worker, signal.SIGKILL)
        finally:
            executors.PATIENCE = usual
        assert 2 <= len(found) < len(PIECES), "nobody is left who could do the rest"
        assert f"{len(PIECES) - len(found)} of the cluster's pieces" in " ".join(asked.notes())
        outcome = statelint(*JSON, "--executor", cluster.executor, cwd=shop)
        assert outcome.code == 2 and b"has no workers" in outcome.err


def test_a_result_that_dies_with_its_worker_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Done is not handed over yet: nobody is left to do it again, and waiting for it would never end."""
    pytest.importorskip("distributed")
    with running("dask", tmp_path) as cluster:
        kind = import_module("statelint.executors.dask")
        monkeypatch.setattr(kind, "PATIENCE", 1.0)
        connection = kind.connect(there, cluster.executor.partition("=")[2])
        try:
            handle = connection.submit(PIECES[0])
            while not connection.settled([handle], 1.0):
                pass
            for worker in cluster.workers():
                os.kill(worker, signal.SIGKILL)
            with suppress(TimeoutError, kind.distributed.CancelledError):
                pytest.fail(f"{connection.result(handle)!r} came from nowhere")
        finally:
            connection.close()
            gc.collect()  # finalizers of futures that run while Python 3.11 parses make its parser raise


def test_a_worker_with_another_version_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert executors.signed(bytes.upper, executors.program(), b"x") == executors.program() + b"X"
    assert executors.signed(bytes.upper, b"another", b"x") == b""

    class Old:
        """Workers that were started before the program was renewed."""

        def room(self) -> int:
            return 2

        def submit(self, piece: bytes) -> bytes:
            return piece

        def settled(self, handles: Sequence[bytes], seconds: float) -> Sequence[bytes]:
            return handles

        def result(self, handle: bytes) -> bytes:
            return executors.signed(bytes.upper, b"another", handle)

        def close(self) -> None:
            return None

    pytest.importorskip("distributed")
    monkeypatch.setattr("statelint.executors.dask.connect", lambda work, address: Old())
    old = Cluster("dask")
    assert not list(old.spread(bytes.upper, [b"a", b"b", b"c"]))
    assert [note.split(":")[0] for note in old.notes()] == ["3 of the cluster's pieces of work were done here"]


def test_a_result_that_dies_is_waited_for_while_somebody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        """Each result dies once with its worker; the other worker does the piece again."""

        def __init__(self) -> None:
            self.died: set[bytes] = set()

        def room(self) -> int:
            return 1

        def submit(self, piece: bytes) -> bytes:
            return piece

        def settled(self, handles: Sequence[bytes], seconds: float) -> Sequence[bytes]:
            return handles

        def result(self, handle: bytes) -> bytes:
            if handle not in self.died:
                self.died.add(handle)
                raise TimeoutError
            return executors.signed(bytes.upper, executors.program(), handle)

        def close(self) -> None:
            return None

    pytest.importorskip("distributed")
    monkeypatch.setattr("statelint.executors.dask.connect", lambda work, address: Slow())
    asked = Cluster("dask")
    assert dict(asked.spread(bytes.upper, [b"a", b"b"])) == {0: b"A", 1: b"B"} and not list(asked.notes())


@pytest.mark.parametrize("kind", KINDS)
def test_where_no_cluster_is_reached_it_is_said_what_to_do(kind: str, shop: Path) -> None:
    pytest.importorskip(KINDS[kind])
    for executor, hint in ((kind, "is named"), (f"{kind}=127.0.0.1:1", "127.0.0.1:1")):
        outcome = statelint(*JSON, "--executor", executor, cwd=shop, DASK_SCHEDULER_ADDRESS="", RAY_ADDRESS="")
        assert outcome.code == 2 and hint.encode() in outcome.err and f"`{kind} s".encode() in outcome.err


def test_a_slip_of_the_finger_gets_the_nearest_kind() -> None:
    with pytest.raises(ConfigError, match="did you mean `dask`"):
        named("desk")


def test_a_library_that_is_missing_is_named(shop: Path, tmp_path: Path) -> None:
    for kind, library in KINDS.items():
        (tmp_path / f"{library}.py").write_text(f"raise ModuleNotFoundError('no', name='{library}')\n")
        path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
        outcome = statelint(*JSON, "--executor", kind, cwd=shop, PYTHONPATH=path)
        assert outcome.code == 2 and f"pip install 'statelint-py[{kind}]'".encode() in outcome.err


def test_a_cluster_is_not_asked_for_what_is_known(shop: Path, tmp_path: Path) -> None:
    check = ["check", "--cache-dir", str(tmp_path / "cache"), "--exit-zero"]
    local = statelint(*check, cwd=shop)
    outcome = statelint(*check, "--executor", "dask=127.0.0.1:1", cwd=shop)
    assert (outcome.code, outcome.out) == (0, local.out)
