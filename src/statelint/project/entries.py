"""Where requests, messages, jobs and timers come in: the functions that the outside calls, told by knowledge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from statelint import facts as f
from statelint.entry_rows import (
    Assigned,
    Decorated,
    Duck,
    Handlers,
    Marked,
    Methods,
    Passed,
    Strung,
    Tabled,
)  # fmt: skip
from statelint.findings import Confidence
from statelint.knowledge import Knowledge
from statelint.project.configured.stages import away_from_production
from statelint.project.described import described, keyed
from statelint.project.entry import ASIDE, REQUESTED, Entry
from statelint.project.loopback import Loopback
from statelint.project.named_classes import NamedClasses
from statelint.project.named_entries import ByName
from statelint.project.prefixes import Prefixes
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.labels import VERBS, first_matches, label_of, strings
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import WIDTH, Bound, Cls, Func, Heap, Member, Obj, Value, qualified
from statelint.project.scripts import scripts
from statelint.spans import Place, Span
from statelint.vocabulary import Library


class Entries:
    """Entries by scope, and the scopes that only start-up code or commands run."""

    def __init__(
        self, names: Names, calls: Calls, knowledge: Knowledge, documents: Mapping[str, tuple[f.Document, ...]]
    ) -> None:
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._prefixes = Prefixes(names, calls, knowledge)
        self._tried: set[Scope] = set()
        """What only development or tests hand to a framework."""
        self._by_name = ByName(names, calls)
        self._named = NamedClasses(names)
        self.startup = {e.scope for e in self._collect("startup", lambda lib: lib.startup)}
        self.commands = {e.scope for e in self._collect("commands", lambda lib: lib.commands)}
        self._scripts = tuple(scripts(names, calls, knowledge))
        self.scripts = frozenset(found.scope for found in self._scripts)
        """Modules whose body runs anew for each session."""
        self.operations = tuple(described(names, knowledge, documents))
        """Functions that configuration files name."""
        found = [*self._collect("handlers", lambda lib: lib.handlers), *self._alone()]
        reached = Loopback(names, calls, knowledge).of
        self._tried.update(e.scope for e in found if reached(e) == "hidden")
        found = [e._replace(near=reached(e) == "near") for e in found if reached(e) != "hidden"]
        self.tried_out = frozenset(e.scope for e in found if e.scope.in_main)
        """What a module that is run by hand gives a server of its own."""
        handlers = [e for e in found if self._serves(e.scope)]
        known = {e.scope for e in handlers if not e.by_name} | self._tried
        handlers = [e for e in handlers if not (e.by_name and e.scope in known)]
        handlers = self._without_told(handlers)
        if not any(e.kind in REQUESTED and not (e.near or e.alone) for e in handlers):
            handlers = [e._replace(near=False) for e in handlers]
        arriving = any(not e.alone and e.kind not in ASIDE for e in handlers)
        kept = {(e.scope, e.label): e for e in handlers if not (e.alone and arriving)}
        self.all: tuple[Entry, ...] = tuple(sorted(kept.values(), key=lambda e: (e.span, e.label)))

    def _serves(self, scope: Scope) -> bool:
        at_start = scope in self.startup or scope in self.commands or scope.in_main
        return scope.module.in_service and not at_start

    def _without_told(self, handlers: list[Entry]) -> list[Entry]:
        """Entries without the receivers of signals that the project alone sends: these run where it does so."""
        senders = {e.scope: self._calls.signals.senders(e.scope) for e in handlers if e.kind == "signal"}
        told = {receiver for receiver, found in senders.items() if found}
        if not told:
            return handlers
        sure = [e.scope for e in handlers if e.scope not in told]
        runs = {s for s in self._names.every if s.kind != "function"} | self.startup | self.commands | set(sure)
        todo = list(runs)
        while todo:
            for edge in self._calls.out.get(todo.pop(), ()):
                if edge.callee not in runs:
                    runs.add(edge.callee)
                    todo.append(edge.callee)
        return [e for e in handlers if not (e.scope in told and senders[e.scope] <= runs)]

    def _collect(self, table: str, pick: Callable[[Library], Handlers]) -> Iterator[Entry]:
        rows = [(stem, pick(library)) for stem, library in self._knowledge.libraries]
        ducks = [(stem, duck) for stem, handlers in rows for duck in handlers.guesses]
        named = [(stem, row) for stem, handlers in rows for row in handlers.functions]
        tables = [(stem, row) for stem, handlers in rows for row in handlers.tables]
        assigned = {name: (stem, row) for stem, handlers in rows for row in handlers.assigned for name in row.names}
        settings = [(stem, row) for stem, handlers in rows for row in handlers.settings]
        marked = [(stem, row) for stem, handlers in rows for row in handlers.marked]
        spelled = [(stem, row) for stem, handlers in rows for row in handlers.spelled]
        marking = self._by_name.marking() if spelled else frozenset()
        globs = [
            (stem, row, name) for stem, handlers in rows for row in handlers.bases for name in row.names if "*" in name
        ]
        for scope in self._names.every:
            if scope.kind == "function":
                yield from self._decorated(scope, table, ducks)
                yield from self._by_name.spelled(scope, spelled, marking)
                if scope.parent and scope.parent.kind in ("module", "class"):
                    yield from self._by_name.named(scope, named)
                yield from self._assigned(scope, assigned)
            elif scope.kind == "class":
                yield from self._marked(scope, marked)
                yield from self._methods(scope, table, globs)
                yield from self._tabled(scope, tables)
            elif scope.module.in_service:
                yield from self._marked(scope, marked)
                yield from self._tabled(scope, tables)
                yield from self._assigned(scope, assigned)
                yield from self._strung(scope, settings)
        passed: dict[str, list[tuple[str, Passed]]] = {}  # a call may take several callables, by a row each
        for stem, handlers in rows:
            for given in handlers.arguments:
                for name in given.names:
                    passed.setdefault(name, []).append((stem, given))
        for name, sites in (*self._calls.outside.items(), *self._calls.overridden.items()):
            spelling = next((s for s in self._knowledge.spellings(name) if s in passed), "")
            applied = (
                self._knowledge.find(f"{table}.decorators", name.removesuffix("()")) if name[-2:] == "()" else None
            )
            for site in sites if spelling or applied else ():
                found = [e for given in passed.get(spelling, ()) for e in self._passed(*given, site.call, site.scope)]
                found += self._applied(*applied, site.call, site.scope) if applied else ()
                if away_from_production(site.context):
                    self._tried.update(entry.scope for entry in found)
                else:
                    yield from found

    def _alone(self) -> Iterator[Entry]:
        """The entries that no line of the function or class itself tells."""
        for found in self._scripts:
            label = (found.row.label or "{name}").replace("{name}", found.scope.module.name)
            yield Entry(found.scope, found.row.entry, label, found.library, found.scope.span(found.at), False)
        for named in (*self.operations, *keyed(self._names, self._knowledge)):
            label = (named.label or "{name}").replace("{name}", named.text)
            yield Entry(named.scope, named.entry, label, named.library, named.span, False)

    # ── shapes ──

    def _decorated(self, scope: Scope, table: str, ducks: list[tuple[str, Duck]]) -> Iterator[Entry]:
        node = scope.node
        if not isinstance(node, f.Function) or scope.parent is None:
            return
        own = [b for b in scope.parent.bindings.get(scope.name, ()) if b.node is node] if node.decorators else []
        if any(away_from_production(b.context) for b in own):
            return
        for decorator in node.decorators:
            target = decorator.func if isinstance(decorator, f.Call) else decorator
            values = self._names.denote(target, scope.parent)
            known = False
            for value in values:
                name = qualified(value)
                found = self._knowledge.find(f"{table}.decorators", name) if name else None
                known = known or (name is not None and "()" not in name)
                if found:
                    library, row = found
                    first = decorator.args[:1] if row.unless and isinstance(decorator, f.Call) else ()
                    if not any(qualified(v) in row.unless for e in first for v in self._names.denote(e, scope.parent)):
                        yield self._entry(scope, row, library, decorator, target, decorator.at)
                    break
            else:
                if not known and isinstance(target, f.Attr):
                    for library, duck in ducks:
                        if target.name in duck.attributes and first_matches(decorator, duck.first):
                            entry = self._entry(scope, duck, library, decorator, target, decorator.at)
                            yield entry._replace(confidence=Confidence.MEDIUM)
                            break

    def _entry(
        self, scope: Scope, row: Decorated | Duck, library: str, decorator: f.Expr, target: f.Expr, at: Place
    ) -> Entry:
        before = self._prefixes.before(target, at, scope.parent or scope)
        label = label_of(row.label, row.entry, decorator, last_name(target), scope, before)
        owner = scope.owner
        lives = owner is not None and self._process_class(owner)
        return Entry(scope, row.entry, label, library, scope.span(at), lives)

    def _applied(self, library: str, row: Decorated, call: f.Call, scope: Scope) -> Iterator[Entry]:
        """`app.route("/cart")(cart)`: what a decorator gives, called by hand."""
        decorator = call.func
        target = decorator.func if isinstance(decorator, f.Call) else decorator
        for value in self._names.denote(call.args[0], scope) if call.args else ():
            for function, receiver in self._callables(value, ()):
                entry = self._entry(function, row, library, decorator, target, call.at)
                yield entry._replace(span=scope.span(call.at), receiver=receiver)

    def _process_class(self, cls: Scope) -> bool:
        """Whether knowledge says that one instance of the class serves the whole process."""
        for name in self._outside_bases(cls):
            found = self._knowledge.find("handlers.bases", name)
            if found:
                return bool(found[1].instance == "process")
        return False

    def _passed(self, library: str, row: Passed, call: f.Call, scope: Scope) -> Iterator[Entry]:
        given = [value for name, value in call.keywords if name in row.keywords or "*" in row.keywords]
        if not given and row.position is not None and len(call.args) > row.position:
            given = [call.args[row.position]]
        for expr in given:
            before = self._prefixes.before(call.func, call.at, scope)
            handed = tuple(self._handed(expr, scope, row.makes))
            for value in handed if row.entry in REQUESTED else handed[:WIDTH]:
                for target, receiver in self._callables(value, row.methods):
                    label = label_of(row.label, row.entry, call, last_name(call.func), target, before)
                    lives = isinstance(receiver, Obj) and row.methods != ()
                    lives = lives or (isinstance(value, Cls) and row.instance == "process")
                    span = scope.span(call.at)
                    yield Entry(
                        target, row.entry, label, library, span, lives, Confidence.HIGH, receiver, maker=scope
                    )  # fmt: skip

    def _handed(self, expr: f.Expr, scope: Scope, makes: bool) -> Iterator[Value]:
        """What is handed over: the values themselves, those that strings name, or what a factory among them makes."""
        named = [v for text, _ in strings(expr) for v in self.dotted(text, scope)]
        for value in named or self._flat(expr, scope):
            made = self._names.returned(value.scope) if makes and isinstance(value, Func) else (value,)
            yield from made

    def _flat(self, expr: f.Expr, scope: Scope) -> Iterator[Value]:
        items = expr.items if isinstance(expr, f.Group) else (expr,)
        for item in items:
            for value in self._names.denote(item, scope):
                if isinstance(value, Heap):
                    yield from self._names.elements(value)
                else:
                    yield value

    def _callables(self, value: Value, methods: tuple[str, ...]) -> Iterator[tuple[Scope, Value | None]]:
        if isinstance(value, Func):
            yield value.scope, None
        elif isinstance(value, Bound):
            yield value.scope, value.receiver
        elif isinstance(value, Obj) and isinstance(value.cls, Cls):
            for scope in self._matching(value.cls.scope, methods or ("__call__",)):
                yield scope, value
        elif isinstance(value, Cls) and methods:
            for scope in self._matching(value.scope, methods):
                yield scope, None

    def _matching(self, cls: Scope, globs: tuple[str, ...]) -> Iterator[Scope]:
        for item in self._names.classes.lineage(cls):
            if isinstance(item, Cls):
                for child in item.scope.children:
                    if child.kind == "function" and any(fnmatchcase(child.name, g) for g in globs):
                        yield child

    def _outside_bases(self, cls: Scope) -> Iterator[str]:
        """The bases that libraries or copies of them give, and what knowledge says that these derive from."""
        for base in (*self._names.classes.outside_bases(cls), *self._copied_bases(cls)):
            yield from self._knowledge.lineage(self._knowledge.canonical(base))

    def _copied_bases(self, cls: Scope) -> Iterator[str]:
        """What libraries that the project carries along call the bases: `shop.vendor.web.Handler` is `web.Handler`."""
        folders = self._knowledge.words.get("vendored", frozenset())
        for item in self._names.classes.lineage(cls)[1:]:
            parts = item.scope.module.dotted if isinstance(item, Cls) else ()
            cut = next((i for i, part in enumerate(parts) if part in folders), None)
            if cut is not None and isinstance(item, Cls):
                yield ".".join((*parts[cut + 1 :], item.scope.qualname))

    def _methods(self, cls: Scope, table: str, globs: list[tuple[str, Methods, str]]) -> Iterator[Entry]:
        for base in self._outside_bases(cls):
            found = self._knowledge.find(f"{table}.bases", base)
            if found is None:
                found = next(((stem, row) for stem, row, glob in globs if fnmatchcase(base, glob)), None)
            if found is None:
                continue
            library, row = found
            if row.registered and self._named.left_out(cls, row.names):
                continue
            for scope in self._matching(cls, row.methods):
                label = (row.label or "{class}.{name}").replace("{class}", cls.name).replace("{name}", scope.name)
                label = label.replace("{verb}", scope.name.upper() if scope.name in VERBS else scope.name)
                node = scope.node
                assert isinstance(node, f.Function)
                held = Obj(Cls(cls)) if row.instance == "held" else None
                span = scope.span(node.name_at)
                yield Entry(
                    scope, row.entry, label, library, span, row.instance == "process", Confidence.HIGH, held
                )  # fmt: skip

    def _tabled(self, scope: Scope, rows: list[tuple[str, Tabled]]) -> Iterator[Entry]:
        for library, row in rows:
            fits = any(fnmatchcase(scope.name, g) for g in row.classes) if scope.kind == "class" else not row.classes
            for variable in row.variables if fits else ():
                for binding in scope.bindings.get(variable, ()):
                    if binding.value is None or away_from_production(binding.context):
                        continue
                    for value in self._flat(binding.value, scope):
                        for target, receiver in self._callables(value, ()):
                            label = (row.label or "{name}").replace("{name}", target.name)
                            span = scope.span(binding.at)
                            yield Entry(target, row.entry, label, library, span, False, Confidence.HIGH, receiver)

    def _assigned(self, scope: Scope, rows: dict[str, tuple[str, Assigned]]) -> Iterator[Entry]:
        for store in scope.stores if rows else ():
            target = store.target
            if not isinstance(target, f.Attr | f.Item) or store.value is None:
                continue
            for holder in self._names.denote(target.of, scope):
                inside = qualified(holder) if isinstance(target, f.Item) else None
                name = f"{inside}[]" if inside else None
                name = qualified(Member(holder, target.name)) if isinstance(target, f.Attr) else name
                for spelling in self._knowledge.spellings(name) if name else ():
                    if spelling in rows:
                        library, row = rows[spelling]
                        for value in self._names.denote(store.value, scope):
                            for func, receiver in self._callables(value, ()):
                                label = (row.label or "{name}").replace("{name}", func.name)
                                span = scope.span(store.at)
                                yield Entry(func, row.entry, label, library, span, False, Confidence.HIGH, receiver)
                        break

    def _marked(self, scope: Scope, rows: list[tuple[str, Marked]]) -> Iterator[Entry]:
        for store in scope.stores if rows else ():
            for library, row in rows if isinstance(store.target, f.Attr) else ():
                if isinstance(store.target, f.Attr) and store.target.name in row.attributes:
                    for value in self._names.denote(store.target.of, scope):
                        if isinstance(value, Func):
                            label = (row.label or "{name}").replace("{name}", value.scope.name)
                            yield Entry(value.scope, row.entry, label, library, scope.span(store.at), False)

    def _strung(self, scope: Scope, rows: list[tuple[str, Strung]]) -> Iterator[Entry]:
        for library, row in rows:
            for name in _settings(row, scope):
                for binding in scope.bindings.get(name, ()):
                    if away_from_production(binding.context):
                        continue
                    for text, at in strings(binding.value):
                        for value in self.dotted(text, scope):
                            yield from self._strung_value(value, row, library, scope.span(at), text)

    def _strung_value(self, value: Value, row: Strung, library: str, span: Span, text: str) -> Iterator[Entry]:
        label = (row.label or "{name}").replace("{name}", text.rpartition(".")[2])
        if isinstance(value, Cls):
            for target in self._matching(value.scope, row.methods):
                yield Entry(target, row.entry, label, library, span, row.instance == "process")
        elif isinstance(value, Func):
            inner = [v for v in self._names.returned(value.scope) if isinstance(v, Func)]
            for func in inner or [value]:
                yield Entry(func.scope, row.entry, label, library, span, False)

    def dotted(self, text: str, scope: Scope) -> tuple[Value, ...]:
        """What a dotted string such as `shop.middleware.Audit`, or `.middleware.Audit`, names."""
        head, _, last = text.rpartition(".")
        inner = head.lstrip(".")
        if text.startswith("."):
            module = self._names.modules.relative(inner, len(head) - len(inner) or 1, scope.module)
        else:
            module = self._names.modules.find(head, scope.module) if head else None
        return self._names.module_member(module, last) if module else ()


def _settings(row: Strung, scope: Scope) -> Iterator[str]:
    """The variables of a scope that a row means; a glob means constants alone."""
    for setting in row.settings:
        if "*" not in setting:
            yield setting
        else:
            yield from (name for name in scope.bindings if name.isupper() and fnmatchcase(name, setting))
