"""Constructors and other calls that keep something local, by an argument, by a default or by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from msgspec import structs

from statelint import facts as f
from statelint.project.configured.judging import Judge, Judged, pattern
from statelint.project.configured.settings import path_of
from statelint.project.configured.stages import chosen, marked, stage, stage_of_tests
from statelint.project.kinds import words
from statelint.project.local.deciders import Deciders
from statelint.project.local.kept import Followers, Kept, Note, Stores, bound_name
from statelint.project.memos import alike
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import CallSite, Context, Scope
from statelint.project.resolution.values import Cls, Func, Obj, qualified
from statelint.store_rows import Store

SERVED = frozenset({"sessions", "limits", "realtime", "jobs", "schedule"})
"""What matters even where the start of a program makes it; the rest does no harm in a command."""


ELSE = "a shared one is chosen"


class KeptByCalls:
    """Finds them by the names of callees, then by method names."""

    def __init__(self, stores: Stores, deciders: Deciders, followers: Followers) -> None:
        self._ = stores
        self._deciders = deciders
        self._judge = Judge(stores.settings)
        self._followers = followers

    def found(self) -> Iterator[Kept]:
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
            if isinstance(value, Func) and row.of:
                return self._decorated(row, value.scope)
            name = qualified(value)
            if isinstance(value, Obj) and not isinstance(value.cls, Cls):
                name = value.cls.name
            if name:
                return not row.of or any(n in row.of for n in self._.knowledge.spellings(name.removesuffix("()")))
        return not row.of or not values

    def _decorated(self, row: Store, scope: Scope) -> bool:
        node, outer = scope.node, scope.parent
        for decorator in node.decorators if isinstance(node, f.Function) and outer else ():
            target = decorator.func if isinstance(decorator, f.Call) else decorator
            names = [qualified(v) for v in self._.names.denote(target, outer or scope)]
            if any(n in row.of for name in names if name for n in self._.knowledge.spellings(name)):
                return True
        return False

    def _ignored(self, row: Store, site: CallSite) -> bool:
        scope = site.scope
        if not scope.module.in_service or site.context.for_types:
            return True
        if site.context.tests and self._.outcomes.reached(site.context, scope) is False:
            return True
        if (scope in self._.offline or scope.in_main or site.context.in_main) and row.keeps not in SERVED:
            return True
        if row.keeps == "schedule" and self._alone(scope):
            return True
        return row.requested and not self._.reach.runs(scope)

    def _keeps_the_same(self, site: CallSite) -> bool:
        """Whether a call is the decorator of functions that give every replica the same."""
        kept = [
            inner
            for inner in site.scope.children
            if isinstance(inner.node, f.Function) and any(d is site.call for d in inner.node.decorators)
        ]
        return bool(kept) and all(alike(self._.purity.function(inner), inner) for inner in kept)

    def _alone(self, scope: Scope) -> bool:
        """Whether a function belongs to a program of its own, which starts no service beside what it does."""
        called = [e.callee for e in self._.calls.out.get(scope, ())]
        serves = self._.knowledge.words.get("serving", frozenset())
        return self._.calls.only_in_main(scope) and not any(
            last_name(site.call.func) in serves for s in (scope, *called) for site in s.calls
        )

    def _call(self, library: str, row: Store, site: CallSite, found: str) -> Iterator[Kept]:
        call, scope = site.call, site.scope
        keywords = dict(call.keywords)
        if self._ignored(row, site) or any(k in keywords for k in row.unless):
            return
        if self._.knowledge.find("memo", found) and self._keeps_the_same(site):
            return
        if self._reads_only(row, site) or not self._deciders.needed(row) or self._deciders.rescued(row):
            return
        if not self._deciders.fed(row, site) or self._is_removed(row, site):
            return
        span = scope.span(call.at)
        if row.follows:
            state, where, missing = self._deciders.space(row, self._deciders.alias(row, (call, scope)))
            if state == "local" and where is not None:
                self._followers[where].append(Note(span, f"{row.what or row.keeps} depend on it"))
            elif state == "local":
                kept = self._made(library, row, site, found, None)
                notes = (*kept.notes, *self._deciders.marks(row))
                unless = kept.unless or missing
                yield replace(kept, cause=f"no {row.follows.setting}", notes=notes, unless=unless)
            return
        given, giver = self._given(row, site)
        if row.argument == "" and row.position is None:
            if self._deciders.decided(row) and self._outlives(row, site, ""):
                yield self._made(library, row, site, found, None)
        elif given is not None:
            worths = self._.worths.of(given, giver, site.context)
            told = self._.outcomes
            worths = [w for w in worths if told.reached(w.context, w.scope) is not False]
            inside = [(w, w.context.beyond(site.context)) for w in worths]
            wanted = {w.span for w, c in inside if told.asked_for(c, w.scope, w.text or "", choice=True)}
            judged = [self._judge.worth(row, w) for w in worths]
            if len(judged) > 1 and all(j.judgement == "local" for j in judged):
                lasting = next((j for j in judged if not _is_fleeting(row, j.text)), judged[0])
                judged = [lasting._replace(unless="", span=None, context=Context())]  # local whichever it is
            chosen = any(j.judgement == "shared" for j in judged)
            for j in judged:
                if told.asked_for(site.context, scope, j.text) or j.span in wanted:
                    continue
                if j.judgement == "local" and self._outlives(row, site, j.text):
                    j = j._replace(unless=j.unless or ELSE) if chosen else j
                    yield self._made(library, row, site, found, j)
        elif self._falls_back(row, site):
            kept = self._made(library, row, site, found, None)
            yield replace(kept, unless=kept.unless or self._deciders.perhaps(row))

    def _is_removed(self, row: Store, site: CallSite) -> bool:
        """Whether the function removes the file again that a call writes, under the same local name."""
        told = argument(site.call, row.argument, row.position)
        given = {e.id for e in ((told,) if told is not None else site.call.args) if isinstance(e, f.Name)}
        if row.where != "disk" or site.scope.kind != "function":
            return False
        for other in site.scope.calls if given else ():
            first = other.call.args[0] if other.call.args else None
            if isinstance(first, f.Name) and first.id in given:
                called = map(qualified, self._.names.denote(other.call.func, site.scope))
                if any(name and self._.knowledge.find("removers", name) for name in called):
                    return True
        return False

    def _given(self, row: Store, site: CallSite) -> tuple[f.Expr | None, Scope]:
        """The argument that decides, and where it is written: in the call, or where its object was made."""
        given, func = argument(site.call, row.argument, row.position), site.call.func
        if given is None and row.of_maker and isinstance(func, f.Attr):
            for value in self._.names.denote(func.of, site.scope):
                made = value.site if isinstance(value, Obj) else None
                told = argument(made.expr, row.argument, None) if made and isinstance(made.expr, f.Call) else None
                if made is not None and told is not None:
                    return told, made.scope
        return given, site.scope

    def _falls_back(self, row: Store, site: CallSite) -> bool:
        """Whether the argument is missing for good, and the default keeps it local."""
        call = site.call
        spread = "**" in dict(call.keywords) or any(isinstance(a, f.Star) for a in call.args)
        if row.absent != "local" or spread or not self._deciders.decided(row):
            return False
        return not self._deciders.given_later(row, site) and self._outlives(row, site, "")

    def _made(self, library: str, row: Store, site: CallSite, found: str, j: Judged | None) -> Kept:
        scope, call = site.scope, site.call
        span = scope.span(call.at)
        notes: tuple[Note, ...] = ()
        where = stage(scope, site.context)
        if j is not None and where == "base":
            where = stage_of_tests(j.context)
        if j is not None and j.span is not None and j.text != "none":
            if (j.span.path, j.span.line) != (span.path, span.line):
                notes = (Note(span, f"used by {found.rpartition('.')[2]}()"),)
            span = j.span
        name = bound_name(site) or found.removesuffix("()").rpartition(".")[2]
        unless = j.unless if j else ""
        if j and j.context.tests and not unless:
            unless = self._condition(j.context, scope)
        elif site.context.tests and not unless:
            unless = self._condition(site.context, scope)
        arguable = (row.grade == "arguable" and not self._doubles(row, site)) or where in ("development", "test")
        arguable = arguable or self._deciders.left(row)
        if _is_fleeting(row, j.text if j else ""):
            row = structs.replace(row, where="memory")
        return Kept(
            row, library, "call", name, scope.full_name, span, unless, where, arguable,
            notes=notes, chain=self._.reach.chain(scope), opened=_opened(row, site, j),
        )  # fmt: skip

    def _condition(self, context: Context, scope: Scope) -> str:
        """What the tests around a call ask about, where that chooses between stores."""
        if scope.kind != "function":
            tests = tuple(t for t in context.tests if not self._settled(t[0], scope))
            return self._.worths.absent(context._replace(tests=tests), scope)
        known = self._.knowledge.words
        vocabularies = [known.get(kind, frozenset()) for kind in ("switches", "kinds")]
        for test in reversed(context.tests):
            if (name := chosen([test], vocabularies)) and not self._settled(test[0], scope):
                told = self._.worths.absent(Context(tests=(test,)), scope)
                return told if told.isupper() else marked(name, *test)
        return ""

    def _settled(self, test: f.Expr, scope: Scope) -> bool:
        """Whether the code alone tells how a test comes out, as by whether a library could be imported."""
        asked = test.operands[0] if isinstance(test, f.Op) and test.op == "not" else test
        found = self._.worths.of(asked, scope) if isinstance(asked, f.Name) else []
        return bool(found) and all(w.text in ("true", "false") and not w.unless.isupper() for w in found)

    def _doubles(self, row: Store, site: CallSite) -> bool:
        """Whether the function that a timer runs tells by its name of an effect that doubles in each replica."""
        if self._.reach.runs(site.scope):
            return False  # a timer of the connection or request that sets it
        given = argument(site.call, "", row.callback)
        name = given.name if isinstance(given, f.Attr) else given.id if isinstance(given, f.Name) else ""
        known, parts = self._.knowledge.words, set(words(name))
        if parts & known.get("unnoticed", frozenset()):
            return False
        return bool(parts & (known.get("doubles", frozenset()) | known.get("effects", frozenset())))

    def _reads_only(self, row: Store, site: CallSite) -> bool:
        for key, wanted in row.read_only.items():
            value = argument(site.call, "" if key.isdigit() else key, int(key) if key.isdigit() else None)
            if value is not None:
                known = [w.text for w in self._.worths.of(value, site.scope) if w.text is not None]
                if known and all(pattern(wanted).search(t) for t in known):
                    return True
        if row.read_statements:
            texts = list(self._statements(site.scope.module.path))
            return bool(texts) and all(pattern(row.read_statements).search(t) for t in texts)
        return False

    def _outlives(self, row: Store, site: CallSite, text: str) -> bool:
        """Whether the object lasts longer than the call of the function that makes it, where that matters."""
        if not _is_fleeting(row, text):
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

    def _statements(self, path: str) -> Iterator[str]:
        """The statements that a module executes; `?` for one that nothing tells."""
        top = self._.names.scopes[path]
        for scope in (top, *top.descendants()):
            for site in scope.calls:
                if isinstance(site.call.func, f.Attr) and site.call.func.name.startswith("execute") and site.call.args:
                    found = self._.worths.of(site.call.args[0], scope)
                    yield from (w.text if w.text is not None else "?" for w in found)


def _is_fleeting(row: Store, text: str) -> bool:
    """Whether a value asks for a store that lasts no longer than the object, as one in memory does."""
    return bool(row.fleeting) and pattern(row.fleeting).search(text) is not None


def _opened(row: Store, site: CallSite, j: Judged | None) -> str:
    """What a call opens on the disk: its place where that is known, else how this module spells it."""
    given = argument(site.call, row.argument, row.position)
    if given is None or row.where != "disk":
        return ""
    text = j.text if j and set(j.text) & {"/", ".", ":"} else ""
    spelled = text if len(text) > 4 else ".".join(path_of(given))
    where = "" if spelled == text and "{" not in text else site.scope.path
    return f"{(*row.names, *row.methods)[:1]} {where} {spelled}" if spelled else ""
