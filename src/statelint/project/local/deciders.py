"""What decides a default: settings asked instead, calls that bring the argument later, and the named store of a table
that a value follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from statelint import facts as f
from statelint.project.configured.judging import Judge, pattern
from statelint.project.configured.settings import Given
from statelint.project.configured.stages import THERE
from statelint.project.local.kept import Note, Stores
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Cls, Made, Obj, Value
from statelint.spans import Span
from statelint.store_rows import Store


class Deciders:
    """Answers about one row at a time."""

    def __init__(self, stores: Stores) -> None:
        self._ = stores
        self._judge = Judge(stores.settings)
        self._spaces: dict[str, list[Store]] = defaultdict(list)
        for _, row in stores.rows:
            for setting in row.settings if row.space else ():
                self._spaces[setting].append(row)

    def sites(self, name: str) -> Iterator[CallSite]:
        for found, sites in self._.calls.outside.items():
            if name in self._.knowledge.spellings(found):
                yield from (s for s in sites if s.scope.module.in_service and not s.context.for_types)

    def needed(self, row: Store) -> bool:
        if row.needs and not any(True for name in row.needs for _ in self.sites(name)):
            return False
        if not all(self._.versions.fits(name, wanted) for name, wanted in row.versions.items()):
            return False
        return not row.needs_method or self._is_called(row.needs_method)

    def left(self, row: Store) -> bool:
        """Whether the project has replicas leave the work to one of them."""
        return bool(row.left_by) and self._is_called(row.left_by)

    def _is_called(self, wanted: str) -> bool:
        method, _, test = wanted.partition(":")
        key, _, value = test.partition("=")
        return any(self._method_called(method, key, value))

    def _method_called(self, method: str, key: str, wanted: str) -> Iterator[bool]:
        for scope in self._.names.every:
            for site in scope.calls if scope.module.in_service else ():
                if isinstance(site.call.func, f.Attr) and site.call.func.name == method:
                    value = argument(site.call, key, 0) if key else site.call
                    if value is not None:
                        known = [w.text or "" for w in self._.worths.of(value, scope)] if key else [""]
                        if any(pattern(wanted).search(t) for t in known):
                            yield True

    def fed(self, row: Store, site: CallSite) -> bool:
        """Whether the object that a call makes may get something to keep: where code gives others some, but this one
        none, nothing runs. Where none gets any, what gives it is not seen."""
        feeding = [
            self._.names.denote(other.call.func.of, scope)
            for scope in (self._.names.every if row.fed_by else ())
            for other in scope.calls
            if isinstance(other.call.func, f.Attr) and other.call.func.name in row.fed_by
        ]
        return not feeding or any(not known or any(self._may_be(v, site) for v in known) for known in feeding)

    @staticmethod
    def _may_be(value: Value, site: CallSite) -> bool:
        made = value.site if isinstance(value, Obj | Made) else None
        of_the_project = isinstance(value, Obj) and isinstance(value.cls, Cls)
        return made.expr is site.call if made is not None else not of_the_project

    def decided(self, row: Store) -> bool:
        """Whether no setting or variable gives the answer instead; one that does is reported on its own."""
        settings = self._.settings
        return not any(settings.given_by_variable(n) or self._gives(settings.find(n)) for n in row.deciders)

    def perhaps(self, row: Store) -> str:
        """The setting that gives the answer only sometimes."""
        return next((name for name in row.deciders if self._.settings.find(name)), "")

    @staticmethod
    def _gives(places: list[Given]) -> bool:
        """Whether some place always gives a setting, or one does on each side of a test."""
        sides = {(id(test), taken) for given in places for test, taken in given.context.tests}
        return any(
            (not given.conditional and not given.context.on_error)
            or (given.conditional and any((id(test), not taken) in sides for test, taken in given.context.tests))
            for given in places
        )

    def _lacking(self, places: list[Given]) -> str:
        """What must be there for a setting to be given at all, where all its places ask for that and no deployment
        file of the repository sets it."""
        if self._gives(places):
            return ""
        told = [self._.worths.absent(g.context, g.scope) for g in places if g.scope is not None]
        if not told or not all(name.startswith(THERE) for name in told):
            return ""
        names = [name.removeprefix(THERE) for name in told]
        there = any(v.value or not v.known for name in names for v in self._.settings.variables.named(name))
        return "" if there else names[0]

    def rescued(self, row: Store) -> bool:
        return any(True for name in row.rescued for _ in self.sites(name))

    def given_later(self, row: Store, site: CallSite) -> bool:
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

    def marks(self, row: Store) -> tuple[Note, ...]:
        for mark in row.marks:
            for given in self._.settings.find(mark):
                if given.stage in ("base", "production"):
                    return (Note(given.span, "a settings module that does not choose another"),)
        return ()

    def alias(self, row: Store, call: tuple[f.Call, Scope] | None) -> str:
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

    def space(self, row: Store, alias: str) -> tuple[str, Span | None, str]:
        """(judgement, place, what is missing) of the named store that a row follows.

        There is no place when it is the default of a default, which may hold only where something is missing.
        """
        follows = row.follows
        assert follows is not None
        setting = follows.setting
        head = setting.partition(".")[0]
        rows = self._spaces.get(setting, [])
        places = self._.settings.find(setting)
        mine = [g for g in places if not alias or alias in g.key]
        if not places and row.names and row.marks and not self.marks(row):
            return "unknown", None, ""  # an application to be put into projects, whose settings are elsewhere
        if not places:
            # the table may be computed by a call that nothing describes
            return ("unknown" if self._.settings.find(head) else follows.absent), None, ""
        if follows.absent == "local" and (missing := self._lacking(mine)):
            return "local", None, missing
        best: tuple[str, Span | None, str] = ("unknown", None, "")
        for given in mine:
            for other in rows:
                for j in self._judge.given(other, given):
                    if j.judgement == "shared" and given.stage in ("base", "production"):
                        return "shared", given.span, ""
                    if j.judgement == "local" and given.stage in ("base", "production"):
                        best = ("local", given.span, "")
        return best
