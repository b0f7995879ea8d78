"""Containers that keep what belongs to one job or request only while that runs: one hook of a library puts it in, a
later one of the same job takes it out, and nothing else looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statelint import facts as f
from statelint.project.entry import Entry
from statelint.project.homes import Home
from statelint.project.reach import Reach
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import mentions
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk
from statelint.project.writes import Write, class_around


class Running:
    """Look-up of such containers."""

    def __init__(self, names: Names, reach: Reach) -> None:
        self._names = names
        self._reach = reach
        self._turns = list(names.knowledge.rows(lambda library: library.turns))

    def covers(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether all that is put into a container is taken out by a hook at the end of the same job.

        The hook at its beginning may take out what jobs have left that were killed.
        """
        name = home.short.rpartition(".")[2]
        if any(w.element or not (_puts(w) or _takes(w) or _begins(w)) for w in writes):
            return False
        inside = [scope for scope in self._around(home, writes[0].scope) if scope.kind == "function"]
        putters = {scope for scope in inside if any(mentions(of, name, scope) for of in _put_into(scope))}
        takers = {scope for scope in inside if any(mentions(of, name, scope) for of in _taken_from(scope))}
        own = putters | takers
        begins = [self._entry(scope) for scope in putters]
        ends = [self._entry(scope) for scope in takers]
        return (
            bool(begins and ends)
            and own.issuperset(w.scope for w in writes)
            and all(b and e and (e in begins or self._are_of_one_job(b, e)) for b in begins for e in ends)
            and all(any(b and e and self._are_of_one_job(b, e) for e in ends) for b in begins)
            and not self._is_read_elsewhere(home, name, own)
        )

    def _around(self, home: Home, writer: Scope) -> Iterator[Scope]:
        """The code in which what takes entries out is looked for: the class of the attribute, or the module."""
        outer = class_around(writer) if home.kind != "module-variable" else self._names.top(home.scope)
        return outer.descendants() if outer is not None else iter(())

    def _entry(self, scope: Scope) -> Entry | None:
        chain = self._reach.chain(scope)
        return chain.entry if chain is not None else None

    def _are_of_one_job(self, begin: Entry, end: Entry) -> bool:
        """Whether both are hooks that a library calls for the same job: two signals, or methods in turn."""
        if begin.library != end.library or begin.scope is end.scope:
            return False
        return begin.kind == end.kind == "signal" or any(
            stem == begin.library and begin.scope.name == turn.first and end.scope.name in turn.names
            for stem, turn in self._turns
        )

    def _is_read_elsewhere(self, home: Home, name: str, own: set[Scope]) -> bool:
        if home.kind != "module-variable":
            return any(
                read.name == name
                for scope in self._names.every
                if scope.module.in_service and scope not in own
                for read, _ in scope.reads
            )
        bodies = [scope.node.body for scope in own if isinstance(scope.node, f.Function)]
        times = _times(home.scope.module.facts.body, name) - sum(_times(body, name) for body in bodies)
        imported = any(b.kind == "from" for s in self._names.every for b in s.bindings.get(name, ()))
        return times > 1 or imported


def _puts(write: Write) -> bool:
    return write.how == "item" and write.method == "=" and isinstance(write.key, f.Name)


def _takes(write: Write) -> bool:
    return write.how == "delete" or write.method in ("pop", "del")


def _begins(write: Write) -> bool:
    """Whether a write makes the container."""
    return write.how == "rebind" and isinstance(write.value, f.Table) and not write.value.pairs


def _put_into(scope: Scope) -> Iterator[f.Expr]:
    """What code puts entries into under keys that go by a name."""
    for store in scope.stores:
        if store.op == "=" and isinstance(store.target, f.Item) and isinstance(store.target.key, f.Name):
            yield store.target.of


def _taken_from(scope: Scope) -> Iterator[f.Expr]:
    """What code takes entries out of that go by a name."""
    for site in scope.calls:
        func, args = site.call.func, site.call.args
        if isinstance(func, f.Attr) and func.name == "pop" and args and isinstance(args[0], f.Name):
            yield func.of
    for store in scope.stores:
        if store.op == "del" and isinstance(store.target, f.Item) and isinstance(store.target.key, f.Name):
            yield store.target.of


def _times(body: tuple[f.Stmt, ...], name: str) -> int:
    return sum(isinstance(node, f.Name) and node.id == name for node in walk(body))
