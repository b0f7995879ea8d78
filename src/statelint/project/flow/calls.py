"""Calls: into the project's own functions, into what knowledge describes, and into the unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from statelint import facts as f
from statelint.flow_rows import Handoff, Opener, Remover, Sink
from statelint.project.flow.callbacks import is_task
from statelint.project.flow.events import Activation
from statelint.project.flow.given import Given
from statelint.project.flow.offloads import Offloads
from statelint.project.flow.sources import element
from statelint.project.flow.targets import Targets
from statelint.project.flow.values import (
    NONE,
    Bind,
    Handle,
    Inst,
    Loc,
    Many,
    Origin,
    Taint,
    Tup,
    Value,
    both,
    constructed,
    derived,
    join,
    keyed,
    locs,
    many,
    shape,
    taints,
    tells,
)
from statelint.project.resolution.arguments import positional
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

    def call(self, act: Activation, e: f.Call) -> Value:
        """Evaluate a call as written."""
        value = self._run.evaluator.value
        recv = value(act, e.func.of) if isinstance(e.func, f.Attr) else NONE
        if not isinstance(e.func, f.Name | f.Attr | f.Lambda):
            recv = value(act, e.func)
        given = self._given(act, e)
        result = self.apply(act, e.func, recv, given, e, e.at)
        return both(result, self._run.evaluator.statics_of(e, act.scope))

    def _given(self, act: Activation, e: f.Call) -> Given:
        given = Given([], [], {}, {})
        for arg in e.args:
            value = self._run.evaluator.value(act, arg)
            if isinstance(arg, f.Star):
                tuples = [a for a in value if isinstance(a, Tup) and not a.keys]
                if tuples:
                    for item in tuples[0].items:
                        given.values.append(item)
                        given.exprs.append(None)
                else:
                    inner = element(value, True, self._run.sources)
                    given.values += [inner] * 4
                    given.exprs += [None] * 4
            else:
                given.values.append(value)
                given.exprs.append(arg)
        for name, arg in e.keywords:
            value = self._run.evaluator.value(act, arg)
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
        targets = self._targets.of(func, call, act.scope, direct)
        for callee, offset, constructs in targets:
            found.append(self.into(act, callee, offset, constructs, given, at))
            found.append(self._offloaded(act, callee, given, call, at))
        if not targets:
            found.append(self._construct(act, func, given))
            found.append(self._outside(act, func, recv, given, call, at))
        elif isinstance(func, f.Attr) and any(isinstance(a, Taint | Handle) for a in recv):
            found.append(self._outside(act, func, recv, given, call, at))
        return join(found)

    def _is_outside(self, atom: Bind) -> bool:
        return not any(isinstance(v, Func | Bound | Cls) for v in self._run.names.denote(atom.func, atom.scope))

    # ── into the project ──

    def into(self, act: Activation, callee: Scope, offset: int, constructs: bool, given: Given, at: Place) -> Value:
        """The result of a function of the project for what a call gives it."""
        node = callee.node
        if not isinstance(node, f.Function):
            return NONE
        values: dict[str, Value] = {}
        names = positional(node)[offset:]
        for name, value, e in zip(names, given.values, given.exprs):  # noqa: B905 - surplus goes to *args
            if value or e is not None:  # else spread from what nothing is known of, if it is given at all
                values[name] = value
        surplus = given.values[len(names) :]
        named = {p.name for p in node.params if p.kind not in ("star", "double-star")}
        others = [(k, v) for k, v in given.keywords.items() if k not in named]
        for name, value in given.keywords.items():
            if name in named:
                values[name] = value
        if given.loose:
            values.update({name: given.loose for name in named if name not in values})
            others.append(("**", given.loose))
        for param in node.params:
            if param.kind == "star" and surplus:
                values[param.name] = many(join(surplus))
            elif param.kind == "double-star" and others:
                values[param.name] = keyed(others)
        result = self._run.function(callee, values, at)
        return NONE if constructs else result

    def _offloaded(self, act: Activation, callee: Scope, given: Given, call: f.Expr, at: Place) -> Value:
        """The result of a method of something outside that is given to a function which runs what it is given."""
        position = self._offloads.position(callee)
        func = given.expr(position)
        if position is None or not isinstance(func, f.Attr):
            return NONE
        if any(isinstance(v, Func | Bound | Cls) for v in self._run.names.denote(func, act.scope)):
            return NONE
        return self._run.passing.invoke(act, func, given.rest(position + 1), call, at)

    def _construct(self, act: Activation, func: f.Expr, given: Given) -> Value:
        """A class without a constructor of its own keeps its arguments as fields."""
        made: list[Value] = []
        for made_of in self._targets.classes(func, act.scope):
            line = [i.scope for i in self._run.names.classes.lineage(made_of) if isinstance(i, Cls)]
            fields = [
                name for cls in reversed(line) for name, bindings in cls.bindings.items()
                if bindings[0].annotation is not None
            ]  # fmt: skip
            pairs = [*zip(fields, given.values), *given.keywords.items()]  # noqa: B905 - the shorter one counts
            for name, held in pairs:
                self._run.kept.remember((made_of, name), held)
            made.append(keyed(pairs))
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

    # ── outside ──

    def _outside(self, act: Activation, func: f.Expr, recv: Value, given: Given, call: f.Expr, at: Place) -> Value:
        library = self._run.library
        names = self._run.evaluator.qualified_names(func, act.scope, recv)
        attribute = func.name if isinstance(func, f.Attr) else ""
        if isinstance(func, f.Name) and not names:
            names = [a.cls for a in act.lookup(func.id) or NONE if type(a) is Inst]
        known = [*names, *self._built_upon(func, act.scope), *self._pseudo(recv, attribute, not names)]
        found: list[Value] = []
        done = False
        if attribute:
            found.append(self._saved(act, attribute, recv, given, at))
        for name in known:
            meaning = library.meaning(name)
            if meaning is None:
                continue
            if isinstance(meaning.sink, Sink):
                found.append(library.sink(act, meaning.sink, given, recv, at, name))
                done = True
            writes = False
            if isinstance(meaning.opener, Opener):
                handles = library.opened(act, meaning.opener, given, recv, call, at, meaning.passing is None)
                found.append(handles)
                done = True
                writes = any(isinstance(a, Handle) and a.mode != "r" for a in handles)
            if meaning.passing is not None and not writes:
                found.append(self._run.passing.carry(act, meaning.passing, func, recv, given, call, at))
                done = True
            if isinstance(meaning.remover, Remover):
                library.removed(act, meaning.remover, given, recv, at)
                done = True
            if meaning.source is not None:
                origin = Origin(act.scope.span(call.at), f"`{shape(func)[:40]}()`")
                found.append(self._run.sources.value(meaning.source, origin))
                done = True
            if meaning.where == "memory" and not done:
                found.append(frozenset({Handle("memory", frozenset({Loc(f"{act.scope.full_name}#{at}")}))}))
        if attribute and not names:
            loose = self._run.sources.loose(attribute, act.scope)
            if loose is not None and not any(isinstance(a, Taint) for a in recv):
                origin = Origin(act.scope.span(call.at), f"`{shape(func)[:40]}()`")
                found.append(self._run.sources.value(loose, origin))
                done = True
        everything = given.everything()
        self._handed(act, func, attribute, names, everything, call, at)
        if not done:
            found.append(self._unknown(attribute, recv, everything, names))
            if attribute and names:
                self._taken_in(act, func, names, given)
            self._callbacks(act, given)
        return join(found)

    def _built_upon(self, func: f.Expr, scope: Scope) -> list[str]:
        """The outside classes that a class without a constructor of its own is made by."""
        classes, canonical = self._run.names.classes, self._run.knowledge.canonical
        made = self._targets.classes(func, scope)
        return [canonical(base) for cls in made for base in classes.outside_bases(cls) if base != "builtins.object"]

    def _pseudo(self, recv: Value, attribute: str, unresolved: bool) -> list[str]:
        """Names under the pseudo-classes that a receiver belongs to."""
        if not attribute:
            return []
        if not recv:
            return [f"any.{attribute}", f"anything.{attribute}"] if unresolved else [f"any.{attribute}"]
        kinds = set()
        for atom in recv:
            if isinstance(atom, Handle):
                kinds.add("file")
            elif isinstance(atom, Many) or (isinstance(atom, Tup) and atom.keys):
                kinds.add("many")
            elif isinstance(atom, Taint):
                kinds.add(atom.level)
        if unresolved and not kinds:
            kinds.add("anything")
        kinds.add("any")
        return [f"{kind}.{attribute}" for kind in sorted(kinds)]

    def _saved(self, act: Activation, attribute: str, recv: Value, given: Given, at: Place) -> Value:
        """Members of upload objects that are called; saving is a landing."""
        found: list[Value] = []
        for atom in recv:
            if not isinstance(atom, Taint) or atom.level not in ("upload", "field"):
                continue
            row = self._run.sources.upload_type(atom.type)
            for saves in row.saves if row else ():
                if saves.method == attribute:
                    value = given.value(saves.argument, saves.keyword)
                    e = given.expr(saves.argument, saves.keyword)
                    if e is not None or value:
                        handles = list(self._run.library.destination(saves.to, value, e))
                        self._run.library.land(act, [atom], False, handles, at, f"{atom.type}.{attribute}")
            found.append(self._run.attribution.member_of(atom, attribute))
        return join(found)

    def _handed(
        self, act: Activation, func: f.Expr, attribute: str, names: Sequence[str], value: Value, call: f.Expr, at: Place
    ) -> None:
        if not any(locs(value)) and not any(t.level == "copy" for t in taints(value)):
            return
        tasks = isinstance(func, f.Attr) and any(
            is_task(self._run, v.scope) for v in self._run.names.denote(func.of, act.scope) if isinstance(v, Func)
        )
        for name in names or [""]:
            row = self._run.library.handoff(name, attribute, tasks, not names)
            if isinstance(row, Handoff):
                self._run.library.hand(act, row, value, call, at)
                return

    def _unknown(self, attribute: str, recv: Value, given: Value, names: Sequence[str]) -> Value:
        """A call of which nothing is known: methods of data give data, functions of libraries compute from it."""
        parts: list[Value] = []
        if attribute:
            for atom in recv:
                if isinstance(atom, Taint) and atom.level in ("derived", "content", "text"):
                    parts.append(self._run.attribution.member_of(atom, attribute))
                elif isinstance(atom, Many | Loc) or (isinstance(atom, Inst) and self._run.library.is_path(atom.cls)):
                    parts.append(frozenset({atom}))
        if names and not any("()" in name for name in names):
            parts.append(derived(given, constructed(names)))
        return join(parts)

    def _taken_in(self, act: Activation, func: f.Expr, names: Sequence[str], given: Given) -> None:
        """An object that can write itself holds what its methods are given."""
        root = func
        while isinstance(root, f.Attr | f.Item | f.Call):
            root = root.func if isinstance(root, f.Call) else root.of
        if isinstance(root, f.Name) and any(self._run.library.writes_itself(name) for name in names):
            value = given.everything()
            self._run.evaluator.store(act, root, derived(value | self._run.kept.held(value)))

    def _callbacks(self, act: Activation, given: Given) -> None:
        """Functions made here and given to an unknown call are taken to run."""
        for e in (*given.exprs, *given.keyword_exprs.values()):
            if isinstance(e, f.Lambda | f.Name):
                for value in self._run.names.denote(e, act.scope):
                    if not isinstance(value, Func) or value.scope.parent is not act.scope:
                        continue
                    captures = any(tells(v) for v in act.env.values())
                    if act.scope.kind == "function" and (captures or value.scope in self._run.touching):
                        self._run.function(value.scope, {}, e.at, force=True)
