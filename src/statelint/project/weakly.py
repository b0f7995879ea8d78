"""Containers of live objects that no other process has: weak sets that are only asked whether an object is in them, and
maps of what somebody else keeps, or lists of work, which only the end of the process reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.homes import Home
from statelint.project.mentions import Mention, Mentions, own_parts
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope
from statelint.project.resolution.values import Cls, Obj
from statelint.project.walking import walk
from statelint.project.writes import Write

CHANGING: Final = frozenset({"add", "discard", "remove"})
LISTING: Final = CHANGING | {"append"}
TAKING: Final = frozenset({"pop", "clear"})


def only_asked(home: Home, mentions: Mentions) -> bool:
    """Whether code only puts objects in and takes them out, and asks whether one is there."""
    found = mentions.of(home)
    return bool(found) and all(all(any(e is allowed for allowed in _allowed(m)) for e in m.names) for m in found or ())


def only_ends(
    home: Home, writes: Sequence[Write], mentions: Mentions, names: Names, runs: Callable[[Scope], bool]
) -> bool:
    """Whether requests put in only objects of the project that they make then and there, and read none of them."""
    puts = [w for w in writes if w.how == "item" and w.method != "del"]
    made = [v for w in puts if w.value is not None for v in names.denote(w.value, w.scope)]
    if not made or not all(isinstance(v, Obj) and isinstance(v.cls, Cls) and v.site is not None for v in made):
        return False
    if not all(isinstance(v, Obj) and v.site is not None and v.site.scope in {w.scope for w in puts} for v in made):
        return False
    found = mentions.of(home)
    return found is not None and all(m.is_change(TAKING) or not runs(m.scope) for m in found)


def only_listed(
    home: Home,
    writes: Sequence[Write],
    mentions: Mentions,
    is_work: Callable[[Write], bool],
    runs: Callable[[Scope], bool],
) -> bool:
    """Whether requests only put work in that was begun there and then, or take it out, and read none of it."""
    adds = [w for w in writes if w.method in ("add", "append")]
    if not adds or any(w.element or w.method not in LISTING for w in writes) or not all(map(is_work, adds)):
        return False
    found = mentions.of(home)
    return found is not None and all(m.is_change(LISTING) or not runs(m.scope) for m in found)


def _allowed(m: Mention) -> Iterator[f.Expr]:
    """The sets that a statement asks for an object, or changes by one."""
    for part in own_parts(m.statement):
        for e in walk(part) if part is not None else ():
            if isinstance(e, f.Op) and e.op in ("in", "not in"):
                yield e.operands[1]
            elif isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name in CHANGING:
                yield e.func.of
