"""Which writes are only another way to write one and the same file: the other arm of a branch, what is tried next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from statelint import facts as f
from statelint.project.flow.events import Frame, Landing, Mark


class Told(NamedTuple):
    """What is to be told of one writing expression: the kind, the landing that is shown, those that stay, all landings,
    and those of other expressions that write the same files instead."""

    kind: str
    shown: Landing
    group: list[Landing]
    every: list[Landing]
    instead: tuple[Landing, ...] = ()


def told_once(found: Iterable[Told]) -> Iterator[Told]:
    """Those that write files of their own, each with what else may write these files instead."""
    kept: list[Told] = []
    for told in sorted(found, key=lambda t: min(x.number for x in t.every)):
        alike = (n for n, k in enumerate(kept) if k.kind == told.kind and _writes_all(k.every, told.every))
        first = next(alike, None)
        if first is None:
            kept.append(told)
        else:
            kept[first] = kept[first]._replace(instead=(*kept[first].instead, *told.group))
    yield from kept


def _writes_all(some: list[Landing], others: list[Landing]) -> bool:
    return all(any(_is_instead(other, one) for one in some) for other in others)


def _is_instead(later: Landing, first: Landing) -> bool:
    """Whether a write is run only where another one of the same file is not, or did not succeed."""
    if later.number < first.number or not _same_file(first, later):
        return False
    for one, other in zip(first.frames, later.frames, strict=False):
        if one.scope is not other.scope or one.call != other.call:
            return False
        if _apart(one, other):
            return True
    return False


def _same_file(first: Landing, later: Landing) -> bool:
    sites = {loc.site for loc in first.locs if loc.exact}
    if any(loc.exact and loc.site in sites for loc in later.locs):
        return True
    return bool(first.to) and first.to == later.to and first.scope is later.scope


def _apart(one: Frame, other: Frame) -> bool:
    """Whether the constructs around two places of a function let only one of them run to its end, and not just in one
    turn of a loop."""
    turns = False
    for number, (mine, theirs) in enumerate(zip(one.marks, other.marks, strict=False)):
        if mine.kind != theirs.kind or mine.node is not theirs.node:
            return False
        turns = turns or mine.kind == "loop"
        if mine.part != theirs.part:
            return (mine.kind == "if" and not turns) or (mine.kind == "try" and theirs.part == "handler")
        if mine.number != theirs.number:
            return mine.number < theirs.number and any(map(_leaves, one.marks[number + 1 : number + 2]))
    return False


def _leaves(mark: Mark) -> bool:
    """Whether a branch ends the function."""
    if mark.kind != "if" or not isinstance(mark.node, f.If):
        return False
    branch = mark.node.then if mark.part == "then" else mark.node.other
    return bool(branch) and isinstance(branch[-1], f.Return | f.Raise)
