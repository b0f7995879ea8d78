"""State objects: which of the homes that requests write make one object, so that it is told once, with all its places.

Each container is an object of its own, be it in an attribute of a long-lived object, and so is all that such an object
is told by plain values. Attributes make one object, whatever they hold, where requests put a new object in the place of
the whole one; containers do where several functions write all of them, as the parts of an index, or where a method of
their object empties all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from statelint import facts as f
from statelint.findings import Confidence, Verdict
from statelint.knowledge import Knowledge
from statelint.project.homes import Home, Homes
from statelint.project.kinds import is_fresh, words
from statelint.project.reach import Chain
from statelint.project.resolution.classes import CONSTRUCTORS, first_parameter
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Heap, Obj
from statelint.project.verdicts import Verdicts
from statelint.project.writes import Write


@dataclass(frozen=True, slots=True)
class State:
    """A home that code writes after import, with its verdict and the reason for it."""

    home: Home
    verdict: Verdict
    category: str
    reason: str
    confidence: Confidence
    writes: tuple[Write, ...]
    """On the request path, most convincing first."""
    chain: Chain | None
    """From an entry to the first write."""
    entries: int
    memo: bool = False
    types: tuple[str, ...] = ()
    also: tuple[Home, ...] = ()
    """Further attributes of the same object that belong to the same finding."""
    whole: bool = False
    """Whether it is told as the object that has these attributes, not as the first of them."""
    inner: tuple[Home, ...] = ()
    """Containers in the objects that it keeps to which requests write."""
    fallback: bool = False
    """Whether it serves only where no shared store is configured."""


def is_data(state: State) -> bool:
    """Whether requests change what a name of a module holds, and that is what others are told: no cache or count."""
    told = state.verdict is Verdict.DEFINITE and state.category in ("store", "global", "session")
    return told and state.home.kind == "module-variable"


def module_name(state: State) -> tuple[Scope, str]:
    """The module and the name there by which code reaches what a state is about."""
    return state.home.scope, _attribute(state.home)


SETTINGS: Final = frozenset({"global", "session"})
"""Categories of plain attributes that only their names tell apart."""


class StateObjects:
    """From the states of single homes to those of objects."""

    def __init__(self, names: Names, homes: Homes, verdicts: Verdicts, knowledge: Knowledge) -> None:
        self._ends = knowledge.words.get("ends", frozenset())
        self._names = names
        self._classes = names.classes
        self._homes = homes
        self._verdicts = verdicts

    def of(self, states: Sequence[State]) -> list[State]:
        """The states, one for each object."""
        replaced = self._replaced(states)
        told = self._by_object(self._by_place(states), replaced)
        told = self._reset_together(told, replaced)
        return list(self._with_their_object(self._written_together(told)))

    # ── plain values of one object, and objects that requests replace ──

    def _by_object(self, states: Iterable[State], replaced: AbstractSet[Scope]) -> list[State]:
        """Plain attributes of one long-lived object that requests set are one state object, not one for each attribute.

        Whether one of them is a setting or part of a session, names alone tell, so that most of them tell it for all.
        """
        groups: dict[tuple[object, ...], list[State]] = defaultdict(list)
        for state in states:
            own = state.home.kind == "instance-attribute"
            category = "" if state.category in SETTINGS else state.category
            if own and state.home.scope in replaced and state.verdict is Verdict.DEFINITE:
                groups[self._sets_up(state.home), "", "replaced"].append(state)
            elif own and _is_plain(state):
                groups[self._sets_up(state.home), category, state.verdict].append(state)
            else:
                groups[state.home,].append(state)
        return [
            _joined(group, _first(sorted(group, key=lambda s: s.home.span)), isinstance(key[0], Scope))
            for key, group in groups.items()
        ]

    def _by_place(self, states: Iterable[State]) -> Iterator[State]:
        """The states, one for an attribute that a class sets up for those below it."""
        groups: dict[tuple[object, ...], list[State]] = defaultdict(list)
        for state in states:
            inherited = state.home.kind == "instance-attribute"
            groups[(state.home.span, state.category, state.verdict) if inherited else (state.home,)].append(state)
        for first, *others in groups.values():
            if others:
                above = self._sets_up(first.home)
                home = replace(first.home, name=f"{above.full_name}.{_attribute(first.home)}")
                first = replace(first, home=home, writes=(*first.writes, *(w for s in others for w in s.writes)))
            yield first

    def _sets_up(self, home: Home) -> Scope:
        """The class whose constructor sets up an attribute, be it one above the class that has it."""
        first = self._classes.set_up(home.scope, _attribute(home)) if home.kind == "instance-attribute" else None
        return (first.store.scope.owner if first else None) or home.scope

    def _replaced(self, states: Iterable[State]) -> frozenset[Scope]:
        """The classes of which requests again and again make the one object that a name or an attribute holds.

        One that is only built on first use is not among them, nor are objects that a container keeps.
        """
        found = set()
        for state in states:
            for cls in dict.fromkeys(c for w in state.writes for c in self._made_by(w)):
                sets = [w for w in state.writes if cls in self._made_by(w)]
                dropped = any(w.how == "delete" or isinstance(w.value, f.Const) for w in state.writes)
                if cls not in self._homes.keepers and (dropped or not all(map(self._verdicts.is_guarded, sets))):
                    found.add(cls)
        return frozenset(found)

    def _made_by(self, write: Write) -> Iterator[Scope]:
        """The classes of the objects that a write makes and puts in the place of the one before."""
        if write.how == "rebind" and not write.element and isinstance(write.value, f.Call):
            for value in self._names.denote(write.value, write.scope):
                here = isinstance(value, Obj) and value.site is not None and value.site.expr is write.value
                if here and isinstance(value, Obj) and isinstance(value.cls, Cls):
                    yield value.cls.scope

    # ── containers that make one object together ──

    def _reset_together(self, states: list[State], replaced: AbstractSet[Scope]) -> list[State]:
        """The states, those of an object as one where a method of it empties all containers that requests fill in it.

        What a slot holds that is filled anew along with the rest belongs to it too.
        """
        by_class: dict[Scope, list[State]] = defaultdict(list)
        for state in sorted(states, key=lambda s: s.home.span):
            if state.home.kind == "instance-attribute" and state.verdict is Verdict.DEFINITE:
                by_class[self._sets_up(state.home)].append(state)
        groups: list[tuple[State, ...]] = []
        for cls, found in by_class.items():
            kept = {_attribute(s.home) for s in found if not _is_plain(s)}
            reset = next((names for names in self._resets(cls) if kept <= names), None) if kept else None
            parts = [s for s in found if all(_attribute(home) in reset for home in (s.home, *s.also))] if reset else []
            if reset and parts:
                inner = [s for c in self._held(cls, reset) & replaced - {cls} for s in by_class.get(c, ())]
                first = _first(parts)
                groups.append((first, *(s for s in parts if s is not first), *inner))
        return _merged(states, groups)

    def _resets(self, cls: Scope) -> Iterator[frozenset[str]]:
        """The attributes that each method without arguments sets, of those that only give them values to begin with."""
        for method in cls.children:
            receiver = first_parameter(method)
            node = method.node
            if receiver is None or receiver[1] != "self" or method.name in CONSTRUCTORS:
                continue
            if not self._ends.isdisjoint(words(method.name)):
                continue  # whatever an object keeps, it lets go of at its end
            if not isinstance(node, f.Function) or len(node.params) > 1:
                continue
            own = [s for s in method.stores if isinstance(s.target, f.Attr) and last_name(s.target.of) == receiver[0]]
            names = {last_name(s.target) for s in own}
            names |= {
                last_name(site.call.func.of)
                for site in method.calls
                if isinstance(site.call.func, f.Attr) and site.call.func.name == "clear"
            }
            if len(names) > 1 and all(s.op == "=" and self._is_first_value(s.value, method) for s in own):
                yield frozenset(names)

    def _is_first_value(self, e: f.Expr | None, scope: Scope) -> bool:
        """Whether a value is a constant, an empty container or an object made right there."""
        if isinstance(e, f.Const) or is_fresh(e):
            return True
        made = self._names.denote(e, scope) if isinstance(e, f.Call) else ()
        return bool(made) and all(isinstance(v, Heap | Obj) and v.site is not None and v.site.expr is e for v in made)

    def _held(self, cls: Scope, names: AbstractSet[str]) -> frozenset[Scope]:
        """The classes of the objects in these attributes."""
        slots = (self._homes.known.get(("instance-attribute", f"{cls.full_name}.{name}")) for name in names)
        values = (v for slot in slots if slot for v in self._homes.values.get(slot, ()))
        return frozenset(v.cls.scope for v in values if isinstance(v, Obj) and isinstance(v.cls, Cls))

    def _written_together(self, states: list[State]) -> list[State]:
        """The states, containers of one object as one where several functions write all of them, and none only some.

        What a single function writes may be as many things as it does.
        """
        groups: dict[tuple[Scope, str, Verdict, frozenset[Scope]], list[State]] = defaultdict(list)
        for state in sorted(states, key=lambda s: s.home.span):
            if state.home.kind == "instance-attribute" and not state.whole and not _is_plain(state):
                writers = frozenset(w.scope for w in state.writes)
                groups[self._sets_up(state.home), state.category, state.verdict, writers].append(state)
        return _merged(states, [group for (*_, by), group in groups.items() if len(by) > 1 and len(group) > 1])

    # ── settings of an object that is set as a whole too ──

    def _with_their_object(self, states: Sequence[State]) -> Iterator[State]:
        """The states, settings in attributes told with their object where requests also set that as a whole."""
        settings = [s for s in states if s.category in SETTINGS and _is_plain(s)]
        parts = {(s.home.scope, s.verdict): s for s in settings if s.home.kind == "instance-attribute"}
        taken: dict[Home, list[State]] = {}
        for whole in settings:
            for value in self._homes.values.get(whole.home, ()) if whole.home.kind == "module-variable" else ():
                made = value.cls if isinstance(value, Obj) and value.site is not None else None
                line = self._classes.lineage(made.scope) if isinstance(made, Cls) else ()
                found = [parts.pop((c.scope, whole.verdict), None) for c in line if isinstance(c, Cls)]
                taken.setdefault(whole.home, []).extend(s for s in found if s is not None)
        inner = {s.home for found in taken.values() for s in found}
        for state in states:
            if state.home not in inner:
                yield _joined([state, *taken.get(state.home, ())], state, False)


def _attribute(home: Home) -> str:
    """The last part of the name of a home."""
    return home.short.rpartition(".")[2]


def _is_plain(state: State) -> bool:
    """Whether requests only ever give it another value."""
    return all(w.how in ("rebind", "augment") for w in state.writes)


def _first(group: Sequence[State]) -> State:
    """The first state of those whose category most attributes have; data that is counted too is data."""
    told = [state.category for state in group for _ in (state.home, *state.also)]
    most = max(dict.fromkeys(told), key=lambda kind: (told.count(kind), kind == "global", kind != "counter"))
    return next(state for state in group if state.category == most)


def _joined(group: Sequence[State], first: State, whole: bool) -> State:
    """One state of several, told at the first one."""
    rest = sorted((state for state in group if state is not first), key=lambda s: s.home.span)
    homes = [home for s in rest for home in (s.home, *s.also)]
    writes = tuple(w for s in (first, *rest) for w in s.writes)
    return replace(first, also=(*first.also, *homes), writes=writes, whole=first.whole or whole) if rest else first


def _merged(states: Sequence[State], groups: Iterable[Sequence[State]]) -> list[State]:
    """The states, those of each group as one; groups that share a state are one group."""
    group_of: dict[Home, list[State]] = {}
    for group in groups:
        whole: dict[Home, State] = {s.home: s for state in group for s in group_of.get(state.home, (state,))}
        group_of.update((home, list(whole.values())) for home in whole)
    found = []
    for state in states:
        group = group_of.get(state.home, [state])
        if state is group[0]:
            found.append(_joined(group, state, any(s.whole for s in group)))
    return found
