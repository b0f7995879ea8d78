"""Calls: into the project's own functions, into what knowledge describes, and into the unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.project.flow.events import Activation
from statelint.project.flow.given import Given
from statelint.project.flow.offloads import Offloads
from statelint.project.flow.outside import Outside
from statelint.project.flow.parameters import Parameters
from statelint.project.flow.sources import element
from statelint.project.flow.targets import Targets
from statelint.project.flow.values import (
    NONE,
    Bind,
    Handle,
    Taint,
    Tup,
    Value,
    both,
    join,
    record,
)
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Bound, Cls, Func, Obj
from statelint.spans import Place

if TYPE_CHECKING:
    from statelint.project.flow.run import Run


class Caller:
    """Carries out calls for the evaluator."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._offloads = Offloads()
        self._targets = Targets(run)
        self._parameters = Parameters()
        self._outside = Outside(run, self._targets)

    def call(self, act: Activation, e: f.Call) -> Value:
        """Evaluate a call as written."""
        evaluator, func = self._run.evaluator, e.func
        recv = NONE
        if isinstance(func, f.Attr):
            recv = evaluator.value(act, func.of)
        elif not isinstance(func, f.Name) and not isinstance(func, f.Lambda):
            recv = evaluator.value(act, func)
        result = self.apply(act, func, recv, self._given(act, e), e, e.at)
        return both(result, evaluator.statics_of(e, act.scope))

    def _given(self, act: Activation, e: f.Call) -> Given:
        evaluate = self._run.evaluator.value
        given = Given([], [], {}, {})
        for arg in e.args:
            value = evaluate(act, arg)
            if isinstance(arg, f.Star):
                tuples = [a for a in value if isinstance(a, Tup) and not a.keys]
                items = tuples[0].items if tuples else [element(value, True, self._run.sources)] * 4
                given.values += items
                given.exprs += [None] * len(items)
            else:
                given.values.append(value)
                given.exprs.append(arg)
        for name, arg in e.keywords:
            value = evaluate(act, arg)
            if name == "**":
                given.spread(value)
            else:
                given.keywords[name] = value
                given.keyword_exprs[name] = arg
        return given

    def apply(
        self, act: Activation, func: f.Expr, recv: Value, given: Given, call: f.Expr, at: Place, direct: bool = True,
        follow: bool = True,
    ) -> Value:  # fmt: skip
        """The result of calling `func`; `direct` says that `call` is the call of it as written, `follow` that a
        variable may hold a callable with bound arguments."""
        found: list[Value] = []
        bound = recv if not isinstance(func, f.Attr) else NONE
        if isinstance(func, f.Name):
            bound = self._run.evaluator.value(act, func)
        for atom in bound if follow else ():
            if isinstance(atom, Bind):
                if atom.done and not given.values and not given.keywords and self._is_outside(atom):
                    continue  # noted where the arguments were bound
                merged = Given(
                    [*atom.args, *given.values], [*([None] * len(atom.args)), *given.exprs],
                    {**dict(atom.keywords), **given.keywords}, dict(given.keyword_exprs),
                )  # fmt: skip
                inner = atom.func
                base = self._run.evaluator.value(act, inner.of) if isinstance(inner, f.Attr) else NONE
                found.append(self.apply(act, inner, base, merged, call, at, direct=False, follow=False))
        called = self._targets.of(func, call, act.scope, direct)
        targets = self._targets.decorated(called.decorator) if called.decorator is not None else called.targets
        for callee, offset, constructs in targets:
            found.append(self.into(act, callee, offset, constructs, given, at))
            found.append(self._offloaded(act, callee, given, call, at))
        if not targets:
            if called.classes:
                found.append(self._construct(called.classes, given))
            found.append(self._outside.call(act, func, recv, given, call, at))
        elif isinstance(func, f.Attr) and any(isinstance(a, Taint | Handle) for a in recv):
            found.append(self._outside.call(act, func, recv, given, call, at))
        return join(found)

    def _is_outside(self, atom: Bind) -> bool:
        return not any(isinstance(v, Func | Bound | Cls) for v in self._run.names.denote(atom.func, atom.scope))

    # ── into the project ──

    def into(self, act: Activation, callee: Scope, offset: int, constructs: bool, given: Given, at: Place) -> Value:
        """The result of a function of the project for what a call gives it."""
        node = callee.node
        if not isinstance(node, f.Function):
            return NONE
        result = self._run.function(callee, self._parameters.filled(callee, node, offset, given), at)
        return NONE if constructs else result

    def _offloaded(self, act: Activation, callee: Scope, given: Given, call: f.Expr, at: Place) -> Value:
        """The result of a method of something outside that is given to a function which runs what it is given."""
        position = self._offloads.position(callee)
        func = given.expr(position) if position is not None else None
        if position is None or not isinstance(func, f.Attr):
            return NONE
        if any(isinstance(v, Func | Bound | Cls) for v in self._run.names.denote(func, act.scope)):
            return NONE
        return self._run.passing.invoke(act, func, given.rest(position + 1), call, at)

    def _construct(self, classes: Iterable[Scope], given: Given) -> Value:
        """A class without a constructor of its own keeps its arguments as fields."""
        made: list[Value] = []
        for made_of in classes:
            line = [i.scope for i in self._run.names.classes.lineage(made_of) if isinstance(i, Cls)]
            fields = [
                name for cls in reversed(line) for name, bindings in cls.bindings.items()
                if bindings[0].annotation is not None
            ]  # fmt: skip
            pairs = [*zip(fields, given.values), *given.keywords.items()]  # noqa: B905 - the shorter one counts
            for name, held in pairs:
                self._run.kept.remember((made_of, name), held)
            made.append(record(fields, given.values, given.keywords))
        return join(made)

    def call_unknown(self, act: Activation, target: f.Expr, scope: Scope, at: Place) -> Value:
        """The result of a project callable whose caller is outside: a dependency, a callback."""
        found = []
        for value in self._run.names.denote(target, scope):
            if isinstance(value, Func | Bound):
                found.append(self._run.function(value.scope, None, at))
            elif isinstance(value, Cls):
                method = self._run.names.classes.method(value.scope, "__init__")
                if method:
                    self._run.function(method, None, at)
            elif isinstance(value, Obj) and isinstance(value.cls, Cls):
                method = self._run.names.classes.method(value.cls.scope, "__call__")
                if method:
                    found.append(self._run.function(method, None, at))
        return join(found)
