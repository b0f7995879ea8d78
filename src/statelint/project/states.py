"""The state objects of the project, each with its verdict: the definition of accidental state applied to writes.

A home becomes a state object when code on the request path writes it. The verdict then asks whether two replicas
could give different answers: a lazily built handle, a memo of a pure function and a flag that only ever gets one
value could not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from statelint import facts as f
from statelint.findings import Confidence, Verdict
from statelint.knowledge import Knowledge
from statelint.project.homes import Home, Homes
from statelint.project.kinds import category, words
from statelint.project.names import Names
from statelint.project.purity import CHANGING, Purity
from statelint.project.reach import Chain, Reach
from statelint.project.scopes import Binding, Scope
from statelint.project.values import Ext, Heap, Made, Obj
from statelint.project.writes import Write, Writes


@dataclass(frozen=True, slots=True)
class State:
    """A home that code writes after import, with its verdict and the reason for it."""

    home: Home
    verdict: Verdict
    category: str
    reason: str
    confidence: Confidence
    writes: tuple[Write, ...]
    """On the request path, most convincing first."""
    chain: Chain | None
    """From an entry to the first write."""
    entries: int
    memo: bool = False
    types: tuple[str, ...] = ()
    also: tuple[Home, ...] = ()
    """Further attributes of the same object that belong to the same finding."""
    fallback: bool = False
    """Whether it serves only where no shared store is configured."""


BUILDERS = frozenset({"argument", "handle", "unknown", "environment"})


class States:
    """All judged state objects, in order of place."""

    def __init__(
        self,
        names: Names,
        homes: Homes,
        writes: Writes,
        reach: Reach,
        purity: Purity,
        knowledge: Knowledge,
        at_start: Iterable[Scope],
    ) -> None:
        self._at_start = frozenset(at_start)
        self._names = names
        self._homes = homes
        self._writes = writes
        self._reach = reach
        self._purity = purity
        self._knowledge = knowledge

    def judge(self) -> tuple[State, ...]:
        reached: dict[Home, list[Write]] = defaultdict(list)
        idle: dict[Home, list[Write]] = defaultdict(list)
        on_path = self._reach.scopes()
        for scope in self._names.every:
            if not scope.module.in_service:
                continue
            for write in self._writes.of(scope):
                (reached if scope in on_path and self._counts(write) else idle)[write.home].append(write)
        states = _by_object([self._state(home, found) for home, found in reached.items()])
        for home, found in idle.items():
            if home not in reached:
                reason = "only start-up code writes it"
                if home.kind == "instance-attribute" and any(w.scope in on_path for w in found):
                    reason = "each request has an instance of its own"
                states.append(State(home, Verdict.BENIGN, "store", reason, Confidence.HIGH, tuple(found), None, 0))
        return tuple(sorted(states, key=lambda s: (s.home.span, s.home.name)))

    def _counts(self, write: Write) -> bool:
        """Whether a write on the request path can touch an object that outlives the request."""
        if write.context.in_main or not write.home.scope.module.in_service:
            return False
        if write.rooted == "whole":
            return self._reach.chain(write.scope, lasting=True) is not None
        if write.home.kind == "closure-variable":
            return write.home.scope in self._at_start
        if write.home.kind == "instance-attribute":
            if write.rooted == "self":
                return self._reach.chain(write.scope, lasting=True) is not None
            return write.home.scope in self._homes.long_classes
        return not (write.home.kind == "class-attribute" and write.scope.name in ("__init_subclass__", "__set_name__"))

    # ── the verdict ──

    def _state(self, home: Home, writes: Sequence[Write]) -> State:
        types = self._types(home)
        memo = self._is_memo(home, writes)
        hints = [row[1].kind for t in types if (row := self._knowledge.find("containers", t)) and row[1].kind]
        kind = category(self._knowledge.words, home.short, types, hints, writes, memo)
        verdict, reason = self._verdict(home, writes, memo, types)
        if kind == "lock" and verdict is Verdict.DEFINITE:
            verdict, reason = Verdict.ARGUABLE, "a lock of one process"
        fallback = self._is_fallback(home, writes)
        ordered = sorted(writes, key=lambda w: (w.element, w.how == "delete", self._distance(w), w.scope.path, w.at))
        lasting = True if home.kind == "instance-attribute" and ordered[0].rooted == "self" else None
        chain = self._reach.chain(ordered[0].scope, lasting)
        confidence = chain.confidence if chain else Confidence.LOW
        entries = len({c.entry for w in writes if (c := self._reach.chain(w.scope))})
        return State(home, verdict, kind, reason, confidence, tuple(ordered), chain, entries, memo, types, (), fallback)

    def _is_fallback(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether the object serves only where no shared store is configured: the other branch has a shared one."""
        external = self._knowledge.words.get("external", frozenset())
        contexts = [w.context for w in writes]
        bindings = home.scope.bindings.get(home.short.rpartition(".")[2], ())
        made = [b for b in bindings if b.value is not None and not isinstance(b.value, f.Const)]
        if len(made) > 1:
            contexts = [b.context for b in made if isinstance(b.value, f.Table | f.Group | f.Comprehension)] or contexts
        return bool(contexts) and all(
            any(not _wants(test, taken, external) for test, taken in c.tests if _speaks_of(test, external))
            for c in contexts
        )

    def _distance(self, write: Write) -> int:
        chain = self._reach.chain(write.scope)
        return len(chain.edges) if chain else 99

    def _types(self, home: Home) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for value in self._homes.values.get(home, ()):
            if isinstance(value, Heap):
                found[value.type] = None
            elif isinstance(value, Obj) and isinstance(value.cls, Ext):
                found[value.cls.name] = None
            elif isinstance(value, Made):
                found[value.name] = None
        return tuple(found)

    def _verdict(self, home: Home, writes: Sequence[Write], memo: bool, types: tuple[str, ...]) -> tuple[Verdict, str]:
        for name in types:
            row = self._knowledge.find("benign", name)
            if row and row[1].because == "lock":
                return Verdict.ARGUABLE, "a lock of one process"
            if row and row[1].because in ("context", "metric", "logging", "external"):
                return Verdict.BENIGN, f"it is {row[1].because}"
        if all(w.how in ("rebind", "delete") for w in writes):
            return self._rebound(home, writes)
        if self._keeps_task_references(writes):
            return Verdict.BENIGN, "it only keeps references to running tasks"
        if memo:
            return self._memo(writes)
        if all(w.how == "attribute" or w.how == "rebind" for w in writes):
            return self._rebound(home, writes)
        return Verdict.DEFINITE, "the request path writes it"

    def _rebound(self, home: Home, writes: Sequence[Write]) -> tuple[Verdict, str]:
        values = [w.value for w in writes if w.how != "delete" and not _is_none(w.value)]
        constants = {str(v.value) for v in values if isinstance(v, f.Const)}
        if all(isinstance(v, f.Const) for v in values):
            other = {str(b.value.value) for b in self._first_values(home) if isinstance(b.value, f.Const)}
            if len(constants) <= 1 and (not values or len(writes) == len(values)):
                return Verdict.BENIGN, "it is only ever set to one value"
            if not constants - other and len(constants) <= 1:
                return Verdict.BENIGN, "it is only reset"
            return Verdict.DEFINITE, "a request changes it"
        needs: set[str] = set()
        guarded = True
        for write in writes:
            if write.value is None or isinstance(write.value, f.Const):
                continue
            needs |= self._purity.of(write.value, write.scope)
            guarded = guarded and self._is_guarded(write)
        if not needs:
            return Verdict.BENIGN, "its value depends on the code alone"
        if needs <= {"handle", "environment"}:
            return Verdict.BENIGN, "every replica builds the same handle"
        if self._are_handles(writes) and not needs & {"argument", "state", "database", "clock", "random"}:
            return Verdict.BENIGN, "a handle that is built anew"
        if guarded and not needs & (CHANGING - {"awaited"}):
            return Verdict.BENIGN, "it is built once, on first use"
        if guarded and "handle" in needs and not needs & {"database", "clock", "random"}:
            return Verdict.BENIGN, "a handle built on first use"
        if needs & CHANGING or needs & {"argument", "state"}:
            return Verdict.DEFINITE, "each request can give it another value"
        return Verdict.ARGUABLE, "nothing shows what its value depends on"

    def _are_handles(self, writes: Sequence[Write]) -> bool:
        """Whether each value that is given is an object made then and there."""
        given = [w for w in writes if w.value is not None and not isinstance(w.value, f.Const)]
        return bool(given) and all(
            values and all(isinstance(v, Obj) and v.site is not None for v in values)
            for values in (self._names.denote(w.value, w.scope) for w in given if w.value is not None)
        )

    def _first_values(self, home: Home) -> list[Binding]:
        return [
            b
            for b in home.scope.bindings.get(home.name.rpartition(":")[2].rpartition(".")[2], ())
            if b.value is not None
        ]

    def _memo(self, writes: Sequence[Write]) -> tuple[Verdict, str]:
        needs: set[str] = set()
        for write in writes:
            if write.method not in ("del", "pop", "clear", "popitem", "discard"):
                needs |= self._purity.of(write.value, write.scope)
        needs -= {"argument"}
        if needs & CHANGING:
            return Verdict.DEFINITE, "it keeps results that can change elsewhere"
        if needs <= {"handle", "environment"}:
            return Verdict.BENIGN, "it keeps what every replica computes alike"
        return Verdict.ARGUABLE, "nothing shows whether the results can change"

    def _is_memo(self, home: Home, writes: Sequence[Write]) -> bool:
        """Whether each write that adds stands on the miss branch of a look-up with the same key."""
        adds = [
            w
            for w in writes
            if (w.how == "item" and w.method != "del") or w.method in ("setdefault", "append", "add", "update")
        ]
        if not adds or any(w.element or w.how == "augment" for w in writes):
            return False
        return all(w.how == "item" and self._is_guarded(w) for w in adds)

    def _is_guarded(self, write: Write) -> bool:
        """Whether the write runs only on a miss: `x is None`, `not x`, `k not in x`, or in an except block."""
        name = write.home.name.rpartition(":")[2].rpartition(".")[2]
        if write.context.in_handler:
            return True
        return any(_asks_for_lack(test, taken, name, write.scope) for test, taken in write.context.tests)

    @staticmethod
    def _keeps_task_references(writes: Sequence[Write]) -> bool:
        """`tasks.add(task); task.add_done_callback(tasks.discard)`: the set only keeps the garbage collector away."""
        for write in writes:
            if write.method not in ("add", "append", "discard", "remove"):
                return False
        scopes: Iterable[Scope] = {w.scope for w in writes if w.method in ("add", "append")}
        return bool(scopes) and all(
            any(isinstance(c.call.func, f.Attr) and c.call.func.name == "add_done_callback" for c in s.calls)
            for s in scopes
        )


def _by_object(states: Iterable[State]) -> list[State]:
    """Plain attributes of one long-lived object that requests set are one state object, not one for each attribute."""
    groups: dict[tuple[object, ...], list[State]] = defaultdict(list)
    for state in states:
        plain = state.home.kind == "instance-attribute" and all(w.how in ("rebind", "augment") for w in state.writes)
        key = (state.home.scope, state.category, state.verdict) if plain else (state.home,)
        groups[key].append(state)
    found = []
    for group in groups.values():
        first, *rest = sorted(group, key=lambda s: s.home.span)
        if rest:
            writes = tuple(w for s in (first, *rest) for w in s.writes)
            first = replace(first, also=tuple(s.home for s in rest), writes=writes)
        found.append(first)
    return found


def _speaks_of(e: f.Expr, vocabulary: AbstractSet[str]) -> bool:
    """Whether a name or a text in a test has one of these words in it."""
    if isinstance(e, f.Name):
        return bool(vocabulary & set(words(e.id)))
    if isinstance(e, f.Attr):
        return bool(vocabulary & set(words(e.name))) or _speaks_of(e.of, vocabulary)
    if isinstance(e, f.Const):
        return e.kind == "str" and bool(vocabulary & set(words(str(e.value))))
    if isinstance(e, f.Op):
        return any(_speaks_of(o, vocabulary) for o in e.operands)
    if isinstance(e, f.Call):
        return _speaks_of(e.func, vocabulary)
    return False


def _wants(test: f.Expr, taken: bool, vocabulary: AbstractSet[str]) -> bool:
    """Whether the branch taken is the one in which what the test speaks of is there."""
    if isinstance(test, f.Op):
        if test.op == "not":
            return _wants(test.operands[0], not taken, vocabulary)
        if test.op in ("is", "!=", "not in"):
            return not taken
    return taken


def _is_none(e: f.Expr | None) -> bool:
    return e is None or (isinstance(e, f.Const) and e.kind == "none")


def _mentions(e: f.Expr, name: str, scope: Scope, depth: int = 0) -> bool:
    """Whether an expression reads `name`, also through a local that was looked up from it."""
    if isinstance(e, f.Name):
        if e.id == name:
            return True
        if depth < 3:
            return any(
                b.value is not None and _mentions(b.value, name, scope, depth + 1) for b in scope.bindings.get(e.id, ())
            )
        return False
    if isinstance(e, f.Attr):
        return e.name == name or _mentions(e.of, name, scope, depth)
    if isinstance(e, f.Item):
        return _mentions(e.of, name, scope, depth)
    if isinstance(e, f.Call):
        return _mentions(e.func, name, scope, depth) or any(
            _mentions(a, name, scope, depth) or (isinstance(a, f.Const) and a.value == name) for a in e.args
        )
    if isinstance(e, f.Op):
        return any(_mentions(o, name, scope, depth) for o in e.operands)
    if isinstance(e, f.Walrus | f.Await):
        return _mentions(e.value, name, scope, depth)
    return False


def _asks_for_lack(test: f.Expr, taken: bool, name: str, scope: Scope) -> bool:
    if isinstance(test, f.Op):
        if test.op in ("and", "or"):
            return any(_asks_for_lack(o, taken, name, scope) for o in test.operands)
        if test.op == "not":
            return _asks_for_lack(test.operands[0], not taken, name, scope)
        if not any(_mentions(o, name, scope) for o in test.operands):
            return False
        lacks = test.op in ("is", "==", "not in")
        has = test.op in ("is not", "!=", "in")
        return (lacks and taken) or (has and not taken)
    return not taken and _mentions(test, name, scope)
