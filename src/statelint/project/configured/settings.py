"""All settings of the project: module assignments, class attributes, items and attributes of configuration objects,
keywords and tables handed to calls, and the keys of configuration files.

A setting is found by its key path, compared from the end: `STORE.kind` also finds `config["STORE"]["kind"]`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import count
from typing import NamedTuple

from statelint import facts as f
from statelint.project.configured.bound_names import bindings_of
from statelint.project.configured.filed import Filed
from statelint.project.configured.stages import Stage, stage, stage_of_file, stage_of_words
from statelint.project.configured.variables import Variables
from statelint.project.configured.worth import Worth
from statelint.project.configured.worths import Worths
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Context, Scope
from statelint.project.resolution.values import Func
from statelint.spans import Place, Span

GIVERS = frozenset({"update", "from_mapping", "setdefault", "configure", "set_defaults", "add_settings", "init_app"})
ASSIGNED = re.compile(r"([A-Z][A-Z0-9_]*)\s*=\s*(\S.*)")
FORMATS = frozenset({"ini", "toml", "yaml", "dotenv"})
PACKAGING = frozenset({"pyproject.toml", "setup.cfg", "Pipfile"})
"""Files that speak of the building of the project, not of the service."""
LARGEST = 3000
"""Entries of one table, tables inside it included."""


class Given(NamedTuple):
    """One place that gives a setting a value: an expression, or the text of a configuration file."""

    key: tuple[str, ...]
    span: Span
    stage: Stage
    context: Context
    scope: Scope | None = None
    expr: f.Expr | None = None
    text: str | None = None
    field: bool = False
    """Whether the value is only the default of a field that an environment variable fills."""
    unless: str = ""
    """What must be missing for it to be chosen from a table."""

    @property
    def conditional(self) -> bool:
        return bool(self.context.tests)


class Settings:
    """Settings by their last component. `wanted` are the components that any row speaks of; the rest is not kept."""

    def __init__(
        self,
        names: Names,
        worths: Worths,
        documents: Mapping[str, tuple[f.Document, ...]],
        variables: Variables,
        wanted: frozenset[str],
    ) -> None:
        self._names = names
        self._worths = worths
        self._documents = documents
        self._wanted = wanted
        self.variables = variables

    @cached_property
    def _by_component(self) -> dict[str, list[Given]]:
        table: dict[str, list[Given]] = defaultdict(list)
        for given in (*self._python(), *self._files()):
            for part in {*given.key}:
                if part in self._wanted:
                    table[part].append(given)
        return table

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        """What the variables begin with of which code makes settings: `config.from_prefixed_env()`."""
        found: dict[str, None] = {}
        spreading = self._worths.readers.spreading
        for scope in self._names.every if spreading else ():
            for site in scope.calls:
                func = site.call.func
                if isinstance(func, f.Attr) and func.name in spreading and scope.module.in_service:
                    first = next(iter((*site.call.args, *(v for _, v in site.call.keywords))), None)
                    named = str(first.value) if isinstance(first, f.Const) else spreading[func.name]
                    found[f"{named}_"] = None
        return tuple(found)

    def given_by_variable(self, name: str) -> bool:
        """Whether deployment files set the variable that is, or makes, a setting."""
        return any(self.variables.named(f"{prefix}{name}") for prefix in ("", *self._prefixes))

    def find(self, pattern: str) -> list[Given]:
        """The places that give a setting, in order of their place."""
        parts = pattern.split(".")
        named = [p for p in parts if p != "*"]
        candidates = self._by_component.get(named[-1], ())
        return sorted((g for g in candidates if fits(parts, g.key)), key=lambda g: g.span)

    def filed(self, read: Filed) -> list[Given]:
        """The places in configuration files that give a key, those of production alone where there are any."""
        found = [g for g in self._leaves if g.stage in ("base", "production") and read.fits(g.key)]
        return [g for g in found if g.stage == "production"] or found

    @cached_property
    def _leaves(self) -> tuple[Given, ...]:
        """All keys of configuration files; a section can be that of a stage, as a file can."""
        found = []
        for path, documents in sorted(self._documents.items()):
            known = [d for d in documents if d.format in FORMATS and path.rpartition("/")[2] not in PACKAGING]
            for s in (s for document in known for s in document.settings if s.form != "template"):
                where = stage_of_words(s.path[0]) if len(s.path) > 1 else "base"
                where = where if where != "base" else stage_of_file(path)
                found.append(Given(s.path, Span.at(path, s.key_at), where, Context(), text=s.value))
        return tuple(found)

    def worths(self, given: Given) -> list[Worth]:
        """The alternatives of a setting's value."""
        if given.expr is None or given.scope is None:
            return []
        found = self._worths.of(given.expr, given.scope, given.context)
        if given.unless:
            found = [w._replace(unless=w.unless or given.unless) for w in found]
        if given.field:
            found = [w._replace(unless=w.unless or self._variable(given)) for w in found]
        return found

    def _variable(self, given: Given) -> str:
        """The environment variable that fills a field."""
        return self._worths.readers.variable(given.scope, given.key[-1]) if given.scope else given.key[-1].upper()

    # ── collection ──

    def _python(self) -> Iterator[Given]:
        for scope in self._names.every:
            if not scope.module.in_service:
                continue
            field = scope.kind == "class" and self._worths.readers.fills(scope)
            for name, bindings in scope.bindings.items():
                for b in bindings:
                    if b.value is None or b.kind not in ("assign", "annotate") or b.position is not None:
                        continue
                    if scope.kind != "function" or _is_table(b.value):
                        given = self._flat((name,), b.value, scope, b.context, b.at)
                        yield from (g._replace(field=field) for g in given)
            for store in scope.stores:
                keys = path_of(store.target)
                if len(keys) > 1 and store.value is not None and store.op in ("=", "|="):
                    yield from self._flat(keys, store.value, scope, store.context, store.target.at)
            for site in scope.calls:
                yield from self._called(site.call, scope, site.context)

    def _called(self, call: f.Call, scope: Scope, context: Context) -> Iterator[Given]:
        func = call.func
        giver = isinstance(func, f.Attr) and func.name in GIVERS
        for name, value in call.keywords:
            if name == "**":
                continue
            if giver or name.isupper() or _is_table(value):
                yield from self._flat((name,), value, scope, context, value.at)
        entry = path_of(func.of) if isinstance(func, f.Attr) and func.name == "update" else ()
        for arg in call.args:
            if isinstance(arg, f.Table) or len(entry) > 1:
                yield from self._flat(entry if len(entry) > 1 else (), arg, scope, context, arg.at)
        if giver and isinstance(func, f.Attr) and func.name == "setdefault" and len(call.args) == 2:
            key = call.args[0]
            if isinstance(key, f.Const):
                yield from self._flat((*path_of(func.of), str(key.value)), call.args[1], scope, context, call.at)

    def _flat(
        self,
        key: tuple[str, ...],
        value: f.Expr,
        scope: Scope,
        context: Context,
        at: Place,
        steps: Iterator[int] | None = None,
    ) -> Iterator[Given]:
        """The setting itself, and with a table all settings inside it, as far as LARGEST steps lead."""
        steps = steps or count()
        if next(steps) > LARGEST:
            return  # tables that refer to each other over and over
        key = tuple(part for k in key for part in k.split(".")) if any("." in k for k in key) else key
        if key and not self._wanted.isdisjoint(key):
            yield Given(key, scope.span(at), stage(scope, context), context, scope, value)
        if len(key) > 8:
            return
        if isinstance(value, f.Table):
            for k, v in value.pairs:
                if isinstance(k, f.Const) and k.kind == "str":
                    yield from self._flat((*key, str(k.value)), v, scope, context, k.at, steps)
        elif isinstance(value, f.Call) and getattr(value.func, "id", "") == "dict":
            for name, v in value.keywords:
                yield from self._flat((*key, name), v, scope, context, v.at, steps)
        elif isinstance(value, f.Choice):
            for branch, taken in ((value.then, True), (value.other, False)):
                if _is_table(branch):
                    inside = context._replace(tests=(*context.tests, (value.test, taken)))
                    yield from self._flat(key, branch, scope, inside, branch.at, steps)
        elif isinstance(value, f.Item | f.Call) and key and path_of(looked_up(value)) != key[:-1]:
            for entry, where, unless in self._worths.entries(value, scope, context):
                inner = self._flat(key, entry, where, context, at, steps) if _is_table(entry) else ()
                yield from (g._replace(span=scope.span(at), unless=unless) for g in inner if g.key != key)
            for entry, where, around in self._returned(value, scope):
                inner = self._flat(key, entry, where, around if around.tests else context, entry.at, steps)
                yield from (g for g in inner if g.key != key)
        elif isinstance(value, f.Name) and key:
            for b in bindings_of(self._names, value.id, scope):
                if b.value is not None and _is_table(b.value) and b.value is not value:
                    chosen = b.context.tests and not context.tests
                    inner = self._flat(key, b.value, b.scope, b.context if chosen else context, at, steps)
                    yield from (g for g in inner if g.key != key)

    def _returned(self, value: f.Expr, scope: Scope) -> Iterator[tuple[f.Expr, Scope, Context]]:
        """The tables, or names of tables, that a function of the project returns to a call."""
        found = self._names.denote(value.func, scope) if isinstance(value, f.Call) else ()
        for function in (callee.scope for callee in found if isinstance(callee, Func)):
            for returned, context in function.returned:
                if _is_table(returned) or isinstance(returned, f.Name):
                    yield returned, function, context

    def _files(self) -> Iterator[Given]:
        for path, documents in sorted(self._documents.items()):
            last = path.rpartition("/")[2]
            where = stage_of_file(path)
            for document in documents if last not in PACKAGING else ():
                if document.format == "script" and path.endswith(".cfg"):
                    yield from self._assignments(path, document, where)
                if document.format not in FORMATS:
                    continue
                for s in document.settings:
                    key = tuple(part for k in s.path for part in k.split("."))
                    if document.format == "dotenv":
                        key = next(((key[0].removeprefix(p),) for p in self._prefixes if key[0].startswith(p)), key)
                    shouted = self._worths.configured.shouted(key)
                    within = stage_of_words(key[0]) if shouted and len(key) > 1 else "base"
                    key = shouted or key
                    if not self._wanted.isdisjoint(key):
                        text = None if s.form == "template" else s.value
                        stage = within if within != "base" else where
                        yield Given(key, Span.at(path, s.key_at), stage, Context(), text=text)

    def _assignments(self, path: str, document: f.Document, where: Stage) -> Iterator[Given]:
        """The assignments of a configuration file that is written as code."""
        for s in document.settings:
            found = ASSIGNED.fullmatch(s.value)
            if found and found[1] in self._wanted:
                yield Given((found[1],), Span.at(path, s.key_at), where, Context(), text=found[2].strip("\"'"))


def _is_table(value: f.Expr) -> bool:
    return isinstance(value, f.Table) or (isinstance(value, f.Call) and getattr(value.func, "id", "") == "dict")


def looked_up(value: f.Item | f.Call) -> f.Expr:
    """The table that `table[key]` or `table.get(key)` looks into; the callee of any other call."""
    if isinstance(value, f.Item):
        return value.of
    return value.func.of if isinstance(value.func, f.Attr) else value.func


def path_of(target: f.Expr) -> tuple[str, ...]:
    """`a.b["c"].d` as a, b, c, d; empty when a part is not constant."""
    if isinstance(target, f.Name):
        return (target.id,)
    if isinstance(target, f.Attr):
        inner = path_of(target.of)
        return (*inner, target.name) if inner else ()
    if isinstance(target, f.Item) and isinstance(target.key, f.Const):
        inner = path_of(target.of)
        return (*inner, str(target.key.value)) if inner else ()
    if isinstance(target, f.Call):
        return (*path_of(target.func), "()")
    return ()


def fits(pattern: list[str], key: tuple[str, ...]) -> bool:
    """Whether a key path ends as the pattern says."""
    if len(key) < len(pattern):
        return False
    return all(p in ("*", k) for p, k in zip(pattern, key[-len(pattern) :], strict=True))


def components(patterns: Iterable[str]) -> frozenset[str]:
    """The components by which settings are kept: all words of the patterns."""
    return frozenset(part for pattern in patterns for part in pattern.split(".") if part != "*")
