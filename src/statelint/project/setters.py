"""Settings of the whole process that the request path changes: calls, and assignments to names outside the project.

A change that the same function or context takes back is none: what it does to requests at the same time is another
kind of fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.first_use import FirstUse
from statelint.project.fixed import Fixed
from statelint.project.reach import Reach
from statelint.project.resolution.arguments import handed_to
from statelint.project.resolution.calls import Calls
from statelint.project.resolution.names import Names
from statelint.project.resolution.paths import asks_for_lack, last_name, receiver_rooted
from statelint.project.resolution.scopes import Context, Scope
from statelint.project.resolution.values import Ext, Made, qualified, root
from statelint.project.set_back import EXITS, block_of, stands_in_finally
from statelint.project.walking import walk
from statelint.spans import Place
from statelint.vocabulary import Setter


class Changed(NamedTuple):
    """One change of a process-wide setting: its qualified name, what it is in words, and where it happens."""

    name: str
    what: str
    scope: Scope
    at: Place


class _Change(NamedTuple):
    """A change with what is needed to tell whether it is taken back."""

    name: str
    row: Setter
    scope: Scope
    at: Place
    context: Context
    given: tuple[f.Expr, ...]
    receiver: str = ""
    """The local name of the object whose method makes the change."""
    key: f.Expr | None = None
    """The entry that an assignment gives a value."""


def changed_settings(
    names: Names,
    calls: Calls,
    reach: Reach,
    first_use: FirstUse,
    knowledge: Knowledge,
    fixed: Fixed,
    elsewhere: AbstractSet[Scope] = frozenset(),
) -> tuple[Changed, ...]:
    """Every change on the request path, one for each setting and function, in order of place; `elsewhere` are the
    functions that only change what holds for a process of their own."""
    together: dict[tuple[str, Scope], list[_Change]] = defaultdict(list)
    entries: dict[tuple[str, str], list[_Change]] = defaultdict(list)
    for change in (*_called(calls, knowledge), *_assigned(names, knowledge)):
        if change.scope in elsewhere or first_use.of(change.context, change.scope, lasting=True):
            continue
        if change.scope.module.in_service and change.scope.kind == "function" and reach.repeats(change.scope):
            together[change.row.what, block_of(change.scope)].append(change)
            entries[_entry(change)].append(change)
    found: dict[tuple[str, Scope], Changed] = {}
    for changes in together.values():
        if not _taken_back(changes, names, knowledge):
            for c in changes:
                if c.row.adds and all(fixed.covers(e, c.scope, c.row.reads, _is_built(c)) for e in c.given):
                    continue
                if _is_alike(c, entries[_entry(c)], fixed, names):
                    continue
                if not any(_names_one_of(w, c.row.kept_by, c.scope, names, knowledge) for w in c.context.withs):
                    found.setdefault((c.name, c.scope), Changed(c.name, c.row.what, c.scope, c.at))
    return tuple(sorted(found.values(), key=lambda c: (c.scope.path, c.at, c.name)))


def _entry(change: _Change) -> tuple[str, str]:
    """The setting and the text of the entry; no text where the code does not write it out."""
    return change.row.what, str(change.key.value) if isinstance(change.key, f.Const) else ""


def _is_alike(change: _Change, entry: Sequence[_Change], fixed: Fixed, names: Names) -> bool:
    """Whether an entry gets, wherever requests set it, what settings or files say, or the one constant that nothing of
    the project asks for, and no request chooses when."""
    if not change.row.alike or not isinstance(change.key, f.Const):
        return False
    given = [c.given[0] for c in entry if c.given]
    constants = {str(e.value) for e in given if isinstance(e, f.Const)}
    one = len(constants) == 1 and all(isinstance(e, f.Const) for e in given) and not _is_asked_for(change.key, names)
    if not one and (constants or len(given) != 1 or len(entry) > 1):
        return False
    tests = [(test, c.scope) for c in entry for test, _ in c.context.tests]
    return all(fixed.covers(e, scope, files=True) for e, scope in (*tests, *((e, change.scope) for e in given)))


def _is_asked_for(key: f.Const, names: Names) -> bool:
    """Whether code of the service names an entry but to give it a value: as a text, or as a field of its settings."""
    name = str(key.value)
    given = {
        id(store.target.key)
        for scope in names.every
        for store in scope.stores
        if isinstance(store.target, f.Item) and store.op == "="
    }
    for scope in names.every:
        if scope.module.in_service and scope.kind == "class" and name.lower() in map(str.lower, scope.bindings):
            return True
        if scope.module.in_service and scope.kind == "module":
            texts = (e for e in walk(scope.module.facts.body) if isinstance(e, f.Const) and e.value == name)
            if any(id(e) not in given for e in texts):
                return True
    return False


def _is_built(change: _Change) -> bool:
    """Whether the change is part of building what is then kept under a key that had nothing: `made[name] = logger`."""
    of = change.receiver
    kept = [s for s in change.scope.stores if isinstance(s.target, f.Item) and isinstance(s.value, f.Name)]
    tables = [last_name(s.target.of) for s in kept if isinstance(s.target, f.Item) and last_name(s.value) == of]
    return bool(of) and any(
        asks_for_lack(test, taken, table, change.scope) for table in tables for test, taken in change.context.tests
    )


def _called(calls: Calls, knowledge: Knowledge) -> Iterator[_Change]:
    for name, sites in calls.outside.items():
        row = knowledge.find("setters", name)
        if row:
            for site in sites:
                given = handed_to(site.call)
                if row[1].valued and all(isinstance(e, f.Const) and e.kind == "none" for e in given):
                    continue
                of = site.call.func.of if isinstance(site.call.func, f.Attr) else None
                receiver = of.id if isinstance(of, f.Name) else ""
                yield _Change(name, row[1], site.scope, site.call.at, site.context, given, receiver)


def _assigned(names: Names, knowledge: Knowledge) -> Iterator[_Change]:
    for scope in names.every:
        for store in scope.stores:
            target = store.target
            if not isinstance(target, f.Attr | f.Item):
                continue
            for value in names.denote(target.of, scope):
                if not isinstance(root(value), Ext | Made):
                    continue
                owner = qualified(value)
                name = f"{owner}.{target.name}" if isinstance(target, f.Attr) else owner
                row = knowledge.find("setters", name) if name else None
                if row and name:
                    given = (store.value,) if store.value is not None else ()
                    key = target.key if isinstance(target, f.Item) and store.op == "=" else None
                    yield _Change(name, row[1], scope, store.at, store.context, given, key=key)


def _taken_back(changes: Sequence[_Change], names: Names, knowledge: Knowledge) -> bool:
    """Whether one of the changes that a function makes of a setting, or a context, puts the former value back.

    The only one does where it stands in a `finally` clause: what it takes back then is what other code did. A call that
    gives the former value can hand it right on: `os.umask(os.umask(0))`.
    """
    if len(changes) < 2 and not stands_in_finally(changes[0].scope, changes[0].at):
        return False
    made = {c.name for c in changes}
    return any(
        not made.isdisjoint(c.row.kept_by)
        or any(_was_read(e, c.row, c.scope, names, knowledge) for e in c.given)
        or any(_is_call_of(e, c.name, c.scope, names, knowledge) for e in c.given if c.name in c.row.reads)
        or (c.scope.name in EXITS and any(receiver_rooted(e, c.scope) for e in c.given))
        for c in changes
    )


def _was_read(e: f.Expr, row: Setter, scope: Scope, names: Names, knowledge: Knowledge) -> bool:
    """Whether an expression is a local that kept what the setting was before."""
    if isinstance(e, f.Star):
        return _was_read(e.value, row, scope, names, knowledge)
    if not isinstance(e, f.Name) or e.id not in scope.bindings:
        return False
    kept = [b.value for b in scope.bindings[e.id] if b.value is not None]
    parts = [part for value in kept for part in (value, *(value.args if isinstance(value, f.Call) else ()))]
    return any(_names_one_of(part, row.reads, scope, names, knowledge) for part in parts)


def _is_call_of(e: f.Expr, name: str, scope: Scope, names: Names, knowledge: Knowledge) -> bool:
    return isinstance(e, f.Call) and _names_one_of(e.func, (name,), scope, names, knowledge)


def _names_one_of(e: f.Expr, wanted: Sequence[str], scope: Scope, names: Names, knowledge: Knowledge) -> bool:
    """Whether an expression, or what it takes an item of or calls, is one of these outside names."""
    while isinstance(e, f.Call | f.Item):
        e = e.func if isinstance(e, f.Call) else e.of
    return any(name and knowledge.canonical(name) in wanted for name in map(qualified, names.denote(e, scope)))
