"""The request path: which functions run because something arrived, and by which shortest chain.

A node is a function together with what is known of its receiver: whether that lasts as long as the process, which tells
a method of the one shop-wide object from the same method of an object that the request made for itself; and its class,
where code shows the call that makes it, which tells whose methods `self.step()` runs in a method that it inherits.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint import facts as f
from statelint.findings import Confidence
from statelint.project.arrivals import Arrivals
from statelint.project.client_side import ClientSide
from statelint.project.entries import Entries
from statelint.project.entry import ENTRY_ORDER, Entry
from statelint.project.first_use import FirstUse
from statelint.project.handed_callables import HandedCallables
from statelint.project.homes import Homes
from statelint.project.marks import Marks
from statelint.project.receivers import Node, Receivers, is_receiver, method_around, stands_in
from statelint.project.resolution.calls import Calls, Edge
from statelint.project.resolution.classes import makes_classes
from statelint.project.resolution.modules import Module
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import is_super
from statelint.project.resolution.scopes import Context, Scope
from statelint.project.resolution.values import Cls, Obj, made_by_name
from statelint.project.switched_off import SwitchedOff


class Chain(NamedTuple):
    """From an entry to a function: the edges in order. Empty edges: the function is the entry itself."""

    entry: Entry
    edges: tuple[Edge, ...]

    @property
    def confidence(self) -> Confidence:
        guesses = sum(edge.how == "guess" for edge in self.edges)
        if guesses > 1:
            return Confidence.LOW
        if guesses or self.entry.confidence is not Confidence.HIGH:
            return Confidence.MEDIUM
        return Confidence.HIGH


class Reach:
    """Breadth-first search from all entries, so that the chain kept for each node is a shortest one."""

    def __init__(
        self,
        names: Names,
        entries: Entries,
        calls: Calls,
        homes: Homes,
        arrivals: Arrivals,
        first_use: FirstUse,
        alive: AbstractSet[Scope],
        client_side: ClientSide,
        marks: Marks,
        serving: bool,
    ) -> None:
        """`serving` says whether anything arrives; `alive` are the scopes that anything runs: only their threads are
        ways in."""
        self._names, self._calls, self._homes = names, calls, homes
        self._receivers = Receivers(names, calls, homes)
        self._first_use, self._arrivals, self._entries = first_use, arrivals, entries
        self._alive, self._client_side, self._marks = alive, client_side, marks
        self._off = SwitchedOff(names, calls, {entry.scope for entry in entries.all})
        self._handed: HandedCallables[Node] = HandedCallables(names, homes.at_start)
        self._unmarked: frozenset[Node] = frozenset()
        """Those that run in a program without the marks that the service sets."""
        self.apart: AbstractSet[Scope] = frozenset()
        """Functions that run only in processes of their own, once that is known."""
        self._from: dict[Node, tuple[Node, Edge] | Entry] = {}
        self._nodes: dict[Scope, list[Node]] = defaultdict(list)
        """Those of each function, in the order in which they were found."""
        self._by_itself: set[Node] = set()
        """Those that something calls, not just since a decorator leaves them in the place of what is called."""
        self.entries_of: dict[Node, int] = {}
        self._search(serving)
        for node in self._from:
            self._nodes[node.scope].append(node)
        self._entered = {step.scope.path for step in self._from.values() if isinstance(step, Entry)}

    def _search(self, serving: bool) -> None:
        order = {kind: i for i, kind in enumerate(ENTRY_ORDER)}
        ordered = sorted(self._entries.all, key=lambda e: (-e.confidence.rank, order.get(e.kind, 99), e.span, e.label))
        if not serving:
            return
        waiting: dict[Scope, list[tuple[Node, Edge]]] = defaultdict(list)
        threads: set[Scope] = set()
        unmarked = self._marks.unmarked
        self._follow(self._begin([e for e in ordered if e in unmarked], threads), waiting, threads, False)
        self._unmarked = frozenset(self._from)
        for near in (False, True):  # so that a chain begins nearby only where no other leads there
            now = [e for e in ordered if e.near is near and e not in unmarked]
            self._follow(self._begin(now, threads), waiting, threads, True)

    def _begin(self, entries: Iterable[Entry], threads: set[Scope]) -> deque[Node]:
        """The nodes of ways in; `threads` gets those of threads that are only started by a request."""
        queue: deque[Node] = deque()
        for entry in entries:
            if entry.kind == "thread" and not (self._is_made(entry) and self._arrivals.by(entry.scope)):
                threads.add(entry.scope)
                continue
            owner = entry.scope.owner
            lasting = entry.process_lived and not (owner is not None and self._homes.mixed(owner))
            lasting = lasting or (entry.receiver is not None and self._homes.lasts(entry.receiver))
            lasting = lasting or self._homes.class_lasts(method_around(entry.scope))
            node = Node(entry.scope, lasting)
            self._by_itself.add(node)
            self.entries_of[node] = self.entries_of.get(node, 0) + 1
            if node not in self._from:
                self._from[node] = entry
                queue.append(node)
        return queue

    def _follow(
        self,
        queue: deque[Node],
        waiting: dict[Scope, list[tuple[Node, Edge]]],
        threads: AbstractSet[Scope],
        marked: bool,
    ) -> None:
        """Go on from these nodes; `marked` says whether the marks of the environment are set."""
        while queue:
            node = queue.popleft()
            if self._first_use.body_runs_once(node.scope, self._is_the_only_one(node)):
                continue
            for edge in self._calls.out.get(node.scope, ()):
                if edge.callee in self._entries.startup or edge.callee.in_main or makes_classes(edge.callee):
                    continue
                if edge.site and self._first_use.of(edge.site.context, node.scope, self._is_the_only_one(node)):
                    continue
                if self._off.never_made(edge.callee) or (edge.site and self._off.bars(edge.site.context, node.scope)):
                    continue
                if marked and edge.site and self._marks.bars(edge.site.context, node.scope):
                    continue
                if node not in self._by_itself and self._calls.runs_what_it_wraps(edge):
                    continue
                unmade = self._client_side.unmade(edge)
                if self._is_of_another_class(edge, node) or self._handed.waits(node, edge):
                    continue
                if unmade is not None:
                    waiting[unmade].append((node, edge))
                    continue
                self._go(node, edge, queue)
            for cls in tuple(self._client_side.reached(node.scope)):
                for caller, edge in waiting.pop(cls, ()):
                    self._go(caller, edge, queue)
            for caller, edge in tuple(self._handed.reached(node.scope)):
                self._go(caller, edge, queue)
            for edge in self._arrivals.threads_made(node.scope, threads):
                target = Node(edge.callee, self._homes.class_lasts(edge.callee.owner))
                if target not in self._from:
                    self._from[target] = (node, edge)
                    queue.append(target)
            for child in node.scope.children:
                # a lambda made on the request path is assumed to run there
                target = Node(child, node.lasting, node.made)
                if child.name == "<lambda>" and isinstance(child.node, f.Function) and target not in self._from:
                    self._from[target] = (node, Edge(node.scope, child, child.node.where, "call"))
                    queue.append(target)

    def _go(self, node: Node, edge: Edge, queue: deque[Node]) -> None:
        target = Node(edge.callee, self._receivers.lasts(edge, node), self._made_of(edge, node))
        new = target not in self._from
        if new:
            self._from[target] = (node, edge)
        if edge.how != "decorator" and target not in self._by_itself:
            self._by_itself.add(target)
            new = True
        if new:
            queue.append(target)

    def _made_of(self, edge: Edge, caller: Node) -> Scope | None:
        """The class of the receiver of what a call runs, as far as the call that makes the object shows it."""
        receiver, func = edge.receiver, edge.site.call.func if edge.site is not None else None
        if not isinstance(receiver, Obj) or not isinstance(receiver.cls, Cls) or not isinstance(func, f.Attr):
            return None
        if receiver.site is not None:
            return receiver.cls.scope if made_by_name(receiver, receiver.cls.scope) else None
        if caller.made is not None and (is_super(func.of) or is_receiver(func.of, edge.caller)):
            return caller.made
        return None

    def _is_of_another_class(self, edge: Edge, caller: Node) -> bool:
        """Whether `self.step()` would run the method of a class that the receiver is known not to be of."""
        owner, func = edge.callee.owner, edge.site.call.func if edge.site is not None else None
        if caller.made is None or owner is None or not isinstance(func, f.Attr):
            return False
        if not is_receiver(func.of, edge.caller):
            return False
        lineage = self._names.classes.lineage
        return (
            Cls(owner) not in lineage(caller.made)
            and edge.caller.owner is not None
            and Cls(edge.caller.owner) in lineage(owner)
        )

    def _is_made(self, entry: Entry) -> bool:
        return entry.maker is None or entry.maker in self._alive

    def enters(self, module: Module) -> bool:
        """Whether something that arrives runs code of a module first."""
        return module.path in self._entered

    def is_entry(self, scope: Scope) -> bool:
        """Whether something that arrives runs a function first."""
        return any(isinstance(self._from[node], Entry) for node in self._nodes.get(scope, ()))

    def runs_apart(self, inner: Scope, outer: Scope) -> bool:
        """Whether what arrives runs a function in another one without that one: else both are of the same call."""
        current: Scope | None = inner
        while current is not None and current is not outer:
            callers = (edge.caller for edge in self._calls.into.get(current, ()))
            if self.is_entry(current) or any(self.runs(c) and not stands_in(c, outer) for c in callers):
                return True
            current = current.parent
        return current is None

    def library(self, entry: Scope) -> str:
        """The library by which something that arrives runs a function first; empty where nothing does."""
        found = (self._from[node] for node in self._nodes.get(entry, ()))
        return next((step.library for step in found if isinstance(step, Entry)), "")

    def bars(self, context: Context, scope: Scope) -> bool:
        """Whether what arrives never comes to a place in this process, because of a mark of the environment or a switch
        in the code, or since the function runs only in others."""
        if self._off.bars(context, scope):
            return True
        unmarked = not self._unmarked.isdisjoint(self._nodes.get(scope, ()))
        return scope in self.apart or (not unmarked and self._marks.bars(context, scope))

    def runs(self, scope: Scope) -> bool:
        """Whether a function is on the request path at all."""
        return scope in self._nodes

    def makes_anew(self, cls: Scope) -> bool:
        """Whether requests make objects of a class for themselves, which nothing keeps."""
        return cls in self._homes.anew and cls not in self._homes.keepers

    def repeats(self, scope: Scope, lasting: bool | None = None, context: Context | None = None) -> bool:
        """Whether what arrives runs the body of a function, or a place in it, again and again, not just once for each
        process."""
        nodes = (node for node in self._nodes.get(scope, ()) if lasting in (None, node.lasting))
        return any(
            not self._first_use.body_runs_once(scope, only)
            and not (context is not None and self._first_use.of(context, scope, only))
            for node in nodes
            for only in (self._is_the_only_one(node),)
        )

    def _is_the_only_one(self, node: Node) -> bool:
        """Whether the receiver is the same one for all that arrives."""
        return node.lasting or (node.scope.owner is not None and self._homes.is_single(node.scope.owner))

    def chain(self, scope: Scope, lasting: bool | None = None) -> Chain | None:
        """The shortest chain from an entry to a function; with `lasting`, only with such a receiver."""
        nodes = sorted(self._nodes.get(scope, ()), key=lambda node: not node.lasting)
        chains = [self._unwind(node) for node in nodes if lasting in (None, node.lasting)]
        return min(chains, key=lambda c: len(c.edges)) if chains else None

    def along(self, scopes: Sequence[Scope]) -> Chain | None:
        """The chain through functions of which each calls the next one, from the first that something arrives at."""
        start = next((n for n, scope in enumerate(scopes) if self.is_entry(scope)), None)
        if start is None:
            return None
        steps = [self._from[node] for node in self._nodes[scopes[start]]]
        edges = [
            next((edge for edge in self._calls.out.get(caller, ()) if edge.callee is callee), None)
            for caller, callee in zip(scopes[start:], scopes[start + 1 :], strict=False)
        ]
        found = tuple(edge for edge in edges if edge is not None)
        entry = next(step for step in steps if isinstance(step, Entry))
        return Chain(entry, found) if len(found) == len(edges) else None

    def _unwind(self, node: Node) -> Chain:
        edges: list[Edge] = []
        step = self._from[node]
        while not isinstance(step, Entry):
            previous, edge = step
            edges.append(edge)
            step = self._from[previous]
        return Chain(step, tuple(reversed(edges)))

    def scopes(self) -> frozenset[Scope]:
        return frozenset(self._nodes)
