"""The flow of request data to the local disk: which functions are run, and what their events amount to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from statelint import facts as f
from statelint.project.entries import Entries
from statelint.project.flow.alternatives import Told, told_once
from statelint.project.flow.cleanup import GONE, LEAKS, STAYS, SWEPT, calls_in, cleaning, fate, spares
from statelint.project.flow.elsewhere import Elsewhere
from statelint.project.flow.events import Frame, Handed, Landing
from statelint.project.flow.first_content import is_first_content
from statelint.project.flow.parts import in_parts
from statelint.project.flow.run import Run
from statelint.project.flow.serving import Serving
from statelint.project.flow.sources import Sources
from statelint.project.flow.switch import Switches
from statelint.project.flow.tokens import Tokens
from statelint.project.flow.values import Origin, locs
from statelint.project.flow.ways import Ways
from statelint.project.homes import Homes
from statelint.project.reach import Reach
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.classes import first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.shelves import Shelves
from statelint.spans import Span

KINDS = ("upload", "derived", "swept", "chunks", "switched", "leak")
"""Kinds of a landing, the worst first; a sink reached in several ways is the worst of them."""


DEVICE_BUDGET = 1_000
"""Evaluated expressions for the path of one device."""


class Landed(NamedTuple):
    """One expression that writes request data to local disk.

    kind: upload, derived, leak, swept, chunks, switched; handed for a path given away; generated for a file of the
    service's own making, passing for one that is read or sent within the request.
    """

    kind: str
    scope: Scope
    span: Span
    origins: tuple[Origin, ...]
    steps: tuple[tuple[Span, str], ...]
    opened: Span | None
    via: str
    to: str
    callers: int
    served: tuple[Span, ...] = ()
    """Calls that give what is written there back to clients."""
    instead: tuple[Span, ...] = ()
    """What else writes the same file, where this does not."""
    way: tuple[Frame, ...] = ()
    """The calls that led to it."""
    spared: frozenset[Scope] = frozenset()
    """Ways in that lead there as well and of which this is not to be told, such as one that removes the file."""
    number: int = 1
    """Which of the like expressions of its function this is, counted from 1."""


class Flows:
    """All landings of the project, judged. Evaluated once, when first asked for."""

    def __init__(
        self, names: Names, calls: Calls, entries: Entries, reach: Reach, shelves: Shelves, homes: Homes
    ) -> None:
        knowledge = names.knowledge
        self._names = names
        self._calls = calls
        self._entries = entries
        self._reach = reach
        self._knowledge = knowledge
        self._parts = knowledge.words.get("parts", frozenset())
        """Words of those who write one upload part by part."""
        self._shelves = shelves
        self.landed: tuple[Landed, ...] = ()
        self.cut_short = False
        """Whether the project is larger than the budget of evaluated expressions, or calls it too deep for uploads."""
        sources = Sources(names, calls, knowledge, entries.operations)
        self._tokens = tokens = Tokens(names, sources)
        self._removing: dict[Scope, bool] = {}
        self._commanded: dict[Scope, bool] = {}
        self._callers: dict[Scope, set[Scope]] = {}
        served = [s for s in names.every if s.module.in_service]
        sourced = {s for s in served if tokens.source(s)} | {s for s in sources.given() if s.module.in_service}
        self._writers = [s for s in served if tokens.writes(s)]
        writers = self._upward(self._writers)
        self._entered = {e.scope for e in entries.all}
        entered = self._entered & writers
        if not sourced and not entered:
            return
        self._arriving = self._entered | {s for s in reach.scopes() if reach.repeats(s)}
        """What runs because something arrives, again and again."""
        self._sourced = sourced
        self._makers = makers = {s for s in names.every if tokens.makes(s)}
        landing = self._upward({s for s in served if tokens.lands(s)}) if sourced else set()
        placing = self._upward(makers)
        touching = self._upward(sourced) | placing | writers | landing
        decoding = self._upward({s for s in served if tokens.decodes(s)})
        # what a constructor keeps of text may be decoded by another method of the object
        owners = {s.owner for s in decoding if s.owner is not None}
        decoding |= {s for s in served if s.owner in owners and s.name == "__init__"}
        self._run = Run(
            names, calls, sources, frozenset(touching), frozenset(placing | landing), frozenset(decoding),
            lambda cls: homes.class_lasts(cls) and not homes.mixed(cls),
        )  # fmt: skip
        sweeping = {s for s in makers if s.module.in_service and tokens.sweeps(s)} if sourced else set()
        self._evaluate(sourced, landing, entered | sweeping)
        self._serving = Serving(self._run, calls)
        self._devices = frozenset(self._made_devices())
        self._elsewhere = Elsewhere(names, entries, self._above, self._offered)
        self._removals = cleaning(self._run.events.removals, self._run.events.landings)
        self.landed = numbered(sorted(self._judge(), key=lambda found: (found.span, found.kind)))

    def _removes(self, scope: Scope) -> bool:
        if scope not in self._removing:
            callees = [edge.callee for edge in self._calls.out.get(scope, ())]
            self._removing[scope] = any(self._tokens.removes(s) for s in (scope, *callees))
        return self._removing[scope]

    # ── which functions to run ──

    def _upward(self, scopes: Iterable[Scope]) -> set[Scope]:
        """The scopes with all that call them, whatever the way."""
        found = set(scopes)
        todo = list(found)
        while todo:
            scope = todo.pop()
            above = {edge.caller for edge in self._calls.into.get(scope, ())}
            if scope.parent is not None and scope.parent.kind == "function":
                above.add(scope.parent)
            for caller in above - found:
                found.add(caller)
                todo.append(caller)
        return found

    def _above(self, scope: Scope) -> set[Scope]:
        """A function with all that call it, looked up once for each."""
        if scope not in self._callers:
            self._callers[scope] = self._upward({scope})
        return self._callers[scope]

    def _evaluate(self, sourced: set[Scope], landing: set[Scope], extra: set[Scope]) -> None:
        """Run the functions below which data comes in and may land, from as far up as both are in sight."""
        wanted = {s for s in self._upward(sourced) & landing if s.module.in_service and not s.in_main}
        commands = {s for top in self._entries.commands for s in (top, *top.descendants())}
        wanted -= commands
        kept = [s for s in self._names.every if s in wanted or (s in sourced and s not in commands)]
        entered = self._entered
        roots = [s for s in kept if s in entered or not any(e.caller in wanted for e in self._calls.into.get(s, ()))]
        roots = [s for s in roots if s.parent is None or s.parent.kind != "function" or s in entered]
        roots.sort(key=lambda s: s not in entered)  # where not all can be run, that from which requests come in
        owners = {s.owner for s in kept if s.owner is not None}
        beside = [s for s in self._names.every if s in self._makers and s.owner in owners and s not in wanted | sourced]
        extras = [s for s in self._names.every if s in extra and s.kind == "function"]
        extras += self._writing_by_themselves()
        ways = Ways(self._run, (s for s in self._names.every if s not in commands), self._removes)
        ways.follow([*roots, *kept], beside, sourced)
        ways.own(extras)
        self.cut_short = ways.cut_short or self._run.given_up
        self._run.events = ways.events()

    def _writing_by_themselves(self) -> Iterator[Scope]:
        """Functions that write and are given nothing, so that they do the same whoever runs them, on the request path:
        where a table of callbacks leads to one, it would not be seen from there."""
        for scope in self._writers:
            outermost = scope
            while outermost.parent is not None and outermost.parent.kind == "function" and _is_given_nothing(outermost):
                outermost = outermost.parent
            if _is_given_nothing(outermost) and self._reach.repeats(scope):
                yield outermost

    # ── what the events amount to ──

    def _judge(self) -> Iterable[Landed]:
        switches = Switches(self._names, self._run.library, self._run.edges)
        groups: dict[tuple[str, object], list[Landing]] = defaultdict(list)
        for landing in self._run.events.landings:
            if landing.taints and self._real(landing):
                groups[landing.scope.path, landing.at].append(landing)
        found = [*self._sent_in(groups.values(), switches), *self._made(groups)]
        yield from map(self._landed, told_once(found))
        landed = {loc.site for group in groups.values() for x in group for loc in x.locs if loc.exact}
        seen: set[tuple[str, object]] = set()
        for handed in self._run.events.handed:
            key = (handed.scope.path, handed.at)
            if key not in seen and self._gives_away(handed, landed):
                seen.add(key)
                yield self._given(handed)

    def _sent_in(self, groups: Iterable[list[Landing]], switches: Switches) -> Iterator[Told]:
        """Request data that stays, one for each expression that writes it."""
        for group in groups:
            kinds = [(kind, x) for x in group if (kind := self._kind(x, switches))]
            if kinds:
                worst = min((kind for kind, _ in kinds), key=KINDS.index)
                alike = [x for kind, x in kinds if kind == worst]
                yield Told(worst, alike[0], alike, group)

    def _made(self, groups: Mapping[tuple[str, object], list[Landing]]) -> Iterator[Told]:
        """Files of the service's own making that outlive the request, one for each opening."""
        uploads = {x.opened for group in groups.values() for x in group if x.opened is not None}
        made: dict[object, list[Landing]] = defaultdict(list)
        for landing in self._run.events.landings:
            key = (landing.scope.path, landing.at)
            if landing.taints or landing.where != "local" or key in groups or not self._real(landing):
                continue
            if is_first_content(landing):
                continue
            if landing.opened is None or landing.opened not in uploads:
                made[landing.opened or key].append(landing)
        for found in made.values():
            group = self._in_sight(found)
            if not any(map(self._repeats, group)):
                continue
            ends = [(fate(x, self._elsewhere.without(x, self._removals), self._run.events.keeps), x) for x in group]
            left = [x for end, x in ends if end != GONE]
            kept = [x for end, x in ends if end == STAYS and not self._used_up(x)]
            if left:
                first = min(kept or left, key=lambda x: (x.scope.path, x.at))
                yield Told("generated" if kept else "passing", first, kept or left, group)

    def _repeats(self, landing: Landing) -> bool:
        """Whether requests come to a write again and again: what stands after the test that asks for the one object of
        a class does not run again once that is made."""
        sites = (site.context for site in landing.scope.calls if site.call.at == landing.at)
        return self._reach.repeats(landing.scope, context=next(sites, None))

    def _in_sight(self, group: list[Landing]) -> list[Landing]:
        """The landings on the way from where something arrives: only there is it known what is handed over."""
        return [x for x in group if x.frames[0].scope in self._entered] or group

    def _used_up(self, landing: Landing) -> bool:
        """Whether the file is read or sent by the request that wrote it."""
        if any(spares(asked, landing) for asked in self._run.events.asked):
            return False
        exact = [loc for loc in landing.locs if loc.exact]
        later = (
            s for s in self._run.events.sent if s.number > landing.number and s.entry in self._above(landing.scope)
        )
        return any(s.gives(loc) for s in later for loc in exact)

    def _real(self, landing: Landing) -> bool:
        if not landing.scope.module.in_service or landing.scope.in_main:
            return False
        if landing.locs and {loc.site for loc in landing.locs} <= self._devices:
            return False
        first = landing.frames[0].scope
        if not self._arrives(landing, first):
            return False
        if not self._reach.repeats(landing.scope) and (self._by_command_alone(first) or self._offered(first)):
            return False
        return landing.where != "store" or self._shelves.selected == "local"

    def _arrives(self, landing: Landing, first: Scope) -> bool:
        """Whether something arrives where a landing was followed from: a request, or below it the data of one.

        Who else calls the same helper may hand it a file where requests hand it a buffer, and what requests put in an
        attribute is not yet there. Where no way in is known, nothing tells.
        """
        if first in self._arriving or not self._arriving:
            return True
        files = {taint.origin.span.path for taint in landing.taints if taint.origin is not None}
        return any(first in self._above(s) for s in self._sourced if s.path in files)

    def _offered(self, method: Scope) -> bool:
        """Whether nothing in the project calls a method, nor a library above its class: it is there for its users."""
        if method.owner is None or method in self._entered or self._calls.into.get(method):
            return False
        return all(base == "builtins.object" for base in self._names.classes.outside_bases(method.owner))

    def _by_command_alone(self, scope: Scope) -> bool:
        """Whether only command lines lead to a function."""
        if scope not in self._commanded:
            above = self._above(scope)
            self._commanded[scope] = bool(above & self._entries.commands) and not above & self._entered
        return self._commanded[scope]

    def _made_devices(self) -> Iterator[str]:
        """The sites of paths at which calls put something that keeps no bytes, such as a named pipe."""
        wanted = {n for _, row in self._knowledge.rows(lambda lib: lib.locations) for n in row.made_by}
        for site in (site for name in sorted(wanted) for site in self._calls.sites(name) if site.call.args):
            self._run.left = DEVICE_BUDGET
            made = self._run.evaluator.lazily(site.call.args[0], site.scope)
            yield from (loc.site for loc in locs(made) if loc.exact)

    def _kind(self, landing: Landing, switches: Switches) -> str:
        removals = self._elsewhere.without(landing, self._removals)
        sure = [r for r in removals if not switches.decides(r, landing)]
        end = fate(landing, sure, self._run.events.keeps)
        if end == STAYS and not switches.switched(landing):
            end = LEAKS if fate(landing, removals, self._run.events.keeps) in (GONE, LEAKS) else end
        if end == GONE:
            return ""
        if end == LEAKS:
            return "leak"
        if end == SWEPT:
            return "swept"
        assert end == STAYS
        if switches.switched(landing):
            return "switched"
        if landing.where == "local" and in_parts(landing, self._parts):
            return "chunks"
        computed = landing.derives or all(t.level == "derived" for t in landing.taints)
        return "derived" if computed else "upload"

    def _gives_away(self, handed: Handed, landed: set[str]) -> bool:
        if handed.unless and _waits(handed):
            return False
        return bool(handed.taints) or any(loc.site in landed for loc in handed.locs)

    def _landed(self, told: Told) -> Landed:
        kind, landing, instead = told.kind, told.shown, told.instead
        group = [*told.group, *instead]
        origins = list(dict.fromkeys(t.origin for x in group for t in x.taints if t.origin is not None))
        origins.sort(key=lambda o: o.span)
        steps = []
        for outer, inner in zip(landing.frames, landing.frames[1:], strict=False):
            if inner.call is not None:
                steps.append((outer.scope.span(inner.call), f"passed to {inner.scope.qualname}()"))
        callers = {(x.frames[-2].scope.path, x.frames[-1].call) for x in told.group if len(x.frames) > 1}
        return Landed(
            kind, landing.scope, landing.scope.span(landing.at), tuple(origins), tuple(steps), landing.opened,
            landing.via, "", len(callers), self._serving.back(x for item in group for x in item.locs),
            instead=tuple(sorted({x.scope.span(x.at) for x in instead})),
            way=landing.frames, spared=frozenset(map(self._way_in, told.every)) - set(map(self._way_in, told.group)),
        )  # fmt: skip

    def _way_in(self, landing: Landing) -> Scope:
        """Where something arrives that leads to a landing, as far as that is known."""
        scopes = [frame.scope for frame in landing.frames]
        return next((s for s in scopes if s in self._entered), scopes[0])

    def _given(self, handed: Handed) -> Landed:
        origins = tuple(t.origin for t in handed.taints if t.origin is not None)
        return Landed("handed", handed.scope, handed.scope.span(handed.at), origins, (), None, "", handed.to, 0)


def _is_given_nothing(scope: Scope) -> bool:
    """Whether a function has no parameters beside its receiver."""
    node = scope.node
    return isinstance(node, f.Function) and len(node.params) == (1 if first_parameter(scope) else 0)


def numbered(found: list[Landed]) -> tuple[Landed, ...]:
    """Tell like expressions of one function apart by their order."""
    seen: dict[tuple[Scope, str], int] = defaultdict(int)
    rows = []
    for landed in found:
        seen[landed.scope, landed.via] += 1
        rows.append(landed._replace(number=seen[landed.scope, landed.via]))
    return tuple(rows)


def _waits(handed: Handed) -> bool:
    """Whether the function that hands the path away waits for what it was given to."""
    node = handed.scope.node
    body = node.body if isinstance(node, f.Function) else handed.scope.module.facts.body
    names = {
        name for name, bindings in handed.scope.bindings.items()
        if any(_of(b.value) is handed.call for b in bindings)
    }  # fmt: skip
    for call in calls_in(body):
        if isinstance(call.func, f.Attr) and call.func.name in handed.unless:
            of = _of(call.func.of)
            if of is handed.call or (isinstance(of, f.Name) and of.id in names):
                return True
    return any(b.kind == "enter" and b.value is handed.call for bs in handed.scope.bindings.values() for b in bs)


def _of(e: f.Expr | None) -> f.Expr | None:
    return e.value if isinstance(e, f.Await) else e
