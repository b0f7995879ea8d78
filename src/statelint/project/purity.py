"""What the value of an expression depends on besides the code: summaries over the call graph and knowledge.

The answer is a set of words: `argument` (a parameter of the function around it), `request` (what a request brings
along), `database`, `network`, `file`, `clock`, `random`, `environment`, `process`, `task` (which task or thread runs),
`loop` (which event loop runs), `state` (something that the request path writes), `awaited` (an unknown call that is
awaited), `handle` (a client, pool or other object built alike everywhere) and `unknown` (a call that nothing
describes). An empty set means: the code alone.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.answers import PURE_METHODS, Answers
from statelint.project.beside_code import BesideCode
from statelint.project.decorators import Decorators
from statelint.project.first_use import FirstUse
from statelint.project.handed_callables import NOBODY
from statelint.project.reach import Reach
from statelint.project.read_through import is_alike, made_for
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import is_super, last_name, receiver_rooted, start_of
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import (
    Bound,
    Cls,
    Ext,
    Func,
    Mod,
    Obj,
    Value,
    qualified,
)

IMPURE: Final = frozenset({"database", "network", "file", "clock", "random", "environment", "process", "awaited"})
CHANGING: Final = IMPURE - {"environment"}
"""What can give different results on two replicas that were deployed alike."""
STORED: Final = frozenset({"database", "network"})
DEPTH: Final = 7


class Asked(NamedTuple):
    """A call in a function, with what it runs of the project and what else it depends on."""

    site: CallSite
    ours: tuple[Value, ...]
    outside: frozenset[str]


class Purity:
    """Dependence summaries, memoised by function."""

    def __init__(
        self,
        names: Names,
        knowledge: Knowledge,
        first_use: FirstUse,
        reach: Reach,
        changed: AbstractSet[tuple[Scope, str]] = frozenset(),
    ) -> None:
        """`changed` are names of modules whose objects requests are known to change."""
        self._first_use = first_use
        self._reach = reach
        self._names = names
        self._knowledge = knowledge
        self._changed = changed
        self._decorators = Decorators(names)
        self._answers = Answers(knowledge)
        self._beside_code = BesideCode(names, reach)
        self._says = knowledge.words.get("says", frozenset())
        self._functions: dict[Scope, frozenset[str]] = {}
        self._active: set[Scope] = set()
        self._at_depth: dict[tuple[Scope, int], tuple[frozenset[str], frozenset[Scope]]] = {}
        """What functions depend on when asked this far from the start, with the callers that were left out of it."""
        self._left_out: set[Scope] = set()
        self._getting: set[int] = set()
        """The calls that get something from a store of which it is being asked what is put there."""
        self._reads: dict[Scope, frozenset[str]] = {}
        self._asks: dict[Scope, tuple[Asked, ...]] = {}
        self._named: dict[tuple[int, Scope], tuple[f.Name | f.Attr, frozenset[str]]] = {}
        """What names and attributes depend on by what they denote, wherever they are asked from. Each is kept along."""
        self._words: dict[frozenset[str], frozenset[str]] = {}
        """The one object for each set of dependences: there are few, and millions ask."""
        self._seen: dict[tuple[int, int, int], tuple[f.Expr, frozenset[str]]] = {}
        """What expressions depend on, for as long as the same functions are active: many names lead to one value. Each
        is kept along, since its `id` would else be that of the next one that is made in passing."""

    def of(self, e: f.Expr | None, scope: Scope, depth: int = 0) -> frozenset[str]:
        """The dependences of an expression in a scope."""
        if e is None or isinstance(e, f.Const | f.Opaque) or depth > DEPTH:
            return frozenset()
        key = (id(e), id(scope), depth)
        known = self._seen.get(key)
        if known is None:
            known = self._seen[key] = (e, self._shared(self._depends(e, scope, depth)))
        return known[1]

    def _shared(self, found: frozenset[str]) -> frozenset[str]:
        return self._words.setdefault(found, found)

    def _depends(self, e: f.Expr, scope: Scope, depth: int) -> frozenset[str]:
        if isinstance(e, f.Name):
            return self._name(e, scope, depth)
        if isinstance(e, f.Attr):
            return self._attribute(e, scope, depth)
        if isinstance(e, f.Call):
            return self._call(e, scope, depth)
        if isinstance(e, f.Await):
            inner = self.of(e.value, scope, depth)
            return (inner - {"unknown"}) | {"awaited"} if "unknown" in inner else inner
        parts: list[f.Expr | None] = []
        if isinstance(e, f.Item):
            parts = [e.of, e.key]
        elif isinstance(e, f.Op):
            parts = list(e.operands)
        elif isinstance(e, f.Group):
            parts = list(e.items)
        elif isinstance(e, f.Text):
            parts = list(e.parts)
        elif isinstance(e, f.Table):
            parts = [x for pair in e.pairs for x in pair]
        elif isinstance(e, f.Choice):
            parts = [e.then, e.other, e.test]
        elif isinstance(e, f.Star | f.Walrus | f.Yield):
            parts = [e.value]
        elif isinstance(e, f.Comprehension):
            parts = [*e.items, *(c.source for c in e.clauses)]
        return frozenset().union(*(self.of(p, scope, depth) for p in parts))

    def _name(self, e: f.Name, scope: Scope, depth: int) -> frozenset[str]:
        told = self._by_what_it_denotes(e, scope)
        if told:
            return told
        current: Scope | None = scope
        while current is not None and current.kind != "module":
            if e.id in current.bindings and e.id not in current.outer:
                found: set[str] = set()
                for b in current.bindings[e.id]:
                    if b.kind == "param":
                        receiver = first_parameter(current)
                        if receiver is None or receiver[0] != b.name:
                            found.add("argument")
                    elif b.value is not None and b.value is not e:
                        found |= self.of(b.value, b.scope, depth + 1)
                return frozenset(found)
            current = current.parent
        top = self._names.top(scope)
        given_again = self._names.rebound(top, e.id) and not self._first_use.builds(e.id, scope)
        return frozenset({"state"} if (top, e.id) in self._changed or given_again else ())

    def _attribute(self, e: f.Attr, scope: Scope, depth: int) -> frozenset[str]:
        told = self._by_what_it_denotes(e, scope)
        if told:
            return told
        found = self.of(e.of, scope, depth)
        return found | {"state"} if self._reassigned(e, scope) or self._of_a_module(e, scope) else found

    def _of_a_module(self, e: f.Attr, scope: Scope) -> bool:
        """Whether it names what requests change in a module: `shared.tokenizer`."""
        owners = self._names.denote(e.of, scope) if self._changed else ()
        tops = (self._names.scopes.get(v.module.path) for v in owners if isinstance(v, Mod))
        return any(top is not None and (top, e.name) in self._changed for top in tops)

    def _by_what_it_denotes(self, e: f.Name | f.Attr, scope: Scope) -> frozenset[str]:
        key = (id(e), scope)
        known = self._named.get(key)
        if known is None:
            values = self._names.denote(e, scope)
            if isinstance(e, f.Attr):
                told = next(filter(None, map(self._answers.to_reading, values)), frozenset[str]())
            else:
                told = frozenset({"request"} if any(map(self._is_context, values)) else ())
            known = self._named[key] = (e, self._shared(told))
        return known[1]

    def _is_context(self, value: Value) -> bool:
        """Whether a value is a proxy of the current request, session or context."""
        name = qualified(value)
        if name is None and isinstance(value, Obj) and isinstance(value.cls, Ext):
            name = value.cls.name
        row = self._knowledge.find("benign", name) if name else None
        return row is not None and row[1].because == "context"

    def _reassigned(self, e: f.Attr, scope: Scope) -> bool:
        """Whether requests give `self.name` a value, and not just once."""
        owner = scope.owner
        receiver = first_parameter(scope)
        if owner is None or receiver is None or not isinstance(e.of, f.Name) or e.of.id != receiver[0]:
            return False
        stores = [a.store for a in self._names.classes.assigned(owner, e.name)]
        stores = [s for s in stores if s.scope.name != "__init__" and self._reach.runs(s.scope)]
        stores = [s for s in stores if not self._reach.bars(s.context, s.scope)]
        return not all(map(self._first_use.is_part_of_the_start, stores))

    def _call(self, e: f.Call, scope: Scope, depth: int) -> frozenset[str]:
        found: set[str] = set()
        for arg in (*e.args, *(v for _, v in e.keywords)):
            found |= self.of(arg, scope, depth)
        values = self._names.denote(e.func, scope)
        of = self.of(e.func.of, scope, depth) if isinstance(e.func, f.Attr) else frozenset()
        wrapped = self._decorators.wrapped_by(e.func, scope)
        if wrapped:
            found |= of
            return frozenset(found.union(*(self.function(function, depth + 1) - {"argument"} for function in wrapped)))
        if not values:
            known = isinstance(e.func, f.Attr) and e.func.name in PURE_METHODS
            return frozenset(found | of | (set() if known else {"unknown"}))
        called = frozenset().union(*(self._called(value, depth) for value in values))
        if not STORED.isdisjoint(called):
            if id(e) in self._getting:
                return frozenset(found)  # what is put there is not made of it
            made = made_for(e, scope)
            calls = {id(site.call) for site in scope.calls if made and is_alike(site.call, e)} - self._getting
            self._getting |= calls
            needs = frozenset().union(*(self.of(m, scope, depth + 1) for m in made))
            self._getting -= calls
            if made and "request" not in needs:
                return needs.union(found)
        found |= called | (of - {"handle"} if "network" in called else of)  # an answer is no handle
        return frozenset(found - {"file"} if "file" in found and self._beside_code.reads(e, scope) else found)

    def _called(self, value: Value, depth: int) -> frozenset[str]:
        if isinstance(value, Func | Bound):
            if self._reads_settings(value.scope):
                return frozenset({"environment"})
            return self.function(value.scope, depth + 1) - {"argument"}
        if isinstance(value, Cls):
            return self._construction(value, depth)
        if isinstance(value, Obj) and isinstance(value.cls, Cls):
            method = self._names.classes.method(value.cls.scope, "__call__")
            return self.function(method, depth + 1) - {"argument"} if method else frozenset({"unknown"})
        return self._answers.to_call(value)

    def _reads_settings(self, method: Scope) -> bool:
        """Whether a method takes the place of one by which a library reads settings, wherever else it may look."""
        bases = self._names.classes.outside_bases(method.owner) if method.owner is not None else ()
        rows = (self._knowledge.find("impure", f"{base}.{method.name}") for base in bases)
        return any(row is not None and row[1].depends == "environment" for row in rows)

    def _construction(self, value: Cls, depth: int) -> frozenset[str]:
        """An object of a project class: a handle, with what its constructor depends on."""
        method = self._names.classes.method(value.scope, "__init__")
        inner = self._kept_by(method, depth + 1, frozenset({method})) if method else set()
        return frozenset(inner - {"argument", "unknown"}) | {"handle"}

    def is_record(self, value: Cls) -> bool:
        """Whether an object of a project class holds only what its constructor is given, and so is data itself."""
        method = self._names.classes.method(value.scope, "__init__")
        if method is None or self._names.classes.outside_bases(value.scope):
            return False
        return self._kept_by(method, 1, frozenset({method})) <= {"argument", "request"}

    def _kept_by(self, method: Scope, depth: int, seen: frozenset[Scope]) -> set[str]:
        """What the attributes depend on that a constructor gives its object, itself or by methods that it calls.

        What else it does, such as making a folder or a table, the object does not keep.
        """
        found: set[str] = set()
        for store in method.stores:
            if receiver_rooted(store.target, method):
                needs = self.of(store.value, method, depth)
                found |= needs - {"random"} if self._is_handed_out(store.value, method) else needs
        for site in method.calls:
            func = site.call.func
            if not isinstance(func, f.Attr) or not (receiver_rooted(func, method) or is_super(func.of)):
                continue
            inner = [v.scope for v in self._names.denote(func, method) if isinstance(v, Bound)]
            kept = {
                need
                for s in inner
                if s not in seen and depth <= DEPTH
                for need in self._kept_by(s, depth + 1, seen | {s})
            }
            if not inner or "argument" in kept:  # a method of the project keeps only what it is seen to keep
                given = (*site.call.args, *(v for _, v in site.call.keywords))
                kept = kept.union(*(self.of(e, method, depth) for e in given))
            found |= kept
        return found

    def _is_handed_out(self, e: f.Expr | None, method: Scope) -> bool:
        """Whether a value is an object that something else makes or has already, which a constructor was given: by what
        chance that was made says nothing of the one that keeps it."""
        path = e
        while isinstance(path, f.Attr):
            path = path.of
        owner = path.func.of if isinstance(path, f.Call) and isinstance(path.func, f.Attr) else None
        start = start_of(owner) if owner is not None else None
        if not isinstance(start, f.Name) or e is None or (owner is start and receiver_rooted(start, method)):
            return False
        values = self._names.denote(e, method)
        return (
            any(b.kind == "param" for b in method.bindings.get(start.id, ()))
            and bool(values)
            and all(isinstance(v, Obj) and isinstance(v.cls, Cls) for v in values)
        )

    def function(self, scope: Scope, depth: int = 0) -> frozenset[str]:
        """The dependences of what a project function returns, its body's calls included."""
        if scope in self._functions:
            return self._functions[scope]
        if scope in self._active:
            self._left_out.add(scope)
        if not self._active:
            depth = 0  # what is kept for all must not depend on who asked first
        if scope in self._active or depth > DEPTH:
            return frozenset()
        known = self._at_depth.get((scope, depth))
        if known is not None and known[1] <= self._active:
            self._left_out |= known[1]
            return known[0]
        self._active.add(scope)
        outer, self._seen = self._seen, {}
        others, self._left_out = self._left_out, set()
        found: set[str] = set()
        for e in (*scope.returns, *scope.yields):
            found |= self.of(e, scope, depth)
        for site, ours, asked in self._asking(scope):
            if ours:
                asked = asked.union(*(self._called(value, depth) & IMPURE for value in ours))
            if not STORED.isdisjoint(asked) and made_for(site.call, scope):
                asked = self.of(site.call, scope, depth) & IMPURE
            found |= asked - {"file"} if "file" in asked and self._beside_code.reads(site.call, scope) else asked
        found |= self._by_reading(scope)
        self._active.discard(scope)
        self._seen = outer
        result = self._shared(frozenset(found))
        left_out = frozenset(self._left_out - {scope}) or NOBODY
        self._left_out = others | left_out
        self._at_depth[scope, depth] = (result, left_out)
        if not self._active:
            self._functions[scope] = result
        return result

    def _asking(self, scope: Scope) -> tuple[Asked, ...]:
        """The calls in a function that may count, without those that only put words into a log."""
        known = self._asks.get(scope)
        if known is None:
            said = {s.where for s in scope.calls if s.discarded and last_name(s.call.func) in self._says}
            known = tuple(self._asked(site) for site in scope.calls if site.where not in said)
            known = self._asks[scope] = tuple(asked for asked in known if asked.ours or asked.outside)
        return known

    def _asked(self, site: CallSite) -> Asked:
        values = self._names.denote(site.call.func, site.scope)
        if not values:
            return Asked(site, (), frozenset({"awaited"} if site.awaited else ()))
        outside = frozenset().union(*(self._answers.to_call(v) & IMPURE for v in values if not _is_ours(v)))
        return Asked(site, tuple(filter(_is_ours, values)), self._shared(outside))

    def _by_reading(self, scope: Scope) -> frozenset[str]:
        """What a function depends on by the attributes that it reads, wherever it is asked from."""
        known = self._reads.get(scope)
        if known is None:
            read = (value for e, _ in scope.reads for value in self._names.denote(e, scope))
            known = self._reads[scope] = self._shared(frozenset().union(*map(self._answers.described, read)))
        return known


def _is_ours(value: Value) -> bool:
    """Whether code of the project runs when a value is called."""
    return isinstance(value, Func | Bound | Cls) or (isinstance(value, Obj) and isinstance(value.cls, Cls))
