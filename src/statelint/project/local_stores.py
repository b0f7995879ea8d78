"""Constructs and settings that keep sessions, caches, limits, messages, jobs or data in one process or on its disk.

What rows say is judged here: a value that is written, one that comes from a setting, one that is only a fallback, and
the default where nothing is written. Production decides; a place that only development or tests use is arguable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.calls import Calls
from statelint.project.judging import Judge, Judged, pattern
from statelint.project.names import Names
from statelint.project.reach import Chain, Reach
from statelint.project.scopes import CallSite, Scope
from statelint.project.settings import Given, Settings
from statelint.project.stages import Stage, condition, stage
from statelint.project.values import Cls, Obj, qualified
from statelint.project.worths import Worths
from statelint.spans import Span
from statelint.store_rows import Store

SERVED = frozenset({"sessions", "limits", "realtime", "jobs", "schedule"})
"""What matters even where the start of a program makes it; the rest does no harm in a command."""
MUTATORS = frozenset(
    {"update", "setdefault", "pop", "popitem", "clear", "append", "set", "add", "insert", "extend", "remove", "__setitem__"}
)  # fmt: skip


class Note(NamedTuple):
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One place that keeps something local."""

    row: Store
    library: str
    kind: str
    """setting, call, write or default."""
    name: str
    """What a reader calls it: the setting's key, or the name that the object is bound to."""
    owner: str
    """The module or scope, for a name that stays the same under edits elsewhere."""
    span: Span
    unless: str = ""
    stage: Stage = "base"
    arguable: bool = False
    cause: str = ""
    notes: tuple[Note, ...] = ()
    chain: Chain | None = None


@dataclass(frozen=True, slots=True)
class Stores:
    """What local stores are found from. `offline` are the scopes that only commands run."""

    names: Names
    calls: Calls
    reach: Reach
    knowledge: Knowledge
    settings: Settings
    worths: Worths
    rows: tuple[tuple[str, Store], ...]
    offline: frozenset[Scope]


class LocalStores:
    """All local stores, each once."""

    def __init__(self, stores: Stores) -> None:
        self._ = stores
        self._judge = Judge(stores.settings)
        self._spaces: dict[str, list[tuple[str, Store]]] = defaultdict(list)
        for library, row in stores.rows:
            for setting in row.settings if row.space else ():
                self._spaces[setting].append((library, row))
        self._followers: dict[Span, list[Note]] = defaultdict(list)
        found = [*self._from_settings(), *self._from_calls(), *self._from_writes()]
        self.found: tuple[Kept, ...] = tuple(self._once(found))

    # ── one report for one cause ──

    def _once(self, found: Iterable[Kept]) -> Iterator[Kept]:
        order = ("sessions", "limits", "jobs", "realtime", "cache", "schedule", "files", "objects", "mail", "logs", "written")
        ranked = sorted(found, key=lambda k: (k.arguable, order.index(k.row.keeps), bool(k.unless), k.span))
        by_place: dict[tuple[str, int], Kept] = {}
        by_cause: dict[str, Kept] = {}
        extra: dict[Span, list[Note]] = defaultdict(list)
        for kept in ranked:
            place = (kept.span.path, kept.span.line)
            first = by_cause.get(kept.cause) if kept.cause else None
            if place in by_place:
                continue
            if first is not None:
                what = kept.row.what or kept.row.keeps
                extra[first.span].append(Note(kept.span, f"{what} follow from the same default"))
                continue
            by_place[place] = kept
            if kept.cause:
                by_cause[kept.cause] = kept
        for kept in sorted(by_place.values(), key=lambda k: k.span):
            notes = (*kept.notes, *self._followers.get(kept.span, ())[:3], *extra[kept.span][:3])
            yield replace(kept, notes=notes)

    # ── settings ──

    def _from_settings(self) -> Iterator[Kept]:
        for library, row in self._.rows:
            groups: dict[str, list[Given]] = defaultdict(list)
            for setting in row.settings:
                for given in self._.settings.find(setting):
                    tail = given.key[-len(setting.split(".")) :]
                    groups[".".join(tail)].append(given)
            for key, places in groups.items():
                yield from self._setting(library, row, key, places)
            if row.settings and row.absent == "local" and not groups and not row.names and not row.space:
                yield from self._missing(library, row)

    def _setting(self, library: str, row: Store, key: str, places: list[Given]) -> Iterator[Kept]:
        judged = [(given, j) for given in places for j in self._judge.given(row, given)]
        shared = [(g, j) for g, j in judged if j.judgement == "shared"]
        if not self._needed(row) or not self._decided(row):
            return
        for given, j in judged:
            if row.follows and (not row.follows.value or pattern(row.follows.value).search(j.text)):
                yield from self._followed(library, row, key, given, j)
            elif j.judgement == "local":
                kept = self._placed(library, row, key, given, j)
                left = self._overridden(kept, given, [g for g, _ in shared if g is not given])
                if left:
                    yield left

    def _placed(self, library: str, row: Store, key: str, given: Given, j: Judged) -> Kept:
        span = given.span
        notes: tuple[Note, ...] = ()
        if j.span and (j.span.path, j.span.line) != (span.path, span.line):
            notes = (Note(j.span, "the value is written here"),)
        owner = given.scope.module.name if given.scope else given.span.path
        unless = j.unless or (condition(given.context.tests) if given.conditional else "")
        arguable = row.grade == "arguable" or given.stage in ("development", "test")
        return Kept(row, library, "setting", key, owner, span, unless, given.stage, arguable, notes=notes)

    @staticmethod
    def _overridden(kept: Kept, given: Given, shared: list[Given]) -> Kept | None:
        """What a shared value elsewhere makes of a local one."""
        for other in shared:
            same = other.scope is given.scope and other.span.path == given.span.path
            if other.stage == "production" and given.stage != "production":
                return replace(kept, arguable=True)
            if same and other.span.line > given.span.line and not other.conditional:
                return None
            if same and other.conditional and not kept.unless:
                kept = replace(kept, unless=condition(other.context.tests) or "another value is set")
            elif other.stage == "base" and not same and not kept.unless:
                kept = replace(kept, unless=f"{other.span.path} is used")
        return kept

    def _missing(self, library: str, row: Store) -> Iterator[Kept]:
        """A setting that nothing gives, whose default is local, where something needs it."""
        site = next((s for name in row.needs for s in self._sites(name)), None)
        if site is None:
            return
        key = row.settings[0].partition(".")[0]
        span = site.scope.span(site.call.at)
        notes = self._marks(row)
        yield Kept(row, library, "default", key, site.scope.module.name, span, cause=f"no {key}", notes=notes)

    def _marks(self, row: Store) -> tuple[Note, ...]:
        for mark in row.marks:
            for given in self._.settings.find(mark):
                if given.stage in ("base", "production"):
                    return (Note(given.span, "a settings module that does not choose another"),)
        return ()

    # ── following another setting ──

    def _followed(self, library: str, row: Store, key: str, given: Given, j: Judged) -> Iterator[Kept]:
        alias = self._alias(row, None)
        found, where = self._space(row, alias)
        if found == "local":
            kept = self._placed(library, row, key, given, j)
            if where is not None:
                self._followers[where].append(Note(given.span, f"{row.what or row.keeps} depend on it"))
                return
            yield replace(kept, cause=f"no {row.follows.setting if row.follows else key}")

    def _alias(self, row: Store, call: tuple[f.Call, Scope] | None) -> str:
        follows = row.follows
        assert follows is not None
        if call and follows.keyword:
            for name, value in call[0].keywords:
                if name == follows.keyword:
                    known = [w.text for w in self._.worths.of(value, call[1]) if w.text]
                    return known[0] if known else ""
        if follows.named_by:
            for given in self._.settings.find(follows.named_by):
                for w in self._.settings.worths(given):
                    if w.text:
                        return w.text
        return follows.default

    def _space(self, row: Store, alias: str) -> tuple[str, Span | None]:
        """(judgement, place) of the named store that a row follows; no place when it is the default of a default."""
        follows = row.follows
        assert follows is not None
        setting = follows.setting
        head = setting.partition(".")[0]
        rows = self._spaces.get(setting, [])
        places = self._.settings.find(setting)
        mine = [g for g in places if not alias or alias in g.key]
        if not places:
            # the table may be computed by a call that nothing describes
            return ("unknown" if self._.settings.find(head) else follows.absent), None
        best: tuple[str, Span | None] = ("unknown", None)
        for given in mine:
            for _, other in rows:
                for j in self._judge.given(other, given):
                    if j.judgement == "shared" and given.stage in ("base", "production"):
                        return "shared", given.span
                    if j.judgement == "local" and given.stage in ("base", "production"):
                        best = ("local", given.span)
        return best

    # ── calls ──

    def _sites(self, name: str) -> Iterator[CallSite]:
        for found, sites in self._.calls.outside.items():
            if name in self._.knowledge.spellings(found):
                yield from (s for s in sites if s.scope.module.in_service and not s.context.for_types)

    def _from_calls(self) -> Iterator[Kept]:
        by_name: dict[str, list[tuple[str, Store]]] = defaultdict(list)
        by_method: dict[str, list[tuple[str, Store]]] = defaultdict(list)
        for library, row in self._.rows:
            for name in row.names:
                by_name[name].append((library, row))
            for method in row.methods:
                by_method[method].append((library, row))
        single: dict[int, list[Kept]] = defaultdict(list)
        for found, sites in sorted(self._.calls.outside.items()):
            rows = [r for n in self._.knowledge.spellings(found) for r in by_name.get(n, ())]
            for library, row in rows:
                for site in sites:
                    for kept in self._call(library, row, site, found):
                        if row.once:
                            single[id(row)].append(kept)
                        else:
                            yield kept
        for group in single.values():
            first, *others = sorted(group, key=lambda k: (k.arguable, k.span))
            yield replace(first, notes=(*first.notes, *(Note(k.span, "the same again") for k in others[:3])))
        for scope in self._.names.every if by_method else ():
            for site in scope.calls:
                if isinstance(site.call.func, f.Attr):
                    for library, row in by_method.get(site.call.func.name, ()):
                        if self._received(row, site):
                            yield from self._call(library, row, site, site.call.func.name)

    def _received(self, row: Store, site: CallSite) -> bool:
        func = site.call.func
        assert isinstance(func, f.Attr)
        values = self._.names.denote(func.of, site.scope)
        for value in values:
            if isinstance(value, Obj) and isinstance(value.cls, Cls):
                bases = self._.names.classes.outside_bases(value.cls.scope)
                if not set(bases) & set(row.of):
                    return False
            name = qualified(value)
            if isinstance(value, Obj) and not isinstance(value.cls, Cls):
                name = value.cls.name
            if name:
                return not row.of or any(n in row.of for n in self._.knowledge.spellings(name.removesuffix("()")))
        return not row.of or not values

    def _ignored(self, row: Store, site: CallSite) -> bool:
        scope = site.scope
        if not scope.module.in_service or site.context.for_types:
            return True
        if (scope in self._.offline or scope.in_main or site.context.in_main) and row.keeps not in SERVED:
            return True
        return row.requested and not self._.reach.runs(scope)

    def _call(self, library: str, row: Store, site: CallSite, found: str) -> Iterator[Kept]:
        call, scope = site.call, site.scope
        keywords = dict(call.keywords)
        if self._ignored(row, site) or any(k in keywords for k in row.unless):
            return
        if self._reads_only(row, site) or not self._needed(row) or self._rescued(row):
            return
        span = scope.span(call.at)
        if row.follows:
            state, where = self._space(row, self._alias(row, (call, scope)))
            if state == "local" and where is not None:
                self._followers[where].append(Note(span, f"{row.what or row.keeps} depend on it"))
            elif state == "local":
                kept = self._made(library, row, site, found, None)
                notes = (*kept.notes, *self._marks(row))
                yield replace(kept, cause=f"no {row.follows.setting}", notes=notes)
            return
        given = argument(call, row.argument, row.position)
        if row.argument == "" and row.position is None:
            if self._decided(row) and self._outlives(row, site, ""):
                yield self._made(library, row, site, found, None)
        elif given is not None:
            for w in self._.worths.of(given, scope, site.context):
                j = self._judge.worth(row, w)
                if j.judgement == "local" and self._outlives(row, site, j.text):
                    yield self._made(library, row, site, found, j)
        elif row.absent == "local" and "**" not in keywords and not any(isinstance(a, f.Star) for a in call.args):
            if self._decided(row) and not self._given_later(row, site):
                if self._outlives(row, site, ""):
                    yield self._made(library, row, site, found, None)

    def _made(self, library: str, row: Store, site: CallSite, found: str, j: Judged | None) -> Kept:
        scope, call = site.scope, site.call
        span = scope.span(call.at)
        notes: tuple[Note, ...] = ()
        where = stage(scope, site.context)
        if j is not None and j.span is not None:
            if (j.span.path, j.span.line) != (span.path, span.line):
                notes = (Note(span, f"used by {found.rpartition('.')[2]}()"),)
            span = j.span
        name = bound_name(site) or found.removesuffix("()").rpartition(".")[2]
        unless = j.unless if j else ""
        if j and j.context.tests and not unless:
            unless = condition(j.context.tests)
        elif site.context.tests and not unless:
            unless = condition(site.context.tests)
        arguable = row.grade == "arguable" or where in ("development", "test")
        return Kept(
            row, library, "call", name, scope.full_name, span, unless, where, arguable,
            notes=notes, chain=self._.reach.chain(scope),
        )  # fmt: skip

    def _reads_only(self, row: Store, site: CallSite) -> bool:
        for key, wanted in row.read_only.items():
            value = argument(site.call, "" if key.isdigit() else key, int(key) if key.isdigit() else None)
            if value is not None:
                known = [w.text for w in self._.worths.of(value, site.scope) if w.text is not None]
                if known and all(pattern(wanted).search(t) for t in known):
                    return True
        if row.read_statements:
            texts = list(_statements(site.scope.module.path, self._.names))
            return bool(texts) and all(pattern(row.read_statements).search(t) for t in texts)
        return False

    def _outlives(self, row: Store, site: CallSite, text: str) -> bool:
        """Whether the object lasts longer than the call of the function that makes it, where that matters."""
        if not row.fleeting or not pattern(row.fleeting).search(text):
            return True
        scope, call = site.scope, site.call
        if scope.kind != "function":
            return True
        if any(store.value is call for store in scope.stores) or any(r is call for r in scope.returns):
            return True
        for name, bindings in scope.bindings.items():
            if any(b.value is call for b in bindings):
                return name in scope.outer or any(isinstance(r, f.Name) and r.id == name for r in scope.returns)
        return False

    # ── what decides a default ──

    def _needed(self, row: Store) -> bool:
        if row.needs and not any(True for name in row.needs for _ in self._sites(name)):
            return False
        if row.needs_method:
            method, _, test = row.needs_method.partition(":")
            key, _, wanted = test.partition("=")
            return any(self._method_called(method, key, wanted))
        return True

    def _method_called(self, method: str, key: str, wanted: str) -> Iterator[bool]:
        for scope in self._.names.every:
            for site in scope.calls if scope.module.in_service else ():
                if isinstance(site.call.func, f.Attr) and site.call.func.name == method:
                    value = argument(site.call, key, 0) if key else site.call
                    if value is not None:
                        known = [w.text or "" for w in self._.worths.of(value, scope)] if key else [""]
                        if any(pattern(wanted).search(t) for t in known):
                            yield True

    def _decided(self, row: Store) -> bool:
        """Whether no setting or variable gives the answer instead; one that does is reported on its own."""
        return not any(
            self._.settings.variables.named(name) or self._.settings.find(name) for name in row.deciders
        )

    def _rescued(self, row: Store) -> bool:
        return any(True for name in row.rescued for _ in self._sites(name))

    def _given_later(self, row: Store, site: CallSite) -> bool:
        """Whether a later call on an object of the same class brings the argument."""
        for scope in self._.names.every if row.later else ():
            for other in scope.calls:
                func = other.call.func
                if isinstance(func, f.Attr) and func.name in row.later and other.call is not site.call:
                    if argument(other.call, row.argument, None) is not None:
                        return True
                    if "**" in dict(other.call.keywords):
                        return True
        return False

    # ── writes ──

    def _from_writes(self) -> Iterator[Kept]:
        rows = [(library, row) for library, row in self._.rows if row.writes]
        reported: set[tuple[str, str]] = set()
        for scope in self._.names.every if rows else ():
            if not scope.module.in_service or scope in self._.offline:
                continue
            for target in _written(scope):
                for of in _inward(target):
                    for value in self._.names.denote(of, scope):
                        name = qualified(value) or ""
                        for library, row in rows:
                            key = (name, scope.path)
                            if name in row.writes and key not in reported and self._decided(row):
                                reported.add(key)
                                yield Kept(
                                    row, library, "write", name.partition(".")[2] or name, scope.full_name,
                                    scope.span(target.at), arguable=row.grade == "arguable",
                                    chain=self._.reach.chain(scope),
                                )  # fmt: skip


def argument(call: f.Call, keyword: str, position: int | None) -> f.Expr | None:
    """The expression given for a parameter, by keyword or by position."""
    if keyword:
        for name, value in call.keywords:
            if name == keyword:
                return value
    if position is not None and position < len(call.args):
        found = call.args[position]
        return None if isinstance(found, f.Star) else found
    return None


def bound_name(site: CallSite) -> str:
    """The name or attribute that a call's result is bound to, if any."""
    for name, bindings in site.scope.bindings.items():
        if any(b.value is site.call for b in bindings):
            return name
    for store in site.scope.stores:
        if store.value is site.call and isinstance(store.target, f.Attr):
            return store.target.name
    return ""


def _statements(path: str, names: Names) -> Iterator[str]:
    top = names.scopes[path]
    for scope in (top, *top.descendants()):
        for site in scope.calls:
            if isinstance(site.call.func, f.Attr) and site.call.func.name.startswith("execute") and site.call.args:
                first = site.call.args[0]
                yield str(first.value) if isinstance(first, f.Const) else "?"


def _written(scope: Scope) -> Iterator[f.Expr]:
    for store in scope.stores:
        yield store.target
    for site in scope.calls:
        if isinstance(site.call.func, f.Attr) and site.call.func.name in MUTATORS:
            yield site.call.func


def _inward(e: f.Expr) -> Iterator[f.Expr]:
    while isinstance(e, f.Attr | f.Item):
        e = e.of
        yield e
