"""What values hold: items by key, elements of displays and copies, what a target gets of a value taken apart."""

from __future__ import annotations

from typing import Final

from statelint import facts as f
from statelint.project.resolution.annotations import annotation_types, held_types
from statelint.project.resolution.applications import below_application, key_text
from statelint.project.resolution.for_good import ForGood
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import (
    MANY,
    NAMED,
    WIDTH,
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
    added,
    names_something,
    qualified,
    union,
)

TUPLE: Final = "builtins.tuple"
GENERATOR: Final = "builtins.generator"
HANDING: Final = frozenset(
    {"builtins.enumerate", "builtins.zip", "builtins.filter", "builtins.reversed", "builtins.iter",
     "builtins.tuple", "builtins.frozenset", "itertools.chain"}
)  # fmt: skip
"""Functions that go through the elements of their arguments."""
COPYING: Final = frozenset({"list", "sorted", "tuple", "set", "dict", "reversed", "copy", "deque"})
"""Functions whose result holds the very elements of their first argument."""


class Elements:
    """Look-up of elements."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self._active: set[Site] = set()
        self._known = ForGood[tuple[Heap, tuple[object, str] | None], Values](names)

    @property
    def are_going_round(self) -> bool:
        """Whether the elements of something are being found out that holds those of others, and perhaps its own."""
        return bool(self._active)

    def item(self, e: f.Item, scope: Scope) -> Values:
        """What `value[key]` denotes."""
        found: list[Value] = []
        for value in self._names.denote(e.of, scope):
            if type(value) is Ext and value.name == "sys.modules":
                found.extend(self._loaded(e.key, scope))
            elif isinstance(value, Cls) and self._is_of_rows(value.scope):
                found.append(Obj(value))  # `User[number]` looks one up
            elif isinstance(value, Cls | Ext):
                found.append(value)  # a parametrised generic is its class
            elif type(value) is Mod:
                continue
            elif type(value) is Made and value.name == "builtins.globals" and type(e.key) is f.Const:
                found.extend(self._names.lookup(str(e.key.value), self._names.top(scope)))
            elif type(e.key) is f.Op and e.key.op == "slice" and type(value) is Heap:
                copied = value.type == "builtins.list"  # slices of other sequences can be views
                found.append(Heap(value.type, self._names.site(e, scope)) if copied else Part(value))
            elif type(e.key) is f.Const and e.key.kind == "int" and _is_written_tuple(value):
                found.extend(self.at((value,), int(e.key.value or 0)))
            else:
                found.extend(self.kept(value, e.key))
                found.extend(self.elements(value, e.key))
        return union(found)

    def _is_of_rows(self, cls: Scope) -> bool:
        """Whether objects of a class are rows of a database, by what the library of its base says."""
        rows = (self._names.knowledge.find("benign", base) for base in self._names.classes.outside_bases(cls))
        return any(row is not None and row[1].because == "row" for row in rows)

    def kept(self, value: Value, key: f.Expr) -> Values:
        """What code assigns to this key of an application object, or of a table that it keeps."""
        path = below_application(value, self._names.knowledge) if isinstance(value, Obj | Member) else None
        text = key_text(key) if path is not None else None
        given = self._names.given() if text is not None else None
        kept = given.kept.get(f"{path}[{text}]", ()) if given else ()
        return union(*(self._names.denote(value, scope) for value, scope in kept))

    def _loaded(self, key: f.Expr, scope: Scope) -> Values:
        """`sys.modules[__name__]` and `sys.modules["package.module"]`."""
        if isinstance(key, f.Name) and key.id == "__name__":
            return (Mod(scope.module),)
        module = self._names.modules.find(str(key.value), scope.module) if isinstance(key, f.Const) else None
        return (Mod(module),) if module else ()

    def elements(self, value: Value, key: f.Expr | None = None) -> Values:
        """What a value holds: a marker that it is a part, the elements written in a display, and what was stored."""
        if type(value) is Obj and type(value.cls) is Cls:
            getter = self._names.classes.method(value.cls.scope, "__getitem__")
            if getter:
                return self._names.returned(getter)
            return union((Part(value),), self._of_bases(value.cls.scope))
        if type(value) is Obj and value.of is not None:
            return union((Part(value),), self._annotated(value.of.expr, value.of.scope))
        if type(value) is Made and value.name in HANDING and type(value.site.expr) is f.Call:
            return self._gone_through(value, value.site.expr)
        if type(value) is not Heap:
            return (Part(value),)
        entry = (key.value, key.kind) if type(key) is f.Const else None
        return self._known.to((value, entry), lambda: self._held(value, key))

    def _held(self, value: Heap, key: f.Expr | None) -> Values:
        given = self._names.given()
        stored = given.stored.get(value.site, ()) if given else ()
        here = [row for row in stored if not _differ(key, row[2])]
        if given is not None and type(key) is f.Const and len(stored) > WIDTH:
            here.sort(key=lambda row: type(row[2]) is not f.Const)  # what is put under this very key comes first
            here[:0] = ((e, scope, key) for e, scope in given.keyed.get((value.site, key.value), ()))
        put = [v for i, (e, scope, _) in enumerate(here) for v in added(self._names.denote(e, scope), i)]
        made = self._made_on_demand(value)
        if _holds_constants(value) and not stored:
            return ()
        known = union(self.written_elements(value, key), made, (v for v in put if type(v) is not Lit))
        told = any(not isinstance(v, Part | Made | Member) for v in known)
        return union([Part(value)], () if told else self.declared(value.site), known)

    def gone_through(self, e: f.Expr, scope: Scope) -> Values:
        """What a loop over an expression goes through: what a generator yields, and the elements of anything else."""
        values = self._names.denote(e, scope)
        made = [v for v in values if type(v) is Heap and v.type == GENERATOR and type(v.site.expr) is f.Call]
        if not made:
            return self.elements(values[0]) if len(values) == 1 else union(*(self.elements(v) for v in values))
        yielded = {v for g in made for v in self._names.denote(g.site.expr, g.site.scope)}.difference(made)
        return union(*((v,) if v in yielded else self.elements(v) for v in values))

    def declared(self, site: Site) -> Values:
        """The elements of a container by the annotation of the name or attribute that it is assigned to."""
        annotation = site.scope.annotated.get(id(site.expr))
        return union(*(self._annotated(e, site.scope) for e in annotation_types(annotation))) if annotation else ()

    def _of_bases(self, cls: Scope) -> Values:
        """What objects of a class hold by the container that it derives from: `class Engines(dict[str, Engine])`."""
        lines = (item.scope for item in self._names.classes.lineage(cls) if isinstance(item, Cls))
        written = ((base, one) for one in lines if isinstance(one.node, f.Class) for base in one.node.bases)
        held = ((base, one.parent) for base, one in written if isinstance(base, f.Item) and one.parent is not None)
        return union(*(self._annotated(base, scope) for base, scope in held if self._is_container(base, scope)))

    def _is_container(self, base: f.Item, scope: Scope) -> bool:
        types = (qualified(value) for value in self._names.denote(base.of, scope))
        return any(name is not None and self._names.knowledge.find("containers", name) for name in types)

    def _annotated(self, annotation: f.Expr, scope: Scope) -> Values:
        return union(*(self._names.annotated(e, scope) for e in held_types(annotation)))

    def _gone_through(self, value: Made, call: f.Call) -> Values:
        """The elements of what a function goes through, once each: `rows = chain(rows, reversed(more))` leads back."""
        if value.site in self._active:
            return ()
        self._active.add(value.site)
        try:
            held = [v for e in call.args for v in self._names.denote(e, value.site.scope)]
            return union(*map(self.elements, held))
        finally:
            self._active.discard(value.site)

    def _made_on_demand(self, value: Heap) -> Values:
        """The objects that a container makes for a key it lacks: `defaultdict(Basket)`."""
        made = value.site.expr
        if not isinstance(made, f.Call) or not made.args or not value.type.endswith(".defaultdict"):
            return ()
        factory = made.args[0]
        given, site = self._names.denote(factory, value.site.scope), self._names.site(factory, value.site.scope)
        types = [v.name for v in given if isinstance(v, Ext) and self._names.knowledge.find("containers", v.name)]
        return (*(Obj(v, site) for v in given if isinstance(v, Cls)), *(Heap(name, site) for name in types))

    def written_elements(self, value: Heap, key: f.Expr | None = None) -> Values:
        """The elements of a display as written, constants left out; with a constant key only that entry."""
        inner: list[Value] = []
        expr, scope = value.site.expr, value.site.scope
        if value.type == TUPLE and type(expr) is f.Group and type(key) is f.Const and isinstance(key.value, int):
            inner.extend(self.at((value,), key.value))
        elif type(expr) is f.Table:
            for k, v in expr.pairs:
                if not _differ(key, k):
                    inner.extend(self._names.denote(v, scope))
        elif type(expr) is f.Group:
            named = (
                i for i in expr.items[WIDTH:MANY] if type(i) in NAMED or (type(i) is f.Group and names_something(i))
            )
            for item in (*expr.items[:WIDTH], *named):
                inner.extend(self._spread(item, value) if type(item) is f.Star else self._names.denote(item, scope))
        elif type(expr) is f.Comprehension:
            inner.extend(self._names.denote(expr.items[-1], scope))
        elif value.site not in self._active:  # `rows = sorted(rows)` holds what it held
            self._active.add(value.site)
            for source in _copied(expr):
                held = self._names.denote(source, scope)
                if any(type(v) is Heap and v.type == GENERATOR for v in held):
                    inner.extend(self.gone_through(source, scope))
                else:
                    inner.extend(v for h in held if isinstance(h, Heap | Part) for v in self.elements(h))
            self._active.discard(value.site)
        return union(v for v in inner if type(v) is not Lit)

    def _spread(self, star: f.Star, value: Heap) -> Values:
        """What a display takes over of something: `[*defaults, mine]`, or the rest of what a call hands over."""
        if value.site in self._active:  # `rows = [*rows, row]` holds what it held
            return ()
        self._active.add(value.site)
        try:
            return self.gone_through(star.value, value.site.scope)
        finally:
            self._active.discard(value.site)

    def unpacked(self, value: f.Expr, position: int, scope: Scope, given: Values) -> Values:
        """What one target gets of a value that several targets take apart."""
        if isinstance(value, f.Group) and position < len(value.items):
            return self._names.denote(value.items[position], scope)
        if isinstance(value, f.Await):
            value = value.value
        if isinstance(value, f.Call):
            found: list[Value] = []
            for callee in self._names.denote(value.func, scope):
                if isinstance(callee, Func | Bound):
                    found.extend(self._names.returned_at(callee, position))
            if found:
                return union(found)
        taken = self.at(tuple(v for v in given if isinstance(v, Heap) and v.type == TUPLE), position)
        return union(taken, (Part(v) for v in given if not (isinstance(v, Heap) and v.type == TUPLE)))

    def at(self, values: Values, position: int) -> Values:
        """What stands at a position of those values that are tuples as written, and the other values."""
        found: list[Value] = []
        for value in values:
            e = value.site.expr if isinstance(value, Heap) and value.type == TUPLE else None
            if isinstance(e, f.Group) and isinstance(value, Heap):
                found.extend(self._names.denote(e.items[position], value.site.scope) if position < len(e.items) else ())
            else:
                found.append(value)
        return union(found)


def _is_written_tuple(value: Value) -> bool:
    """Whether it is a tuple of which each part stands in the code."""
    e = value.site.expr if isinstance(value, Heap) and value.type == TUPLE else None
    return isinstance(e, f.Group) and not any(isinstance(item, f.Star) for item in e.items)


def _differ(key: f.Expr | None, other: f.Expr | None) -> bool:
    """Whether two keys are constants that are not the same."""
    return type(key) is f.Const and type(other) is f.Const and key.value != other.value


def _holds_constants(value: Heap) -> bool:
    """Whether nothing inside of a container can be changed: a set, or a display of constants."""
    e = value.site.expr
    if type(e) is f.Call:
        return value.type == "builtins.set"
    written = e.items if type(e) is f.Group else [v for _, v in e.pairs] if type(e) is f.Table else ()
    return len(written) > 0 and all(isinstance(x, f.Const | f.Text) for x in written)


def _copied(e: f.Expr) -> tuple[f.Expr, ...]:
    """The expressions whose elements a new container takes over."""
    if isinstance(e, f.Op):
        return e.operands
    if isinstance(e, f.Item):
        return (e.of,)
    if isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name == "copy" and not e.args:
        return (e.func.of,)
    if isinstance(e, f.Call) and e.args:
        name = getattr(e.func, "name", None) or getattr(e.func, "id", None)
        return e.args[:1] if name in COPYING else ()
    return ()
