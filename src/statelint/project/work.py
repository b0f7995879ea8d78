"""Work that the request path hands away: threads, timers, tasks, pools and background tasks that nothing waits for.

A call is silent when the function that makes it waits for the result: awaits, joins or gathers it, leaves the `with`
block of the pool, or gives the handle to a caller that waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import msgspec

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.calls import Calls
from statelint.project.kept import argument
from statelint.project.kinds import words
from statelint.project.names import Names
from statelint.project.own_threads import OwnThread, own_threads
from statelint.project.reach import Chain, Reach
from statelint.project.scopes import CallSite, Scope
from statelint.project.values import Bound, Cls, Func, Heap, Obj, qualified
from statelint.spans import Place, Span
from statelint.store_rows import Wait
from statelint.vocabulary import Work

OURS: Final = frozenset({"thread", "task", "executor", "background", "process", "timer"})
"""Ways in which work stays in this process; a broker keeps it elsewhere, a queue is an object of its own."""
ASIDE: Final = frozenset({"timer", "hook"})
"""Entries whose work no client waits for."""
SHARED: Final = frozenset({"wait", "get", "join"})
"""Methods that wait for what the work does to an event or a queue."""
CLOSERS: Final = frozenset({"shutdown", "join"})
ADDERS: Final = frozenset({"append", "add", "extend", "put", "put_nowait"})


class Waiters(NamedTuple):
    names: frozenset[str]
    methods: frozenset[str]
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Handed:
    """One place that hands work away; `made` is where its handle was made when that is another line."""

    row: Work
    how: str
    what: str
    scope: Scope
    at: Place
    made: Span | None
    callee: Span | None
    chain: Chain | None
    """None when no call from an entry is seen; something that nothing else starts either is taken to serve requests."""
    arguable: bool
    reason: str = ""
    holder: Span | None = None
    """Where the pool that holds the work is made, when it outlives the function that hands over."""
    holder_name: str = ""
    also: tuple[Span, ...] = ()
    """Further places that hand work to the same pool."""


def walk(node: Any) -> Iterator[Any]:
    """All facts inside a fact, itself included."""
    if isinstance(node, tuple) and not isinstance(node, Place):
        for item in node:
            yield from walk(item)
    elif isinstance(node, msgspec.Struct):
        yield node
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, msgspec.Struct | tuple) and not isinstance(value, Place):
                yield from walk(value)


class HandedWork:
    """All work handed away on the request path, by place."""

    def __init__(
        self, names: Names, calls: Calls, reach: Reach, knowledge: Knowledge, elsewhere: AbstractSet[Scope]
    ) -> None:
        """`elsewhere` are the scopes that start-up code or commands run."""
        self._names = names
        self._elsewhere = elsewhere
        self._called_at_start = {
            site.call.func.name
            for scope in elsewhere
            for site in scope.calls
            if scope.module.in_service and isinstance(site.call.func, f.Attr)
        }
        self._serves = bool(reach.scopes())
        self._calls = calls
        self._reach = reach
        self._knowledge = knowledge
        waits: list[Wait] = [row for _, row in knowledge.rows(lambda lib: lib.waits)]
        self._waiters = Waiters(
            frozenset(n for row in waits for n in row.names),
            frozenset(m for row in waits for m in row.methods),
            frozenset(r for row in waits for r in row.reads),
        )
        self._beginnings = knowledge.words.get("begins", frozenset())
        self._unnoticed = knowledge.words.get("unnoticed", frozenset())
        self._bodies: dict[Scope, tuple[Any, ...]] = {}
        found = {(h.scope.path, h.at): h for h in self._all()}
        self.found = tuple(_by_holder(found[key] for key in sorted(found)))

    def _all(self) -> Iterator[Handed]:
        for name, sites in sorted(self._calls.outside.items()):
            row = self._knowledge.find("work", name)
            if row is None or row[1].how not in OURS:
                continue
            for site in sites:
                chain = self._reach.chain(site.scope)
                serves = chain is not None or (not site.context.in_main and self._may_serve(site.scope, frozenset()))
                if not site.scope.module.in_service or not serves:
                    continue
                found = self._handed(row[1], site, chain, name)
                if found:
                    yield found
        for own in own_threads(self._names, self._knowledge):
            chain = self._reach.chain(own.site.scope)
            if own.row.how in OURS and chain is not None:
                found = self._handed(own.row, own.site, chain, own.cls.name, own)
                if found:
                    yield found

    def _may_serve(self, scope: Scope, below: AbstractSet[Scope]) -> bool:
        """Whether a function, or a caller but for those `below`, can be on the request path though no call is seen."""
        started = scope in self._elsewhere or scope.in_main or scope.name == "__init__"
        started = started or (scope.owner is not None and scope.name in self._called_at_start) or self._begins(scope)
        if not self._serves or scope.kind != "function" or started:
            return False
        edges = (
            e for e in self._calls.into.get(scope, ()) if e.how != "decorator"
        )  # a wrapper fits other functions too
        callers = {e.caller for e in edges} - below - {scope}
        return not callers or any(self._may_serve(caller, below | {scope}) for caller in callers)

    def _begins(self, scope: Scope) -> bool:
        """Whether the name of the function, or of one around it, is the usual one of code that starts a service."""
        return scope.name.strip("_") in self._beginnings or (scope.parent is not None and self._begins(scope.parent))

    def _handed(
        self, row: Work, site: CallSite, chain: Chain | None, name: str, own: OwnThread | None = None
    ) -> Handed | None:
        scope, at, made = site.scope, site.call.at, None
        if (site.awaited and not row.detached and not row.opened) or self._leaves_block(site):
            return None
        handles = self._handles(scope, site.call, row.opened)
        if row.start and not (own and own.starts):
            start = self._started(row.start, site, handles)
            if start is None:
                return None
            if start.line != at.line:
                made = scope.span(at)
            at = start
        kept = self._kept_on(scope, handles)
        if not row.detached and not kept and self._waited(row, scope, site, handles):
            return None
        if row.how != "background" and self._waited_by_callers(scope, site, handles):
            return None
        given = argument(site.call, row.keyword or "", row.callable) if own is None else None
        what, callee = self._callable(given, scope) if own is None else _own_run(own)
        again = chain.entry.scope.qualname if chain is not None and chain.entry.kind in ASIDE else ""
        if what and what in (scope.qualname, again):
            return None  # a timer that sets itself again was handed over where it was first set
        arguable, reason = self._worth_little(what or name.rpartition(".")[2], row.how, chain)
        if self._removes(given, scope):
            arguable, reason = True, "what it removes is only left behind"
        # a handle that is kept by itself is the state; without one the pool alone holds the work
        holder, name = self._holder(site) if row.holds and not handles else (None, "")
        return Handed(row, row.how, what, scope, at, made, callee, chain, arguable, reason, holder, name)

    def _holder(self, site: CallSite) -> tuple[Span | None, str]:
        """(place, name) of the pool that a method call feeds, unless the function itself makes the pool."""
        func = site.call.func
        for value in self._names.denote(func.of, site.scope) if isinstance(func, f.Attr) else ():
            made = value.site if isinstance(value, Obj | Heap) else None
            if made is not None and made.scope is not site.scope:
                return made.scope.span(made.expr.at), _target(func.of).rpartition(".")[2]  # type: ignore[union-attr]
        return None, ""

    # ── the handle ──

    def _body(self, scope: Scope) -> tuple[Any, ...]:
        if scope not in self._bodies:
            node = scope.node
            body = node.body if isinstance(node, f.Function) else scope.module.facts.body if node is None else ()
            self._bodies[scope] = tuple(walk(body))
        return self._bodies[scope]

    def _handles(self, scope: Scope, call: f.Call, opened: bool = False) -> frozenset[str]:
        """The local names that hold the handle, or a collection of handles."""
        found: set[str] = set()
        for node in self._body(scope):
            if isinstance(node, f.Bind) and _carries(node.value, call, opened):
                found.update(_target(t) for t in node.targets)
            elif _adds(node) and any(_holds(a, call) for a in node.args):
                found.add(_target(node.func.of))
        found.discard("")
        while new := {name for node in self._body(scope) for name in _passed_on(node, found)} - found:
            found |= new
        return frozenset(found)

    def _started(self, method: str, site: CallSite, handles: frozenset[str]) -> Place | None:
        """Where the work is started: on the object itself, on the name that holds it, or where it is stored."""
        for node in self._body(site.scope):
            called = isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == method
            if called and (node.func.of is site.call or _target(node.func.of) in handles):
                return Place(*node.at)
        kept = any("." in h for h in handles) or any(r is site.call for r in site.scope.returns)
        return site.call.at if kept else None

    def _leaves_block(self, site: CallSite) -> bool:
        """Whether the receiver is a pool or group whose `with` block waits when it is left."""
        func = site.call.func
        if not isinstance(func, f.Attr) or not isinstance(func.of, f.Name):
            return False
        current: Scope | None = site.scope
        while current is not None:
            if func.of.id in current.bindings:
                return any(b.kind == "enter" for b in current.bindings[func.of.id])
            current = current.parent
        return False

    def _waited(self, row: Work, scope: Scope, site: CallSite, handles: frozenset[str]) -> bool:
        receiver = _target(site.call.func.of) if isinstance(site.call.func, f.Attr) else ""
        decorated = isinstance(scope.node, f.Function) and bool(scope.node.decorators)
        for node in self._body(scope):
            if isinstance(node, f.Await):
                only_started = row.opened and node.value is site.call
                if not only_started and (_holds(node.value, site.call) or _mentions(node.value, handles)):
                    return True
            elif isinstance(node, f.Attr):
                if node.name in self._waiters.reads and (_holds(node.of, site.call) or _target(node.of) in handles):
                    return True
            elif isinstance(node, f.With):
                if any(context is site.call or _target(context) in handles for context, _ in node.items):
                    return True
            elif isinstance(node, f.Call):
                if isinstance(node.func, f.Attr):
                    of = node.func.of
                    if node.func.name in self._waiters.methods and (of is site.call or _target(of) in handles):
                        return True
                    if receiver and node.func.name in CLOSERS and _target(of) == receiver:
                        return True
                if any(_holds(a, site.call) or _mentions(a, handles) for a in node.args) and self._waits(node, scope):
                    return True
            elif isinstance(node, f.Yield) and node.value and (node.delegate or decorated):
                known = _holds(node.value, site.call) or _mentions(node.value, handles)
                if known:  # what runs a decorated generator goes on when the handle is done
                    return True
        return self._waits_on_shared(scope, site)

    def _waits_on_shared(self, scope: Scope, site: CallSite) -> bool:
        """Whether the function waits on an event or a queue of its own that it hands to the work: `done.wait()`."""
        handed = [*site.call.args, *(value for _, value in site.call.keywords)]
        used = {node.id for e in handed for node in walk(e) if isinstance(node, f.Name)}
        for child in scope.children:
            if child.name in used and isinstance(child.node, f.Function):
                used |= {node.id for node in walk(child.node.body) if isinstance(node, f.Name)}
        own = {n for n in used & scope.bindings.keys() if any(isinstance(b.value, f.Call) for b in scope.bindings[n])}
        calls = (node.func for node in self._body(scope) if isinstance(node, f.Call) and isinstance(node.func, f.Attr))
        return any(func.name in SHARED and getattr(func.of, "id", "") in own for func in calls)

    def _kept_on(self, scope: Scope, handles: frozenset[str]) -> bool:
        """Whether the handle goes into an object of the project, so that the work runs on where nothing waits."""
        for node in self._body(scope) if handles else ():
            given = isinstance(node, f.Call) and any(_mentions(v, handles) for _, v in node.keywords)
            if given and any(isinstance(v, Cls) for v in self._names.denote(node.func, scope)):
                return True
        return False

    def _waits(self, call: f.Call, scope: Scope, deep: bool = True) -> bool:
        for value in self._names.denote(call.func, scope):
            name = qualified(value)
            if name and any(n in self._waiters.names for n in self._knowledge.spellings(name)):
                return True
            if deep and isinstance(value, Func | Bound):  # a helper that waits for what it is given
                inner = (node for node in self._body(value.scope) if isinstance(node, f.Call) and node.args)
                if any(self._waits(node, value.scope, False) for node in inner):
                    return True
        return False

    def _waited_by_callers(self, scope: Scope, site: CallSite, handles: frozenset[str]) -> bool:
        """Whether the handle is returned, and no caller drops it."""
        returned = any(_holds(r, site.call) or _mentions(r, handles) for r in scope.returns)
        if not returned:
            return False
        edges = [e for e in self._calls.into.get(scope, ()) if e.site is not None and e.how == "call"]
        return not any(e.site and e.site.discarded and not e.site.awaited for e in edges)

    # ── what is handed over ──

    def _callable(self, given: f.Expr | None, scope: Scope) -> tuple[str, Span | None]:
        if isinstance(given, f.Call):
            # a coroutine, or a callable with some of its arguments given
            bound = [v for a in given.args[:1] for v in self._names.denote(a, scope) if isinstance(v, Func | Bound)]
            own = any(isinstance(v, Func | Bound) for v in self._names.denote(given.func, scope))
            given = given.args[0] if bound and not own else given.func
        if given is None:
            return "", None
        for value in self._names.denote(given, scope):
            if isinstance(value, Func | Bound):
                node = value.scope.node
                place = node.name_at if isinstance(node, f.Function) and node.name != "<lambda>" else given.at
                name = value.scope.qualname if value.scope.name != "<lambda>" else "a lambda"
                return name, value.scope.span(place)
        name = given.name if isinstance(given, f.Attr) else given.id if isinstance(given, f.Name) else ""
        return name, None

    def _removes(self, given: f.Expr | None, scope: Scope) -> bool:
        """Whether the work is no more than the removal of a file."""
        if given is None or isinstance(given, f.Call):
            return False
        names = [qualified(value) for value in self._names.denote(given, scope)]
        last = given.name if isinstance(given, f.Attr) else ""
        return any(n and self._knowledge.find("removers", n) for n in names) or last in ("unlink", "rmtree")

    def _worth_little(self, name: str, how: str, chain: Chain | None) -> tuple[bool, str]:
        """Whether the loss of the work would go unnoticed, and why it is thought so."""
        owner, _, last = name.rpartition(".")
        known, told = self._knowledge.words, set(words(last))
        closing = known.get("closing", frozenset())
        closes = bool(told & closing) and told <= closing | self._unnoticed | known.get("closed", frozenset())
        observes = set(words(owner.rpartition(".")[2])) & known.get("observes", frozenset())
        if told & self._unnoticed or closes or observes:
            return True, "its name speaks of work whose loss goes unnoticed"
        if chain is None and how in ASIDE:
            return True, "nothing shows that a request sets this timer"
        if chain is not None and chain.entry.kind in ASIDE:
            return True, "no client waits for what started it"
        return False, ""


def _by_holder(found: Iterable[Handed]) -> Iterator[Handed]:
    """One report for each pool, the most certain of the places that feed it first."""
    pools: dict[Span, list[Handed]] = {}
    for handed in found:
        if handed.holder is None:
            yield handed
        else:
            pools.setdefault(handed.holder, []).append(handed)
    for group in pools.values():
        first, *others = sorted(group, key=lambda h: h.arguable)
        yield replace(first, also=tuple(h.scope.span(h.at) for h in others))


def _own_run(own: OwnThread) -> tuple[str, Span]:
    """(name, place) of the work of a thread that is a class of the project."""
    node = own.run.node
    return own.run.qualname, own.run.span(node.name_at if isinstance(node, f.Function) else own.site.call.at)


def _adds(node: Any) -> bool:
    """Whether a fact is a call that puts its arguments into a collection."""
    return isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ADDERS


def _passed_on(node: Any, handles: set[str]) -> list[str]:
    """The names that get a handle by this fact: `tasks.append(task)`, `for task in tasks`, `all = [*tasks]`."""
    if _adds(node) and node.args and _mentions(node.args[0], handles):
        return [_target(node.func.of)]
    if isinstance(node, f.Loop | f.Clause) and node.target is not None and _mentions(node.source, handles):
        targets = node.target.items if isinstance(node.target, f.Group) else (node.target,)
        return [name for target in targets if (name := _target(target))]
    if isinstance(node, f.Bind) and isinstance(node.targets[0], f.Item) and _mentions(node.targets[0].key, handles):
        return [name for name in (_target(node.targets[0].of),) if name]
    if isinstance(node, f.Bind) and isinstance(node.value, f.Group | f.Name | f.Op) and _mentions(node.value, handles):
        return [name for name in (_target(node.targets[0]),) if name]
    return []


def _target(e: f.Expr) -> str:
    if isinstance(e, f.Name):
        return e.id
    if isinstance(e, f.Attr):
        inner = _target(e.of)
        return f"{inner}.{e.name}" if inner else ""
    if isinstance(e, f.Item):
        return _target(e.of)
    return ""


def _holds(e: f.Expr, call: f.Call) -> bool:
    return e is call or (not isinstance(e, f.Const | f.Name) and any(node is call for node in walk(e)))


def _carries(e: f.Expr | None, call: f.Call, opened: bool) -> bool:
    """Whether a value has the handle in it; what an `await` gives is the result, unless it only opens the work."""
    return e is not None and (opened or not isinstance(e, f.Await)) and _holds(e, call)


def _mentions(e: f.Expr, names: frozenset[str] | set[str]) -> bool:
    return bool(names) and any(_target(node) in names for node in walk(e) if isinstance(node, f.Name | f.Attr))
