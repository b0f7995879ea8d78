"""Sources → facts: from the cache where the bytes are known, else extracted, in several processes where that pays.

The result depends on the bytes alone: the same with any number of processes, with and without the cache. A process that
dies costs the one file that killed it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from statelint import collector, embedded
from statelint.cache import Cache
from statelint.contents import Content
from statelint.discover import Source
from statelint.facts import Facts, Trouble, decoder, encode

if TYPE_CHECKING:
    from statelint.executors import Cluster

WORTH_A_POOL = 300_000
"""Bytes to extract below which starting processes costs more than it saves: about a second's work."""
PIECE = 200_000
"""Bytes that are sent to a worker of a cluster at once: about half a second's work."""
Progress = Callable[[int, int], None]


def extract(kind: str, content: bytes) -> bytes:
    """The encoded facts of one source. A bug in an extractor becomes a trouble of that file, except under a test."""
    try:
        return encode(embedded.read(kind, content))
    except Exception as error:
        if "PYTEST_CURRENT_TEST" in os.environ:
            raise
        message = f"statelint failed on this file: {type(error).__name__}: {error}"
        return encode(Facts(troubles=(Trouble("internal", 1, message),)))


def _batch(work: Sequence[tuple[str, bytes]]) -> list[bytes]:
    return [extract(kind, content) for kind, content in work]


def there(piece: bytes) -> bytes:
    """The batch that a worker of a cluster does, both encoded."""
    return msgspec.msgpack.encode(_batch(msgspec.msgpack.decode(piece, type=list[tuple[str, bytes]])))


def gather(
    contents: Sequence[Content],
    cache: Cache,
    jobs: int | None = None,
    progress: Progress | None = None,
    cluster: Cluster | None = None,
) -> dict[str, Facts]:
    """Facts by path, in the order of the contents. `jobs` None takes one process a processor; a `cluster` does what it
    can, the rest is done here."""
    wanted = {c.name: (c.source.kind, c.content) for c in contents if c.unreadable is None}
    decode = decoder().decode
    known: dict[bytes, Facts] = {}
    with collector.set_aside():
        for name, value in cache.get(wanted).items():
            try:
                known[name] = decode(value)
            except Exception:
                continue  # damaged or foreign: extract again
        missing = [name for name in wanted if name not in known]
        work = [wanted[name] for name in missing]
        done = _on(cluster, work, jobs, progress) if cluster and work else _extract_all(work, jobs, progress)
        fresh = dict(zip(missing, done, strict=True))
        cache.put(fresh)
        known.update((name, decode(value)) for name, value in fresh.items())
    return dict(_each_its_own(contents, known))


def _each_its_own(contents: Sequence[Content], known: Mapping[bytes, Facts]) -> Iterator[tuple[str, Facts]]:
    """The facts by path. Expressions are told apart by identity, so that equal files must not share them."""
    decode = decoder().decode
    taken: set[bytes] = set()
    for content in contents:
        facts = content.unreadable or known[content.name]
        yield content.source.path, decode(encode(facts)) if facts.body and content.name in taken else facts
        taken.add(content.name)


def _extract_all(work: list[tuple[str, bytes]], jobs: int | None, progress: Progress | None) -> list[bytes]:
    jobs = min(jobs or os.cpu_count() or 1, len(work))
    if jobs <= 1 or sum(len(content) for _, content in work) < WORTH_A_POOL:
        done = []
        for number, (kind, content) in enumerate(work, 1):
            done.append(extract(kind, content))
            if progress:
                progress(number, len(work))
        return done
    return _in_processes(work, jobs, progress)


def _on(cluster: Cluster, work: list[tuple[str, bytes]], jobs: int | None, progress: Progress | None) -> list[bytes]:
    """What the workers of a cluster give, large files first; what they lose is extracted by processes of this machine,
    since it may be what they died of."""
    batches: list[list[int]] = []
    size = PIECE
    for i in sorted(range(len(work)), key=lambda i: -len(work[i][1])):
        if size >= PIECE:
            batches.append([])
            size = 0
        batches[-1].append(i)
        size += len(work[i][1])
    pieces = [msgspec.msgpack.encode([work[i] for i in batch]) for batch in batches]
    results: dict[int, bytes] = {}
    for number, answer in cluster.spread(there, pieces):
        results.update(zip(batches[number], msgspec.msgpack.decode(answer, type=list[bytes]), strict=True))
        if progress:
            progress(len(results), len(work))
    left = [i for i in range(len(work)) if i not in results]
    if left:
        results.update(
            zip(left, _in_processes([work[i] for i in left], jobs or os.cpu_count() or 1, None), strict=True)
        )
    return [results[i] for i in range(len(work))]


def _in_processes(work: list[tuple[str, bytes]], jobs: int, progress: Progress | None) -> list[bytes]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    # large files first and dealt out in small numbers, so that the processes end together
    order = sorted(range(len(work)), key=lambda i: -len(work[i][1]))
    size = max(1, len(work) // (jobs * 16))
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    results: dict[int, bytes] = {}
    with ProcessPoolExecutor(jobs, initializer=collector.stop) as pool, suppress(BrokenProcessPool):
        futures = {pool.submit(_batch, [work[i] for i in batch]): batch for batch in batches}
        for future in as_completed(futures):
            with suppress(BrokenProcessPool):
                results.update(zip(futures[future], future.result(), strict=True))
            if progress:
                progress(len(results), len(work))
    results.update(_one_by_one(work, [i for i in order if i not in results]))
    return [results[i] for i in range(len(work))]


def _one_by_one(work: Sequence[tuple[str, bytes]], numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Extract each in a process of its own, so that one that kills its process is found out."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    for i in numbers:
        with ProcessPoolExecutor(1) as pool:
            try:
                yield i, pool.submit(_batch, [work[i]]).result()[0]
            except BrokenProcessPool:
                yield i, encode(Facts(troubles=(Trouble("crash", 1, "the parser died of this file"),)))


def parts(sources: Sequence[Source]) -> Mapping[str, str]:
    """The part of the project of each path."""
    return {source.path: source.part for source in sources}
