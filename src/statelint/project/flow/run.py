"""The abstract run: functions evaluated over what is known of their arguments, events noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from statelint import facts as f
from statelint.project.flow.attributes import Attribution
from statelint.project.flow.callbacks import decorated_by, wrapper_of
from statelint.project.flow.calls import Caller
from statelint.project.flow.closures import Closures
from statelint.project.flow.events import Activation, Events, Frame
from statelint.project.flow.expressions import Evaluator
from statelint.project.flow.instances import Instances
from statelint.project.flow.kept import Kept
from statelint.project.flow.library import Library
from statelint.project.flow.passing import Passing
from statelint.project.flow.results import Result, Results, gist
from statelint.project.flow.sources import Sources, element
from statelint.project.flow.statements import Walker
from statelint.project.flow.targets import by_call
from statelint.project.flow.values import (
    LANDS,
    NONE,
    Handle,
    Inst,
    Loc,
    Many,
    Taint,
    Value,
    both,
    join,
    lasting,
    many,
    taints,
    tells,
    without_text,
)
from statelint.project.resolution.aliases import alias, imported
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.classes import decorator_names, first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Scope
from statelint.spans import Place

DEEPEST = 12
FURTHEST = 16
"""How deep calls are followed that carry request data to where files are written."""
CALL_STRING = 3


class Run:
    """Everything that the evaluation of one project shares. Attributes and globals only grow, so rounds end."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        sources: Sources,
        touching: frozenset[Scope],
        placing: frozenset[Scope],
        decoding: frozenset[Scope],
        outlives: Callable[[Scope], bool],
    ) -> None:
        self.names = names
        self.calls = calls
        self.knowledge = names.knowledge
        self.touching = touching
        self.placing = placing
        """Functions above the making, writing and removing of files; these are run anew for each way to them."""
        self.sources = sources
        self.library = Library(self)
        self.instances = Instances(self)
        self.evaluator = Evaluator(self)
        self.attribution = Attribution(self)
        self.caller = Caller(self)
        self.passing = Passing(self)
        self.walker = Walker(self)
        self.edges: Mapping[int, list[Edge]] = by_call(calls)
        self.decorated = decorated_by(names)
        self.decoding = decoding
        """Functions above the decoding of text, which alone makes a file of it."""
        self.outlives = outlives
        """Whether the objects of a class last as long as the process."""
        self.kept = Kept(lambda cls: self.library.where(cls), {s.owner for s in decoding if s.owner is not None})
        self.left = 0
        """How many more expressions may be evaluated."""
        self.visited: set[Scope] = set()
        """Functions that were run on this way in."""
        self.stack: list[Activation] = []
        self.events = Events()
        self.number = 0
        self.results = Results()
        self._closures = Closures()
        self._resolving: set[tuple[Scope, str]] = set()
        self._parameter_statics: dict[tuple[Scope, str], Value] = {}
        self._deep = False
        """Whether calls went too deep to be followed."""
        self.given_up = False
        """Whether one of these carried request data to where files are written."""
        self.way = 0
        """The number of the function that the outside calls, below which all is run just now."""

    # ── functions ──

    def frames(self) -> tuple[Frame, ...]:
        return tuple(Frame(a.scope, tuple(a.marks), a.call) for a in self.stack)

    def entered(self) -> Scope:
        """The function that the outside calls on this way in."""
        return self.stack[0].scope

    def next(self) -> int:
        self.number += 1
        return self.number

    def function(
        self, scope: Scope, given: dict[str, Value] | None, call: Place | None = None, force: bool = False
    ) -> Value:
        """The result of a function for these arguments; `given` is None when nothing is known of the caller."""
        node = scope.node
        if not isinstance(node, f.Function) or self.left <= 0:
            return NONE
        if len(self.stack) >= DEEPEST and not self._further(scope, given):
            return NONE
        closure: Activation | None = None
        for above in self.stack:
            if above.scope is scope:
                return NONE
            if above.scope is scope.parent:
                closure = above
        captured = self._closures.captured(scope, closure.env) if closure is not None else {}
        text = scope in self.decoding
        tainted = any(tells(v, text) or self.kept.filled(v, scope.name) for v in (given or {}).values())
        worth = force or tainted or scope in self.touching or any(tells(v, text) for v in captured.values())
        if not worth and not (scope.owner is not None and self.kept.carries(scope.owner)):
            return NONE
        if not text:
            captured = {name: without_text(value) for name, value in captured.items()}
            given = {name: without_text(value) for name, value in given.items()} if given is not None else None
        key = self._key(scope, given, call, tainted) if closure is None else None
        found = self.results.find(key)
        if found is None:
            alike = self._alike(scope, given, captured) if given is not None and not force else None
            found = self.results.find_like(scope, alike, len(self.stack))
        if found is None:
            left, begun, deep = self.left, self._begin(), self._deep
            self._deep = False
            value = self._run(scope, node, given, call, closure)
            found = Result(value, self._end(begun), len(self.stack) if self._deep else 0)
            if self.left > 0:  # what was cut short is no result
                self.results.put(key, alike, found)
            self.results.spend(scope, left - self.left)
            self._deep = self._deep or deep
        return self._again(found)

    def _further(self, scope: Scope, given: dict[str, Value] | None) -> bool:
        """Whether a call that is deep already is followed, which it is with request data on the way to a disk."""
        carries = scope in self.placing and any(t.level in LANDS for v in (given or {}).values() for t in taints(v))
        carries = carries and all(above.scope is not scope for above in self.stack)
        if carries and len(self.stack) < FURTHEST:
            return True
        self._deep = True
        self.given_up = self.given_up or carries
        return False

    def _key(self, scope: Scope, given: dict[str, Value] | None, call: Place | None, tainted: bool) -> object:
        """Under what the result for these very arguments is noted."""
        string: tuple[object, ...] = ()
        if scope in self.placing:
            callers = self.stack[-CALL_STRING + 1 :] if tainted else self.stack[-1:]
            string = (*((a.scope.path, a.call if tainted else None) for a in callers), call)
        return (scope, frozenset(given.items()) if given is not None else None, string)

    def _alike(self, scope: Scope, given: dict[str, Value], captured: dict[str, Value]) -> object:
        """Under what the result for arguments of their kind is noted."""
        marked = self.kept.contents.__contains__
        return (scope, gist(given, marked), gist(captured, marked), "like")

    def _run(
        self, scope: Scope, node: f.Function, given: dict[str, Value] | None, call: Place | None,
        closure: Activation | None,
    ) -> Value:  # fmt: skip
        self.visited.add(scope)
        above = self.stack[-1].way if self.stack else ""
        run = Activation(scope, {}, call, closure, f"{above}:{call.line}.{call.column}" if call else above)
        self.stack.append(run)
        try:
            self._parameters(run, node, given)
            self.walker.block(run, node.body)
        finally:
            self.stack.pop()
        if node.is_generator:
            return many(run.yielded) or run.result
        return run.result

    def _begin(self) -> tuple[set[int], tuple[int, ...]]:
        """What was read of the kept places so far, set aside while something is found out, and how much was noted."""
        read, self.kept.read = self.kept.read, set()
        return read, self.events.lengths()

    def _end(self, begun: tuple[set[int], tuple[int, ...]]) -> Sequence[int]:
        """What was read since. What has noted an event belongs to its way in, and is found out anew along with that."""
        read, noted = begun
        own, self.kept.read = self.kept.read, read
        if noted != self.events.lengths():
            own.add(self.way)
        read |= own
        return tuple(own)

    def _again(self, known: Result) -> Value:
        """A result; who asks for it has read all that it comes from."""
        self.kept.read.update(known.read)
        return known.value

    def way_in(self, scope: Scope) -> None:
        """Run a function that the outside calls, by way of what its decorator puts in its place."""
        wrapper = wrapper_of(self.names, scope)
        if wrapper is not None:
            around, inner = wrapper
            before = self.decorated.get(around)
            self.decorated[around] = [scope]
            self.function(inner, {"": frozenset({Inst(scope.full_name)})}, force=True)  # told apart from others
            self.decorated[around] = before or []
        if scope not in self.visited:
            self.function(scope, None, force=True)

    def read(self, scope: Scope) -> Value:
        """The value of a property, evaluated one time in a round."""
        key = (scope, "")
        if key not in self.results.variables:
            self.results.variables[key] = Result(NONE, ())
            begun = self._begin()
            holds = any(self.kept.holds(scope.owner, e.name) for e, _ in scope.reads)
            self.results.variables[key] = Result(self.function(scope, {}, force=holds), self._end(begun))
        return self._again(self.results.variables[key])

    def body(self, scope: Scope) -> None:
        """Run a module's own statements."""
        run = Activation(scope, {}, None)
        self.visited.add(scope)
        self.stack.append(run)
        try:
            self.walker.block(run, scope.module.facts.body)
        finally:
            self.stack.pop()

    def _parameters(self, run: Activation, node: f.Function, given: dict[str, Value] | None) -> None:
        scope = run.scope
        outer = scope.parent or scope
        receiver = first_parameter(scope)
        for param in node.params:
            if receiver and param.name == receiver[0] and not (given or {}).get(param.name):
                continue
            value = (given or {}).get(param.name, NONE)
            if param.name not in (given or {}):
                value |= self._injected(run, param, outer)
                if param.default is not None and isinstance(param.default, f.Const | f.Name | f.Attr | f.Op):
                    value |= self.evaluator.lazily(param.default, outer)
            if not any(isinstance(a, Taint) and a.level in ("upload", "content", "derived") for a in value):
                value |= self.sources.parameter(scope, param)
            if not any(isinstance(a, Handle | Inst | Loc) for a in value):
                value = both(value, self._static_parameter(scope, param.name))
            run.env[param.name] = value

    def _static_parameter(self, scope: Scope, name: str) -> Value:
        """What name resolution says of a parameter."""
        key = (scope, name)
        if key not in self._parameter_statics:
            self._parameter_statics[key] = self.instances.of(self.names.lookup(name, scope))
        return self._parameter_statics[key]

    def _injected(self, run: Activation, param: f.Param, outer: Scope) -> Value:
        """The result of a callable that a dependency marker names, run before the function."""
        markers = [param.default] if isinstance(param.default, f.Call) else []
        annotation = param.annotation
        if isinstance(annotation, f.Name):
            annotation = next((e for _, e in alias(self.names, annotation.id, outer)), annotation)
        if isinstance(annotation, f.Item) and isinstance(annotation.key, f.Group):
            markers += [e for e in annotation.key.items[1:] if isinstance(e, f.Call)]
        found = []
        for call in markers:
            for name in self.evaluator.qualified_names(call.func, outer):
                row = self.knowledge.find("handlers.arguments", name)
                if row and row[1].entry == "dependency":
                    target = call.args[0] if call.args else param.annotation
                    if target is not None:
                        found.append(self.caller.call_unknown(run, target, outer, call.at))
        return join(element(v, False, self.sources) if any(isinstance(a, Many) for a in v) else v for v in found)

    # ── variables outside the running function ──

    def variable(self, scope: Scope, name: str) -> Value:
        """What a variable that no running function has set may hold, told from all its bindings."""
        owner = self.owner(scope, name)
        if owner is None:
            return NONE
        key = (owner, name)
        if key in self.results.variables:
            return both(self._again(self.results.variables[key]), self.kept.attribute(key))
        if key in self._resolving:
            return NONE
        self._resolving.add(key)
        begun = self._begin()
        try:
            value = join(self._binding(b) for b in owner.bindings.get(name, ())[:6])
        finally:
            self._resolving.discard(key)
        found = self._end(begun)
        if self.left > 0:
            self.results.variables[key] = Result(value, found)
        return both(value, self.kept.attribute(key))

    def owner(self, scope: Scope, name: str) -> Scope | None:
        current: Scope | None = scope
        if scope.outer.get(name) == "global":
            current = self.names.scopes[scope.path]
        while current is not None:
            if name in current.bindings and (current.kind != "class" or current is scope):
                return current
            current = current.parent
        return None

    def _binding(self, b: Binding) -> Value:
        if b.kind in ("assign", "annotate", "augment") and b.value is not None:
            value = self.evaluator.lazily(b.value, b.scope)
            if b.position is not None:
                value = self.evaluator.unpacked(value, b.position)
            return lasting(value) if b.scope.kind != "function" else value
        if b.kind == "iterate" and b.value is not None:
            return element(self.evaluator.lazily(b.value, b.scope), True, self.sources)
        if b.kind == "enter" and b.value is not None:
            return self.evaluator.lazily(b.value, b.scope)
        if b.kind == "param" and isinstance(b.node, f.Param):
            return self.sources.parameter(b.scope, b.node) | self.instances.of(self.names.lookup(b.name, b.scope))
        if b.kind == "from" and isinstance(b.node, tuple):
            for owner, name in imported(self.names, b):
                return self.variable(owner, name)
        if b.kind == "import" or b.kind == "from":
            return self.instances.of(self.names.lookup(b.name, b.scope))
        return NONE

    def definitions(self, owner: Scope | None, name: str) -> list[tuple[Scope, str]]:
        """Where a module-level name is defined, imports followed."""
        if owner is None:
            return []
        found = [(owner, name)]
        for b in owner.bindings.get(name, ()):
            if b.kind == "from":
                for target, original in imported(self.names, b):
                    if (target, original) not in found:
                        found += self.definitions(target, original)
        return found

    def once(self, key: tuple[Scope, str], e: f.Expr, scope: Scope) -> Value:
        """Evaluate an expression outside its function, one time in a round."""
        if key in self._resolving or len(self.stack) >= DEEPEST:
            return NONE
        if key not in self.results.variables:
            self._resolving.add(key)
            begun = self._begin()
            try:
                value = self.evaluator.lazily(e, scope)
            finally:
                self._resolving.discard(key)
            self.results.variables[key] = Result(value, self._end(begun))
        return self._again(self.results.variables[key])

    def is_context(self, scope: Scope) -> bool:
        """Whether a generator function is a context manager by its decorator."""
        node = scope.node
        return isinstance(node, f.Function) and any("contextmanager" in n for n in decorator_names(node))
