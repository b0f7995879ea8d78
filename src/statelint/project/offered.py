"""Whether anything arrives at all, or the project is a library that only offers its parts to services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Final

from statelint import facts as f
from statelint.findings import Confidence
from statelint.knowledge import Knowledge
from statelint.project.entry import ASIDE, Entry
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls
from statelint.project.walking import walk

MISSING: Final = frozenset({"ImportError", "ModuleNotFoundError"})


class Offered:
    """Asked once, for all ways in."""

    def __init__(self, names: Names, calls: Calls, knowledge: Knowledge, begun: AbstractSet[Scope]) -> None:
        """`begun` are the scopes that imports, start-up hooks and programs run."""
        self._begun = begun
        self._names = names
        self._calls = calls
        self._knowledge = knowledge
        self._always = {stem for stem, library in knowledge.libraries if library.always}

    def all(self, entries: Sequence[Entry]) -> bool:
        """Whether none of the ways in shows that something arrives: those of threads, timers and log handlers of its
        own do not, nor, where the project makes no application, what only waits for one."""
        telling = [e for e in entries if self._arrives(e)]
        return not telling or (not self._applications and all(map(self._waits, telling)))

    def _arrives(self, e: Entry) -> bool:
        return e.kind != "thread" and (e.kind not in (*ASIDE, "timer") or e.library not in self._always)

    def _waits(self, e: Entry) -> bool:
        """Whether a way in waits for an application that uses it."""
        if e.library in self._itself or (self._itself and (e.by_name or e.confidence is not Confidence.HIGH)):
            return True  # the project looks like its own users
        if e.kind == "hook" and e.maker is not None and e.maker.owner is not None:
            return e.maker not in self._calls.into
        if (
            e.by_name
            and e.scope.owner is None
            and any(edge.how == "call" for edge in self._calls.into.get(e.scope, ()))
        ):
            return True  # who calls it has got the request
        if e.library in self._always and e.scope.owner is not None and e.scope.owner not in self._made:
            return True  # nothing makes an object that takes anything in
        return self._is_optional(e)

    @cached_property
    def _applications(self) -> bool:
        """Whether code makes an application that handlers are registered with, or a program starts a server."""
        rows = self._knowledge.rows(lambda library: library.handlers.decorators)
        owners = {name.rpartition(".")[0] for _, row in rows for name in row.names}
        made = (site for name in sorted(owners) for site in self._calls.sites(name))
        serves = sorted(self._knowledge.words.get("serves", frozenset()))
        started = (site for name in serves for site in self._calls.sites(name) if site.scope in self._begun)
        return any(site.scope.module.in_service for site in (*made, *started))

    def _is_begun(self, scope: Scope | None) -> bool:
        """Whether a start runs a function, or the one around a lambda."""
        while scope is not None and scope.name == "<lambda>":
            scope = scope.parent
        return scope in self._begun

    @cached_property
    def _itself(self) -> AbstractSet[str]:
        """The libraries whose packages are those of the project."""
        tops = {m.dotted[0] for m in self._names.modules if m.in_service and len(m.dotted) > 1}
        return {stem for stem, found in self._knowledge.libraries if not tops.isdisjoint(found.imports or (stem,))}

    @cached_property
    def _made(self) -> AbstractSet[Scope]:
        """The classes, with those above them, of which a start makes objects or that it hands over for that."""
        found: set[Scope] = set()
        for site in (site for scope in self._names.every if self._is_begun(scope) for site in scope.calls):
            for e in (site.call.func, *site.call.args, *(value for _, value in site.call.keywords)):
                for value in self._names.denote(e, site.scope):
                    lines = self._names.classes.lineage(value.scope) if isinstance(value, Cls) else ()
                    found.update(item.scope for item in lines if isinstance(item, Cls))
        return found

    def _is_optional(self, e: Entry) -> bool:
        """Whether the module imports what the way in is for only where that is installed."""
        known = dict(self._knowledge.libraries).get(e.library)
        body = self._names.scopes[e.scope.path].module.facts.body
        tried = {name for part in _tried(body) for name in _imports(part)}
        wanted = tried if e.by_name or known is None or known.always else set(known.imports or (e.library,)) & tried
        return not wanted <= {name for part in body if isinstance(part, f.Import) for name in _imports((part,))}


def _tried(body: Sequence[f.Stmt]) -> Iterator[tuple[f.Stmt, ...]]:
    """The blocks of a module that may fail to import what they do."""
    for part in body:
        if isinstance(part, f.Try) and any(not MISSING.isdisjoint(_names(h.type)) for h in part.handlers):
            yield part.body


def _names(e: f.Expr | None) -> set[str]:
    return {last_name(part) for part in walk(e)} if e is not None else set()


def _imports(body: Sequence[f.Stmt]) -> Iterator[str]:
    """The top-level names that statements import by absolute names."""
    for part in walk(tuple(body)):
        if isinstance(part, f.Import) and not part.level:
            yield from {
                name.partition(".")[0] for name in ([part.module] if part.module else [n for n, _ in part.names])
            }
