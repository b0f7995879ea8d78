"""What lasts as long as the process besides module variables and class attributes: who makes or keeps it says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.first_use import FirstUse
from statelint.project.homes import Home, Homes
from statelint.project.resolution.classes import CONSTRUCTORS, is_abstract, kept_receiver
from statelint.project.resolution.given import made_by_a_call
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Cls, Func, Heap, Obj, Site, Value, qualified
from statelint.project.singles import single_classes
from statelint.spans import Span
from statelint.vocabulary import Keeper


def settle(
    homes: Homes,
    names: Names,
    knowledge: Knowledge,
    at_start: Iterable[Scope],
    trying: AbstractSet[Scope],
    entered: Iterable[Scope],
    serving: Iterable[Scope],
    first_use: FirstUse,
) -> Homes:
    """The homes with everything that lasts because of what start-up code, frameworks and containers do with it.

    `at_start` are the scopes that run before the first request, `trying` the modules of these that make objects as
    programs of their own to try something, `entered` those that requests run, `serving` the classes of which one object
    takes in all requests.
    """
    at_start = tuple(at_start)
    homes.at_start = frozenset(scope for scope in at_start if scope.kind == "function")
    _Settling(homes, names, knowledge, tuple(entered), first_use).all(at_start, trying, serving)
    return homes


class _Settling:
    def __init__(
        self, homes: Homes, names: Names, knowledge: Knowledge, entered: Sequence[Scope], first_use: FirstUse
    ) -> None:
        self._first_use = first_use
        self._homes = homes
        self._names = names
        self._knowledge = knowledge
        self._entered = entered
        self._kept_at: dict[Scope, list[Site]] = {}
        """The containers that keep objects of a class."""

    def all(self, at_start: Iterable[Scope], trying: AbstractSet[Scope], serving: Iterable[Scope]) -> None:
        lasting = dict.fromkeys((*self._framework_classes(), *serving))
        for cls in self._not_made_anew(lasting, frozenset(at_start)):
            if isinstance(cls.node, f.Class):
                self._homes.long_class(cls, cls.span(cls.node.name_at))
        self._kept_by_libraries()
        self._on_functions()
        self._decorators()
        self._single_classes()
        self._on_applications()
        self._shown_to_requests()
        self._kept_in_containers()
        self._keep_themselves()
        self._kept_results()
        self._made_anew()
        self._made_at_start(at_start, trying)
        self._on_applications()
        self._kept_in_containers()
        self._parts_made_anew()
        for cls, sites in self._kept_at.items():  # by now it is known which home made the container
            self._homes.keepers[cls] = list(dict.fromkeys(h for site in sites for h in self._homes.of_site(site)))

    def _kept_by_libraries(self) -> None:
        """Objects that a library makes once, of the classes and factories that code names to it."""
        if not any(library.keepers for _, library in self._knowledge.libraries):
            return
        for scope in self._names.every:
            for site in scope.calls:
                for value in self._names.denote(site.call.func, scope):
                    row = self._knowledge.find("keepers", name) if (name := qualified(value)) else None
                    if row and len(site.call.args) > row[1].position:
                        self._kept(self._names.denote(site.call.args[row[1].position], scope), scope.span(site.call.at))
            for decorator in scope.node.decorators if scope.node and scope.parent else ():
                target = decorator.func if isinstance(decorator, f.Call) else decorator
                names = [qualified(v) for v in self._names.denote(target, scope.parent or scope)]
                rows = [row for name in names if name and (row := self._knowledge.find("keepers", name))]
                if any(_is_lasting(row, decorator) for _, row in rows):
                    made = Cls(scope) if scope.kind == "class" else Func(scope)
                    self._kept((made,), scope.span(decorator.at))

    def _kept(self, given: Iterable[Value], where: Span) -> None:
        for value in given:
            if isinstance(value, Cls):
                self._homes.long_class(value.scope, where)
            elif isinstance(value, Func):
                for made in self._names.returned(value.scope):
                    self._homes.last(made, where)

    def _on_functions(self) -> None:
        """Attributes of functions, also of those that the start makes, as decorators do."""
        given = self._names.given()
        entered = frozenset(self._entered)
        for (function, name), attached in given.attached.items() if given else ():
            if made_by_a_call(function) and function.parent not in self._homes.at_start - entered:
                continue
            home = self._homes.home(
                "function-attribute", f"{function.full_name}.{name}", attached[0][1], attached[0][2]
            )
            values = (v for e, scope, _ in attached for v in self._names.denote(e, scope))
            self._homes.hold(home, values, [e for e, _, _ in attached])

    def _decorators(self) -> None:
        """A decorator that is a class leaves an object of it in the place of the function."""
        for scope in self._names.every:
            if isinstance(scope.node, f.Function) and scope.parent and scope.parent.kind != "function":
                for decorator in scope.node.decorators:
                    for value in self._names.denote(decorator, scope.parent):
                        if isinstance(value, Cls):
                            made = Obj(value, self._names.site(decorator, scope.parent))
                            self._homes.last(made, scope.parent.span(decorator.at))

    def _framework_classes(self) -> Iterator[Scope]:
        """Classes of which knowledge says that the framework has one instance for the process."""
        for cls in self._names.classes.all:
            outside = self._names.classes.outside_bases(cls)
            for base in (b for name in outside for b in self._knowledge.lineage(self._knowledge.canonical(name))):
                row = self._knowledge.find("handlers.bases", base)
                if (row is not None and row[1].instance == "process") or base in self._homes.application_classes:
                    yield cls

    def _not_made_anew(self, classes: Collection[Scope], at_start: AbstractSet[Scope]) -> Iterator[Scope]:
        """Those of which requests make no objects, or start-up code some too: a resource that another one makes to
        answer is the answer's own, though most resources of its framework stand in one tree for the process."""
        by_requests: set[Scope] = set()
        by_start: set[Scope] = set()
        entered = frozenset(self._entered) - at_start
        for scope in self._names.every if classes else ():
            for site in scope.calls if scope.module.in_service else ():
                for value in self._names.denote(site.call.func, scope):
                    if isinstance(value, Cls):
                        by_requests.update({value.scope} if scope in entered else ())
                        by_start.update({value.scope} if scope in at_start else ())
        answers: set[Scope] = set()
        for cls in classes:
            kin = {cls, *self._names.classes.subclasses(cls)}
            if not kin.isdisjoint(by_requests) and kin.isdisjoint(by_start):
                answers |= kin
        yield from (cls for cls in classes if cls not in answers or cls in by_start)

    def _made_at_start(self, at_start: Iterable[Scope], trying: AbstractSet[Scope]) -> None:
        """Instances that start-up code makes last, unless requests make some of their own or they are only records."""
        for scope in at_start:
            if scope.kind == "class" and self._homes.per_instance_fields(scope):
                continue  # each instance gets such an object for itself
            asked = frozenset(id(read.of) for read, _ in scope.reads if self._is_plain(read, scope))
            for site, value in self._makes(scope):
                cls = value.cls
                if id(site.call) in asked or (site.context.in_main and scope in trying):
                    continue  # `Form().fields`: only the fields stay
                if not isinstance(cls, Cls) or not (
                    cls.scope in self._homes.anew or self._homes.per_instance_fields(cls.scope)
                ):
                    self._homes.last(value, scope.span(site.call.at))

    def _is_plain(self, read: f.Attr, scope: Scope) -> bool:
        """Whether an attribute of an object that is made for nothing else gives but a container."""
        values = self._names.denote(read, scope) if isinstance(read.of, f.Call) else ()
        return bool(values) and all(isinstance(value, Heap) for value in values)

    def _kept_results(self) -> None:
        """What a method gives whose result is kept, as by `cached_property`, where the start alone makes the object."""
        by_requests = self._classes_made_by(self._entered)
        by_start = self._classes_made_by(self._homes.at_start) | self._homes.long_classes.keys()
        for method in self._names.every:
            if method.owner is not None and self._first_use.body_runs_once(method, True):
                kin = (method.owner, *self._names.classes.subclasses(method.owner))
                if by_requests.isdisjoint(kin) and not by_start.isdisjoint(kin):
                    for value in self._names.returned(method):
                        if isinstance(value, Obj) and value.site is not None and value.site.scope is method:
                            self._homes.last(value, method.span(value.site.expr.at))

    def _classes_made_by(self, scopes: Iterable[Scope]) -> set[Scope]:
        return {v.cls.scope for scope in scopes for _, v in self._makes(scope) if isinstance(v.cls, Cls)}

    def _made_anew(self) -> None:
        """Classes of which requests make objects that nothing keeps."""
        for scope in self._entered:
            for _, value in self._makes(scope):
                if isinstance(value.cls, Cls) and not self._homes.is_kept(value):
                    self._note_anew(value.cls.scope)

    def _parts_made_anew(self) -> None:
        """Classes of what requests make for an attribute of objects that they make, though one of these lasts."""
        entered = frozenset(self._entered)
        homes = [h for h in self._homes.values if h.kind == "instance-attribute"]
        todo = True
        while todo:
            todo = False
            for home in homes:
                if self._homes.mixed(home.scope):
                    for value in self._homes.values[home]:
                        cls = value.cls.scope if isinstance(value, Obj) and isinstance(value.cls, Cls) else None
                        made = value.site if isinstance(value, Obj) else None
                        if cls is None or made is None or cls in self._homes.anew or made.scope not in entered:
                            continue
                        if all(h.kind == "instance-attribute" for h in self._homes.of_site(made)):
                            self._note_anew(cls)
                            todo = True

    def _note_anew(self, cls: Scope) -> None:
        lineage = self._names.classes.lineage(cls)
        self._homes.anew.update(item.scope for item in lineage if isinstance(item, Cls))

    def _makes(self, scope: Scope) -> Iterator[tuple[CallSite, Obj]]:
        """The objects that the calls of a scope make right there."""
        for site in scope.calls:
            for value in self._names.denote(site.call, scope):
                if isinstance(value, Obj) and value.site is not None and value.site.scope is scope:
                    yield site, value

    def _on_applications(self) -> None:
        """Attributes given to application objects: `app.state.jobs = {}`."""
        keys = {name for _, row in self._knowledge.rows(lambda lib: lib.keys) for name in row.attributes}
        for scope in self._names.every:
            for store in scope.stores:
                if store.op != "=" or store.value is None or not isinstance(store.target, f.Attr | f.Item):
                    continue
                if isinstance(store.target, f.Attr):
                    self._given_to_object(store.target, store.value, scope)
                path = self._homes.application_path(store.target, scope)
                if path:
                    home = self._homes.home("application-attribute", path, scope, store.target.at)
                    held = self._names.denote(store.value, scope)
                    if isinstance(store.target, f.Attr) and store.target.name in keys:  # text, which nothing changes
                        held = tuple(v for v in held if not isinstance(v, Heap))
                    self._homes.hold(home, held, [store.value])

    def _shown_to_requests(self) -> None:
        """What an application is made with and what a start-up hook yields: each request sees the same objects."""
        given = self._names.given()
        for place, values in given.settings.items() if given else ():
            for expr, scope in values:
                home = self._homes.home("application-attribute", place, scope, expr.at)
                self._homes.hold(home, self._names.denote(expr, scope), [expr])
        for place, values in given.kept.items() if given else ():
            if place.rpartition(".")[0] in self._knowledge.shown_in:
                for expr, scope in values:
                    home = self._homes.home("application-attribute", place, scope, expr.at)
                    self._homes.hold(home, self._names.denote(expr, scope), [expr])

    def _given_to_object(self, target: f.Attr, given: f.Expr, scope: Scope) -> None:
        """`shop.rows = {}` for an attribute that the class of the object does not speak of."""
        for value in self._names.denote(target.of, scope):
            if isinstance(value, Obj) and isinstance(value.cls, Cls) and self._homes.lasts(value):
                cls = value.cls.scope
                if not any(
                    isinstance(item, Cls)
                    and (target.name in item.scope.bindings or self._names.classes.assigned(item.scope, target.name))
                    for item in self._names.classes.lineage(cls)
                ):
                    home = self._homes.home(
                        "instance-attribute", f"{cls.full_name}.{target.name}", cls, target.at, scope
                    )
                    self._homes.hold(home, self._names.denote(given, scope), [given])
                else:
                    self._follow_records(self._names.denote(given, scope), scope.span(target.at))

    def _follow_records(self, values: Iterable[Value], where: Span) -> None:
        """Follow what objects are made with that something that lasts is given, where their class has another one that
        lasts by itself."""
        for value in values:
            if isinstance(value, Obj) and isinstance(value.cls, Cls) and value.cls.scope in self._homes.long_classes:
                self._homes.long_class(value.cls.scope, where, value.site)

    def _single_classes(self) -> None:
        """Classes of which every object is the same one; objects that share one `__dict__` belong to its home."""
        for cls, shared in single_classes(self._names, self._knowledge):
            below = (cls, *self._names.classes.subclasses(cls))
            self._homes.single.update(below)
            values = self._names.denote(shared.value, shared.scope) if shared and shared.value else ()
            homes = [home for v in values if isinstance(v, Heap) for home in self._homes.of_site(v.site)]
            for one in below:
                if homes and one not in self._homes.long_classes:
                    self._homes.keepers[one] = homes
                if isinstance(one.node, f.Class):
                    self._homes.long_class(one, one.span(one.node.name_at))

    def _kept_in_containers(self) -> None:
        """Objects that code puts into a container which lasts: `VISITORS[name] = Visitor()`."""
        done: set[Site] = set()
        while todo := [heap for heap in self._homes.long_heaps if heap.site not in done]:
            done.update(heap.site for heap in todo)
            for heap in todo:
                homes = self._homes.of_site(heap.site)
                for value in self._names.elements(heap) if homes else ():
                    if isinstance(value, Obj) and isinstance(value.cls, Cls) and value.site is not None:
                        self._keep(value, value.cls.scope, homes, heap.site)

    def _keep_themselves(self) -> None:
        """Classes whose constructor puts each object into a container that lasts: `SESSIONS[self.id] = self`."""
        for cls in self._names.classes.all:
            for method in (m for m in cls.children if m.name in CONSTRUCTORS):
                for e in kept_receiver(method):
                    for heap in self._names.denote(e, method):
                        weak = isinstance(heap, Heap) and heap.type.rpartition(".")[2].startswith("Weak")
                        if isinstance(heap, Heap) and self._homes.is_long(heap) and not weak:
                            self._homes.kept_by_themselves.add(cls)
                            self._keep(Obj(Cls(cls)), cls, self._homes.of_site(heap.site), heap.site)

    def _keep(self, value: Obj, cls: Scope, homes: list[Home], site: Site) -> None:
        if self._homes.is_long(value) or self._lasts_by_itself(cls) or not homes:
            if homes:
                self._follow_records((value,), homes[0].span)
            return
        below = self._names.classes.subclasses(cls) if is_abstract(cls) else ()
        lines = [item for one in (cls, *below) for item in self._names.classes.lineage(one)]
        for item in dict.fromkeys(lines):
            if isinstance(item, Cls) and not self._lasts_by_itself(item.scope):
                known = self._homes.keepers.setdefault(item.scope, [])
                known.extend(home for home in homes if home not in known)
                self._kept_at.setdefault(item.scope, []).append(site)
        self._homes.last(value, homes[0].span)

    def _lasts_by_itself(self, cls: Scope) -> bool:
        return cls in self._homes.long_classes and cls not in self._homes.keepers


def _is_lasting(row: Keeper, decorator: f.Expr) -> bool:
    """Whether a decorator leaves it at one object for the whole process."""
    given = dict(decorator.keywords).get(row.keyword) if isinstance(decorator, f.Call) else None
    return given is None or (isinstance(given, f.Const) and given.value == row.lasting)
