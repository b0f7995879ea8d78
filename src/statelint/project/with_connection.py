"""Work that serves a connection which is open, and ends with it: its client notices the end of both at once."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.kinds import words
from statelint.project.receivers import method_around
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name, receiver_rooted
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Cls
from statelint.project.walking import walk


class WithConnection:
    """Look-up of such work."""

    def __init__(self, names: Names, knowledge: Knowledge) -> None:
        self._names = names
        self._knowledge = knowledge
        known = knowledge.words
        self._closing = known.get("closing", frozenset()) | known.get("closed", frozenset())
        self._ending = known.get("closing", frozenset()) | known.get("ending", frozenset())

    def serves(self, given: f.Expr | None, scope: Scope, handles: AbstractSet[str]) -> bool:
        """Whether the work is a method of the object of a connection that sends there again and again, or lives by
        what a method of it ends which the end of the connection runs; `handles` are the names that hold the work."""
        made = given.func if isinstance(given, f.Call) else given
        for value in self._names.denote(made, scope) if made is not None else ():
            if isinstance(value, Bound) and value.scope.owner is not None and self._is_connection(value.scope.owner):
                sent = (s for s in value.scope.calls if s.context.in_loop and last_name(s.call.func).startswith("send"))
                if any(receiver_rooted(s.call.func, value.scope) for s in sent):
                    return True
                node = value.scope.node
                reads = {e.name for e in walk(node.body) if type(e) is f.Attr} if isinstance(node, f.Function) else ()
                if not self._ended_by(value.scope.owner).isdisjoint(reads):
                    return True
        owner = scope.owner or method_around(scope)
        kept = {name.partition(".")[2] for name in handles if "." in name}
        return bool(kept) and owner is not None and self._is_connection(owner) and kept <= self._ended_by(owner)

    def _is_connection(self, cls: Scope) -> bool:
        found = (self._knowledge.find("handlers.bases", name) for name in self._names.classes.outside_bases(cls))
        return any(row is not None and row[1].instance == "connection" for row in found)

    def _ended_by(self, cls: Scope) -> AbstractSet[str]:
        """The attributes that the methods end which are named for the end of the connection."""
        return {name for method in self._closers(cls) for name in self._ended_in(method)}

    def _closers(self, cls: Scope) -> Iterator[Scope]:
        for line in self._names.classes.lineage(cls):
            methods = line.scope.children if isinstance(line, Cls) else ()
            yield from (m for m in methods if m.kind == "function" and not self._closing.isdisjoint(words(m.name)))

    def _ended_in(self, method: Scope) -> Iterator[str]:
        for site in method.calls:
            func = site.call.func
            if isinstance(func, f.Attr) and not self._ending.isdisjoint(words(func.name)):
                path = [e.name for e in walk(func.of) if isinstance(e, f.Attr)]
                if path and receiver_rooted(func.of, method):
                    yield path[-1]
