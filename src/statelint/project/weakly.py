"""Weak sets of live objects that are only asked whether an object is in them: no other process has these objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statelint import facts as f
from statelint.project.homes import Home
from statelint.project.mentions import Mention, Mentions, own_parts
from statelint.project.walking import walk

CHANGING: Final = frozenset({"add", "discard", "remove"})


def only_asked(home: Home, mentions: Mentions) -> bool:
    """Whether code only puts objects in and takes them out, and asks whether one is there."""
    found = mentions.of(home)
    return bool(found) and all(all(any(e is allowed for allowed in _allowed(m)) for e in m.names) for m in found or ())


def _allowed(m: Mention) -> Iterator[f.Expr]:
    """The sets that a statement asks for an object, or changes by one."""
    for part in own_parts(m.statement):
        for e in walk(part) if part is not None else ():
            if isinstance(e, f.Op) and e.op in ("in", "not in"):
                yield e.operands[1]
            elif isinstance(e, f.Call) and isinstance(e.func, f.Attr) and e.func.name in CHANGING:
                yield e.func.of
