"""Where configuration puts files: settings that select a store, constructors and calls with a folder."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from statelint import facts as f
from statelint.flow_rows import Shelf
from statelint.knowledge import Knowledge
from statelint.project.configured.versions import Versions
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Binding, Context, Scope
from statelint.project.resolution.values import Cls, Ext, Func, Obj, qualified
from statelint.spans import Place, Span

REHEARSAL = frozenset({"dev", "develop", "development", "test", "tests", "testing", "local", "ci", "debug"})


class Shelved(NamedTuple):
    """One setting or call that keeps files on local disk. kind: setting, ignored, switched."""

    kind: str
    name: str
    span: Span
    what: str
    owner: str = ""
    """The module, for a name that stays the same under edits elsewhere."""
    related: tuple[tuple[Span, str], ...] = ()
    arguable: bool = False


class Choice(NamedTuple):
    """One place that names the class of the default store."""

    local: bool
    place: Place
    scope: Scope
    context: Context
    row: Shelf
    fallback: bool
    """Whether it is only what an unset environment variable gives."""
    name: str
    value: str
    keys: tuple[str, ...] = ()
    """The keys that a `*` in the setting stands for."""


class Shelves:
    """The configuration of file stores over the whole project."""

    def __init__(self, names: Names, knowledge: Knowledge, versions: Versions) -> None:
        self._names = names
        self._versions = versions
        self._knowledge = knowledge
        rows: list[Shelf] = [row for _, row in knowledge.rows(lambda lib: lib.shelves)]
        self._settings = [row for row in rows if row.settings or row.folders]
        self._calls = {name: row for row in rows for name in row.names}
        self.local_classes = frozenset(name for row in rows for name in row.local)
        self._tops = [s for s in names.every if s.kind == "module" and s.module.in_service]
        self.choices = tuple(self._choices())
        self.fields = tuple(self._fields())
        self.uses = tuple(self._uses())
        self.apps = tuple(self._apps())
        self.selected = self._selected()
        self.found = tuple(sorted({s.span: s for s in self._found()}.values(), key=lambda s: s.span))

    # ── settings ──

    def _modules(self, row: Shelf) -> Iterator[Scope]:
        for top in self._tops:
            own = [self._head(setting) for setting in row.settings] if row.marks else []
            if any(name in top.bindings for name in (*row.marks, *own)):
                yield top

    @staticmethod
    def _head(setting: str) -> str:
        return setting.partition(".")[0]

    def _choices(self) -> Iterator[Choice]:
        for row in self._settings:
            for top in self._modules(row):
                for setting in row.settings:
                    head, *path = setting.split(".")
                    for b in top.bindings.get(head, ()):
                        if b.value is not None and b.kind in ("assign", "annotate"):
                            yield from self._chosen(b, b.value, path, row, setting)
                    for store in top.stores:
                        keys = _keys(store.target)
                        if keys and keys[0] == head and store.value is not None and len(keys) <= len(path) + 1:
                            given = list(zip(path, keys[1:], strict=False))
                            if all(_stands_for(part, key, row) for part, key in given):
                                b = Binding(head, "assign", store.value, None, None, store.where, top, store.context)
                                rest, own = path[len(given) :], tuple(keys[1:])
                                yield from self._chosen(b, store.value, rest, row, setting, own)

    def _chosen(
        self, b: Binding, value: f.Expr, path: list[str], row: Shelf, setting: str, keys: tuple[str, ...] = ()
    ) -> Iterator[Choice]:
        if isinstance(value, f.Name) and path:
            for other in b.scope.bindings.get(value.id, ()):
                if other.value is not None and other is not b:
                    yield from self._chosen(other._replace(context=b.context), other.value, path, row, setting, keys)
            return
        if path:
            if isinstance(value, f.Table):
                for key, inner in value.pairs:
                    if isinstance(key, f.Const) and _stands_for(path[0], str(key.value), row):
                        yield from self._chosen(b, inner, path[1:], row, setting, (*keys, str(key.value)))
            return
        if isinstance(value, f.Choice):
            for branch in (value.then, value.other):
                yield from self._chosen(b, branch, path, row, setting, keys)
            return
        fallback = False
        if isinstance(value, f.Call):
            given = [*value.args[1:], *(v for k, v in value.keywords if k == "default")]
            texts = [a for a in given if isinstance(a, f.Const) and a.kind == "str" and "." in str(a.value)]
            if not texts:
                return
            value, fallback = texts[0], True
        if isinstance(value, f.Const) and value.kind == "str":
            text = str(value.value)
            local = self._is_local(text, b.scope)
            yield Choice(local, value.at, b.scope, b.context, row, fallback, setting, text, keys)

    def _is_local(self, dotted: str, scope: Scope) -> bool:
        if self._knowledge.canonical(dotted) in self.local_classes or dotted in self.local_classes:
            return True
        head, _, last = dotted.rpartition(".")
        module = self._names.modules.find(head, scope.module) if head else None
        if module is None:
            return False
        return any(isinstance(v, Cls) and self.is_local_class(v.scope) for v in self._names.module_member(module, last))

    def is_local_class(self, cls: Scope) -> bool:
        """Whether a project class derives from a local store and from no remote one before it."""
        for base in self._names.classes.outside_bases(cls):
            if base == "builtins.object":
                continue
            return self._knowledge.canonical(base) in self.local_classes
        return False

    def _selected(self) -> str:
        """Where the default store puts files: local, remote, switched, or unknown where nothing speaks of it."""
        choices = [c for c in self.choices if not c.row.own]
        kinds = {c.local for c in choices}
        if len(kinds) == 2 or any(c.fallback for c in choices):
            return "switched"
        if kinds:
            return "local" if True in kinds else "remote"
        for row in self._settings:
            for top in self._modules(row):
                if not row.settings or any(self._head(s) in top.bindings for s in row.settings):
                    continue
                if any(folder in top.bindings for folder in row.folders) or self.fields or self.uses or self.apps:
                    return "local"
        return "unknown"

    # ── findings ──

    def _found(self) -> Iterator[Shelved]:
        yield from self._constructed()
        yield from self._pinned()
        new = [c for c in self.choices if not c.row.ignored and not c.row.own]
        for c in self.choices:
            if c.row.ignored and not self._versions.fits(c.row.distribution, f"<{c.row.ignored}"):
                if new:
                    continue
                if not c.local:
                    span = Span.at(c.scope.path, c.place._replace(column=1))
                    yield Shelved("ignored", c.name, span, c.row.ignored, c.scope.full_name)
                    continue
            if c.local:
                span = c.scope.span(c.place)
                rehearsal = bool(set(c.scope.module.name.lower().replace("_", ".").split(".")) & REHEARSAL)
                others = any(not o.local for o in self.choices if self._same_store(o, c))
                kind = "switched" if others or c.fallback else "setting"
                yield Shelved(kind, c.name, span, c.value, c.scope.full_name, self._related(), rehearsal)
        if self.selected == "local" and all(c.row.own for c in self.choices):
            yield from self._default()

    @staticmethod
    def _same_store(a: Choice, b: Choice) -> bool:
        return (a.row is b.row and a.keys == b.keys) if a.row.own or b.row.own else True

    def _related(self) -> tuple[tuple[Span, str], ...]:
        fields = [(s, "a field that stores uploads there") for s in self.fields[:3]]
        return (*fields, *((s, "uploads are given back here") for s in self._served()))

    def _served(self) -> Iterator[Span]:
        names = {name for row in self._settings for name in row.served_by}
        short = {name.rpartition(".")[2] for name in names}
        for top in self._tops:
            for site in top.calls if short else ():
                func = site.call.func
                if (func.name if isinstance(func, f.Attr) else getattr(func, "id", "")) in short and any(
                    qualified(v) in names for v in self._names.denote(func, top)
                ):
                    yield top.span(site.call.at)

    def _default(self) -> Iterator[Shelved]:
        """Nothing selects a store, so that the default, a folder, is to blame."""
        if not self.fields and not self.uses and not self.apps:
            return
        for row in self._settings:
            tops = list(self._modules(row))
            for top in tops:
                for folder in row.folders:
                    for b in top.bindings.get(folder, ())[:1]:
                        yield Shelved("setting", folder, top.span(b.at), row.what, top.full_name, self._related())
                        return
            for top in tops:
                for mark in row.marks:
                    for b in top.bindings.get(mark, ())[:1]:
                        span = top.span(b.at)
                        yield Shelved("setting", row.settings[0], span, row.what, top.full_name, self._related())
                        return

    def _constructed(self) -> Iterator[Shelved]:
        loose = [row for row in self._settings if not row.marks]
        for scope in self._names.every:
            if not scope.module.in_service:
                continue
            if loose:
                yield from self._named(scope, loose)
            for site in scope.calls if self._calls else ():
                for value in self._names.denote(site.call.func, scope):
                    name = qualified(value)
                    row = self._calls.get(self._knowledge.canonical(name)) if name else None
                    if row is None or any(k in row.remote for k, _ in site.call.keywords):
                        continue
                    if row.made_by and not self._given(site.call, scope, row.made_by):
                        continue
                    label = str(name).rpartition(".")[2]
                    span = scope.span(site.call.at)
                    yield Shelved("setting", label, span, row.what or label, scope.full_name)

    def _named(self, scope: Scope, rows: list[Shelf]) -> Iterator[Shelved]:
        """Settings that are told by their own name: items of a configuration, class attributes, keywords."""
        places = [
            (str(store.target.key.value), store.target.at)
            for store in scope.stores
            if isinstance(store.target, f.Item) and isinstance(store.target.key, f.Const)
        ]
        if scope.kind != "function":
            places += [(name, b.at) for name, found in scope.bindings.items() for b in found if b.value is not None]
        places += [(key, e.at) for site in scope.calls for key, e in site.call.keywords]
        for key, at in places:
            for row in rows:
                if any(fnmatchcase(key, pattern) for pattern in row.settings):
                    yield Shelved("setting", key, scope.span(at), row.what, scope.full_name)

    def _given(self, call: f.Call, scope: Scope, made_by: str) -> bool:
        """Whether an argument is an object of a class, or was got from one."""
        for arg in (*call.args, *(v for _, v in call.keywords)):
            for value in self._names.denote(arg, scope):
                name = value.cls.name if isinstance(value, Obj) and isinstance(value.cls, Ext) else qualified(value)
                if name and self._knowledge.canonical(name).startswith(made_by):
                    return True
        return False

    def _fields(self) -> Iterator[Span]:
        """Class-body fields that store uploads by the default store."""
        for scope, call, row in self._field_calls():
            if not any(k == row.pins for k, _ in call.keywords):
                yield scope.span(call.at)

    def _field_calls(self) -> Iterator[tuple[Scope, f.Call, Shelf]]:
        rows = [row for row in self._settings if row.fields]
        for scope in self._names.every if rows else ():
            if scope.kind != "class" or not scope.module.in_service:
                continue
            for site in scope.calls:
                for value in self._names.denote(site.call.func, scope):
                    name = qualified(value)
                    for row in rows:
                        known = name and {name, self._knowledge.canonical(name)} & set(row.fields)
                        own = isinstance(value, Cls) and set(row.fields) & set(
                            self._names.classes.outside_bases(value.scope)
                        )
                        if known or own:
                            yield scope, site.call, row

    def _pinned(self) -> Iterator[Shelved]:
        """Fields with a local store of their own, whatever the settings select."""
        for scope, call, row in self._field_calls():
            for key, e in call.keywords:
                if key == row.pins and self._denotes_local(e, scope):
                    yield Shelved("setting", key, scope.span(call.at), "a local store of its own", scope.full_name)

    def _denotes_local(self, e: f.Expr, scope: Scope) -> bool:
        for value in self._names.denote(e, scope):
            made = self._names.returned(value.scope) if isinstance(value, Func) else (value,)
            for v in made:
                cls = v.cls if isinstance(v, Obj) else v
                if isinstance(cls, Ext) and self._knowledge.canonical(cls.name) in self.local_classes:
                    return True
                if isinstance(cls, Cls) and self.is_local_class(cls.scope):
                    return True
        return False

    def _apps(self) -> Iterator[Span]:
        """Where applications are installed that store uploads by the default store."""
        for row in self._settings:
            for top in self._modules(row) if row.apps else ():
                for mark in row.marks:
                    for b in top.bindings.get(mark, ()):
                        for const in _texts(b.value):
                            if const.value in row.apps:
                                yield top.span(const.at)

    def _uses(self) -> Iterator[Span]:
        names = {name for row in self._settings for name in row.uses}
        for scope in self._names.every if names else ():
            if not scope.module.in_service:
                continue
            for site in scope.calls:
                func = site.call.func
                if isinstance(func, f.Attr):
                    for value in self._names.denote(func.of, scope):
                        name = qualified(value) or (
                            value.cls.name if isinstance(value, Obj) and isinstance(value.cls, Ext) else ""
                        )
                        if name in names:
                            yield scope.span(site.call.at)


def _stands_for(part: str, key: str, row: Shelf) -> bool:
    return part == key or (part == "*" and key not in row.but)


def _texts(e: f.Expr | None) -> Iterator[f.Const]:
    """The literal strings of a list, also of lists that are added up."""
    if isinstance(e, f.Const) and e.kind == "str":
        yield e
    elif isinstance(e, f.Group):
        for item in e.items:
            yield from _texts(item)
    elif isinstance(e, f.Op):
        for operand in e.operands:
            yield from _texts(operand)


def _keys(target: f.Expr) -> list[str]:
    """`A["b"]["c"]` as A, b, c."""
    if isinstance(target, f.Name):
        return [target.id]
    if isinstance(target, f.Item) and isinstance(target.key, f.Const):
        inner = _keys(target.of)
        return [*inner, str(target.key.value)] if inner else []
    return []
