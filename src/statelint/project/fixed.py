"""Values that no request chooses: what the code, its settings and the setting itself say."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.project.purity import Purity
from statelint.project.reach import Reach
from statelint.project.resolution.arguments import handed_to, matched, spread
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import receiver_rooted
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import Cls, qualified

OF_SETTINGS: Final = frozenset({"environment", "handle", "argument"})
"""What a value may depend on that is alike on all replicas; arguments are followed to the callers."""
PLAIN: Final = frozenset({"assign", "iterate", "enter", "import", "from", "function", "class"})
"""Kinds of bindings that hold nothing but the value that they name."""


class _Question(NamedTuple):
    reads: Collection[str]
    once: bool
    files: bool
    asked: set[tuple[int, int]]
    """What is being asked already: a name that is also made of itself is what else it is made of."""


class Fixed:
    """Look-up of such values."""

    def __init__(self, names: Names, calls: Calls, reach: Reach, purity: Purity) -> None:
        self._names = names
        self._calls = calls
        self._reach = reach
        self._purity = purity

    def covers(
        self, e: f.Expr, scope: Scope, reads: Collection[str] = (), once: bool = False, files: bool = False
    ) -> bool:
        """Whether no request chooses a value; `reads` are the outside names that give what the setting is already.

        A value that is read `once`, when something is built, may come from anywhere but a request;
        `files` are those at such paths, and nothing then that requests change.
        """
        return self._covers(e, scope, _Question(reads, once, files, set()))

    def _covers(self, e: f.Expr | None, scope: Scope, q: _Question) -> bool:
        key = (id(e), id(scope))
        if e is None or isinstance(e, f.Const) or key in q.asked:
            return True
        q.asked.add(key)
        needs = self._purity.of(e, scope)
        if "request" in needs or (q.files and "state" in needs):
            return False
        if isinstance(e, f.Name):
            return self._name(e.id, scope, q)
        if q.reads and any(name in q.reads for name in map(qualified, self._names.denote(e, scope))):
            return True
        if isinstance(e, f.Attr):
            return self._attribute(e, scope, q)
        parts: tuple[f.Expr, ...] = ()
        if isinstance(e, f.Call):
            if not (q.once or needs - ({"file"} if q.files else set()) <= OF_SETTINGS):
                return False
            inner = (e.func.of,) if isinstance(e.func, f.Attr) else ()
            parts = (*handed_to(e), *inner)
            return all(self._covers(part, scope, q) for part in parts)
        if isinstance(e, f.Op):
            parts = e.operands
        elif isinstance(e, f.Item):
            parts = (e.of, e.key)
        elif isinstance(e, f.Table):
            return all(self._covers(part, scope, q) for pair in e.pairs for part in pair)
        elif isinstance(e, f.Group | f.Text):
            return all(self._covers(part, scope, q) for part in (e.items if isinstance(e, f.Group) else e.parts))
        elif isinstance(e, f.Await | f.Star):
            parts = (e.value,)
        elif isinstance(e, f.Choice):
            parts = (e.test, e.then, e.other)
        return bool(parts) and all(self._covers(part, scope, q) for part in parts)

    def _name(self, name: str, scope: Scope, q: _Question) -> bool:
        while scope.kind == "function" and (name not in scope.bindings or name in scope.outer) and scope.parent:
            scope = scope.parent
        bindings = scope.bindings.get(name, ()) if scope.kind == "function" else ()
        return all(
            self._parameter(b, scope, q) if b.kind == "param" else b.kind in PLAIN and self._covers(b.value, b.scope, q)
            for b in bindings
        )

    def _parameter(self, b: Binding, function: Scope, q: _Question) -> bool:
        """Whether all callers of a function are known, and give a parameter such values: no two different constants."""
        node, receiver = function.node, first_parameter(function)
        if receiver is not None and receiver[0] == b.name:
            return True
        if not isinstance(node, f.Function) or not isinstance(b.node, f.Param) or self._reach.is_entry(function):
            return False
        edges = self._calls.into.get(function, ())
        sites = [edge.site for edge in edges if edge.site is not None and edge.how in ("call", "construct")]
        if not sites or len(sites) < len(edges) or any(spread(site.call) for site in sites):
            return False
        given = [(matched(s.call, node, receiver is not None).get(b.name, b.node.default), s.scope) for s in sites]
        texts = {str(e.value) for e, _ in given if isinstance(e, f.Const) and e.kind != "none"}
        return len(texts) < 2 and all(self._covers(e, function if e is b.node.default else at, q) for e, at in given)

    def _attribute(self, e: f.Attr, scope: Scope, q: _Question) -> bool:
        """An attribute of such a value, or one of the receiver that is only given such values."""
        owner = scope.owner
        if owner is None or not isinstance(e.of, f.Name) or not receiver_rooted(e, scope):
            return self._covers(e.of, scope, q)
        found = self._names.classes.accessor(owner, e.name)
        if found is not None:
            getter = found.getter
            return getter is not None and all(self._covers(r, getter, q) for r in getter.returns)
        lines = [item.scope for item in self._names.classes.lineage(owner) if isinstance(item, Cls)]
        given = [(a.store.value, a.store.scope) for cls in lines for a in self._names.classes.assigned(cls, e.name)]
        given += [(b.value, b.scope) for cls in lines for b in cls.bindings.get(e.name, ())]
        return bool(given) and all(self._covers(value, at, q) for value, at in given)
