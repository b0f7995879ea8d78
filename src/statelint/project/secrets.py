"""Keys made when a process starts: random values that flow into a place for a signing or encryption key.

The search goes backwards from places for keys: arguments, settings, attributes, names that say what they hold. It
passes constants, class attributes, default arguments, `or` fallbacks, encoders and helper functions of the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.configured.bound_names import bindings_of
from statelint.project.configured.settings import Settings, path_of
from statelint.project.configured.stages import stage
from statelint.project.configured.worths import Worths
from statelint.project.kinds import words
from statelint.project.local.kept import bound_name
from statelint.project.reach import Chain, Reach
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import is_super
from statelint.project.resolution.scopes import Binding, CallSite, Context, Scope
from statelint.project.resolution.values import Cls, Ext, Func, Obj, qualified
from statelint.spans import Span
from statelint.store_rows import Generator, KeySlot

DEPTH: Final = 8
FACTORIES: Final = frozenset({"default_factory", "factory"})
"""Keywords of fields whose callable makes the value of an object that is made once."""
EACH_TIME: Final = frozenset({"__hash__", "__eq__", "__repr__"})


class Made(NamedTuple):
    """One random value: the call that makes it, and whether something else takes precedence."""

    what: str
    span: Span
    scope: Scope
    fallback: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that differs between replicas. kind: key, identity or hash."""

    kind: str
    name: str
    owner: str
    span: Span
    used: Span | None
    maker: str
    arguable: bool
    chain: Chain | None = None
    slot: KeySlot | None = None
    """The row that makes the place one for a key; None when its name alone does."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What secrets are found from. `offline` are the scopes that only commands run."""

    names: Names
    calls: Calls
    reach: Reach
    knowledge: Knowledge
    settings: Settings
    worths: Worths
    offline: frozenset[Scope]


class Secrets:
    """All keys made at start-up, each once, by place."""

    def __init__(self, sources: Sources) -> None:
        self._ = sources
        knowledge = sources.knowledge
        makers: list[Generator] = [row for _, row in knowledge.rows(lambda lib: lib.generators)]
        self._makers = {name: row.what for row in makers for name in row.names}
        self._slots: list[KeySlot] = [row for _, row in knowledge.rows(lambda lib: lib.keys)]
        self._words = knowledge.words.get("secret", frozenset())
        self._labels = knowledge.words.get("labels", frozenset())
        """Words of arguments that only say which key it is."""
        self._identity = knowledge.words.get("identity", frozenset())
        best: dict[tuple[str, int], Secret] = {}
        for secret in self._all():
            place = (secret.span.path, secret.span.line)
            known = best.get(place)
            if known is None or _rank(secret) < _rank(known):
                best[place] = secret
        self.found = tuple(sorted(best.values(), key=lambda s: s.span))

    def _all(self) -> Iterator[Secret]:
        yield from self._in_settings()
        yield from self._in_calls()
        yield from self._in_names()
        yield from self._kept_keys()
        yield from self._hashes()

    # ── places for keys ──

    def _in_settings(self) -> Iterator[Secret]:
        for row in self._slots:
            for setting in row.settings:
                for given in self._.settings.find(setting):
                    if given.expr is not None and given.scope is not None:
                        for secret in self._key(given.expr, given.scope, setting, given.span, given.context):
                            yield replace(secret, slot=row)
        attributes = {a: row for row in self._slots for a in row.attributes}
        for scope in self._.names.every:
            for store in scope.stores if scope.module.in_service else ():
                if isinstance(store.target, f.Attr) and store.target.name in attributes and store.value is not None:
                    span = scope.span(store.target.at)
                    for secret in self._key(store.value, scope, store.target.name, span, store.context):
                        yield replace(secret, slot=attributes[store.target.name])

    def _in_calls(self) -> Iterator[Secret]:
        by_name = {name: row for row in self._slots for name in row.names}
        by_method = {name: row for row in self._slots for name in row.methods}
        for name, sites in sorted(self._.calls.outside.items()):
            made = name.removesuffix(".__init__")
            row = next((by_name[n] for n in self._.knowledge.spellings(made) if n in by_name), None)
            for site in sites if row else ():
                if row and (made == name or _of_a_subclass(site)):
                    yield from self._slot(row, site)
        for scope in self._.names.every if by_method else ():
            for site in scope.calls:
                func = site.call.func
                if isinstance(func, f.Attr) and func.name in by_method:
                    yield from self._slot(by_method[func.name], site)

    def _slot(self, row: KeySlot, site: CallSite) -> Iterator[Secret]:
        given = argument(site.call, row.argument, row.position)
        if given is None or not site.scope.module.in_service:
            return
        name = row.argument or "key"
        if row.named is not None:
            option = argument(site.call, "", row.named)
            name = str(option.value) if isinstance(option, f.Const) else ""
            if not set(words(name)) & self._words:
                return
        if _used_up(site) and all(made.scope is site.scope for made in self.made(given, site.scope)):
            return
        for secret in self._key(given, site.scope, name, site.scope.span(site.call.at), site.context, anew=row.anew):
            yield replace(secret, slot=row)

    def _in_names(self) -> Iterator[Secret]:
        """Module and class constants whose names say that they hold a key or an identity."""
        for scope in self._.names.every:
            if scope.kind == "function" or not scope.module.in_service:
                continue
            for name, bindings in scope.bindings.items():
                given = [(b, b.value) for b in bindings if b.kind in ("assign", "annotate") and b.value is not None]
                parts = set(words(name)) if given else set()
                for b, value in given:
                    if parts & self._words:
                        weak = len(bindings) > 1 or self._.worths.readers.fills(scope)
                        yield from self._key(value, scope, name, scope.span(b.at), b.context, weak)
                    elif parts & self._identity and scope.kind == "module":
                        for made in self.made(value, scope, b.context):
                            if made.scope.kind == "module":
                                at = scope.span(b.at)
                                yield Secret("identity", name, scope.module.name, at, None, made.what, True)

    def _kept_keys(self) -> Iterator[Secret]:
        """Generators whose result can only be a key, kept by code that runs at start-up."""
        for name, sites in sorted(self._.calls.outside.items()):
            what = next((self._makers[n] for n in self._.knowledge.spellings(name) if n in self._makers), "")
            for site in self._with_wrappers(sites) if what == "key" else ():
                scope = site.scope
                if not scope.module.in_service or scope.in_main or scope in self._.offline or site.context.in_main:
                    continue
                kept = scope.kind != "function" or any(
                    any(b.value is site.call for b in bindings) and name in scope.outer
                    for name, bindings in scope.bindings.items()
                )
                if kept:
                    span = scope.span(site.call.at)
                    guarded = bool(site.context.tests) or site.context.on_error
                    arguable = guarded or stage(scope, site.context) in ("development", "test")
                    short = name.removesuffix("()").rpartition(".")[2]
                    bound = bound_name(site) or short
                    yield Secret("key", bound, scope.module.name, span, None, f"{short}()", arguable)

    def _with_wrappers(self, sites: Iterable[CallSite]) -> Iterator[CallSite]:
        """The calls, and those that module bodies make of functions which do no more than return one."""
        for site in sites:
            yield site
            if any(returned is site.call for returned in site.scope.returns) and len(site.scope.returns) == 1:
                for edge in self._.calls.into.get(site.scope, ()):
                    if edge.site is not None and edge.caller.kind != "function":
                        yield edge.site

    def _hashes(self) -> Iterator[Secret]:
        """Hashes that differ from process to process, computed on the request path."""
        for name, sites in sorted(self._.calls.outside.items()):
            what = next((self._makers[n] for n in self._.knowledge.spellings(name) if n in self._makers), "")
            for site in sites if what == "identity" else ():
                chain = self._.reach.chain(site.scope)
                if name.startswith("builtins.") and chain and site.scope.name not in EACH_TIME:
                    short = name.rpartition(".")[2]
                    span = site.scope.span(site.call.at)
                    yield Secret("hash", f"{short}()", site.scope.full_name, span, None, f"{short}()", True, chain)

    def _key(
        self,
        e: f.Expr,
        scope: Scope,
        name: str,
        span: Span,
        context: Context,
        weak: bool = False,
        anew: bool = False,
    ) -> Iterator[Secret]:
        if scope in self._.offline or scope.in_main or context.in_main:
            return
        # a key of what only this process keeps
        weak = weak or "cache" in words(".".join((name, *path_of(e))))
        for made in self.made(e, scope, context):
            if made.scope.kind == "function" and self._.reach.runs(made.scope):
                continue  # made anew for each request
            if anew and made.scope is scope and scope.kind == "function":
                continue
            dev = {stage(made.scope, context), stage(scope, context)} & {"development", "test"}
            place, used = made.span, span
            if (place.path, place.line) == (used.path, used.line):
                place, used = span, None  # type: ignore[assignment]
            yield Secret(
                "key", name, scope.module.name, place, used, made.what, made.fallback or weak or bool(dev),
                self._.reach.chain(scope),
            )  # fmt: skip

    # ── where a value comes from ──

    def made(self, e: f.Expr, scope: Scope, context: Context | None = None, depth: int = 0) -> Iterator[Made]:
        """The random values that an expression can hold."""
        if depth > DEPTH:
            return
        guarded = context is not None and (bool(context.tests) or context.on_error)
        for made in self._made(e, scope, depth):
            yield made._replace(fallback=True) if guarded else made

    def _made(self, e: f.Expr, scope: Scope, depth: int) -> Iterator[Made]:
        if isinstance(e, f.Call):
            yield from self._made_by_call(e, scope, depth)
        elif isinstance(e, f.Name):
            yield from self._made_by_name(e, scope, depth)
        elif isinstance(e, f.Attr):
            yield from self._made_by_attribute(e, scope, depth)
        elif isinstance(e, f.Op):
            for number, operand in enumerate(e.operands):
                for made in self.made(operand, scope, None, depth + 1):
                    yield made._replace(fallback=True) if e.op == "or" and number else made
        elif isinstance(e, f.Choice):
            for branch in (e.then, e.other):
                for made in self.made(branch, scope, None, depth + 1):
                    yield made._replace(fallback=True)
        elif isinstance(e, f.Text | f.Group):
            for part in e.parts if isinstance(e, f.Text) else e.items:
                yield from self.made(part, scope, None, depth + 1)
        elif isinstance(e, f.Item):
            yield from self.made(e.of, scope, None, depth + 1)
        elif isinstance(e, f.Walrus | f.Await):
            yield from self.made(e.value, scope, None, depth + 1)
        elif isinstance(e, f.Lambda):
            inner = scope.by_node.get(id(e.function))
            for returned in inner.returns if inner else ():
                yield from (m._replace(scope=scope) for m in self.made(returned, inner, None, depth + 1))  # type: ignore[arg-type]
        elif isinstance(e, f.Comprehension):
            for item in e.items:
                yield from self.made(item, scope, None, depth + 1)

    def _maker(self, name: str) -> bool:
        return any(n in self._makers and not n.startswith("builtins.") for n in self._.knowledge.spellings(name))

    def _made_by_call(self, e: f.Call, scope: Scope, depth: int) -> Iterator[Made]:
        values = self._.names.denote(e.func, scope)
        for value in values:
            name = qualified(value)
            if name and self._maker(name):
                yield Made(f"{name.rpartition('.')[2]}()", scope.span(e.at), scope, False)
                return
        reads = any(w.env for w in self._.worths.of(e, scope) if w.text is None)
        for value in values:
            if isinstance(value, Func):
                returned = [(r, list(self.made(r, value.scope, None, depth + 1))) for r in value.scope.returns]
                partly = any(not found for _, found in returned)
                for _, found in returned:
                    yield from (m._replace(fallback=True) if partly else m for m in found)
                return
        if isinstance(e.func, f.Attr):
            yield from self.made(e.func.of, scope, None, depth + 1)
        for key, arg in (*(("", a) for a in e.args), *e.keywords):
            if not self._labels.isdisjoint(words(key)):
                continue
            if isinstance(arg, f.Lambda) and key not in FACTORIES:
                continue  # run later, for each thing that needs a value
            for made in self.made(arg, scope, None, depth + 1):
                yield made._replace(fallback=True) if reads else made
            for value in self._.names.denote(arg, scope) if key in FACTORIES else ():
                if isinstance(value, Ext) and self._maker(value.name):
                    yield Made(f"{value.name.rpartition('.')[2]}()", scope.span(e.at), scope, False)

    def _made_by_name(self, e: f.Name, scope: Scope, depth: int) -> Iterator[Made]:
        bindings = list(bindings_of(self._.names, e.id, scope))
        found = []
        for b in bindings:
            if b.kind in ("assign", "annotate") and b.value is not None:
                made = list(self.made(b.value, b.scope, b.context, depth + 1))
                found.append(made)
            elif b.kind == "param" and isinstance(b.node, f.Param) and b.node.default is not None:
                outer = b.scope.parent or b.scope
                found.append([m._replace(fallback=True) for m in self.made(b.node.default, outer, None, depth + 1)])
        partly = any(not made for made in found)
        for made in found:
            yield from (m._replace(fallback=True) if partly else m for m in made)

    def _made_by_attribute(self, e: f.Attr, scope: Scope, depth: int) -> Iterator[Made]:
        if isinstance(e.of, f.Call):
            yield from self.made(e.of, scope, None, depth + 1)
        for value in self._.names.denote(e.of, scope):
            if isinstance(value, Cls) or (isinstance(value, Obj) and isinstance(value.cls, Cls)):
                cls = value.scope if isinstance(value, Cls) else value.cls.scope  # type: ignore[union-attr]
                for item in self._.names.classes.lineage(cls):
                    if isinstance(item, Cls):
                        for b in item.scope.bindings.get(e.name, ()):
                            if b.value is not None:
                                yield from self._field(b.value, item.scope, b.context, depth)
                        for assigned in self._.names.classes.assigned(item.scope, e.name):
                            if assigned.value is not None:
                                store = assigned.store
                                yield from self.made(assigned.value, store.scope, store.context, depth + 1)
        for b in self._module_bindings(e, scope):
            if b.value is not None:
                yield from self.made(b.value, b.scope, b.context, depth + 1)

    def _module_bindings(self, e: f.Attr, scope: Scope) -> Iterator[Binding]:
        for value in self._.names.denote(e.of, scope):
            module = getattr(value, "module", None)
            top = self._.names.scopes.get(module.path) if module else None
            if top is not None:
                yield from bindings_of(self._.names, e.name, top)

    def _field(self, e: f.Expr, cls: Scope, context: Context, depth: int) -> Iterator[Made]:
        """A class attribute; a field that a variable fills is only a fallback."""
        reads = self._.worths.readers.fills(cls)
        for made in self.made(e, cls, context, depth + 1):
            yield made._replace(fallback=True) if reads else made


def _of_a_subclass(site: CallSite) -> bool:
    """Whether it is `super().__init__(…)`, which hands to a library's constructor what calls of its class do else."""
    func = site.call.func
    return isinstance(func, f.Attr) and is_super(func.of)


def _used_up(site: CallSite) -> bool:
    """Whether a function asks the object that gets the key at once, as code does that makes a key for one message."""
    here = (other.call.func for other in site.scope.calls)
    return site.scope.kind == "function" and any(isinstance(func, f.Attr) and func.of is site.call for func in here)


def _rank(secret: Secret) -> tuple[int, bool, bool, bool]:
    """The more telling of several reports on one line comes first."""
    return ("key", "identity", "hash").index(secret.kind), secret.arguable, secret.slot is None, secret.used is None
