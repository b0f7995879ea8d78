"""The state objects of the project, each with its verdict: the definition of accidental state applied to writes.

A home becomes a state object when code on the request path writes it. The verdict then asks whether two replicas
could give different answers (verdicts.py). What changes inside an object that a container keeps belongs to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from statelint import facts as f
from statelint.findings import Confidence, Verdict
from statelint.knowledge import Knowledge
from statelint.project.companions import Companions
from statelint.project.ends import Ends
from statelint.project.excuses import Excuses, Seen
from statelint.project.first_use import FirstUse
from statelint.project.handed_on import HandedOn
from statelint.project.homes import Home, Homes
from statelint.project.keyed_locks import locks_by_key
from statelint.project.kinds import Kinds, words
from statelint.project.mentions import Mentions
from statelint.project.never_filled import never_filled
from statelint.project.own_loops import OwnLoops
from statelint.project.purity import Purity
from statelint.project.reach import Reach
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.given import made_by_a_call
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Ext, Heap, Made, Obj, qualified
from statelint.project.start_flags import StartFlags
from statelint.project.state_objects import State, StateObjects
from statelint.project.verdicts import Verdicts
from statelint.project.writes import Write, Writes

KEYED: Final = ("__setitem__", "__getitem__")
"""What a class defines whose objects are containers."""


ARRIVING: Final = frozenset({"route", "websocket", "message", "rpc"})
"""Kinds of ways in whose functions are given what the outside sends."""
LIVE: Final = frozenset({"realtime", "job", "lock"})
"""Categories of what only lives in the process that began it."""


class States:
    """All judged state objects, in order of place."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        homes: Homes,
        writes: Writes,
        reach: Reach,
        purity: Purity,
        first_use: FirstUse,
        knowledge: Knowledge,
        at_start: Iterable[Scope],
        own_loops: OwnLoops,
    ) -> None:
        self._at_start = frozenset(at_start)
        self._names = names
        self._calls = calls
        self._homes = homes
        self._writes = writes
        self._reach = reach
        self._moved: set[Write] = set()
        """Writes inside of what a container keeps."""
        self._inner: dict[Home, list[Home]] = defaultdict(list)
        """The containers in the objects that a container keeps, where requests write to them."""
        self._handed_on = HandedOn(names, homes, reach, knowledge)
        self._kinds = Kinds(names, purity, knowledge)
        self._verdicts = Verdicts(names, purity, first_use, knowledge)
        self._mentions = mentions = Mentions(names)
        ends = Ends(mentions, calls, reach)
        says = knowledge.words.get("says", frozenset())
        self._companions = Companions(purity, self._verdicts, mentions, ends, says)
        self._excuses = Excuses(
            names, calls, homes, reach, purity, self._kinds, self._verdicts, own_loops, mentions, ends, knowledge
        )
        self._objects = StateObjects(names, homes, self._verdicts, knowledge)
        self._knowledge = knowledge
        self._first_use = first_use

    def judge(self) -> tuple[State, ...]:
        reached: dict[Home, list[Write]] = defaultdict(list)
        idle: dict[Home, list[Write]] = defaultdict(list)
        on_path = self._reach.scopes()
        flags = StartFlags(self._names, self._calls, self._first_use, self._at_start, self._knowledge)
        for scope in self._names.every:
            if not scope.module.in_service:
                continue
            for write in self._writes.of(scope):
                counts = scope in on_path and self._counts(write) and self._handed_on.counts(write, on_path)
                counts = counts and not (flags.before(write.context, scope) or self._reach.bars(write.context, scope))
                (reached if counts else idle)[write.home].append(write)
        written = {h.name: found for h, found in reached.items() if h.kind == "instance-attribute"}
        self._verdicts.on_path = on_path
        self._verdicts.brought.attributes = written
        self._excuses.same_again.changed = frozenset(reached)
        self._verdicts.brought.handlers = frozenset(filter(self._is_handler, on_path))
        silent = self._merge_kept(reached)
        self._merge_inner(reached)
        for home in [h for h in reached if never_filled(h, (*reached[h], *idle[h]), self._homes, self._names)]:
            idle[home] += reached.pop(home)
        judged = self._companions.settle([self._state(home, found) for home, found in reached.items()])
        states = [*self._objects.of(judged), *silent]
        for home, found in idle.items():
            if home not in reached:
                reason = "only start-up code writes it"
                if never_filled(home, found, self._homes, self._names):
                    reason = "nothing is ever put into it"
                elif home.kind == "instance-attribute" and any(w.scope in on_path for w in found):
                    reason = "each request has an instance of its own"
                states.append(State(home, Verdict.BENIGN, "store", reason, Confidence.HIGH, tuple(found), None, 0))
        return tuple(sorted(states, key=lambda s: (s.home.span, s.home.name)))

    def _is_handler(self, scope: Scope) -> bool:
        """Whether a function is what a request arrives at."""
        chain = self._reach.chain(scope)
        return chain is not None and not chain.edges and chain.entry.kind in ARRIVING

    def _merge_kept(self, reached: dict[Home, list[Write]]) -> list[State]:
        """Count what requests change in objects that a container keeps as writes to the container.

        Such a change counts only when it would be reported on an object that lasts by itself; the others are returned.
        """
        silent = []
        for home in [h for h in reached if h.kind == "instance-attribute" and h.scope in self._homes.keepers]:
            found = reached.pop(home)
            state = self._state(home, found)
            if state.verdict is Verdict.DEFINITE and self._lives_by_itself(state, reached):
                reached[home] = found
            elif state.verdict is Verdict.DEFINITE:
                for keeper in self._keepers(home.scope):
                    moved = [w._replace(home=keeper, element=True) for w in found]
                    reached[keeper].extend(moved)
                    self._moved.update(moved)
                    if any(w.how not in ("rebind", "augment") for w in found):
                        self._inner[keeper].append(home)
            else:
                silent.append(replace(state, verdict=Verdict.BENIGN))
        return silent

    def _lives_by_itself(self, state: State, reached: Mapping[Home, list[Write]]) -> bool:
        """Whether an object that a container of data keeps has a table of connections or of work: the data can go to a
        store that all replicas share, such a table cannot go along."""
        if state.category not in LIVE or not any(map(_puts_under_key, state.writes)):
            return False
        kept = [k for k in self._keepers(state.home.scope) if k in reached]
        own = ([w for w in reached[k] if w not in self._moved] for k in kept)
        return any(self._state(k, found).category not in LIVE for k, found in zip(kept, own, strict=True) if found)

    def _merge_inner(self, reached: dict[Home, list[Write]]) -> None:
        """Count what changes inside of a container that the project wrote itself as writes to what holds it.

        Also give an attribute that both the class and its methods define one home, and one that only shows the variable
        of a closure.
        """
        for home in [h for h in reached if h.kind == "closure-variable"]:
            for shown in self._shown_as(home):
                known = {(w.scope, w.at) for w in reached[home]}
                found = reached.pop(shown, ())
                reached[home].extend(w._replace(home=home) for w in found if (w.scope, w.at) not in known)
        for home in [h for h in reached if h.kind == "instance-attribute"]:
            whole = self._homes.known.get(("class-attribute", home.name))
            outer = [h for h in self._homes.of_class(home.scope) if h in reached and h.scope is not home.scope]
            if whole in reached and whole is not None:
                reached[whole].extend(w._replace(home=whole) for w in reached.pop(home))
            elif outer and any(name in home.scope.bindings for name in KEYED):
                found = [w._replace(element=True) for w in reached.pop(home)]
                for h in outer:
                    reached[h].extend(w._replace(home=h) for w in found)
                    self._moved.update(w._replace(home=h) for w in found)

    def _shown_as(self, home: Home) -> Iterator[Home]:
        """The attributes that are given nothing but the variable of a closure: `self.shelf = shelf`."""
        function, name = home.scope, home.short.rpartition(".")[2]
        if function.owner is not None and len(function.bindings.get(name, ())) == 1:
            for s in function.stores:
                if isinstance(s.target, f.Attr) and isinstance(s.value, f.Name) and s.value.id == name:
                    assigned = self._names.classes.assigned(function.owner, s.target.name)
                    attribute = ("instance-attribute", f"{function.owner.full_name}.{s.target.name}")
                    if len(assigned) == 1 and attribute in self._homes.known:
                        yield self._homes.known[attribute]

    def _keepers(self, cls: Scope, depth: int = 0) -> Iterator[Home]:
        """The containers that keep instances of a class, themselves not in an object that another one keeps."""
        for home in self._homes.keepers.get(cls, ()):
            inner = home.kind == "instance-attribute" and home.scope in self._homes.keepers
            if not inner:
                yield home
            elif depth < 4:
                yield from self._keepers(home.scope, depth + 1)

    def _counts(self, write: Write) -> bool:
        """Whether a write on the request path can touch an object that outlives the request."""
        if write.context.in_main or not write.home.scope.module.in_service or not self._reach.repeats(write.scope):
            return False
        if write.rooted == "whole":
            return self._reach.repeats(write.scope, lasting=True)
        if write.home.kind == "default-argument":
            function = write.home.scope
            if made_by_a_call(function) and function.parent not in self._at_start:
                return False
            return not self._calls.always_given(function, write.home.name.rpartition(".")[2])
        if write.home.kind == "closure-variable":
            return self._made_at_start(write.home.scope) and self._reach.runs_apart(write.scope, write.home.scope)
        if write.home.kind == "function-attribute" and made_by_a_call(write.home.scope) and write.home.scope.parent:
            return write.scope is not write.home.scope.parent and self._made_at_start(write.home.scope.parent)
        if write.home.kind == "instance-attribute":
            if write.rooted == "self":
                return self._reach.repeats(write.scope, lasting=True)
            kin = (write.home.scope, *self._names.classes.subclasses(write.home.scope))
            return not self._homes.long_classes.keys().isdisjoint(kin)
        return not (write.home.kind == "class-attribute" and write.scope.name in ("__init_subclass__", "__set_name__"))

    def _made_at_start(self, function: Scope) -> bool:
        """Whether a closure of a function lasts: start-up code calls it, not just the requests that come to it too."""
        if function not in self._at_start or not self._reach.runs(function):
            return function in self._at_start
        return any(
            edge.caller in self._at_start and not self._reach.runs(edge.caller)
            for edge in self._calls.into.get(function, ())
            if edge.how != "passed"
        )

    # ── the verdict ──

    def _state(self, home: Home, writes: Sequence[Write]) -> State:
        types = self._types(home)
        memo = self._verdicts.is_memo(home, writes)
        chains = [c for w in writes if (c := self._reach.chain(w.scope))]
        ways = {c.entry.kind for c in chains} | {"background" for c in chains if any(map(self._hands_over, c.edges))}
        own = [w for w in writes if w not in self._moved] or writes
        caches = (memo or self._verdicts.is_stale_memo(home, own)) and not self._verdicts.begins_entries(own)
        kind = self._kinds.of(home, types, own, caches, ways)
        verdict, reason = self._verdicts.of(home, writes, memo, types)
        if self._verdicts.is_lock(types):
            kind = "lock"
        if verdict is Verdict.DEFINITE and locks_by_key(home, writes, self._mentions):
            kind = "lock"
        if verdict is Verdict.DEFINITE:
            verdict, reason = self._excuses.of(Seen(home, writes, kind, ways, chains, types)) or (verdict, reason)
        fallback = self._is_fallback(home, writes)
        ordered = sorted(writes, key=lambda w: (w.element, w.how == "delete", self._distance(w), w.scope.path, w.at))
        lasting = True if home.kind == "instance-attribute" and ordered[0].rooted == "self" else None
        chain = self._reach.chain(ordered[0].scope, lasting)
        confidence = chain.confidence if chain else Confidence.LOW
        entries = len({c.entry for w in writes if (c := self._reach.chain(w.scope))})
        inner = tuple(sorted(self._inner.get(home, ()), key=lambda h: h.span))
        return State(
            home,
            verdict,
            kind,
            reason,
            confidence,
            tuple(ordered),
            chain,
            entries,
            memo,
            types,
            (),
            False,
            inner,
            fallback,
        )

    def _hands_over(self, edge: Edge) -> bool:
        """Whether a step of a chain leaves a function to a thread, a task or a queue."""
        func = edge.site.call.func if edge.site and edge.how == "passed" else None
        called = self._names.denote(func, edge.caller) if func else ()
        return any(self._knowledge.find("work", qualified(v) or "") for v in called)

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


def _puts_under_key(write: Write) -> bool:
    return (write.how == "item" and write.method != "del") or write.method == "setdefault"


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
