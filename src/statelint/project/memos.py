"""Memoised functions: whether what they keep can change elsewhere while it is kept."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from statelint import facts as f
from statelint.findings import Verdict
from statelint.knowledge import Knowledge
from statelint.project.homes import Homes
from statelint.project.purity import Purity
from statelint.project.reach import Chain, Reach
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Func, qualified
from statelint.spans import Place
from statelint.vocabulary import Memo

STALE = frozenset({"database", "network", "clock", "random", "process", "state", "awaited"})
"""Dependences whose change a memo hides. A file alone is left out: most are part of the code that is deployed."""


class Memoised(NamedTuple):
    """A function whose results are kept, with the verdict and what its result depends on."""

    scope: Scope
    decorator: Place
    by: str
    row: Memo
    needs: frozenset[str]
    verdict: Verdict
    reason: str
    chain: Chain | None


class Memos:
    """All memoised functions of the service that the request path calls."""

    def __init__(self, names: Names, homes: Homes, reach: Reach, purity: Purity, knowledge: Knowledge) -> None:
        self._names = names
        self._homes = homes
        self._reach = reach
        self._purity = purity
        self._knowledge = knowledge
        self._stores = frozenset(name for _, row in knowledge.stores for name in row.names)
        """What is told as a store, where it keeps results in the process at all."""

    def judge(self) -> tuple[Memoised, ...]:
        found = []
        for scope in self._names.every:
            node = scope.node
            if isinstance(node, f.Function) and scope.parent and scope.module.in_service:
                for decorator in node.decorators:
                    memo = self._memo(decorator, scope)
                    if memo:
                        found.append(self._judge(scope, decorator.at, *memo))
                        break
        return tuple(sorted(found, key=lambda m: (m.scope.path, m.decorator)))

    def _memo(self, decorator: f.Expr, scope: Scope) -> tuple[str, Memo] | None:
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        assert scope.parent is not None
        for value in self._names.denote(target, scope.parent):
            name = qualified(value)
            found = self._knowledge.find("memo", name) if name else None
            if found and name and name not in self._stores:
                return name.rpartition(".")[2], found[1]
        return None

    def _judge(self, scope: Scope, at: Place, by: str, row: Memo) -> Memoised:
        chain = self._reach.chain(scope)
        needs = self._purity.function(scope) - {"argument", "request"}
        verdict, reason = self._verdict(scope, row, needs, chain)
        return Memoised(scope, at, by, row, needs, verdict, reason, chain)

    def _verdict(self, scope: Scope, row: Memo, needs: frozenset[str], chain: Chain | None) -> tuple[Verdict, str]:
        if chain is None:
            return Verdict.BENIGN, "no request reaches it"
        receiver = first_parameter(scope)
        by_instance = row.per_instance or (receiver is not None and receiver[1] == "self")
        if by_instance and (scope.owner not in self._homes.long_classes or scope.owner in self._homes.keepers):
            return Verdict.BENIGN, "each request has an instance of its own"
        if scope.parent is not None and scope.parent.kind == "function" and self._reach.runs(scope.parent):
            return Verdict.BENIGN, "the memo lives for one call of the function around it"
        stale = needs & STALE
        if not stale:
            if "file" in needs and scope in self._emptied:
                return Verdict.DEFINITE, "it keeps what files hold, and a request empties it when these change"
            if "file" in needs:
                return Verdict.ARGUABLE, "it keeps the contents of a file"
            return Verdict.BENIGN, "its result depends on its arguments and the code alone"
        if stale == {"process"}:
            return Verdict.ARGUABLE, "it keeps what a program on the same machine said"
        if _builds_a_handle(needs, scope):
            if "random" not in stale:
                return Verdict.BENIGN, "it builds one handle, alike on every replica"
            if "file" in needs:  # a key of settings, which is told where it is made
                return Verdict.ARGUABLE, "it builds one object, with a key that a file keeps"
        if stale == {"state"} and not scope_arguments(scope):
            return Verdict.ARGUABLE, "it keeps what the process keeps already, which is told by itself"
        return Verdict.DEFINITE, "its result depends on " + ", ".join(sorted(WORDS[s] for s in stale))

    @cached_property
    def _emptied(self) -> frozenset[Scope]:
        """The functions whose memos a request empties, in its own process alone."""
        names = self._knowledge.words.get("empties", frozenset())
        found = []
        for scope in self._names.every:
            for func in (site.call.func for site in scope.calls):
                if isinstance(func, f.Attr) and func.name in names and self._reach.chain(scope) is not None:
                    found += [v.scope for v in self._names.denote(func.of, scope) if isinstance(v, Func)]
        return frozenset(found)


def alike(needs: frozenset[str], scope: Scope) -> bool:
    """Whether a function that depends on this gives every replica the same, or one handle for each."""
    if not needs & STALE:
        return "file" not in needs
    return "random" not in needs and _builds_a_handle(needs, scope)


def _builds_a_handle(needs: frozenset[str], scope: Scope) -> bool:
    return "handle" in needs and not scope_arguments(scope) and not needs & {"database", "clock", "awaited"}


WORDS = {
    "database": "the database",
    "network": "the network",
    "clock": "the clock",
    "random": "chance",
    "process": "another program",
    "state": "state that requests change",
    "awaited": "something awaited",
}


def scope_arguments(scope: Scope) -> int:
    """How many arguments besides the receiver a function takes."""
    node = scope.node
    if not isinstance(node, f.Function):
        return 0
    return len(node.params) - (1 if scope.owner else 0)
