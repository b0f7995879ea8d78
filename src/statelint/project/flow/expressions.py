"""Evaluation of expressions: what an expression holds, given what the variables hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from statelint import facts as f
from statelint.project.flow.events import Activation
from statelint.project.flow.passing import parsed
from statelint.project.flow.sources import element
from statelint.project.flow.values import (
    NONE,
    Inst,
    Loc,
    Many,
    Taint,
    Tup,
    Value,
    as_text,
    below,
    both,
    join,
    keyed,
    locs,
    many,
    nesting,
    shape,
    written,
)
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import qualified
from statelint.project.walking import walk

if TYPE_CHECKING:
    from statelint.project.flow.run import Run

INERT = frozenset({f.Name, f.Const, f.Attr, f.Item, f.Op, f.Choice, f.Group, f.Star, f.Table, f.Text})
"""Expressions that do nothing but give a value, if those in them do not and no attribute is a property."""
COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "not"})


class Evaluator:
    """Expressions of all functions; the activation says which variables hold what."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._methods: dict[type, Callable[[Activation, Any], Value]] = {
            f.Name: self.on_name, f.Const: self.on_const, f.Await: self.on_await, f.Star: self.on_star,
            f.Walrus: self.on_walrus, f.Choice: self.on_choice, f.Yield: self.on_yield, f.Group: self.on_group,
            f.Table: self.on_table, f.Comprehension: self.on_comprehension, f.Text: self.on_text, f.Op: self.on_op,
            f.Item: self.on_item, f.Attr: self.on_attr, f.Call: self.on_call,
        }  # fmt: skip
        self._statics: dict[Scope, dict[int, Value]] = defaultdict(dict)
        self._qualified: dict[Scope, dict[int, Sequence[str]]] = defaultdict(dict)
        self._shapes: dict[int, str] = {}
        self._inert: dict[int, bool] = {}
        self._properties = run.names.classes.accessor_names

    def lazily(self, e: f.Expr, scope: Scope) -> Value:
        """Evaluate outside any running function. What a function does is noted where the function itself is run."""
        run = self._run
        frame = Activation(scope, {}, None, None, run.stack[-1].way if run.stack else "")
        noted, known = run.events.lengths(), len(run.results.functions)
        aside = scope.kind == "function" and not any(a.scope is scope for a in run.stack)
        run.stack.append(frame)
        try:
            return self.value(frame, e)
        finally:
            run.stack.pop()
            if aside:
                run.events.cut(noted)
                run.results.forget(known)

    def value(self, act: Activation, e: f.Expr) -> Value:
        """What `e` holds."""
        self._run.left -= 1
        if self._run.left <= 0:
            return NONE
        method = self._methods.get(type(e))
        return method(act, e) if method else NONE

    def carry_out(self, act: Activation, e: f.Expr) -> None:
        """Evaluate `e` for what that does, where nobody asks what it gives."""
        if not self._is_inert(e):
            self.value(act, e)

    def _is_inert(self, e: f.Expr) -> bool:
        known = self._inert.get(id(e))
        if known is None:
            known = all(type(part) in INERT and getattr(part, "name", "") not in self._properties for part in walk(e))
            self._inert[id(e)] = known
        return known

    # ── leaves ──

    def on_name(self, act: Activation, e: f.Name) -> Value:
        known = act.lookup(e.id)
        if known is not None:
            return both(known, self._run.kept.attribute((act.scope, e.id)))
        return both(self._run.variable(act.scope, e.id), self.statics_of(e, act.scope))

    def on_const(self, act: Activation, e: f.Const) -> Value:
        if e.kind != "str" or not e.value:
            return NONE
        path = Loc(self._site(act, e), True, "", act.scope.kind != "function")
        where = self._run.library.scheme(str(e.value))
        return frozenset({path}) if where is None else frozenset({Inst(f"scheme:{where}"), path})

    def _site(self, act: Activation, e: f.Expr) -> str:
        way = act.way if act.scope.kind == "function" else ""
        known = self._shapes.get(id(e))
        if known is None:
            known = self._shapes[id(e)] = f"{act.scope.full_name}#{shape(e)}@"
        return known + way

    def statics_of(self, e: f.Expr, scope: Scope) -> Value:
        statics = self._statics[scope]
        known = statics.get(id(e))
        if known is None:
            values = self._run.names.denote(e, scope)
            known = statics[id(e)] = self._run.instances.of(values) if values else NONE
        return known

    # ── structure ──

    def on_await(self, act: Activation, e: f.Await) -> Value:
        return self.value(act, e.value)

    def on_star(self, act: Activation, e: f.Star) -> Value:
        return self.value(act, e.value)

    def on_walrus(self, act: Activation, e: f.Walrus) -> Value:
        value = self.value(act, e.value)
        act.env[e.target.id] = value
        return value

    def on_choice(self, act: Activation, e: f.Choice) -> Value:
        self.carry_out(act, e.test)
        found = NONE
        for part, truth in ((e.then, True), (e.other, False)):
            wider = self._run.walker.narrowing.apply(act, e.test, truth)
            found |= self.value(act, part)
            act.env.update(wider)
        return found

    def on_yield(self, act: Activation, e: f.Yield) -> Value:
        if e.value is not None:
            value = self.value(act, e.value)
            act.yielded |= element(value, True, self._run.sources) if e.delegate else value
        return NONE

    def on_group(self, act: Activation, e: f.Group) -> Value:
        items = [self.value(act, i) for i in e.items]
        if e.kind == "tuple" and not any(isinstance(i, f.Star) for i in e.items):
            if not any(items):
                return NONE
            return frozenset({Tup(tuple(items))}) if max(map(nesting, items)) < 2 else many(join(items))
        parts = [
            element(v, True, self._run.sources) if isinstance(i, f.Star) else v
            for v, i in zip(items, e.items, strict=True)
        ]
        return many(join(parts))

    def on_table(self, act: Activation, e: f.Table) -> Value:
        names = [written(key) for key, _ in e.pairs]
        if all(names):
            return keyed(zip(names, [self.value(act, item) for _, item in e.pairs], strict=True))
        found = []
        for key, item in e.pairs:
            value = self.value(act, item)
            found.append(element(value, True, self._run.sources) if key is None else value)
        return many(join(found))

    def on_comprehension(self, act: Activation, e: f.Comprehension) -> Value:
        kept = dict(act.env)
        for clause in e.clauses:
            source = self.value(act, clause.source)
            self.bind(act, clause.target, element(source, True, self._run.sources))
            for condition in clause.conditions:
                self.carry_out(act, condition)
        results = [self.value(act, i) for i in e.items]
        act.env.clear()
        act.env.update(kept)
        return many(results[-1])

    def on_text(self, act: Activation, e: f.Text) -> Value:
        parts = [self.value(act, p) for p in e.parts]
        found = [as_text(v) for v in parts]
        first = next(iter(parts), NONE)
        return join(found) | self.path(act, e, parts, first)

    def on_op(self, act: Activation, e: f.Op) -> Value:
        if e.op in COMPARISONS:
            for operand in e.operands:
                self.carry_out(act, operand)
            return NONE
        values = [self.value(act, o) for o in e.operands]
        if e.op in ("or", "and"):
            return join(values)
        tainted = join(frozenset(t for t in v if isinstance(t, Taint | Many | Tup)) for v in values)
        if e.op in ("/", "+", "%"):
            return tainted | self.path(act, e, values, values[0] if values else NONE)
        return tainted

    def path(self, act: Activation, e: f.Expr, parts: list[Value], first: Value, sure: bool = False) -> Value:
        """The path that an expression builds out of others; it lies where its first part lies.

        Out of what nothing is known of it is a path only where it is `sure` to be one.
        """
        inside = join(below(p) for p in parts)
        stands = frozenset(a for a in first if isinstance(a, Inst))
        if not inside and not stands and not sure:
            return NONE
        temp = next((loc.temp for loc in locs(inside) if loc.temp), "")
        return inside | stands | frozenset({Loc(self._site(act, e), True, temp)})

    def on_item(self, act: Activation, e: f.Item) -> Value:
        value = self.value(act, e.of)
        self.carry_out(act, e.key)
        found: list[Value] = []
        name = written(e.key)
        number = e.key.value if isinstance(e.key, f.Const) and type(e.key.value) is int else None
        for atom in value:
            if isinstance(atom, Tup):
                if atom.keys and name:
                    found.append(atom.entry(name))
                elif atom.keys or number is None:
                    found.append(join(atom.items))
                elif -len(atom.items) <= number < len(atom.items):
                    found.append(atom.items[number])
            elif isinstance(atom, Many):
                found.append(atom.inner)
            elif isinstance(atom, Inst):
                found.append(self._run.attribution.named(act.scope, f"{atom.cls}.[{name}]", e))
            elif isinstance(atom, Taint):
                found.append(self._entry(atom, name))
        for path in self.qualified_names(e.of, act.scope):
            found.append(self._run.attribution.named(act.scope, f"{path}.[{name}]", e))
        found += [self._run.kept.attribute(("item", f"{path}.{name}")) for path in self._shared(e.of, act.scope)]
        return both(join(found), self.statics_of(e, act.scope))

    def _entry(self, data: Taint, name: str) -> Value:
        """What stands in request data under a literal key, or an empty one for any other."""
        if data.level in ("upload", "field") and name:
            row = self._run.sources.upload_type(data.type)
            known = row is not None and (name in row.content or name in row.metadata)
            return self._run.attribution.member_of(data, name) if known else frozenset({data})
        if data.level == "content" and name:
            return parsed(frozenset({data}))  # bytes have no such entry: it is a message that was parsed
        return element(frozenset({data}), False, self._run.sources)

    def _shared(self, e: f.Expr, scope: Scope) -> list[str]:
        """Qualified names that mean one object all over the project: what a call gave is another one each time."""
        return [path for path in self.qualified_names(e, scope) if "()" not in path]

    def unpacked(self, value: Value, position: int) -> Value:
        """The element of a value at a position of a target."""
        found: list[Value] = []
        for atom in value:
            if isinstance(atom, Tup):
                found.append(atom.items[position] if position < len(atom.items) else NONE)
            elif isinstance(atom, Many):
                found.append(atom.inner)
            elif isinstance(atom, Taint):
                found.append(frozenset({atom}))
        return join(found)

    def bind(self, act: Activation, target: f.Expr, value: Value) -> None:
        """Assign to a target of any form."""
        if isinstance(target, f.Name):
            if act.scope.outer.get(target.id):
                owner = self._run.owner(act.scope, target.id)
                if owner is not None:
                    self._run.kept.remember((owner, target.id), value)
            act.env[target.id] = value
        elif isinstance(target, f.Group):
            for number, item in enumerate(target.items):
                self.bind(act, item, self.unpacked(value, number))
        elif isinstance(target, f.Star):
            self.bind(act, target.value, many(value))
        elif isinstance(target, f.Attr):
            self.value(act, target.of)
            for key in self._run.attribution.keys(act, target):
                self._run.kept.remember(key, self._run.attribution.as_long(key[0], act.scope, value))
        elif isinstance(target, f.Item):
            self._run.library.assigned_item(act, target, value)
            self.store(act, target.of, value, written(target.key))
            if isinstance(target.key, f.Const):
                for path in self._shared(target.of, act.scope):
                    self._run.kept.remember(("item", f"{path}.{target.key.value}"), value)

    def store(self, act: Activation, container: f.Expr, value: Value, under: str = "") -> None:
        """Put a value into the container that an expression names, under a key where that is known."""
        held = keyed([(under, value)]) if under else many(value)
        if not held:
            return
        if isinstance(container, f.Name):
            if container.id in act.env:
                act.env[container.id] |= held
            current = act.closure
            while current is not None and container.id not in act.env:
                if container.id in current.env:
                    current.env[container.id] |= held
                    return
                current = current.closure
            if container.id not in act.scope.bindings or act.scope.kind == "module":
                owner = self._run.owner(act.scope, container.id)
                for target, name in self._run.definitions(owner, container.id):
                    self._run.kept.remember((target, name), held)
        elif isinstance(container, f.Attr):
            for key in self._run.attribution.keys(act, container):
                self._run.kept.remember(key, held)
        elif isinstance(container, f.Item):
            self.store(act, container.of, held, written(container.key))
        elif isinstance(container, f.Call) and isinstance(container.func, f.Attr):
            self.store(act, container.func.of, held)

    def qualified_names(self, e: f.Expr, scope: Scope, classes: Sequence[str] = ()) -> Sequence[str]:
        """Qualified outside names of what an expression denotes; `classes` are those of what stands before the dot."""
        canonical = self._run.knowledge.canonical
        told = self._qualified[scope]
        known = told.get(id(e))
        if known is None:
            found = (canonical(name) for v in self._run.names.denote(e, scope) if (name := qualified(v)))
            known = told[id(e)] = tuple(dict.fromkeys(found))
        if classes and isinstance(e, f.Attr):
            return tuple(dict.fromkeys([*known, *(canonical(f"{cls}.{e.name}") for cls in classes)]))
        return known

    def on_attr(self, act: Activation, e: f.Attr) -> Value:
        base = self.value(act, e.of)
        return self._run.attribution.attribute(act, e, base)

    def on_call(self, act: Activation, e: f.Call) -> Value:
        return self._run.caller.call(act, e)
