"""Homes: the places that hold objects, and which of them last as long as the process.

A home is a module variable, a class attribute, an instance attribute, a default argument, a function attribute, a
closure variable or an attribute of an application object. The first three kinds of roots live as long as the process
by themselves; an instance attribute does when an instance of its class does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.given_fields import GivenFields
from statelint.project.resolution.applications import key_text
from statelint.project.resolution.classes import decorator_names, is_abstract
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import alternatives, is_container_like
from statelint.project.resolution.scopes import Binding, Scope, given_to_name
from statelint.project.resolution.values import Cls, Ext, Func, Heap, Lit, Made, Member, Obj, Site, Value, qualified
from statelint.spans import Place, Span


@dataclass(frozen=True, slots=True)
class Home:
    """kind: module-variable, class-attribute, instance-attribute, default-argument, function-attribute,
    closure-variable, application-attribute. `name` is qualified: `shop.cart:CARTS`, `shop.cart:Cart.items`."""

    kind: str
    name: str
    scope: Scope
    span: Span

    @property
    def short(self) -> str:
        return self.name.rpartition(":")[2]


PER_INSTANCE = frozenset({"dataclass", "define", "frozen", "attrs", "mutable", "s", "attr"})
"""Class decorators that turn class attributes into per-instance fields."""


class Homes:
    """All homes, what each holds, and the long-lived classes and sites."""

    def __init__(self, names: Names, knowledge: Knowledge, scripts: AbstractSet[Scope]) -> None:
        """`scripts` are the modules whose names are bound anew for each session."""
        self._names = names
        self._scripts = scripts
        self._knowledge = knowledge
        self._own: dict[Site, list[Home]] = defaultdict(list)
        self._lent: dict[Site, list[Home]] = defaultdict(list)
        self.values: dict[Home, tuple[Value, ...]] = {}
        self._of_class: dict[Scope, list[Home]] = defaultdict(list)
        self._lent_of_class: dict[Scope, list[Home]] = defaultdict(list)
        self.long_classes: dict[Scope, Span] = {}
        """Classes with an instance that lasts, and where that instance is made or registered."""
        self.long_sites: set[tuple[Site, Scope | None]] = set()
        """Where objects that last are made, with their class: one call can make objects of a class that it is given."""
        self.single: set[Scope] = set()
        """Classes of which every object is the same one, or shares its attributes."""
        self.long_heaps: list[Heap] = []
        self.keepers: dict[Scope, list[Home]] = {}
        """Classes whose instances last only because a container keeps them, and the homes of such containers."""
        self.kept_by_themselves: set[Scope] = set()
        """Classes whose constructor puts each object into a container that lasts."""
        self.anew: set[Scope] = set()
        """Classes, with those above them, of which requests make objects for themselves."""
        self.at_start: frozenset[Scope] = frozenset()
        """Functions that run before the first request and not because of one."""
        self._instance_done: set[Scope] = set()
        self._given_fields = GivenFields(names, self.per_instance_fields)
        self.known: dict[tuple[str, str], Home] = {}
        self.application_classes = knowledge.application_classes
        self._roots()

    # ── the homes ──

    def home(self, kind: str, name: str, scope: Scope, place: Place, written: Scope | None = None) -> Home:
        """The one home of this kind and name; the first place that defines it wins. `place` is in `written`."""
        return self.known.setdefault((kind, name), Home(kind, name, scope, (written or scope).span(place)))

    def module_variable(self, scope: Scope, name: str) -> Home | None:
        """The home of a module-level name. It points at its first assignment, also one by `global` in a function."""
        bindings = scope.bindings.get(name) or [
            b for s in scope.descendants() if s.outer.get(name) == "global" for b in s.bindings.get(name, ())
        ]
        kinds = ("assign", "annotate", "enter")
        own = [b for b in bindings if b.kind in kinds and not b.context.for_types and not b.context.in_main]
        if not own or self._stands_in(scope, name, bindings, own):
            return None
        first = next((b for b in own if b.value is not None and is_container_like(b.value)), own[0])
        return self.home("module-variable", f"{scope.module.name}:{name}", scope, first.at)

    def _in_class_body(self, b: Binding) -> Iterable[Value]:
        """What a class body gives a name: where that is `None`, the annotation speaks of what objects hold later."""
        return self._names.denote(b.value, b.scope) if isinstance(b.value, f.Const) else self._names.bound(b)

    def _stands_in(self, scope: Scope, name: str, bindings: Iterable[Binding], own: Iterable[Binding]) -> bool:
        """Whether what the module binds only stands in for what it failed to import from the project."""
        if not any(b.kind == "from" for b in bindings) or not all(b.context.on_error for b in own):
            return False
        values = self._names.lookup(name, scope)
        return any(isinstance(v, Heap | Obj) and v.site is not None and v.site.scope.path != scope.path for v in values)

    def attribute(self, owner: Scope, name: str) -> Home | None:
        """The home of an attribute that the methods or the body of this very class assign.

        It points at where a constructor sets it up, be it one of a class above.
        """
        kind, path = "instance-attribute", f"{owner.full_name}.{name}"
        assigned = self._names.classes.assigned(owner, name)
        if assigned:
            first = (self._names.classes.set_up(owner, name) or assigned[0]).store
            return self.home(kind, path, owner, first.target.at, first.scope)
        fields = [b for b in owner.bindings.get(name, ()) if b.kind in ("assign", "annotate")]
        return self.home(kind, path, owner, fields[0].at) if fields else None

    def _roots(self) -> None:
        for scope in self._names.every:
            if self._names.top(scope) in self._scripts or not scope.module.in_service:
                continue
            if scope.kind == "module":
                names = dict.fromkeys(scope.bindings)
                for inner in scope.descendants():
                    names.update(dict.fromkeys(n for n, how in inner.outer.items() if how == "global"))
                for name in names:
                    home = self.module_variable(scope, name)
                    if home:
                        self.hold(home, self._names.lookup(name, scope), given_to_name(scope, name))
                    self._memoised(scope, name)
            elif scope.kind == "class" and not self.per_instance_fields(scope):
                for name, bindings in scope.bindings.items():
                    given = [b for b in bindings if b.kind in ("assign", "annotate") and b.value is not None]
                    own = [b for b in given if not self._is_field(b.value, scope)]
                    if own:
                        home = self.home("class-attribute", f"{scope.full_name}.{name}", scope, own[0].at)
                        said = (v for b in own for v in self._in_class_body(b))
                        self.hold(home, said, [b.value for b in own])
                        for store in self._names.classes.given_to_class(scope, name):
                            values = self._names.denote(store.value, store.scope) if store.value else ()
                            self.hold(home, values, [store.value])
            elif scope.kind == "function" and isinstance(scope.node, f.Function) and scope.parent:
                for param in scope.node.params:
                    if isinstance(param.default, f.Group | f.Table | f.Call):
                        home = self.home("default-argument", f"{scope.full_name}.{param.name}", scope, param.at)
                        values = self._names.denote(param.default, scope.parent)
                        self.hold(home, (v for v in values if isinstance(v, Heap)), [param.default])

    def per_instance_fields(self, cls: Scope) -> bool:
        """Whether the class body declares fields that every instance gets for itself."""
        node = cls.node
        if isinstance(node, f.Class) and not PER_INSTANCE.isdisjoint(decorator_names(node)):
            return True
        return "definition" in self._reasons(cls)

    def _is_field(self, value: f.Expr | None, cls: Scope) -> bool:
        """Whether what a class body assigns gives each object a value of its own."""
        return self._names.fields.row(value, cls) is not None

    def is_passing(self, cls: Scope) -> bool:
        """Whether what is set on instances does not last by itself: rows of a store that all replicas share, and
        objects of which each thread or task sees attributes of its own."""
        return not {"row", "context"}.isdisjoint(self._reasons(cls))

    def _reasons(self, cls: Scope) -> set[str]:
        """Why knowledge says that objects of the class are no state."""
        bases = dict.fromkeys(self._knowledge.canonical(base) for base in self._names.classes.outside_bases(cls))
        found = (self._knowledge.find("benign", name) for base in bases for name in self._knowledge.lineage(base))
        return {row[1].because for row in found if row is not None}

    def _memoised(self, scope: Scope, name: str) -> None:
        """What a memoised function returns lasts as long as its memo."""
        for binding in scope.bindings.get(name, ()):
            node = binding.node
            for decorator in node.decorators if isinstance(node, f.Function) else ():
                target = decorator.func if isinstance(decorator, f.Call) else decorator
                outside = [qualified(value) for value in self._names.denote(target, scope)]
                if isinstance(node, f.Function) and any(self._knowledge.find("memo", o) for o in outside if o):
                    inner = scope.by_node[id(node)]
                    returned = self._names.returned(inner)
                    for one in returned:
                        self.last(one, scope.span(node.name_at))
                    made = [v for v in returned if isinstance(v, Heap | Obj) and v.site and v.site.scope is inner]
                    if made:  # no name holds the object itself, and those that are given it are only its aliases
                        kept = self.home("module-variable", f"{scope.module.name}:{name}", scope, decorator.at)
                        self.hold(kept, made, [v.site.expr for v in made if v.site])

    def hold(self, home: Home, values: Iterable[Value], given: Iterable[f.Expr | None] = ()) -> None:
        """Record that a long-lived home holds these values, and follow what they hold themselves.

        `given` are the expressions assigned to it: an object made in one of them belongs to this home, one that came
        from elsewhere belongs to the home where it was made.
        """
        values, given = tuple(values), tuple(given)
        self.values[home] = (*self.values.get(home, ()), *values)
        handed = given and all(isinstance(e, f.Name) for e in given)  # `self.server = server`
        own = {id(part) for expr in given if expr is not None for part in alternatives(expr)}
        for value in values:
            site = value.site if isinstance(value, Heap | Made | Obj) else None
            if isinstance(value, Obj) and isinstance(value.cls, Cls):
                made_here = site is not None and id(site.expr) in own
                of_class = (self._of_class if made_here else self._lent_of_class)[value.cls.scope]
                of_class.extend([home] if home not in of_class else ())
                its_own = made_here or (not handed if site is None else self._is_made_by_a_request(site))
                if home.kind == "instance-attribute" and home.scope in self.keepers and its_own:
                    self._keep_along(value.cls.scope, home)
            if site is not None:
                homes = self._own if id(site.expr) in own else self._lent
                homes[site].extend([home] if home not in homes[site] else ())
                record = home.scope in self.keepers and self.per_instance_fields(home.scope)
                if not (record and self._is_made_by_a_request(site)):  # only the container of the record is told
                    self.last(value, home.span)

    def _is_made_by_a_request(self, site: Site) -> bool:
        return site.scope.kind == "function" and site.scope not in self.at_start

    def _keep_along(self, cls: Scope, home: Home) -> None:
        """Record that objects of a class last only in an attribute of what a container keeps."""
        below = self._names.classes.subclasses(cls) if is_abstract(cls) else ()
        for item in dict.fromkeys(v for one in (cls, *below) for v in self._names.classes.lineage(one)):
            if isinstance(item, Cls) and (item.scope in self.keepers or item.scope not in self.long_classes):
                known = self.keepers.setdefault(item.scope, [])
                known.extend([home] if home not in known else ())

    def of_class(self, cls: Scope) -> list[Home]:
        """The homes that made an instance of a project class, else those that were handed one."""
        return self._of_class.get(cls) or self._lent_of_class.get(cls, [])

    def of_site(self, site: Site) -> list[Home]:
        """The homes of the object made at a site: those that made it, else those that were handed it."""
        if site in self._own:
            return self._own[site]
        lent = self._lent.get(site, [])
        roots = [home for home in lent if home.kind != "instance-attribute"]
        alone = site.scope.kind != "function" or (site.scope in self.at_start and len(lent) == 1)
        return roots or (lent[:1] if alone else [])

    def last(self, value: Value, where: Span) -> None:
        """Record that a value lasts as long as the process."""
        if isinstance(value, Heap):
            if not self.is_long(value):
                self.long_sites.add((value.site, None))
                self.long_heaps.append(value)
                # what requests put into a container belongs to the container; only what stands in its display lasts
                for element in () if value.site.takes_over() else self._names.written_elements(value):
                    if isinstance(element, Obj):
                        self.last(element, where)
        elif isinstance(value, Made | Obj):
            cls = value.cls.scope if isinstance(value, Obj) and isinstance(value.cls, Cls) else None
            if cls is not None and self.is_passing(cls):
                return
            if value.site is not None:
                self.long_sites.add((value.site, cls))
            if cls is not None:
                self.long_class(cls, where, value.site)
                for below in self._names.classes.subclasses(cls) if is_abstract(cls) else ():
                    self.long_class(below, where)
                    if value.site is not None:
                        self.long_sites.add((value.site, below))

    def long_class(self, cls: Scope, where: Span, made: Site | None = None) -> None:
        """Record that an instance of a project class lasts, with what its attributes hold; `made` is where it is made,
        where that is known."""
        if self.is_passing(cls):
            return
        self.long_classes.setdefault(cls, where)
        if cls not in self._instance_done:
            self._instance_done.add(cls)
            for item in self._names.classes.lineage(cls):
                if isinstance(item, Cls):
                    self._hold_attributes(cls, item.scope)
        for given in self._given_fields.new(cls, made):
            name = f"{given.owner.full_name}.{given.name}"
            home = self.home("instance-attribute", name, given.owner, given.field.at)
            said = () if given.field.value is not None else self._names.bound(given.field)
            values = [v for v in (*said, *self._names.denote(given.e, given.scope)) if not isinstance(v, Lit)]
            if values:
                self.hold(home, values, [given.e])

    def _hold_attributes(self, cls: Scope, owner: Scope) -> None:
        """Follow what a class, or one above it, gives to attributes of its objects."""
        for name in self._names.classes.attribute_names(owner):
            assigned = self._names.classes.assigned(owner, name)
            found = (v for a in assigned if a.value for v in self._names.denote(a.value, a.store.scope))
            home = self.attribute(owner, name)
            if home:
                self.hold(home, found, [a.value for a in assigned])
        declares = self.per_instance_fields(owner)
        for name, bindings in owner.bindings.items():
            given = [b for b in bindings if b.kind == "assign" and b.value is not None]
            fields = [b for b in given if declares or self._is_field(b.value, owner)]
            if fields:
                home = self.home("instance-attribute", f"{owner.full_name}.{name}", owner, fields[0].at)
                made = [
                    (e, m)
                    for item in self._below(cls, owner)
                    for m in self._names.fields.makers(item, name)
                    for e in m.returns
                ]
                values = [v for b in fields for v in self._names.bound(b)]
                values += [v for e, maker in made for v in self._names.denote(e, maker)]
                self.hold(home, values, [*(b.value for b in fields), *(e for e, _ in made)])

    def _below(self, cls: Scope, owner: Scope) -> Iterator[Scope]:
        """The classes from one up to one of those above it."""
        for item in self._names.classes.lineage(cls):
            if isinstance(item, Cls):
                yield item.scope
                if item.scope is owner:
                    return

    def class_lasts(self, cls: Scope | None) -> bool:
        """Whether an object of which only the class is known lasts: no request makes one, but the start does."""
        if cls is None or self.mixed(cls):
            return False
        return any(c in self.long_classes for c in (cls, *self._names.classes.subclasses(cls)))

    def mixed(self, cls: Scope) -> bool:
        """Whether some objects of a class last and others do not, so that the class alone does not tell."""
        return cls in self.anew and cls not in self.single

    def is_single(self, cls: Scope) -> bool:
        """Whether every call of a class gives an object with the same state."""
        return cls in self.single

    def application_path(self, e: f.Expr, scope: Scope) -> str | None:
        """`web.Application.state.jobs` for an attribute or constant key of an application object, else None."""
        if isinstance(e, f.Attr):
            parts, of = e.name, e.of
        elif isinstance(e, f.Item):
            key = key_text(e.key)
            if key is None:
                return None
            parts, of = f"[{key}]", e.of
        else:
            return None
        values = self._names.denote(of, scope)
        known = any(isinstance(v, Heap | Made) or (isinstance(v, Obj) and isinstance(v.cls, Cls)) for v in values)
        for value in values:
            owner = self._application(value)
            named = isinstance(value, Obj) and isinstance(value.cls, Ext) and value.site is None
            if known and (named or isinstance(value, Member)):
                continue  # what code put there has homes of its own; a name alone says less than a value
            if owner and not any(self.speaking(value, parts)):
                return f"{owner}.{parts}"
        return None

    def speaking(self, value: Value, name: str) -> Iterator[Scope]:
        """The project classes of an application object that set this attribute themselves."""
        if isinstance(value, Obj):
            cls = value.cls
            below = (cls.scope,) if isinstance(cls, Cls) else self._names.classes.subclasses(cls.name)
            for item in (item for scope in below for item in self._names.classes.lineage(scope)):
                if isinstance(item, Cls) and (
                    name in item.scope.bindings or self._names.classes.assigned(item.scope, name)
                ):
                    yield item.scope

    def _application(self, value: Value) -> str | None:
        if isinstance(value, Obj) and isinstance(value.cls, Ext):
            known = any(name in self.application_classes for name in self._knowledge.lineage(value.cls.name))
            return value.cls.name if known else None
        if isinstance(value, Obj) and isinstance(value.cls, Cls):
            for base in self._names.classes.outside_bases(value.cls.scope):
                if base in self.application_classes:
                    return base
        if isinstance(value, Member):
            owner = self._application(value.of)
            return f"{owner}.{value.name}" if owner else None
        return None

    def is_long(self, value: Heap | Made | Obj) -> bool:
        """Whether the object made at this very place lasts."""
        made = value.cls if isinstance(value, Obj) else None
        return value.site is not None and (value.site, made.scope if isinstance(made, Cls) else None) in self.long_sites

    def is_kept(self, value: Obj) -> bool:
        """Whether the object made at this very place lasts, or is of a class all of whose objects are kept."""
        return self.is_long(value) or (isinstance(value.cls, Cls) and value.cls.scope in self.kept_by_themselves)

    def lasts(self, value: Value) -> bool:
        """Whether this value is, or can be, one that lasts as long as the process."""
        if isinstance(value, Obj | Heap | Made):
            if self.is_kept(value) if isinstance(value, Obj) else self.is_long(value):
                return True
            if isinstance(value, Obj) and isinstance(value.cls, Cls) and value.cls.scope in self.single:
                return True
            if isinstance(value, Obj) and value.site is None:
                named = value.cls.scope if isinstance(value.cls, Cls) else None
                return self.class_lasts(named) if named else self._application(value) is not None
        return isinstance(value, Cls | Func)
