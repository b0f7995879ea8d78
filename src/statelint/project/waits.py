"""Whether anybody waits for work that was handed away: by its handle, wherever that goes, or by what both share."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Bound, Cls, Func, qualified
from statelint.project.walking import walk
from statelint.spans import Place
from statelint.store_rows import Wait
from statelint.vocabulary import Work

SHARED: Final = frozenset({"wait", "get", "join"})
"""Methods that wait for what the work does to an event or a queue."""
SETTLES: Final = frozenset({"set_result", "set_exception"})
"""Methods that tell those who wait for a future that it is done."""
CLOSERS: Final = frozenset({"shutdown", "join"})
EXITS: Final = frozenset({"__exit__", "__aexit__", "__del__"})
"""Methods that Python itself calls."""
ADDERS: Final = frozenset({"append", "add", "extend", "put", "put_nowait"})


class Waiters(NamedTuple):
    names: frozenset[str]
    methods: frozenset[str]
    reads: frozenset[str]


class Waits:
    """Look-up of handles and of who waits for them."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge) -> None:
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        waits: list[Wait] = [row for _, row in knowledge.rows(lambda lib: lib.waits)]
        self._waiters = Waiters(
            frozenset(n for row in waits for n in row.names),
            frozenset(m for row in waits for m in row.methods),
            frozenset(r for row in waits for r in row.reads),
        )
        self._bodies: dict[Scope, tuple[Any, ...]] = {}

    def _body(self, scope: Scope) -> tuple[Any, ...]:
        if scope not in self._bodies:
            node = scope.node
            body = node.body if isinstance(node, f.Function) else scope.module.facts.body if node is None else ()
            self._bodies[scope] = tuple(walk(body))
        return self._bodies[scope]

    def handles(self, scope: Scope, call: f.Call, opened: bool = False) -> frozenset[str]:
        """The local names that hold the handle, or a collection of handles."""
        found: set[str] = set()
        for node in self._body(scope):
            if isinstance(node, f.Bind) and _carries(node.value, call, opened):
                found.update(target_of(t) for t in node.targets)
            elif _adds(node) and any(_holds(a, call) for a in node.args):
                found.add(target_of(node.func.of))
        found.discard("")
        while new := {name for node in self._body(scope) for name in _passed_on(node, found)} - found:
            found |= new
        return frozenset(found)

    def started(self, method: str, site: CallSite, handles: frozenset[str]) -> Place | None:
        """Where the work is started: on the object itself, on the name that holds it, or where it is stored."""
        for node in self._body(site.scope):
            called = isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name == method
            if called and (node.func.of is site.call or target_of(node.func.of) in handles):
                return Place(*node.at)
        kept = any("." in h for h in handles) or any(r is site.call for r in site.scope.returns)
        return site.call.at if kept else None

    def leaves_block(self, site: CallSite) -> bool:
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

    def waited(self, row: Work, scope: Scope, site: CallSite, handles: frozenset[str]) -> bool:
        """Whether the function waits, or the callers that ask it to do so are all that there are."""
        body = self._body(scope)
        if not self._waited(body, row, scope, site, handles):
            return False
        asked = [(test, branch) for test, branch in _asked(body) if self._can_be_left_out(scope, test)]
        inside = {id(node) for _, branch in asked for node in walk(branch)}
        rest = tuple(node for node in body if id(node) not in inside)
        if len(rest) == len(body) or self._waited(rest, row, scope, site, handles):
            return True
        return not any(self._left_out(scope, name) for name, branch in asked)

    def _can_be_left_out(self, scope: Scope, name: str) -> bool:
        """Whether a name is a parameter that is false by default."""
        return any(
            isinstance(b.node, f.Param) and isinstance(b.node.default, f.Const) and not b.node.default.value
            for b in scope.bindings.get(name, ())
        )

    def _left_out(self, scope: Scope, name: str) -> bool:
        """Whether some call gives nothing, or something false, for a parameter that is false by default."""
        params = scope.node.params if isinstance(scope.node, f.Function) else ()
        place = next((i for i, p in enumerate(params) if p.name == name and p.kind != "keyword-only"), None)
        for edge in self._calls.into.get(scope, ()):
            if edge.site is None or edge.how not in ("call", "guess"):
                continue
            at = place - (edge.receiver is not None) if place is not None else None
            given = argument(edge.site.call, name, at)
            spread = any(isinstance(a, f.Star) for a in edge.site.call.args) or "**" in dict(edge.site.call.keywords)
            if (given is None and not spread) or (isinstance(given, f.Const) and not given.value):
                return True
        return False

    def _waited(self, body: tuple[Any, ...], row: Work, scope: Scope, site: CallSite, handles: frozenset[str]) -> bool:
        return self._waits_in(body, row, scope, site, handles) or self._waits_on_shared(scope, site)

    def _waits_in(
        self, body: tuple[Any, ...], row: Work, scope: Scope, site: CallSite, handles: frozenset[str]
    ) -> bool:
        receiver = target_of(site.call.func.of) if isinstance(site.call.func, f.Attr) else ""
        decorated = isinstance(scope.node, f.Function) and bool(scope.node.decorators)
        for node in body:
            if isinstance(node, f.Await):
                only_started = row.opened and node.value is site.call
                if not only_started and (_holds(node.value, site.call) or _mentions(node.value, handles)):
                    return True
            elif isinstance(node, f.Attr):
                if node.name in self._waiters.reads and (_holds(node.of, site.call) or target_of(node.of) in handles):
                    return True
            elif isinstance(node, f.With):
                if any(context is site.call or target_of(context) in handles for context, _ in node.items):
                    return True
            elif isinstance(node, f.Call):
                if isinstance(node.func, f.Attr):
                    of = node.func.of
                    if node.func.name in self._waiters.methods and (of is site.call or target_of(of) in handles):
                        return True
                    if receiver and node.func.name in CLOSERS and target_of(of) == receiver:
                        return True
                given = [n for n, a in enumerate(node.args) if _holds(a, site.call) or _mentions(a, handles)]
                if given and (self._waits(node, scope) or self._ends(node, given, scope)):
                    return True
            elif isinstance(node, f.Yield) and node.value and (node.delegate or decorated):
                known = _holds(node.value, site.call) or _mentions(node.value, handles)
                if known:  # what runs a decorated generator goes on when the handle is done
                    return True
        return False

    def waited_by_object(self, row: Work, scope: Scope, site: CallSite, handles: frozenset[str]) -> bool:
        """Whether the handle alone is an attribute of the object itself, and a method that is called waits for it."""
        mine = first_parameter(scope)
        stored = [s.target for s in scope.stores if s.value is not None and _holds(s.value, site.call)]
        attributes = [target_of(t) for t in stored if isinstance(t, f.Attr)]
        kept = {n.partition(".")[2] for n in attributes if mine and n in handles and n.startswith(mine[0] + ".")}
        for method in scope.owner.children if kept and scope.owner else ():
            its = first_parameter(method)
            if its is None or method is scope or not (method.name in EXITS or self._calls.into.get(method)):
                continue
            names = {f"{its[0]}.{name}" for name in kept}
            while new := {name for node in self._body(method) for name in _passed_on(node, names)} - names:
                names |= new
            if self._waits_in(self._body(method), row, method, site, frozenset(names)):
                return True
        return False

    def is_wait(self, e: f.Expr | None) -> bool:
        """Whether an expression names a method that waits: `process.join`."""
        return isinstance(e, f.Attr) and e.name in self._waiters.methods

    def _waits_on_shared(self, scope: Scope, site: CallSite) -> bool:
        """Whether the function waits on an event or a queue of its own that it hands to the work: `done.wait()`."""
        handed = [*site.call.args, *(value for _, value in site.call.keywords)]
        used = {node.id for e in handed for node in walk(e) if isinstance(node, f.Name)}
        for child in scope.children:
            if child.name in used and isinstance(child.node, f.Function):
                used |= {node.id for node in walk(child.node.body) if isinstance(node, f.Name)}
        together = [b.value for name in used for b in scope.bindings.get(name, ()) if b.value is not None]
        given = used | {node.id for e in together for node in walk(e) if isinstance(node, f.Name)}  # `kwargs=options`
        if any(_goes_through(node, given, scope) for node in self._body(scope)):
            return True
        own = {n for n in used & scope.bindings.keys() if any(isinstance(b.value, f.Call) for b in scope.bindings[n])}
        waiting = (node.func for node in self._body(scope) if isinstance(node, f.Call) and _waits_for(node))
        return any(isinstance(func, f.Attr) and getattr(func.of, "id", "") in own for func in waiting)

    def kept_on(self, scope: Scope, handles: frozenset[str]) -> bool:
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

    def _ends(self, call: f.Call, given: list[int], scope: Scope) -> bool:
        """Whether a helper calls a method that waits on what it is given at one of these positions."""
        for value in self._names.denote(call.func, scope):
            node = value.scope.node if isinstance(value, Func | Bound) else None
            if not isinstance(node, f.Function) or not isinstance(value, Func | Bound):
                continue
            params = [p.name for p in node.params][first_parameter(value.scope) is not None :]
            wanted = {params[n] for n in given if n < len(params)}
            called = (n.func for n in self._body(value.scope) if isinstance(n, f.Call) and isinstance(n.func, f.Attr))
            if any(func.name in self._waiters.methods and target_of(func.of) in wanted for func in called):
                return True
        return False

    def _promises(self, scope: Scope) -> bool:
        """Whether a function gives its callers a future that functions inside of it settle later."""
        own = {e.id for e in scope.returns if isinstance(e, f.Name) and e.id in scope.bindings}
        made = {n for n in own if any(isinstance(b.value, f.Call) for b in scope.bindings[n])}
        inner = (node for child in scope.children if made for node in self._body(child))
        return any(
            isinstance(node, f.Call)
            and isinstance(node.func, f.Attr)
            and node.func.name in SETTLES
            and getattr(node.func.of, "id", "") in made
            for node in inner
        )

    def waited_by_callers(self, scope: Scope, site: CallSite, handles: frozenset[str]) -> bool:
        """Whether the handle is returned, and no caller drops it."""
        returned = any(_holds(r, site.call) or _mentions(r, handles) for r in scope.returns)
        if not returned and not self._promises(scope):
            return False
        edges = [e for e in self._calls.into.get(scope, ()) if e.site is not None and e.how == "call"]
        return not any(e.site and e.site.discarded and not e.site.awaited for e in edges)


def _goes_through(node: Any, names: AbstractSet[str], scope: Scope) -> bool:
    """Whether a fact is a loop over one of these names that holds an object of a class: `for text in stream:`."""
    if not isinstance(node, f.Loop | f.Clause) or node.target is None:
        return False
    source = node.source.args[0] if isinstance(node.source, f.Call) and node.source.args else node.source
    made = scope.bindings.get(source.id, ()) if isinstance(source, f.Name) and source.id in names else ()
    return any(isinstance(b.value, f.Call) and last_name(b.value.func)[:1].isupper() for b in made)


def _asked(body: tuple[Any, ...]) -> list[tuple[str, tuple[f.Stmt, ...]]]:
    """(name, branch) of the branches that run where a plain name is true."""
    return [(node.test.id, node.then) for node in body if isinstance(node, f.If) and isinstance(node.test, f.Name)]


def _adds(node: Any) -> bool:
    """Whether a fact is a call that puts its arguments into a collection."""
    return isinstance(node, f.Call) and isinstance(node.func, f.Attr) and node.func.name in ADDERS


def _passed_on(node: Any, handles: set[str]) -> list[str]:
    """The names that get a handle by this fact: `tasks.append(task)`, `for task in tasks`, `all = [*tasks]`,
    `with watched(process) as child`."""
    if isinstance(node, f.With):
        entered = [(value, target) for value, target in node.items if isinstance(value, f.Call) and target is not None]
        return [target_of(target) for value, target in entered if any(_mentions(a, handles) for a in value.args)]
    if _adds(node) and node.args and _mentions(node.args[0], handles):
        return [target_of(node.func.of)]
    if isinstance(node, f.Loop | f.Clause) and node.target is not None and _mentions(node.source, handles):
        targets = node.target.items if isinstance(node.target, f.Group) else (node.target,)
        return [name for target in targets if (name := target_of(target))]
    if isinstance(node, f.Bind) and isinstance(node.targets[0], f.Item) and _mentions(node.targets[0].key, handles):
        return [name for name in (target_of(node.targets[0].of),) if name]
    if isinstance(node, f.Bind) and isinstance(node.value, f.Group | f.Name | f.Op) and _mentions(node.value, handles):
        return [name for name in (target_of(node.targets[0]),) if name]
    return []


def target_of(e: f.Expr) -> str:
    if isinstance(e, f.Name):
        return e.id
    if isinstance(e, f.Attr):
        inner = target_of(e.of)
        return f"{inner}.{e.name}" if inner else ""
    if isinstance(e, f.Item):
        return target_of(e.of)
    return ""


def _holds(e: f.Expr, call: f.Call) -> bool:
    return e is call or (not isinstance(e, f.Const | f.Name) and any(node is call for node in walk(e)))


def _carries(e: f.Expr | None, call: f.Call, opened: bool) -> bool:
    """Whether a value has the handle in it; what an `await` gives is the result, unless it only opens the work."""
    return e is not None and (opened or not isinstance(e, f.Await)) and _holds(e, call)


def _mentions(e: f.Expr, names: frozenset[str] | set[str]) -> bool:
    return bool(names) and any(target_of(node) in names for node in walk(e) if isinstance(node, f.Name | f.Attr))


def _waits_for(call: f.Call) -> bool:
    """Whether a call is one of the methods that wait; what `get` is told to get is no event and no queue's next."""
    if not isinstance(call.func, f.Attr) or call.func.name not in SHARED:
        return False
    first = call.args[0] if call.args else None
    return call.func.name != "get" or first is None or (isinstance(first, f.Const) and first.kind != "str")
