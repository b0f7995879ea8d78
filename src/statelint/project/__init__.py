"""The project: facts of all sources linked into relations that checks ask.

Relations are lazy and built once, each in a file of its own: modules → scopes → names → calls → entries → homes →
reach → writes → states, and beside them settings, flows, work and deployments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from statelint import house_words
from statelint.config import Models
from statelint.facts import Document, Facts
from statelint.findings import External, Problem, Verdict
from statelint.knowledge import Knowledge
from statelint.project.arrivals import Arrivals
from statelint.project.child_processes import of_own_processes, only_in_children
from statelint.project.client_side import ClientSide
from statelint.project.configured.outcomes import Outcomes
from statelint.project.configured.settings import Settings, components
from statelint.project.configured.variables import Variables
from statelint.project.configured.versions import Versions
from statelint.project.configured.worths import Worths
from statelint.project.deployed.deployments import Copies, copies
from statelint.project.entries import Entries
from statelint.project.external import external
from statelint.project.first_use import FirstUse
from statelint.project.fixed import Fixed
from statelint.project.flow.landings import Flows
from statelint.project.homes import Homes
from statelint.project.lasting import settle
from statelint.project.local.kept import Stores
from statelint.project.local.stores import LocalStores
from statelint.project.locks import Guarded, Locks
from statelint.project.loops import Loops
from statelint.project.made_of_requests import made_of_requests
from statelint.project.marks import Marks
from statelint.project.memos import Memoised, Memos
from statelint.project.offered import Offered
from statelint.project.own_loops import OwnLoops
from statelint.project.own_threads import OwnThread, own_threads
from statelint.project.packaging import requirements
from statelint.project.programs import Programs
from statelint.project.purity import Purity
from statelint.project.reach import Reach
from statelint.project.resolution.callees import Callees
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.given import given
from statelint.project.resolution.modules import Modules
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope, outside_names
from statelint.project.resolution.served import Served, served
from statelint.project.resolution.values import Ext, Obj
from statelint.project.secrets import Secrets, Sources
from statelint.project.setters import Changed, changed_settings
from statelint.project.shelves import Shelves
from statelint.project.spoken import Spoken
from statelint.project.state_objects import State, is_data, module_name
from statelint.project.states import States
from statelint.project.work import HandedWork
from statelint.project.writes import Writes

SHARED = "the configuration says that all replicas share it"


@dataclass(frozen=True)
class Options:
    """What the configuration tells the analysis: the vocabulary of the house."""

    models: Models = field(default_factory=Models)


class Project:
    """What the whole project says. `facts` and `parts` are by path; `parts` says which code is the service's own."""

    def __init__(self, facts: Mapping[str, Facts], parts: Mapping[str, str], options: Options | None = None) -> None:
        self.facts = facts
        self.parts = parts
        self.options = options or Options()

    @cached_property
    def documents(self) -> Mapping[str, tuple[Document, ...]]:
        """Configuration documents by path."""
        return {path: f.documents for path, f in self.facts.items() if f.documents}

    @cached_property
    def copies(self) -> tuple[Copies, ...]:
        """The places that deploy more than one copy of the service."""
        return copies(self.documents, self.parts, self.knowledge.words.get("servers", frozenset()))

    @cached_property
    def spoken(self) -> Spoken:
        """The folders that the code names."""
        return Spoken(self.modules)

    @cached_property
    def _served(self) -> Served:
        return served(self.facts, self.parts)

    @property
    def modules(self) -> Modules:
        """The modules that count."""
        return self._served.modules

    def serves(self, path: str) -> bool:
        """Whether a file is part of the service, by its name or since the service imports it."""
        module = self.modules.by_path.get(path)
        return module.in_service if module is not None else self.parts.get(path, "service") == "service"

    @property
    def scopes(self) -> Mapping[str, Scope]:
        """Module scopes by path."""
        return self._served.scopes

    @cached_property
    def imports(self) -> frozenset[str]:
        """Top-level names of everything that the project imports."""
        found = {name for top in self.scopes.values() for name in outside_names(top)}
        return frozenset(found)

    @cached_property
    def knowledge(self) -> Knowledge:
        own = {house_words.NAME: house_words.library(self.options.models)} if self.options.models != Models() else {}
        return Knowledge.for_imports(self.imports, own=own)

    @cached_property
    def names(self) -> Names:
        """Name resolution with arguments flowing into parameters."""
        names = Names(self.modules, self.scopes, self.knowledge)
        names.follow(given(names, Callees(names)))
        return names

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.names, Callees(self.names))

    @cached_property
    def entries(self) -> Entries:
        return Entries(self.names, self.calls, self.knowledge, self.documents)

    @cached_property
    def homes(self) -> Homes:
        homes = Homes(self.names, self.knowledge, self.entries.scripts)
        perhaps = self._called_from({e.scope for e in self.entries.all}, self.entries.startup, ())
        anew = sorted(perhaps, key=lambda scope: (scope.path, scope.qualname))
        owners = {e.scope.owner: None for e in self.entries.all if e.process_lived and e.scope.owner}
        # of a library that is there without being asked for, nothing else says whether an object lasts
        always = {stem for stem, library in self.knowledge.libraries if library.always}
        of_always = {e.scope.owner for e in self.entries.all if e.library in always and e.scope.owner in owners}
        late = {cls for cls in of_always if cls is not None and self._is_made_late(cls)}
        lasting = {cls: None for cls in owners if cls not in late}
        trying = self.programs.trying
        settled = settle(homes, self.names, self.knowledge, self.at_start, trying, anew, lasting, self.first_use)
        settled.anew |= late | made_of_requests(self.names, self.entries.all)
        return settled

    def _is_made_late(self, cls: Scope) -> bool:
        """Whether the code shows who makes the objects of a class, and none of that belongs to the start."""
        constructor = cls.by_node.get(id(cls.bindings["__init__"][-1].node)) if "__init__" in cls.bindings else None
        makers = [e.caller for e in self.calls.into.get(constructor, ()) if e.how == "construct"] if constructor else []
        return bool(makers) and all(m.kind == "function" and m not in self.at_start for m in makers)

    @cached_property
    def entered(self) -> frozenset[Scope]:
        """Scopes that calls from the entries reach, whatever the receivers are."""
        return frozenset(self._called_from({e.scope for e in self.entries.all}, self.entries.startup))

    @cached_property
    def alive(self) -> frozenset[Scope]:
        """Scopes that anything runs: imports, start-up hooks, commands, and what arrives. None where no thread asks."""
        threads = [e for e in self.entries.all if e.kind == "thread" and e.maker]
        if not threads:
            return frozenset()
        apart = self.programs.apart - self.entries.commands  # whose threads are ways in, as those of tests' bots are
        roots = {s for s in self.names.every if s.kind != "function"} | self.entries.startup
        roots |= self.programs.commands - apart
        found = self._called_from(roots | {e.scope for e in self.entries.all if e not in threads}, apart, ())
        while made := [e for e in threads if e.maker in found and e.scope not in found]:
            found |= self._called_from((e.scope for e in made), apart, ())
        return frozenset(found)

    @cached_property
    def at_start(self) -> list[Scope]:
        """Service scopes that run before the first request and not because of one: module bodies, factories, `main`."""
        roots = {s for s in self.names.every if s.kind != "function" and s not in self.entries.scripts}
        roots |= self.entries.startup | self.programs.staying | self._factories()
        started = self._called_from(roots - self.programs.scripts, self.programs.apart)
        return [s for s in self.names.every if s.module.in_service and s in started and s not in self.entered]

    def _factories(self) -> set[Scope]:
        """Functions that make an application and that a server calls: nothing of the project does."""
        return {
            s
            for s in self.names.every
            if s.kind == "function" and s.owner is None and s not in self.calls.into and s not in self.entered
            for site in s.calls
            for v in self.names.denote(site.call, s)
            if isinstance(v, Obj) and isinstance(v.cls, Ext) and v.cls.name in self.knowledge.application_classes
        }  # fmt: skip

    def _called_from(
        self, roots: Iterable[Scope], barred: AbstractSet[Scope], unsure: Collection[str] = ("passed", "guess")
    ) -> set[Scope]:
        """What runs because of these scopes; calls of the kinds `unsure` do not count."""
        found = set(roots)
        by_itself = set(found)
        todo = list(found)
        while todo:
            scope = todo.pop()
            for edge in self.calls.out.get(scope, ()):
                callee = edge.callee
                if callee in by_itself or callee in barred or edge.how in unsure or self.programs.tries(edge):
                    continue
                if scope not in by_itself and self.calls.runs_what_it_wraps(edge):
                    continue
                if edge.how != "decorator":
                    by_itself.add(callee)
                elif callee in found:
                    continue
                found.add(callee)
                todo.append(callee)
        return found

    @cached_property
    def first_use(self) -> FirstUse:
        """What runs once, on first use."""
        return FirstUse(self.names, self.calls, self.knowledge, {e.scope for e in self.entries.all})

    @cached_property
    def arrivals(self) -> Arrivals:
        """Which threads are ways in."""
        return Arrivals(self.names, self.calls, self.knowledge)

    @cached_property
    def reach(self) -> Reach:
        client_side = ClientSide(self.names, self.started)
        begun = self.entries.startup | self.programs.serving
        marks = Marks(self.names, self.calls, begun, self.started, self.entered, self.entries.all)
        reach = Reach(
            self.names, self.entries, self.calls, self.homes, self.arrivals, self.first_use, self.alive, client_side,
            marks, self.serving,
        )  # fmt: skip
        reach.apart = only_in_children(self.calls, self.entries, reach, self.arrivals, self.knowledge)
        return reach

    @cached_property
    def writes(self) -> Writes:
        return Writes(self.names, self.homes, self.knowledge)

    @cached_property
    def purity(self) -> Purity:
        return Purity(self.names, self.knowledge, self.first_use, self.reach)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Every home that code writes after import, with its verdict; the benign ones too."""
        own_loops = OwnLoops(self.names, self.calls, self.entries, self.reach, self.arrivals)
        found = States(
            self.names, self.calls, self.homes, self.writes, self.reach, self.purity, self.first_use, self.knowledge,
            self.at_start, own_loops,
        ).judge()  # fmt: skip
        shared = self._is_shared
        return tuple(replace(s, verdict=Verdict.BENIGN, reason=SHARED) if shared(s.home.name) else s for s in found)

    @cached_property
    def memos(self) -> tuple[Memoised, ...]:
        """Every memoised function of the service, with its verdict; the benign ones too."""
        changed = frozenset(map(module_name, filter(is_data, self.states)))
        # of values that requests change, results change too
        purity = Purity(self.names, self.knowledge, self.first_use, self.reach, changed)
        found = Memos(self.names, self.homes, self.reach, purity, self.knowledge).judge()
        shared = self._is_shared
        return tuple(
            m._replace(verdict=Verdict.BENIGN, reason=SHARED) if shared(m.scope.full_name) else m for m in found
        )

    def _is_shared(self, name: str) -> bool:
        return house_words.is_named(name, self.options.models.external)

    @cached_property
    def changed_settings(self) -> tuple[Changed, ...]:
        """Settings of the whole process that the request path changes."""
        fixed = Fixed(self.names, self.calls, self.reach, self.purity)
        apart = of_own_processes(self.names, self.calls, self.entries, self.reach, self.arrivals, self.knowledge)
        return changed_settings(self.names, self.calls, self.reach, self.first_use, self.knowledge, fixed, apart)

    @cached_property
    def shelves(self) -> Shelves:
        """Settings and constructors that keep files on local disk."""
        return Shelves(self.names, self.knowledge, self.versions)

    @cached_property
    def flows(self) -> Flows:
        """Request data that lands on local disk."""
        return Flows(self.names, self.calls, self.entries, self.reach, self.shelves, self.homes)

    @cached_property
    def variables(self) -> Variables:
        """Environment variables that deployment files set."""
        return Variables(self.documents)

    @cached_property
    def worths(self) -> Worths:
        """What expressions are worth as settings."""
        return Worths(self.names, self.calls)

    @cached_property
    def settings(self) -> Settings:
        """Settings of code and configuration files, as far as any row of knowledge speaks of them."""
        rows = [row for _, row in self.knowledge.stores]
        wanted = [s for row in rows for s in (*row.settings, *row.marks, *row.deciders)]
        wanted += [s for row in rows if row.follows for s in (row.follows.setting, row.follows.named_by)]
        wanted += [s for _, row in self.knowledge.rows(lambda lib: (*lib.keys, *lib.shared)) for s in row.settings]
        return Settings(self.names, self.worths, self.documents, self.variables, components(wanted))

    @cached_property
    def external(self) -> tuple[External, ...]:
        """What the service keeps outside already."""
        return external(self.calls, self.knowledge, self.settings, self.worths, self.offline)

    @cached_property
    def programs(self) -> Programs:
        """Where programs begin, and which of them serve."""
        return Programs(self.names, self.calls, self.entries, self.knowledge, self.documents, self._called_from)

    @cached_property
    def versions(self) -> Versions:
        """Which versions of libraries the project is for."""
        return Versions(requirements(self.documents, self.programs.setups))

    @cached_property
    def serving(self) -> bool:
        """Whether anything arrives, or the project is a library that only offers its parts to services."""
        begun = self.started | self._called_from(self.programs.commands, set())
        return not Offered(self.names, self.calls, self.knowledge, begun).all(self.entries.all)

    @cached_property
    def offline(self) -> frozenset[Scope]:
        """Scopes that only commands run which do something once and end."""
        online = self.started | self.reach.scopes()
        once = (self.programs.commands - self.programs.serving) | self.programs.scripts
        return frozenset(self._called_from(once, set()) - online)

    @cached_property
    def started(self) -> frozenset[Scope]:
        """Scopes that imports, start-up hooks and the programs that serve run."""
        roots = {s for s in self.names.every if s.kind != "function"} | self.entries.startup | self.programs.serving
        return frozenset(self._called_from(roots - self.programs.scripts, self.programs.apart))

    @cached_property
    def local_stores(self) -> LocalStores:
        """Constructs and settings that keep data in one process or on its disk."""
        parts = Stores(
            self.names, self.calls, self.reach, self.knowledge, self.settings, self.worths, self.knowledge.stores,
            self.offline, self.versions, Outcomes(self.variables, self.worths), self.purity,
        )  # fmt: skip
        return LocalStores(parts)

    @cached_property
    def secrets(self) -> Secrets:
        """Keys and identities that each process makes for itself."""
        parts = Sources(
            self.names, self.calls, self.reach, self.knowledge, self.settings, self.worths, self.offline
        )  # fmt: skip
        return Secrets(parts)

    @cached_property
    def own_threads(self) -> tuple[OwnThread, ...]:
        """Where objects of classes of the project that are threads are made and started."""
        return own_threads(self.names, self.knowledge)

    @cached_property
    def handed_work(self) -> HandedWork:
        """Work that the request path hands away without waiting for it."""
        elsewhere = self.started | self.offline
        return HandedWork(self.names, self.calls, self.reach, self.knowledge, elsewhere, self.own_threads)

    @cached_property
    def loops(self) -> Loops:
        """Timers of the project's own that every replica starts."""
        return Loops(self.names, self.calls, self.knowledge, self.started, self.serving, self.own_threads)

    @cached_property
    def locks(self) -> tuple[Guarded, ...]:
        """Locks of one process or machine around what all replicas share."""
        return Locks(self.names, self.reach, self.purity, self.knowledge).guarding()

    def begin(self) -> None:
        """Build the relations that nearly every rule asks."""
        _ = self.names, self.calls, self.entries, self.homes, self.reach

    def limits(self) -> tuple[Problem, ...]:
        """What the analysis had to leave out because the project is too large for it, as far as it has run."""
        flows = self.__dict__.get("flows")
        if flows is None or not flows.cut_short:
            return ()
        message = "the project is large: following uploads to the disk stopped early, so some may be missed"
        return (Problem(".", 1, "limit", message),)


def link(facts: Mapping[str, Facts], parts: Mapping[str, str], options: Options | None = None) -> Project:
    """The project that these facts make up. Nothing is computed before it is asked for."""
    return Project(facts, parts, options)
