"""Settings whose value, or whose absence, keeps something local."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from statelint import facts as f
from statelint.project.configured.bound_names import bindings_of
from statelint.project.configured.judging import Judge, Judged, pattern
from statelint.project.configured.settings import Given
from statelint.project.configured.stages import THERE
from statelint.project.local.deciders import Deciders
from statelint.project.local.kept import Followers, Kept, Note, Stores
from statelint.store_rows import Store


class KeptBySettings:
    """Finds them row by row. What follows a setting that is reported itself is noted in `followers`."""

    def __init__(self, stores: Stores, deciders: Deciders, followers: Followers) -> None:
        self._ = stores
        self._deciders = deciders
        self._judge = Judge(stores.settings)
        self._followers = followers

    def found(self) -> Iterator[Kept]:
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
        if not self._deciders.needed(row) or not self._deciders.decided(row):
            return
        for given, j in judged:
            if given.scope is not None and self._.outcomes.reached(given.context, given.scope) is False:
                continue
            if row.follows and (not row.follows.value or pattern(row.follows.value).search(j.text)):
                yield from self._followed(library, row, key, given, j)
            elif j.judgement == "local" and not self._asked_for(given, j, len(places) > 1):
                kept = self._placed(library, row, key, given, j)
                left = self._overridden(kept, given, [g for g, _ in shared if g is not given])
                left = left and self._replaced(left, row, given)
                left = None if left and any(_again(given, other) for other, _ in judged) else left
                told = [g for g, other in judged if g.stage == "production" and other.judgement != "local"]
                if left and told and given.stage != "production":
                    left = replace(left, arguable=True)
                if left:
                    yield left

    def _placed(self, library: str, row: Store, key: str, given: Given, j: Judged) -> Kept:
        span = given.span
        notes: tuple[Note, ...] = ()
        if j.span and (j.span.path, j.span.line) != (span.path, span.line):
            notes = (Note(j.span, "the value is written here"),)
        owner = given.scope.module.name if given.scope else given.span.path
        unless = j.unless or self._absent(given)
        arguable = row.grade == "arguable" or given.stage in ("development", "test")
        return Kept(row, library, "setting", key, owner, span, unless, given.stage, arguable, notes=notes)

    def _asked_for(self, given: Given, j: Judged, others: bool) -> bool:
        """Whether a value is chosen on request alone; that takes others of the setting, or of its own expression."""
        if given.scope is None:
            return False
        asked = self._.outcomes.asked_for
        return asked(given.context, given.scope, j.text, others) or asked(
            j.context.beyond(given.context), given.scope, j.text, choice=True
        )

    def _absent(self, given: Given) -> str:
        """What must be missing for a setting to be given where it is."""
        return self._.worths.absent(given.context, given.scope) if given.scope is not None else ""

    def _replaced(self, kept: Kept, row: Store, given: Given) -> Kept | None:
        """What becomes of a value in a table of which a later statement replaces an entry that holds it."""
        for depth in range(1, len(given.key)):
            for other in self._.settings.find(".".join(given.key[:depth])):
                later = other.scope is given.scope and other.span.line > given.span.line and len(other.key) == depth
                if not later or other.expr is None or self._is_table(other):
                    continue
                worths = self._.settings.worths(other)
                variable = next((w.env or w.unless for w in worths if w.env or w.unless), "")
                if not other.conditional and all(w.text != "none" for w in worths):
                    return None
                if variable and self._judge.variable(row, variable) == "shared":
                    return None
                kept = replace(kept, unless=kept.unless or variable or self._absent(other).removeprefix(THERE))
        return kept

    def _is_table(self, given: Given) -> bool:
        """Whether a value is a table, or the name of one, whose entries are settings of their own."""
        named = given.expr.id if isinstance(given.expr, f.Name) and given.scope is not None else ""
        bound = bindings_of(self._.names, named, given.scope) if named and given.scope is not None else ()
        return isinstance(given.expr, f.Table) or any(isinstance(b.value, f.Table) for b in bound)

    def _overridden(self, kept: Kept, given: Given, shared: list[Given]) -> Kept | None:
        """What a shared value elsewhere makes of a local one."""
        for other in shared:
            same = other.scope is given.scope and other.span.path == given.span.path
            if other.stage == "production" and given.stage != "production":
                return replace(kept, arguable=True)
            if not other.conditional and self._is_default(given) and not self._is_default(other):
                return None
            taken = other.scope is None or self._.outcomes.reached(other.context, other.scope)
            if same and other.span.line > given.span.line and taken:
                return None
            if same and other.conditional and not kept.unless:
                kept = replace(kept, unless=self._absent(other).removeprefix(THERE) or "another value is set")
            elif other.stage == "base" and not same and not kept.unless:
                kept = replace(kept, unless=f"`{other.span.path}` decides")
        return kept

    def _is_default(self, given: Given) -> bool:
        """Whether a class gives the value only for settings that leave it out."""
        cls = given.scope
        known = self._.knowledge.words.get("gives_defaults", frozenset())
        if cls is None or cls.kind != "class":
            return False
        return any(base.rpartition(".")[2].lower() in known for base in self._.names.classes.outside_bases(cls))

    def _missing(self, library: str, row: Store) -> Iterator[Kept]:
        """A setting that nothing gives, whose default is local, where something needs it."""
        site = next((s for name in row.needs for s in self._deciders.sites(name)), None)
        if site is None:
            return
        key = row.settings[0].partition(".")[0]
        span = site.scope.span(site.call.at)
        notes = self._deciders.marks(row)
        yield Kept(row, library, "default", key, site.scope.module.name, span, cause=f"no {key}", notes=notes)

    def _followed(self, library: str, row: Store, key: str, given: Given, j: Judged) -> Iterator[Kept]:
        alias = self._deciders.alias(row, None)
        found, where, missing = self._deciders.space(row, alias)
        if found == "local":
            kept = self._placed(library, row, key, given, j)
            if where is not None:
                self._followers[where].append(Note(given.span, f"{row.what or row.keeps} depend on it"))
                return
            cause = f"no {row.follows.setting if row.follows else key}"
            yield replace(kept, cause=cause, unless=kept.unless or missing)


def _again(given: Given, other: Given) -> bool:
    """Whether the same code tells a setting once more, always, so that only the later value counts."""
    scope = given.scope
    if scope is None or other.scope is not scope or other.span <= given.span:
        return False
    same = given.key[0] in scope.bindings and other.key in (given.key, given.key[-1:])
    return same and not other.conditional and not other.context.on_error
