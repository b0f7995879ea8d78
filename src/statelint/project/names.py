"""What an expression denotes, over the whole project: names, imports, attributes, calls, instances, containers.

Resolution is demand-driven, flow-insensitive and memoised. It never fails: what cannot be told denotes nothing.
Arguments flow into parameters, and stored objects out of containers, only once `arguments` and `stored` are filled (by
calls.py, from a first pass without them), so that the relations need no common fixpoint.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from typing import Final

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.annotations import annotation_names
from statelint.project.classes import Classes, decorator_names, first_parameter
from statelint.project.modules import Module, Modules
from statelint.project.scopes import Binding, Scope
from statelint.project.values import (
    Bound,
    Cls,
    Ext,
    Func,
    Heap,
    Lit,
    Made,
    Member,
    Mod,
    Obj,
    Part,
    Site,
    Value,
    Values,
    qualified,
)

BUILTINS: Final = frozenset(dir(builtins))
DISPLAYS: Final = {"list": "builtins.list", "set": "builtins.set", "dict": "builtins.dict"}
DEPTH: Final = 40
WIDTH: Final = 12
"""A set of values is cut here: beyond it, an expression says nothing useful any more."""
SAME: Final = frozenset({"typing.cast", "copy.copy", "copy.deepcopy", "builtins.super"})


def union(*groups: Iterable[Value]) -> Values:
    seen: dict[Value, None] = {}
    for group in groups:
        for value in group:
            seen[value] = None
    return tuple(seen)[:WIDTH]


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
        self._memo: dict[tuple[int, int], Values] = {}
        self._sites: dict[int, Site] = {}
        self._active: set[tuple[int, int]] = set()
        self._depth = 0

    def forget(self) -> None:
        """Drop what was memoised, after `arguments` changed."""
        self._memo.clear()

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
            return self._call(e, scope)
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
        """What a name denotes in a scope."""
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
        if name in top.bindings or any(name in s.outer for s in top.children):
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
        wanted = "global" if scope.kind == "module" else "nonlocal"
        return union(
            *(self.bound(b) for inner in self._declaring(scope, name, wanted) for b in inner.bindings.get(name, ()))
        )

    def _declaring(self, scope: Scope, name: str, how: str) -> list[Scope]:
        return [s for s in scope.descendants() if s.outer.get(name) == how]

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
        if name in top.bindings or any(s.outer.get(name) == "global" for s in top.children):
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

    # ── attributes ──

    def member(self, value: Value, name: str) -> Values:
        """What `value.name` denotes."""
        if isinstance(value, Mod):
            return self.module_member(value.module, name)
        if isinstance(value, Ext):
            return self.outside(f"{value.name}.{name}")
        if isinstance(value, Cls):
            return self._class_member(value.scope, name, value)
        if isinstance(value, Obj):
            if isinstance(value.cls, Cls):
                return self._class_member(value.cls.scope, name, value)
            return self._outside_member(value, value.cls.name, name)
        if isinstance(value, Func | Bound):
            return (Member(value, name),)
        if isinstance(value, Heap | Made | Member | Part):
            return (Member(value, name),)
        return ()

    def _outside_member(self, value: Obj, cls: str, name: str, inherited: bool = False) -> Values:
        for base in self.knowledge.lineage(cls):
            row = self.knowledge.find("instances", f"{base}.{name}")
            if row:
                target = self.knowledge.canonical(row[1].cls)
                return (Obj(Ext(target)), *(Obj(Cls(s)) for s in self.classes.subclasses(target)[:3]))
        found: list[Value] = []
        if value.site is None and not inherited:
            # the object may be of a project subclass that adds the attribute
            for sub in self.classes.subclasses(cls)[:6]:
                if name in sub.bindings or name in self.classes.attribute_names(sub):
                    found.extend(self._class_member(sub, name, Obj(Cls(sub))))
        return union(found) if found else (Member(value, name),)

    def _class_member(self, cls: Scope, name: str, receiver: Value) -> Values:
        found: list[Value] = []
        outside: str | None = None
        is_instance = isinstance(receiver, Obj)
        for item in self.classes.lineage(cls):
            if isinstance(item, Ext):
                outside = outside or item.name
                continue
            shadowed = False
            if is_instance:
                for assigned in self.classes.assigned(item.scope, name):
                    if assigned.value is not None:
                        found.extend(self.denote(assigned.value, assigned.store.scope))
                        shadowed = shadowed or assigned.store.scope.name == "__init__"
            for binding in () if shadowed else item.scope.bindings.get(name, ()):
                for value in self.bound(binding):
                    found.extend(self._through_class(value, receiver))
            if found:
                break
        if is_instance:
            for sub in self.classes.subclasses(cls)[:8]:
                for binding in sub.bindings.get(name, ()):
                    for value in self.bound(binding):
                        found.extend(self._through_class(value, Obj(Cls(sub), receiver.site)))  # type: ignore[union-attr]
        if not found and outside and outside != "builtins.object":
            if isinstance(receiver, Obj):
                return self._outside_member(Obj(Ext(outside), receiver.site), outside, name, inherited=True)
            return self.outside(f"{outside}.{name}")
        return union(found)

    def _through_class(self, value: Value, receiver: Value) -> Values:
        """A class attribute seen through a receiver: functions bind, properties are called."""
        if not isinstance(value, Func):
            return (value,)
        node = value.scope.node
        names = set(decorator_names(node)) if isinstance(node, f.Function) else set()
        if "staticmethod" in names:
            return (value,)
        if names & {"property", "cached_property", "classproperty", "hybrid_property"} and isinstance(receiver, Obj):
            return self.returned(value.scope)
        return (Bound(value.scope, receiver),)

    # ── calls ──

    def _call(self, e: f.Call, scope: Scope) -> Values:
        found: list[Value] = []
        for callee in self.denote(e.func, scope):
            found.extend(self.called(callee, e, scope))
        return union(found)

    def called(self, callee: Value, e: f.Call, scope: Scope) -> Values:
        """What calling `callee` gives."""
        if isinstance(callee, Cls):
            return (Obj(callee, self.site(e, scope)),)
        if isinstance(callee, Func | Bound):
            return self.returned(callee.scope)
        if isinstance(callee, Obj) and isinstance(callee.cls, Cls):
            method = self.classes.method(callee.cls.scope, "__call__")
            return self.returned(method) if method else ()
        name = qualified(callee)
        if name is None:
            return ()
        if name in SAME and e.args:
            return self.denote(e.args[-1], scope)
        if name == "builtins.super":
            return self._super(scope)
        if isinstance(callee, Member) and isinstance(callee.of, Heap | Part):
            held = callee.of
            row = self.knowledge.find("containers", held.type) if isinstance(held, Heap) else None
            if row is None or callee.name in row[1].hands_out:
                return self.elements(held, e.args[0] if e.args else None)
            return ()
        return self._outside_call(name, e, scope)

    def _outside_call(self, name: str, e: f.Call, scope: Scope) -> Values:
        site = self.site(e, scope)
        container = self.knowledge.find("containers", name)
        if container and not container[1].immutable:
            return (Heap(self.knowledge.canonical(name), site),)
        for spelling in self.knowledge.spellings(name):
            if spelling in self.knowledge.returns:
                returned = self.knowledge.canonical(self.knowledge.returns[spelling])
                known = self.knowledge.find("containers", returned)
                return (Heap(returned, site),) if known else (Obj(Ext(returned), site),)
        if name.rpartition(".")[2][:1].isupper():
            return (Obj(Ext(name), site),)
        return (Made(name, site),)

    def _super(self, scope: Scope) -> Values:
        current: Scope | None = scope
        while current and current.kind != "class":
            current = current.parent
        if current is None:
            return ()
        return tuple(Obj(base) for base in self.classes.bases(current))

    def returned(self, scope: Scope) -> Values:
        """What calling a project function gives: its return values, or what a generator yields."""
        values = union(*(self.denote(e, scope) for e in (*scope.returns, *scope.yields)))
        node = scope.node
        if not values and isinstance(node, f.Function) and node.returns is not None:
            return self.annotated(node.returns, scope.parent or scope)
        return values

    # ── parameters and annotations ──

    def parameter(self, b: Binding) -> Values:
        """What a parameter can be: the receiver, its annotation, an injected dependency, its default, the arguments."""
        receiver = first_parameter(b.scope)
        if receiver and receiver[0] == b.name and b.scope.owner:
            return (Obj(Cls(b.scope.owner)),) if receiver[1] == "self" else (Cls(b.scope.owner),)
        param = b.node
        assert isinstance(param, f.Param)
        found: list[Value] = []
        outer = b.scope.parent or b.scope
        injected = [e for e in (param.default, *self._metadata(param.annotation)) if isinstance(e, f.Call)]
        for call in injected:
            found.extend(self._injected(call, outer))
        if param.annotation is not None:
            found.extend(self.annotated(param.annotation, outer))
        if param.default is not None and not found:
            found.extend(v for v in self.denote(param.default, outer) if not isinstance(v, Made | Lit))
        for expr, scope in self.arguments.get((b.scope, b.name), ())[:WIDTH]:
            found.extend(self.denote(expr, scope))
        return union(found)

    @staticmethod
    def _metadata(annotation: f.Expr | None) -> tuple[f.Expr, ...]:
        if isinstance(annotation, f.Item) and isinstance(annotation.key, f.Group):
            return annotation.key.items[1:]
        return ()

    def _injected(self, call: f.Call, scope: Scope) -> Values:
        """The result of the callable that a dependency marker names."""
        for callee in self.denote(call.func, scope):
            name = qualified(callee)
            row = self.knowledge.find("handlers.arguments", name) if name else None
            if row and row[1].entry == "dependency" and call.args:
                return union(*(self.called(v, call, scope) for v in self.denote(call.args[0], scope)))
        return ()

    def annotated(self, annotation: f.Expr, scope: Scope) -> Values:
        """Instances of the classes that an annotation names."""
        found: list[Value] = []
        for expr in annotation_names(annotation):
            for value in self.denote(expr, scope):
                if isinstance(value, Cls) or (isinstance(value, Ext) and not value.name.startswith("typing.")):
                    found.append(Obj(value))
        return union(found)
