"""What calls give and what parameters receive."""

from __future__ import annotations

from functools import partial
from typing import Final

from statelint import facts as f
from statelint.project.resolution.aliases import type_meant
from statelint.project.resolution.annotated import annotated, fitting, metadata
from statelint.project.resolution.annotations import forward
from statelint.project.resolution.arguments import argument as argument_of
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.declared_fields import declaration
from statelint.project.resolution.dispatch import picked
from statelint.project.resolution.for_good import ForGood
from statelint.project.resolution.named_modules import IMPORTS, located, named_modules
from statelint.project.resolution.own_object import own_object
from statelint.project.resolution.resolver import Resolver
from statelint.project.resolution.returned import Returned, argument
from statelint.project.resolution.scopes import Binding, Scope
from statelint.project.resolution.values import (
    FEW,
    Bound,
    Cls,
    Ext,
    Func,
    Heap,
    Lit,
    Made,
    Member,
    Obj,
    Part,
    Site,
    Value,
    Values,
    added,
    qualified,
    union,
)
from statelint.vocabulary import Fields

DEEP: Final = "copy.deepcopy"
SAME: Final = frozenset({"typing.cast", "copy.copy", DEEP})
"""Functions that hand on their last argument, or an equal one."""
PARTIAL: Final = "functools.partial"
LOOKS_UP: Final = frozenset({"get", "setdefault", "pop"})
"""Methods of a table that give what is under the key which is their first argument."""
VIEWS: Final = frozenset({"values", "items", "copy"})
"""Methods of a container that give the very elements that it holds, in a container of their own."""
PICKS: Final = frozenset({"builtins.next", "builtins.max", "builtins.min"})
"""Functions that give one of the elements of their only argument, or of the first one."""
COPIES: Final = SAME - {"typing.cast"}
FACTORIES: Final = ("default_factory", "factory")
"""Arguments of a field of a class that make its value for each instance."""


class Results:
    """Results of calls and values of parameters."""

    def __init__(self, names: Resolver) -> None:
        self._names = names
        self.annotated = partial(annotated, names)
        self.picked: dict[Scope, tuple[Scope, tuple[str, ...]]] = {}
        """For some of many methods that a computed name can mean: the class below which all are, and their names."""
        self._libraries: dict[Scope, frozenset[str]] = {}
        """What each module imports."""
        self._gives = ForGood[Scope, Values](names)
        self._returned = Returned(names)
        self.returned_by = self._returned.by
        self.returned_at = self._returned.at

    def called(self, callee: Value, e: f.Call, scope: Scope) -> Values:
        """What calling `callee` gives."""
        field = self._names.fields.row(e, scope) if scope.kind == "class" else None
        if field:
            return self._declared(field, e, scope)
        if type(callee) is Cls:
            return (Obj(callee, self._names.site(e, scope)),)
        if type(callee) is Func or type(callee) is Bound:
            found = self._returned.to(callee, e, scope)
            node = callee.scope.node
            if type(node) is f.Function and node.is_generator and not node.decorators:
                return union((Heap("builtins.generator", self._names.site(e, scope)),), found)
            return found
        if type(callee) is Obj and type(callee.cls) is Cls:
            method = self._names.classes.method(callee.cls.scope, "__call__")
            return self.returned(method) if method else ()
        name = qualified(callee)
        if name is None:
            return ()
        if name == "builtins.getattr" and len(e.args) > 1 and type(e.args[1]) is f.Const:
            attribute = str(e.args[1].value)
            return union(*(self._names.member(v, attribute) for v in self._names.denote(e.args[0], scope)))
        if name == "builtins.getattr" and len(e.args) > 1:
            return union(*(self._picked(v, e.args[1], scope) for v in self._names.denote(e.args[0], scope)))
        if name.endswith(".__new__") and e.args:
            made = [v for v in self._names.denote(e.args[0], scope) if type(v) is Cls]
            return tuple(Obj(v, self._names.site(e, scope)) for v in made)
        if name in SAME and e.args:
            given = self._names.denote(e.args[-1], scope)
            copied = self._names.site(e, scope)
            left = (Part, Member) if name == DEEP else (Part,)  # an attribute of something that nobody sees made
            return tuple(_copy(v, copied) for v in given if type(v) not in left) if name in COPIES else given
        if name == PARTIAL and e.args:
            return tuple(v for v in self._names.denote(e.args[0], scope) if isinstance(v, Func | Bound | Cls))
        if name == "builtins.type" and len(e.args) == 1:
            return tuple(v.cls for v in self._names.denote(e.args[0], scope) if type(v) is Obj)
        if name == "builtins.super":
            return self._super(scope)
        if name == IMPORTS and e.args:
            return named_modules(self._names, e, scope)
        if e.args and self._names.knowledge.find("locators", name):
            return located(self._names, e.args[0], scope)
        if name in PICKS and e.args and (len(e.args) == 1 or name.endswith(".next")):
            return union(*(self._names.elements(v) for v in self._names.denote(e.args[0], scope)))
        if type(callee) is Member and callee.name in LOOKS_UP and e.args:
            kept = self._names.kept(callee.of, e.args[0])
            if kept:
                return kept
        if type(callee) is Member and isinstance(callee.of, Heap | Part):
            held = callee.of
            row = self._names.knowledge.find("containers", held.type) if type(held) is Heap else None
            if row is not None and callee.name in VIEWS and callee.name in row[1].hands_out:
                return (held,)
            if row is not None and callee.name == "copy":
                return (_copy(held, self._names.site(e, scope)),)
            if row is None or callee.name in row[1].hands_out:
                default = (
                    self._names.denote(e.args[1], scope) if callee.name == "setdefault" and len(e.args) > 1 else ()
                )
                inside = self._names.elements(held, e.args[0] if e.args else None)
                return union(inside, (v for v in default if type(v) is Heap))
            return ()
        if type(callee) is Member and type(callee.of) is Obj and callee.of.of is not None:
            if callee.name in VIEWS:
                return (callee.of,)
            if callee.name in LOOKS_UP:
                return self._names.elements(callee.of)
        return self._outside_call(name, e, scope)

    def _picked(self, value: Value, wanted: f.Expr, scope: Scope) -> Values:
        """The methods of an object that a name which is put together can mean."""
        cls = value.cls if isinstance(value, Obj) else value
        if not isinstance(cls, Cls):
            return ()
        names = tuple(picked(wanted, scope, cls.scope, self._names.classes))
        found = union(v for name in names for v in self._names.member(value, name) if isinstance(v, Bound | Func))
        if len(found) >= FEW:
            self.picked.update((v.scope, (cls.scope, names)) for v in found if isinstance(v, Bound))
        return found

    def _declared(self, row: Fields, e: f.Call, scope: Scope) -> Values:
        """The value of a field that a class body declares, as far as the declaration tells."""
        call = declaration(e) or e
        if row.names_class or row.object_of:
            named = dict(call.keywords)
            given = [named[k] for k in row.keywords if k in named] or call.args[:1]
            classes = [v for c in given for v in self._named_class(c, scope)]
            return tuple(classes) if row.names_class else tuple(Obj(v) for v in classes)
        made = self._names.denote(call.func, scope)
        names = [name for v in made if (name := qualified(v)) in self._names.knowledge.returns]
        return union(*(self._outside_call(name, e, scope) for name in names if name))

    def _named_class(self, e: f.Expr, scope: Scope) -> list[Cls]:
        if isinstance(e, f.Const) and e.kind == "str":
            named = forward(str(e.value))
            e = named if named is not None else e
        return [v for v in self._names.denote(e, scope) if isinstance(v, Cls)]

    def _outside_call(self, name: str, e: f.Call, scope: Scope) -> Values:
        site = self._names.site(e, scope)
        if scope.kind == "class":
            for keyword, factory in e.keywords:
                if keyword in FACTORIES:
                    return union(*(self._manufactured(v, site) for v in self._names.denote(factory, scope)))
            if copied := self._begun_with(name, e, scope, site):
                return copied
        container = self._names.knowledge.find("containers", name)
        if container and not container[1].immutable:
            return (Heap(self._names.knowledge.canonical(name), site),)
        for spelling in self._names.knowledge.spellings(name):
            if spelling in self._names.knowledge.returns:
                returned = self._names.knowledge.canonical(self._names.knowledge.returns[spelling])
                known = self._names.knowledge.find("containers", returned)
                return (Heap(returned, site),) if known else (Obj(Ext(returned), site),)
        if name.rpartition(".")[2][:1].isupper():
            return (Obj(Ext(name), site),)
        return (Made(name, site),)

    def _begun_with(self, name: str, e: f.Call, scope: Scope, site: Site) -> Values:
        """The container that each object gets for itself, where a field of its class says so: `Field(default={})`."""
        field = self._names.knowledge.find("environ", name)
        begun = argument_of(e, field[1].keyword, field[1].default) if field and field[1].factory else None
        held = self._names.denote(begun, scope) if isinstance(begun, f.Group | f.Table | f.Call) else ()
        return tuple(Heap(v.type, site) for v in held if isinstance(v, Heap) and v.site.expr is begun)

    def _manufactured(self, factory: Value, site: Site) -> Values:
        """What a factory gives, as made at the place that names the factory."""
        if isinstance(factory, Func | Bound):
            return tuple(Heap(v.type, site) if isinstance(v, Heap) else v for v in self.returned(factory.scope))
        if isinstance(factory, Cls):
            return (Obj(factory, site),)
        row = self._names.knowledge.find("containers", factory.name) if isinstance(factory, Ext) else None
        return (Heap(self._names.knowledge.canonical(factory.name), site),) if row and isinstance(factory, Ext) else ()

    def _super(self, scope: Scope) -> Values:
        current: Scope | None = scope
        while current and current.kind != "class":
            current = current.parent
        if current is None:
            return ()
        bases = self._names.classes.bases(current) or (Ext("builtins.object"),)
        return tuple(Obj(base) for base in bases)

    def returned(self, scope: Scope) -> Values:
        """What calling a project function gives: its return values, or what a generator yields."""
        return self._gives.to(scope, lambda: self._all_returned(scope))

    def _all_returned(self, scope: Scope) -> Values:
        yielded = (  # of what it delegates to, a generator gives all that it goes through
            self._names.gone_through(e.value, scope) if type(e) is f.Star else self._names.denote(e, scope)
            for e in scope.yields
        )
        values = union(*(self._names.denote(e, scope) for e in scope.returns), *yielded)
        node = scope.node
        if not isinstance(node, f.Function) or node.returns is None:
            return values
        if not values:
            return self.annotated(node.returns, scope.parent or scope)
        return fitting(self._names, values, node.returns, scope.parent or scope, scope)

    def made_with(self, made: Value, e: f.Expr, scope: Scope) -> Values:
        """What a parameter of the constructor is for the one object that a call makes: the argument of this very call.

        Nothing where `e` is no parameter of it, or the call does not show what it hands over.
        """
        site = made.site.constructed if isinstance(made, Obj) and made.site is not None else None
        call = site.expr if site is not None else None
        if site is None or not isinstance(call, f.Call) or not isinstance(made, Obj) or not isinstance(made.cls, Cls):
            return ()
        bindings = scope.bindings.get(e.id, ()) if isinstance(e, f.Name) and scope.name == "__init__" else ()
        if len(bindings) != 1 or bindings[0].kind != "param":
            return ()
        if self._names.classes.method(made.cls.scope, "__init__") is not scope:
            return ()
        if not any(v == made.cls for v in self._names.denote(call.func, site.scope)):
            return ()
        given = argument(Bound(scope, made), bindings[0].name, call)
        return self._names.denote(given, site.scope) if given is not None else ()

    def parameter(self, b: Binding) -> Values:
        """What a parameter can be: the receiver, its annotation, an injected dependency, its default, the arguments."""
        receiver = first_parameter(b.scope)
        if receiver and receiver[0] == b.name and b.scope.owner:
            return (Obj(Cls(b.scope.owner)),) if receiver[1] == "self" else (Cls(b.scope.owner),)
        param = b.node
        assert type(param) is f.Param
        found: list[Value] = []
        outer = b.scope.parent or b.scope
        where, annotation = type_meant(self._names, param.annotation, outer) if param.annotation else (outer, None)
        injected = [(e, s) for e, s in ((param.default, outer), *((e, where) for e in metadata(annotation)))]
        for call, place in injected:
            found.extend(self._injected(call, place) if type(call) is f.Call else ())
        if param.annotation is not None:
            found.extend(self.annotated(param.annotation, outer))
        if param.default is not None and not found:
            found.extend(v for v in self._names.denote(param.default, outer) if not isinstance(v, Made | Lit))
        given = self._names.given()
        for i, (expr, scope) in enumerate(given.arguments.get((b.scope, b.name), ()) if given else ()):
            found.extend(added(self._names.denote(expr, scope), i))
        if param.annotation is not None:
            found = list(fitting(self._names, union(found), param.annotation, outer, b.scope))
        if not found and param.annotation is None:
            found.extend(own_object(self._names, b) or self._conventional(b))
        return union(found)

    def _conventional(self, b: Binding) -> list[Value]:
        """What a parameter of this name usually is where the module imports the library."""
        classes = self._names.knowledge.parameters.get(b.name)
        if not classes:
            return []
        top = self._names.top(b.scope)
        names = self._libraries.get(top)
        if names is None:
            names = self._libraries[top] = _imported(top)
        return [Obj(Ext(cls)) for imports, cls in classes if imports & names]

    def _injected(self, call: f.Call, scope: Scope) -> Values:
        """The result of the callable that a dependency marker names."""
        for callee in self._names.denote(call.func, scope):
            name = qualified(callee)
            row = self._names.knowledge.find("handlers.arguments", name) if name else None
            if row and row[1].entry == "dependency" and call.args:
                given = self._names.denote(call.args[0], scope)
                return union(
                    *(
                        self.returned(v.scope) if isinstance(v, Func | Bound) else self.called(v, call, scope)
                        for v in given
                    )
                )
        return ()


def _copy(value: Value, site: Site) -> Value:
    """An equal container or object, made at a site of its own."""
    if isinstance(value, Heap):
        return Heap(value.type, site)
    return Obj(value.cls, site) if isinstance(value, Obj) else value


def _imported(top: Scope) -> frozenset[str]:
    """The dotted names of what a module imports, each also by its first part and without its last one."""
    nodes = [
        (b.kind, b.node)
        for bindings in top.bindings.values()
        for b in bindings
        if isinstance(b.node, tuple) and b.kind in ("import", "from")
    ]
    dotted = {node[1] if kind == "import" else f"{node[0].module}.{node[1]}" for kind, node in nodes}
    firsts, owners = {name.partition(".")[0] for name in dotted}, {name.rpartition(".")[0] for name in dotted}
    return frozenset(dotted | firsts | owners)
