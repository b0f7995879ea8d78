"""What an expression denotes, over the whole project: names, imports, attributes, calls, instances, containers.

Resolution is demand-driven, flow-insensitive and memoised. It never fails: what cannot be told denotes nothing.
Arguments flow into parameters, and stored objects out of containers, only once `arguments` and `stored` are filled (by
calls.py, from a first pass without them), so that the relations need no common fixpoint.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.classes import Classes
from statelint.project.members import Members
from statelint.project.modules import Module, Modules
from statelint.project.results import Results
from statelint.project.scopes import Binding, Scope
from statelint.project.values import (
    WIDTH,
    Cls,
    Ext,
    Func,
    Heap,
    Lit,
    Made,
    Mod,
    Obj,
    Part,
    Site,
    Value,
    Values,
    union,
)
from statelint.spans import Place

BUILTINS: Final = frozenset(dir(builtins))
DISPLAYS: Final = {"list": "builtins.list", "set": "builtins.set", "dict": "builtins.dict"}
DEPTH: Final = 40


class Names:
    """Name resolution. `scopes` maps a module path to its scope."""

    def __init__(self, modules: Modules, scopes: Mapping[str, Scope], knowledge: Knowledge) -> None:
        self.modules = modules
        self.scopes = scopes
        self.knowledge = knowledge
        every = [s for top in scopes.values() for s in (top, *top.descendants())]
        self.every = every
        self.classes = Classes(every, self.denote)
        self.arguments: Mapping[tuple[Scope, str], list[tuple[f.Expr, Scope]]] = {}
        self.stored: Mapping[Site, list[tuple[f.Expr, Scope]]] = {}
        self.attached: Mapping[tuple[Scope, str], list[tuple[f.Expr, Scope, Place]]] = {}
        self._members = Members(self)
        self._results = Results(self)
        self.member = self._members.member
        self.called = self._results.called
        self.returned = self._results.returned
        self.parameter = self._results.parameter
        self.annotated = self._results.annotated
        self._memo: dict[tuple[int, int], Values] = {}
        self._declared = self._declaring(every, scopes)
        self._looked_up: dict[tuple[Scope, str], Values | None] = {}
        self._sites: dict[int, Site] = {}
        self._active: set[tuple[int, int]] = set()
        self._depth = 0

    def forget(self) -> None:
        """Drop what was memoised, after `arguments` changed."""
        self._memo.clear()
        self._looked_up.clear()

    def top(self, scope: Scope) -> Scope:
        """The module scope around a scope."""
        return self.scopes[scope.path]

    def site(self, expr: f.Expr, scope: Scope) -> Site:
        return self._sites.setdefault(id(expr), Site(scope, expr))

    # ── expressions ──

    def denote(self, e: f.Expr, scope: Scope) -> Values:
        """What `e` can denote when it runs in `scope`; empty when nothing is known."""
        if isinstance(e, f.Const):
            return (Lit(e.value, e.kind),)
        key = (id(e), id(scope))
        known = self._memo.get(key)
        if known is not None:
            return known
        if key in self._active or self._depth > DEPTH:
            return ()
        self._active.add(key)
        self._depth += 1
        try:
            values = self._denote(e, scope)
        finally:
            self._active.discard(key)
            self._depth -= 1
        self._memo[key] = values
        return values

    def _denote(self, e: f.Expr, scope: Scope) -> Values:
        if isinstance(e, f.Name):
            return self.lookup(e.id, scope)
        if isinstance(e, f.Attr):
            return union(*(self.member(v, e.name) for v in self.denote(e.of, scope)))
        if isinstance(e, f.Call):
            return union(*(self.called(v, e, scope) for v in self.denote(e.func, scope)))
        if isinstance(e, f.Item):
            return self._item(e, scope)
        if isinstance(e, f.Group):
            return (Heap(DISPLAYS[e.kind], self.site(e, scope)),) if e.kind in DISPLAYS else ()
        if isinstance(e, f.Table):
            return (Heap("builtins.dict", self.site(e, scope)),)
        if isinstance(e, f.Comprehension):
            return (Heap(DISPLAYS[e.kind], self.site(e, scope)),) if e.kind in DISPLAYS else ()
        if isinstance(e, f.Choice):
            return union(self.denote(e.then, scope), self.denote(e.other, scope))
        if isinstance(e, f.Op):
            if e.op in ("or", "and", "|", "*", "+"):
                found = union(*(self.denote(o, scope) for o in e.operands))
                return found if e.op in ("or", "and") else tuple(v for v in found if isinstance(v, Heap))
            return ()
        if isinstance(e, f.Await | f.Star):
            return self.denote(e.value, scope)
        if isinstance(e, f.Walrus):
            return self.denote(e.value, scope)
        if isinstance(e, f.Lambda):
            inner = scope.by_node.get(id(e.function))
            return (Func(inner),) if inner else ()
        return ()

    def _item(self, e: f.Item, scope: Scope) -> Values:
        found: list[Value] = []
        for value in self.denote(e.of, scope):
            if isinstance(value, Cls | Ext):
                found.append(value)  # a parametrised generic is its class
            elif isinstance(value, Mod):
                continue
            elif isinstance(value, Made) and value.name == "builtins.globals" and isinstance(e.key, f.Const):
                found.extend(self.lookup(str(e.key.value), self.top(scope)))
            else:
                found.extend(self.elements(value, e.key))
        return union(found)

    def elements(self, value: Value, key: f.Expr | None = None) -> Values:
        """What a value holds: a marker that it is a part, the elements written in a display, and what was stored."""
        if isinstance(value, Obj) and isinstance(value.cls, Cls):
            getter = self.classes.method(value.cls.scope, "__getitem__")
            if getter:
                return self.returned(getter)
        if not isinstance(value, Heap):
            return (Part(value),)
        put = [v for e, scope in self.stored.get(value.site, ())[:WIDTH] for v in self.denote(e, scope)]
        return union([Part(value)], self.written_elements(value, key), (v for v in put if not isinstance(v, Lit)))

    def written_elements(self, value: Heap, key: f.Expr | None = None) -> Values:
        """The elements of a display as written, constants left out; with a constant key only that entry."""
        inner: list[Value] = []
        expr, scope = value.site.expr, value.site.scope
        if isinstance(expr, f.Table):
            for k, v in expr.pairs:
                if not isinstance(key, f.Const) or not isinstance(k, f.Const) or k.value == key.value:
                    inner.extend(self.denote(v, scope))
        elif isinstance(expr, f.Group):
            for item in expr.items[:WIDTH]:
                inner.extend(self.denote(item, scope))
        elif isinstance(expr, f.Comprehension):
            inner.extend(self.denote(expr.items[-1], scope))
        return union(v for v in inner if not isinstance(v, Lit))

    # ── names ──

    def lookup(self, name: str, scope: Scope) -> Values:
        """What a name denotes in a scope. A look-up that comes back to itself (an import cycle) adds nothing."""
        key = (scope, name)
        if key in self._looked_up:
            return self._looked_up[key] or ()
        self._looked_up[key] = None
        self._looked_up[key] = values = self._lookup(name, scope)
        return values

    def _lookup(self, name: str, scope: Scope) -> Values:
        declared = scope.outer.get(name)
        current: Scope | None = scope
        if declared == "global":
            current = self.scopes[scope.path]
        elif declared == "nonlocal":
            current = scope.parent
        first = True
        while current is not None:
            if (current.kind != "class" or first) and name in current.bindings and current.outer.get(name) is None:
                return union(
                    *(self.bound(b) for b in current.bindings[name]), self._assigned_from_inside(current, name)
                )
            if current.kind == "module" or current.parent is None:
                break
            current = current.parent
            first = False
        top = self.scopes[scope.path]
        if name in top.bindings or (top, name) in self._declared:
            return union(*(self.bound(b) for b in top.bindings.get(name, ())), self._assigned_from_inside(top, name))
        for star in top.stars:
            found = self._star(star, name, top.module)
            if found:
                return found
        if name in BUILTINS:
            return (Ext(f"builtins.{name}"),)
        return ()

    def _assigned_from_inside(self, scope: Scope, name: str) -> Values:
        """Values given to a name of `scope` by inner functions that declare it global or nonlocal."""
        inner = self._declared.get((scope, name))
        return union(*(self.bound(b) for s in inner for b in s.bindings.get(name, ()))) if inner else ()

    def rebound(self, scope: Scope, name: str) -> bool:
        """Whether an inner function rebinds a name of a scope."""
        return (scope, name) in self._declared

    @staticmethod
    def _declaring(every: Iterable[Scope], scopes: Mapping[str, Scope]) -> Mapping[tuple[Scope, str], list[Scope]]:
        """(scope, name) → the inner functions that declare the name of that scope global or nonlocal."""
        found: dict[tuple[Scope, str], list[Scope]] = defaultdict(list)
        for scope in every:
            for name, how in scope.outer.items():
                owner: Scope | None = scopes[scope.path]
                if how == "nonlocal":
                    owner = scope.parent
                    while owner is not None and (name not in owner.bindings or name in owner.outer):
                        owner = owner.parent
                if owner is not None:
                    found[owner, name].append(scope)
        return dict(found)

    def _star(self, star: f.Import, name: str, importer: Module) -> Values:
        module = self._from(star, importer)
        if module is None or name.startswith("_") or module is importer:
            return ()
        return self.module_member(module, name)

    def _from(self, node: f.Import, importer: Module) -> Module | None:
        if node.level:
            return self.modules.relative(node.module, node.level, importer)
        return self.modules.find(node.module, importer)

    def bound(self, b: Binding) -> Values:
        """What one binding gives its name."""
        if b.kind in ("assign", "annotate"):
            given = self.denote(b.value, b.scope) if b.value is not None else ()
            if b.position is not None and b.value is not None:
                given = self._unpacked(b.value, b.position, b.scope, given)
            if b.annotation is not None and all(isinstance(v, Lit | Made) for v in given):
                given = union(given, self.annotated(b.annotation, b.scope))
            return given
        if b.kind == "function":
            inner = b.scope.by_node.get(id(b.node))
            return (Func(inner),) if inner else ()
        if b.kind == "class":
            inner = b.scope.by_node.get(id(b.node))
            return (Cls(inner),) if inner else ()
        if b.kind == "param":
            return self.parameter(b)
        if b.kind in ("import", "from"):
            return self._imported(b)
        if b.kind == "iterate" and b.value is not None:
            return union(*(self.elements(v) for v in self.denote(b.value, b.scope)))
        if b.kind == "enter" and b.value is not None:
            return union(*(self._entered(v) for v in self.denote(b.value, b.scope)))
        return ()

    def _unpacked(self, value: f.Expr, position: int, scope: Scope, given: Values) -> Values:
        if isinstance(value, f.Group) and position < len(value.items):
            return self.denote(value.items[position], scope)
        return tuple(Part(v) for v in given)

    def _entered(self, value: Value) -> Values:
        if isinstance(value, Obj) and isinstance(value.cls, Cls):
            enter = self.classes.method(value.cls.scope, "__enter__") or self.classes.method(
                value.cls.scope, "__aenter__"
            )
            if enter:
                return self.returned(enter) or (value,)
        return (value,)

    def _imported(self, b: Binding) -> Values:
        importer = b.scope.module
        node = b.node
        assert isinstance(node, tuple)
        if b.kind == "import":
            _, name, alias = node
            wanted = name if alias else name.partition(".")[0]
            module = self.modules.find(wanted, importer)
            return (Mod(module),) if module else self.outside(wanted)
        statement, name = node
        module = self._from(statement, importer)
        if module is None:
            package = statement.module
            if not statement.level:
                # a namespace package has no file of its own, but its modules do
                child = self.modules.find(f"{package}.{name}", importer)
                return (Mod(child),) if child else self.outside(f"{package}.{name}")
            child = self.modules.relative(f"{package}.{name}" if package else name, statement.level, importer)
            return (Mod(child),) if child else ()
        return self.module_member(module, name)

    def module_member(self, module: Module, name: str) -> Values:
        """What `module.name` denotes: a binding, a star import, a sub-module, or the module's `__getattr__`."""
        top = self.scopes.get(module.path)
        if top is None:
            return ()
        if name in top.bindings or (top, name) in self._declared:
            found = self.lookup(name, top)
            if found:
                return found
        child = self.modules.child(module, name) if module.is_package else None
        if child:
            return (Mod(child),)
        for star in top.stars:
            found = self._star(star, name, module)
            if found:
                return found
        getter = top.bindings.get("__getattr__")
        if getter and name not in top.bindings:
            return union(*(self.returned(v.scope) for b in getter for v in self.bound(b) if isinstance(v, Func)))
        return ()

    def outside(self, name: str) -> Values:
        """The value of a qualified name outside the project; a proxy stands for the instance it hands on to."""
        row = self.knowledge.find("instances", name)
        return (Obj(Ext(self.knowledge.canonical(row[1].cls))),) if row else (Ext(self.knowledge.canonical(name)),)
