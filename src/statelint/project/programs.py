"""Where programs begin: commands, told by decorators and by packaging files, and what a guarded main program calls.

A program that serves is the start of the service. One that does something once and ends is none of its replicas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.described import named
from statelint.project.endless import goes_on
from statelint.project.entries import Entries
from statelint.project.importers import imported_modules, mentioned
from statelint.project.packaging import command_of, installed_commands
from statelint.project.resolution.calls import Calls, Edge, in_main
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import CallSite, Scope
from statelint.project.resolution.values import Bound, Cls, Func, qualified

Follow = Callable[[Iterable[Scope], AbstractSet[Scope], tuple[str, ...]], set[Scope]]
"""What runs because of some scopes, without those that are barred and calls of some kinds."""


class Programs:
    """The functions that programs begin with, and which of them serve."""

    def __init__(
        self,
        names: Names,
        calls: Calls,
        entries: Entries,
        knowledge: Knowledge,
        documents: Mapping[str, tuple[f.Document, ...]],
        follow: Follow,
    ) -> None:
        self._names = names
        self._calls = calls
        self._entries = entries
        self._knowledge = knowledge
        self._documents = documents
        self._follow = follow

    @property
    def setups(self) -> tuple[f.Call, ...]:
        """The calls that describe a distribution."""
        names = self._knowledge.words.get("packaging", frozenset())
        return tuple(site.call for name in sorted(names) for site in self._calls.sites(name))

    @cached_property
    def commands(self) -> frozenset[Scope]:
        """All of them that nothing else shows to be an entry."""
        arriving = {e.scope for e in self._entries.all} | self._entries.tried_out
        return frozenset(self._entries.commands | ((self._installed | self._mains) - arriving))

    @property
    def _installed(self) -> set[Scope]:
        """What the installed commands call."""
        found = set()
        for text in installed_commands(self._documents, self.setups):
            module, name = command_of(text) or ("", "")
            for value in named(f"{module}.{name}", self._names) if module else ():
                if isinstance(value, Func) and value.scope.module.in_service:
                    found.add(value.scope)
        return found

    @property
    def _mains(self) -> set[Scope]:
        """What modules call only where they are the program, and nothing else calls."""
        edges = (e for s in self._names.every if s.kind == "module" for e in self._calls.out.get(s, ()) if in_main(e))
        return {e.callee for e in edges if e.callee.owner is None and self._only_in_main(e.callee)}

    def _only_in_main(self, function: Scope) -> bool:
        return all(in_main(e) for e in self._calls.into.get(function, ()))

    @cached_property
    def apart(self) -> frozenset[Scope]:
        """Those that do something once and end, and that no other code calls."""
        return frozenset(c for c in self.commands - self.serving if self._only_in_main(c))

    @cached_property
    def serving(self) -> frozenset[Scope]:
        """The commands that start a server, or go on for ever."""
        return frozenset(c for c in self.commands if self._serves(c, self._servers))

    @cached_property
    def staying(self) -> frozenset[Scope]:
        """Those, and the commands that seem to go on for ever by what they or the functions that they call do."""
        near = {c: {c, *(e.callee for e in self._calls.out.get(c, ()))} for c in self.commands - self.serving}
        return self.serving | {c for c, run in near.items() if any(map(self._goes_on, run))}

    @cached_property
    def trying(self) -> frozenset[Scope]:
        """Modules that other code imports, and that only try something where they are themselves the program."""
        guarded = [s for s in self._names.every if s.kind == "module" and any(c.context.in_main for c in s.calls)]
        loaded = imported_modules(self._names) | set(mentioned(guarded, self._names)) if guarded else ()
        return frozenset(top for top in guarded if top.path in loaded and not self._stays(top))

    def tries(self, edge: Edge) -> bool:
        """Whether a call only tries something, in a module that does so where it is itself the program."""
        return in_main(edge) and edge.caller in self.trying

    def _stays(self, top: Scope) -> bool:
        """Whether the guarded block of a module serves or goes on."""
        run = self._follow({e.callee for e in self._calls.out.get(top, ()) if in_main(e)}, set(), ("guess",))
        return not self._servers.isdisjoint({top, *run}) or any(map(self._goes_on, {top, *run}))

    @cached_property
    def _servers(self) -> AbstractSet[Scope]:
        """The scopes that start a server by a call that is known to."""
        names = self._knowledge.words.get("serves", frozenset())
        return {site.scope for name in names for site in self._calls.sites(name)}

    def _serves(self, command: Scope, serving: AbstractSet[Scope]) -> bool:
        if command in self._entries.commands:
            return not serving.isdisjoint(self._follow({command}, set(), ("passed", "guess")))
        run = self._follow({command}, set(), ("guess",))
        return not serving.isdisjoint(run) or any(self._goes_on(scope) for scope in run)

    @cached_property
    def scripts(self) -> frozenset[Scope]:
        """Modules that are programs of their own, run by hand: they read the command line, and nothing loads them."""
        loaded = imported_modules(self._names) | {e.scope.path for e in self._entries.all}
        return frozenset(
            top
            for top in self._names.every
            if top.kind == "module"
            and top.module.in_service
            and top.path not in loaded
            and any(self._reads_command_line(scope) for scope in (top, *top.descendants()))
            and not self._serves(top, self._servers)
        )

    def _reads_command_line(self, scope: Scope) -> bool:
        names = self._knowledge.words.get("command-line", frozenset())
        return any(qualified(v) in names for site in scope.calls for v in self._names.denote(site.call.func, scope))

    def _goes_on(self, scope: Scope) -> bool:
        """Whether a function may never end: by an endless loop, or by a call whose name says so.

        What a method of the project called `run` does is looked at itself, and what gives a result has ended.
        """
        known = self._knowledge.words
        for site in scope.calls:
            if (last := last_name(site.call.func)) in known.get("serving", frozenset()):
                if last in known.get("yielding", frozenset()) and _is_kept(site):
                    continue
                values = self._names.denote(site.call.func, scope)
                seen = last == "run" and any(isinstance(v, Func | Bound | Cls) for v in values)
                names = {n for v in values if (n := qualified(v))}
                if not seen and not (names and names <= known.get("once", frozenset())):
                    return True
        return goes_on(scope, known)


def _is_kept(site: CallSite) -> bool:
    """Whether code gives the result of a call a name."""
    bound = any(b.value is site.call for bindings in site.scope.bindings.values() for b in bindings)
    return bound or any(store.value is site.call for store in site.scope.stores)
