"""Writes to homes: every place that changes what a home holds, however the access path is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.holders import GENERIC_MUTATORS, NEEDING, OPERATORS, Holders, inside
from statelint.project.homes import Home, Homes
from statelint.project.namespaces import constant_name, keeps_elsewhere, namespace_of, updated, wraps
from statelint.project.resolution.arguments import handed_to
from statelint.project.resolution.calls import SETS
from statelint.project.resolution.classes import CONSTRUCTORS, decorator_names
from statelint.project.resolution.dispatch import picked_from
from statelint.project.resolution.given import made_by_a_call
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import given_anew, is_super, is_text, leaves, receiver_rooted, taken_out
from statelint.project.resolution.scopes import CallSite, Context, Scope, Store
from statelint.project.resolution.values import Cls, Ext, Func, Heap, Member, Mod, Obj, Site, Value, qualified, root
from statelint.spans import Place
from statelint.vocabulary import Mutator

SETTING = frozenset({"builtins.setattr", "builtins.delattr", "builtins.object.__setattr__"})


class Write(NamedTuple):
    """One change of what a home holds.

    how: item, attribute, method, delete, augment, rebind, argument. `method` is the method's or function's name.
    `element` says that something inside the home's object changes, not the object itself.
    """

    home: Home
    scope: Scope
    at: Place
    how: str
    method: str
    key: f.Expr | None
    value: f.Expr | None
    context: Context
    rooted: str | None
    """self or cls when the path starts at the receiver of the method."""
    element: bool


class Writes:
    """All writes of the project, by scope. Scopes are examined on demand."""

    def __init__(self, names: Names, homes: Homes, knowledge: Knowledge) -> None:
        self._names = names
        self._homes = homes
        self._knowledge = knowledge
        self._holders = Holders(names, homes, knowledge)
        self._by_scope: dict[Scope, tuple[Write, ...]] = {}

    def of(self, scope: Scope) -> tuple[Write, ...]:
        if scope not in self._by_scope:
            found = [w for store in scope.stores for w in self._store(store)]
            found += [w for site in scope.calls for w in self._call(site)]
            self._by_scope[scope] = tuple(dict.fromkeys(w for w in found if not self._initialises(w)))
        return self._by_scope[scope]

    @staticmethod
    def _initialises(write: Write) -> bool:
        """A constructor sets up its own new instance; that is no write to state."""
        scope: Scope | None = write.scope
        return (
            write.home.kind in ("instance-attribute", "application-attribute")
            and write.rooted == "self"
            and scope is not None
            and scope.name in CONSTRUCTORS
        )

    # ── stores ──

    def _store(self, s: Store) -> Iterator[Write]:
        how = "delete" if s.op == "del" else ("augment" if s.op != "=" else "")
        target = s.target
        if leaves(s) or self._holders.copied.covers(target, s.scope):
            return
        if isinstance(target, f.Name):
            yield from self._name(s, target, how or "rebind")
        elif isinstance(target, f.Attr):
            yield from self._named(s, self._names.denote(target.of, s.scope), target.name, how)
            yield from self._on_application(s, target, how)
        elif isinstance(target, f.Item):
            keyed = self._homes.application_path(target, s.scope)
            for home, element in self._holders.held_by(target.of, s.scope):
                if home.kind == "class-attribute" and given_anew(target.of, s.scope, s.context, s.at):
                    continue
                if keyed and home.kind == "application-attribute" and not self._homes.values.get(home):
                    continue  # each key of what the library itself made is a state of its own
                yield self._write(home, s, "item" if how == "delete" else how or "item", target.key, element, target)
            owners = namespace_of(target.of, s.scope, self._names)
            if owners and not (s.scope.name == SETS and receiver_rooted(target.of, s.scope)):
                yield from self._named(s, owners, constant_name(target.key), how)
            yield from self._on_application(s, target, how)

    def _on_application(self, s: Store, target: f.Attr | f.Item, how: str) -> Iterator[Write]:
        """`app.state.total += 1` and `request.app["total"] += 1`."""
        path = self._homes.application_path(target, s.scope)
        if path and path.rpartition(".")[0] not in self._holders.stood_in and not self._just_made(target, s.scope):
            home = self._homes.home("application-attribute", path, s.scope, target.at)
            yield self._write(home, s, how or "rebind", None, False, target)

    def _just_made(self, e: f.Expr, scope: Scope) -> bool:
        """Whether an attribute belongs to an object that this call of a function got from what made it."""
        while isinstance(e, f.Attr | f.Item):
            e = e.of
        if not isinstance(e, f.Name) or scope.kind != "function":
            return False
        bindings = scope.bindings.get(e.id, ())
        made = self._names.denote(e, scope) if bindings and all(isinstance(b.value, f.Call) for b in bindings) else ()
        return bool(made) and all(
            isinstance(v, Obj) and v.site is not None and v.site.scope.kind == "function" and not self._is_held(v.site)
            for v in made
        )

    def _is_held(self, site: Site) -> bool:
        return any(home.kind == "module-variable" for home in self._homes.of_site(site))

    def _rooted(self, home: Home, e: f.Expr, scope: Scope) -> str | None:
        """self or cls where a path starts at the receiver and what it changes lasts as long as the receiver.

        An object that others handed to the receiver lasts by itself: `self.shop.rows` of a shop that came as argument.
        """
        rooted = receiver_rooted(e, scope)
        if rooted != "self" or home.kind != "instance-attribute":
            return rooted
        owners = self._holders.owners(home, e, scope)
        if not owners and not self._is_own(Obj(Cls(home.scope)), scope):
            return None  # the receiver reaches it by another name, such as a key of a table
        lasts = [self._homes.lasts(v) and not self._is_own(v, scope) and not self._holders.is_part(v) for v in owners]
        enough = all if self._homes.mixed(home.scope) else any
        return None if lasts and enough(lasts) else rooted

    def _is_own(self, value: Value, scope: Scope) -> bool:
        """Whether an object is the receiver, or one that a method of its class made."""
        owner = class_around(scope)
        if not isinstance(value, Obj) or not isinstance(value.cls, Cls) or owner is None:
            return True
        lines = self._names.classes.lineage(owner)
        if value.site is None:
            return value.cls in lines or Cls(owner) in self._names.classes.lineage(value.cls.scope)
        maker = value.site.scope.owner
        return maker is not None and Cls(maker) in lines

    def _write(self, home: Home, s: Store, how: str, key: f.Expr | None, element: bool, target: f.Expr) -> Write:
        rooted = self._rooted(home, target, s.scope)
        return Write(home, s.scope, s.at, how, s.op, key, s.value, s.context, rooted, element)

    def _name(self, s: Store, target: f.Name, how: str) -> Iterator[Write]:
        declared = s.scope.outer.get(target.id)
        if declared == "global":
            home = self._homes.module_variable(self._names.scopes[s.scope.path], target.id)
            if home:
                yield self._write(home, s, how, None, False, target)
        elif declared is None and how == "augment" and not is_text(s.value):
            for value in self._names.denote(target, s.scope):  # `x += …` through an alias changes a container in place
                for home, element in self._holders.homes_of(value, s.scope) if isinstance(value, Heap) else ():
                    if self._holders.lasts_at(home, target, s.scope):
                        yield self._write(home, s, how, None, element, target)
        elif declared == "nonlocal":
            owner = self._enclosing(s.scope, target.id)
            if owner:
                home = self._homes.home(
                    "closure-variable", f"{owner.full_name}.{target.id}", owner, owner.bindings[target.id][0].at
                )
                yield self._write(home, s, how, None, False, target)

    @staticmethod
    def _enclosing(scope: Scope, name: str) -> Scope | None:
        current = scope.parent
        while current is not None and current.kind == "function":
            if name in current.bindings and name not in current.outer:
                return current
            current = current.parent
        return None

    def _named(self, s: Store, owners: Iterable[Value], name: str | None, how: str) -> Iterator[Write]:
        """Writes to the attribute `name` of these values; without a name, to one that is computed."""
        how = how or "rebind"
        for value in self._names.classes.having(name, tuple(owners)):
            if isinstance(value, Mod):
                top = self._names.scopes.get(value.module.path)
                home = self._homes.module_variable(top, name) if top and name else None
                if top and not name:
                    home = self._homes.home("module-variable", f"{top.module.name}:__dict__", s.scope, s.at)
                if home:
                    yield self._write(home, s, how, None, False, s.target)
            elif isinstance(value, Cls):
                if s.scope.kind == "function" and inside(value.scope, s.scope):
                    continue  # the class itself was made by this call
                home = self._class_home(value.scope, name, s)
                yield self._write(home, s, how, None, False, s.target)
            elif isinstance(value, Obj) and isinstance(value.cls, Cls):
                yield from self._on_instance(s, value, value.cls.scope, name, how)
            elif isinstance(value, Obj) and name and value.site is None and self._homes.lasts(value):
                for cls in self._homes.speaking(value, name):
                    yield from self._on_instance(s, Obj(Cls(cls)), cls, name, how)
            elif isinstance(value, Func) and name and self._keeps_attributes(value.scope) and not taken_out(s.target):
                path = f"{value.scope.full_name}.{name}"
                home = self._homes.home("function-attribute", path, value.scope, s.target.at, s.scope)
                if not name.startswith("__"):
                    yield self._write(home, s, how, None, False, s.target)
            elif isinstance(value, Heap):
                row = self._knowledge.find("containers", value.type)
                if row and row[1].attributes:
                    for home, element in self._holders.homes_of(value, s.scope):
                        yield self._write(home, s, how.replace("rebind", "attribute"), None, element, s.target)

    def _keeps_attributes(self, function: Scope) -> bool:
        """Whether a function is one object for the whole process, be it that the start made it as what a decorator
        leaves in the place of another one."""
        made_at_start = not made_by_a_call(function) or function.parent in self._homes.at_start
        return function.name != "<lambda>" and made_at_start

    def _on_instance(self, s: Store, value: Obj, cls: Scope, name: str | None, how: str) -> Iterator[Write]:
        if value.site is not None and value.site.scope is s.scope and not self._homes.is_single(cls):
            return  # made here
        if self._homes.is_passing(cls):
            return
        rooted = receiver_rooted(s.target, s.scope)
        if name:
            home = None if self._is_set_by_code(cls, name) else self._instance_home(cls, name, s)
            if home and (rooted or (self._homes.lasts(value) and self._holders.whole_lasts(value, s.target, s.scope))):
                yield self._write(home, s, how, None, False, s.target)
        elif rooted:
            shared = self._homes.keepers.get(cls, []) if self._homes.is_single(cls) else []
            for home in self._homes.of_class(cls) or shared:
                yield self._write(home, s, how, None, False, s.target)._replace(rooted="whole")
        elif value.site is not None and self._homes.lasts(value):
            for home in self._homes.of_site(value.site):
                yield self._write(home, s, how, None, False, s.target)

    def _is_set_by_code(self, cls: Scope, name: str) -> bool:
        """Whether assigning an attribute runs code of the project: a property whose value is kept only gets another."""
        setting = self._names.classes.method(cls, SETS)
        if setting is not None and not name.startswith("_") and keeps_elsewhere(setting):
            return True
        found = self._names.classes.accessor(cls, name)
        if found is None or found.setter or found.getter is None:
            return found is not None
        kept = self._knowledge.words.get("kept", frozenset())
        return not isinstance(found.getter.node, f.Function) or kept.isdisjoint(decorator_names(found.getter.node))

    def _class_home(self, cls: Scope, name: str | None, s: Store) -> Home:
        if name is None and isinstance(cls.node, f.Class):
            return self._homes.home("class-attribute", f"{cls.full_name}.__dict__", cls, cls.node.name_at)
        for item in self._names.classes.lineage(cls):
            if isinstance(item, Cls) and name is not None and name in item.scope.bindings:
                owner = item.scope
                return self._homes.home(
                    "class-attribute", f"{owner.full_name}.{name}", owner, owner.bindings[name][0].at
                )
        return self._homes.home("class-attribute", f"{cls.full_name}.{name}", s.scope, s.target.at)

    def _instance_home(self, cls: Scope, name: str, s: Store) -> Home:
        for item in self._names.classes.lineage(cls):
            home = self._homes.attribute(item.scope, name) if isinstance(item, Cls) else None
            if home:
                return home
        for sub in self._names.classes.subclasses(cls)[
            :8
        ]:  # the object is known by the class above the one that has it
            if name in sub.bindings or self._names.classes.assigned(sub, name):
                return self._instance_home(sub, name, s)
        return self._homes.home("instance-attribute", f"{cls.full_name}.{name}", cls, s.target.at, s.scope)

    # ── calls ──

    def _call(self, site: CallSite) -> Iterator[Write]:
        func, args = site.call.func, site.call.args
        if type(func) is f.Attr:
            merged = next((value for name, value in site.call.keywords if name == "**"), None)
            yield from self._through(func, site, args[0] if args else None, args[-1] if args else merged)
            owners = namespace_of(func.of, site.scope, self._names) if func.name in GENERIC_MUTATORS else ()
            for name, value in updated(site.call) if owners else ():
                yield from self._named(_as_store(site, func.of, value), owners, name, "")
        picked = picked_from(func, site.scope)
        for home, element in self._holders.held_by(picked, site.scope) if picked and args else ():
            if element:
                continue  # what is in a container may be anything; its own methods are followed
            rooted = self._rooted(home, func, site.scope)
            yield Write(
                home, site.scope, site.call.at, "method", "getattr", args[0], args[-1], site.context, rooted, element
            )
        for callee in self._names.denote(func, site.scope):
            if type(callee) is Member and type(func) is not f.Attr:
                yield from self._handed(callee, site, func)
                continue
            name = qualified(callee)
            if name in SETTING and len(args) > 1:
                if (site.scope.name == SETS and receiver_rooted(args[0], site.scope)) or wraps(args, site.scope):
                    continue  # it is told where the attribute is set; or the object does what it did
                how = "delete" if name == "builtins.delattr" else ""
                store = _as_store(site, args[0], args[2] if len(args) > 2 else None)
                yield from self._named(store, self._names.denote(args[0], site.scope), constant_name(args[1]), how)
                continue
            row = self._changes(name, root(callee)) if name else None
            if row is not None and len(args) > row.argument:
                changed = args[row.argument]
                by_method = self._mutated(f.Attr(changed, row.method, changed.where), site.scope)
                for home, element in by_method if row.method else self._holders.held_by(changed, site.scope):
                    yield Write(
                        home, site.scope, site.call.at, "argument", str(name).rpartition(".")[2], None, args[-1],
                        site.context, self._rooted(home, changed, site.scope), element,
                    )  # fmt: skip
            elif name:
                for arg in args:
                    if type(arg) is f.Attr:
                        for given in self._names.denote(arg, site.scope):
                            if type(given) is Member:
                                yield from self._handed(given, site, arg)

    def _through(self, func: f.Attr, site: CallSite, key: f.Expr | None, value: f.Expr | None) -> Iterator[Write]:
        bare = func.name in NEEDING and not handed_to(site.call)
        for home, element in self._mutated(func, site.scope):
            if element and bare:
                continue  # `tables[name].update()` begins a statement of a library
            if home.kind == "class-attribute" and given_anew(func.of, site.scope, site.context, site.call.at):
                continue
            rooted = self._rooted(home, func.of, site.scope)
            yield Write(home, site.scope, site.call.at, "method", func.name, key, value, site.context, rooted, element)

    def _handed(self, method: Member, site: CallSite, at: f.Expr) -> Iterator[Write]:
        """Writes by a mutating method that goes by another name, or that is given to a function which calls it."""
        args = site.call.args if at is site.call.func else ()
        for home, element in self._holders.changed_by(method.of, method.name, site.scope):
            if not self._holders.lasts_at(home, at.of if isinstance(at, f.Attr) else at, site.scope):
                continue
            yield Write(
                home, site.scope, site.call.at, "method", method.name, args[0] if args else None,
                args[-1] if args else None, site.context, None, element,
            )  # fmt: skip

    def _changes(self, name: str, start: Value) -> Mutator | None:
        """Which argument an outside function changes; also for a method called on its class.

        `start` is where the callee's name begins: what a method of an object is given, it only reads.
        """
        owner, _, method = name.rpartition(".")
        container = self._knowledge.find("containers", owner)
        if container:
            changes = type(start) is Ext and (method in container[1].mutates or method in OPERATORS)
            return Mutator((name,)) if changes else None
        row = self._knowledge.find("mutators", name)
        return row[1] if row else None

    def _mutated(self, func: f.Attr, scope: Scope) -> Iterator[tuple[Home, bool]]:
        """Homes whose content `func` (an attribute that is called) changes."""
        around = class_around(scope) if is_super(func.of) else None
        if around is not None and self._holders.inherits_mutator(around, func.name, above=True):
            yield from self._holders.homes_of(Obj(Cls(around)), scope)
        for value in self._names.denote(func.of, scope):
            for home, element in self._holders.changed_by(value, func.name, scope):
                if self._holders.lasts_at(home, func.of, scope):
                    yield home, element
        path = self._homes.application_path(func.of, scope) if func.name in GENERIC_MUTATORS else None
        if path and ("application-attribute", path) in self._homes.known:
            yield self._homes.known["application-attribute", path], False


def class_around(scope: Scope | None) -> Scope | None:
    """The class of the method that code is in, also inside functions of that method."""
    while scope is not None:
        if scope.owner is not None:
            return scope.owner
        scope = scope.parent
    return None


def _as_store(site: CallSite, target: f.Expr, value: f.Expr | None) -> Store:
    return Store(target, "=", value, site.scope, site.context, site.call.where)
