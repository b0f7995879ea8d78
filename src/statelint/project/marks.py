"""Marks that a service sets in the environment of its process when it starts: what runs only without them is for
commands and libraries, and never runs in the service.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from types import MappingProxyType
from typing import Final

from statelint import facts as f
from statelint.project.entry import Entry
from statelint.project.resolution.arguments import matched, spread
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Context, Scope, Store
from statelint.project.resolution.values import Bound, Func, Lit, qualified

DEPTH: Final = 3
"""Helpers in helpers that are looked into for what they say of a mark."""
ELSEWHERE: Final = frozenset({"task", "message", "timer"})
"""Kinds of ways in that a program of its own often serves, whatever the service imports."""
Texts = Mapping[str, str]
NONE: Final[Texts] = MappingProxyType({})


class Marks:
    """Look-up of such marks. `begun` are the scopes that the start runs first, `started` all that it runs,
    and `entered` those that run because something arrived."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        begun: AbstractSet[Scope],
        started: AbstractSet[Scope],
        entered: AbstractSet[Scope],
        entries: Collection[Entry],
    ) -> None:
        self._names = names
        self._calls = calls
        words = names.knowledge.words
        self._tables = words.get("environment-tables", frozenset())
        self._readers = words.get("environment-readers", frozenset())
        self._removers = words.get("environment-removers", frozenset())
        self._known: dict[tuple[int, bool], bool] = {}
        self._values: dict[str, str] = {}
        """Mark → what it is set to."""
        self._roots: dict[str, set[Scope]] = {}
        """Mark → where the starts begin that set it."""
        self._collect(begun | {names.top(e.scope) for e in entries}, started, entered)
        self._loads: dict[str, set[str]] = {}
        self.unmarked = frozenset(e for e in entries if not self._is_marked(e))
        """The ways in of programs that do not set all of them."""

    def __bool__(self) -> bool:
        return bool(self._roots)

    def bars(self, context: Context, scope: Scope) -> bool:
        """Whether code in this context never runs where the marks are set."""
        for test, taken in context.tests if self._roots else ():
            key = (id(test), taken)
            if key not in self._known:
                self._known[key] = self._truth(test, scope) is (not taken)
            if self._known[key]:
                return True
        return False

    # ── where marks are set ──

    def _collect(self, begun: AbstractSet[Scope], started: AbstractSet[Scope], entered: AbstractSet[Scope]) -> None:
        stores = [s for s in self._stores() if s.scope in started or s.scope in entered]
        set_first = [s for s in stores if s.context.sure and not s.scope.in_main and _text_given(s)]
        sure = self._surely_run(begun) if set_first else {}
        for store in set_first:
            name = self._key(store)
            if name and store.scope in sure:
                self._values[name] = _text_given(store)
                self._roots.setdefault(name, set()).update(sure[store.scope])
        sites = (s for remover in self._removers for s in self._calls.sites(remover)) if self._values else ()
        removed = [(self._text((*s.call.args, f.Const("", "str", 0))[0], s.scope), s.scope) for s in sites]
        removed += [(self._key(s), s.scope) for s in stores if s.op == "del"]
        for store in (s for s in stores if s.op != "del"):
            name = self._key(store)
            if name in self._values and _text_given(store) != self._values[name]:
                removed.append((name, store.scope))
        for_a_call = {s.scope for s in stores if s.scope not in entered and s.scope not in sure and s.op != "del"}
        """What sets variables while it runs, as a command does that serves and then goes on."""
        for name, scope in removed:
            if (scope in started or scope in entered) and scope not in for_a_call:
                self._forget(name)

    def _forget(self, name: str) -> None:
        """Take a mark for none; all of them, where nothing tells the name of what is removed."""
        for known in [name] if name else list(self._roots):
            self._roots.pop(known, None)
            self._values.pop(known, None)

    def _stores(self) -> Iterator[Store]:
        """All stores to the environment by a name."""
        for scope in self._names.every:
            for store in scope.stores if scope.module.in_service else ():
                if isinstance(store.target, f.Item) and self._is_table(store.target.of, scope):
                    yield store

    def _key(self, store: Store) -> str:
        return self._text(store.target.key, store.scope) if isinstance(store.target, f.Item) else ""

    def _surely_run(self, begun: AbstractSet[Scope]) -> Mapping[Scope, set[Scope]]:
        """What the start always runs, with where that begins."""
        found: dict[Scope, set[Scope]] = {}
        todo = [(root, root) for root in begun]
        while todo:
            scope, root = todo.pop()
            if root not in found.setdefault(scope, set()):
                found[scope].add(root)
                edges = (e for e in self._calls.out.get(scope, ()) if e.how == "call" and e.site is not None)
                todo.extend((e.callee, root) for e in edges if e.site is not None and e.site.context.sure)
        return found

    def _is_marked(self, entry: Entry) -> bool:
        """Whether the program in which something arrives sets the marks: the one that does loads the module, or the
        module loads it."""
        own = entry.scope.module.path
        for roots in self._roots.values():
            starts = {root.path for root in roots}
            serves = entry.kind not in ELSEWHERE and own in self._loaded(starts)
            if not serves and starts.isdisjoint(self._loaded((own,))):
                return False
        return True

    def _loaded(self, paths: Iterable[str]) -> set[str]:
        """Modules with all that they import."""
        found, todo = set(paths), list(paths)
        while todo:
            further = self._imports.get(todo.pop(), set()) - found
            found |= further
            todo.extend(further)
        return found

    @cached_property
    def _imports(self) -> Mapping[str, set[str]]:
        """Module → those that it imports, anywhere in it."""
        found: dict[str, set[str]] = {}
        for scope in self._names.every:
            found.setdefault(scope.path, set()).update(self._names.imports.by(scope))
        return found

    # ── what tests say ──

    def _truth(self, test: f.Expr, scope: Scope, given: Texts = NONE, depth: int = 0) -> bool | None:
        """What a test comes to where the marks are set; None where they do not tell."""
        if isinstance(test, f.Op):
            return self._combined(test, scope, given, depth)
        if isinstance(test, f.Const):
            return bool(test.value)
        if (value := self._read(test, scope, given)) is not None:
            return True
        if not isinstance(test, f.Call | f.Attr) or depth == DEPTH:
            return value
        called = self._names.denote(test.func if isinstance(test, f.Call) else test, scope)
        inner = called[0] if len(called) == 1 else None
        if isinstance(inner, Func | Bound) and len(inner.scope.returned) == 1:
            e, context = inner.scope.returned[0]
            handed = self._handed(test, inner.scope, scope, given) if isinstance(test, f.Call) else NONE
            return None if context.tests else self._truth(e, inner.scope, handed, depth + 1)
        return None

    def _combined(self, test: f.Op, scope: Scope, given: Texts, depth: int) -> bool | None:
        if test.op in ("and", "or"):
            parts = {self._truth(o, scope, given, depth) for o in test.operands}
            decisive = test.op == "or"
            return decisive if decisive in parts else None if None in parts else not decisive
        if test.op == "not":
            inner = self._truth(test.operands[0], scope, given, depth)
            return None if inner is None else not inner
        left, right = (*test.operands, *test.operands)[:2]
        if test.op in ("in", "not in"):
            known = self._text(left, scope, given) in self._values and self._is_table(right, scope)
            return (test.op == "in") if known else None
        value = self._read(left, scope, given)
        if value is None or not isinstance(right, f.Const):
            return None
        if test.op in ("is", "is not"):
            return test.op == "is not" if right.kind == "none" else None
        return (value == right.value) is (test.op == "==") if test.op in ("==", "!=") else None

    def _read(self, e: f.Expr, scope: Scope, given: Texts) -> str | None:
        """What the environment gives for a mark: `os.environ["IN_SERVICE"]`, or by a call."""
        if isinstance(e, f.Item) and self._is_table(e.of, scope):
            return self._values.get(self._text(e.key, scope, given))
        reads = isinstance(e, f.Call) and e.args and self._names_one_of(self._readers, e.func, scope)
        return self._values.get(self._text(e.args[0], scope, given)) if reads and isinstance(e, f.Call) else None

    def _handed(self, call: f.Call, function: Scope, scope: Scope, given: Texts) -> Texts:
        """The texts that a call gives the parameters of what it runs."""
        if not isinstance(function.node, f.Function) or spread(call):
            return NONE
        skipped = int(function.owner is not None and isinstance(call.func, f.Attr))
        return {name: self._text(e, scope, given) for name, e in matched(call, function.node, skipped).items()}

    def _text(self, e: f.Expr, scope: Scope, given: Texts = NONE) -> str:
        """The text that an expression always is."""
        if isinstance(e, f.Const):
            return str(e.value)
        if isinstance(e, f.Name) and e.id in given:
            return given[e.id]
        found = self._names.denote(e, scope)
        return str(found[0].value) if len(found) == 1 and isinstance(found[0], Lit) else ""

    def _is_table(self, e: f.Expr, scope: Scope) -> bool:
        return isinstance(e, f.Name | f.Attr) and self._names_one_of(self._tables, e, scope)

    def _names_one_of(self, wanted: AbstractSet[str], e: f.Expr, scope: Scope) -> bool:
        return any(qualified(value) in wanted for value in self._names.denote(e, scope))


def _text_given(store: Store) -> str:
    """The constant text that a store gives; empty for anything else."""
    given = store.value if store.op == "=" else None
    return str(given.value) if isinstance(given, f.Const) and given.kind == "str" else ""
