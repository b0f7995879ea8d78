"""Which category a state object belongs to, told from its name, its type and how it is written.

The advice differs by category, so the order of the questions matters: what the data is for comes before what shape
it has. Words are matched as whole parts of an identifier (`USER_SESSIONS` → user, sessions).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from statelint import facts as f
from statelint.project.writes import Write

ORDER = ("lock", "cache", "session", "counter", "realtime", "job")
QUEUES = frozenset(
    {"queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue", "asyncio.Queue",
     "asyncio.PriorityQueue", "asyncio.LifoQueue", "multiprocessing.Queue", "janus.Queue"}
)  # fmt: skip
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(name: str) -> list[str]:
    """The parts of an identifier in lower case."""
    return [part.lower() for part in PART.findall(name)]


def category(
    vocabulary: Mapping[str, frozenset[str]],
    name: str,
    types: Iterable[str],
    hints: Iterable[str],
    writes: Sequence[Write],
    memo: bool,
) -> str:
    """The category of a state object called `name` that holds objects of these types and is written so.

    `vocabulary` gives each category the words that speak for it; `hints` are the kinds that knowledge gives its
    types; `memo` says that a miss computes what is stored.
    """
    last = name.rpartition(".")[2]
    parts = words(last)
    hints = set(hints)
    if set(parts) & vocabulary.get("cache", frozenset()) or "cache" in hints or memo:
        return "cache"
    if any(t in QUEUES for t in types) or "queue" in hints:
        return "job"
    for part in reversed(parts):  # the noun stands last: `worker_logs` are logs, `job_count` is a count
        for kind in ORDER:
            if part in vocabulary.get(kind, frozenset()):
                return kind
    if "counter" in hints or (writes and all(_counts(w) for w in writes)):
        return "counter"
    if all(w.how == "rebind" for w in writes) or set(parts) & vocabulary.get("global", frozenset()):
        return "global"
    return "store"


def _counts(write: Write) -> bool:
    """`x += 1`, `x[key] += 1`, `next(x)`."""
    if write.how == "augment":
        return (
            write.method in ("+=", "-=") and isinstance(write.value, f.Const) and write.value.kind in ("int", "float")
        )
    return write.how == "argument" and write.method == "next"


HOLDS = {
    "cache": "cached data",
    "session": "session data",
    "store": "data",
    "counter": "a count",
    "realtime": "live connections",
    "job": "jobs",
    "lock": "a lock",
    "global": "a setting",
}


def holds(kind: str, name: str) -> str:
    """What the object keeps, in a few words for a headline."""
    parts = [p for p in words(name.rpartition(":")[2].rpartition(".")[2]) if not p.isdigit()]
    text = " ".join(parts)
    if kind == "cache":
        return HOLDS[kind]
    if kind == "store" and 0 < len(text) <= 24:
        return text
    return HOLDS[kind]
