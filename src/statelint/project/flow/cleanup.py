"""Whether what landed on the disk stays: scoped, removed on every way out, removed on the straight way, or kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from statelint import facts as f
from statelint.project.flow.events import Asked, Frame, Keep, Landing, Mark, Removal
from statelint.project.flow.values import spelled

EXISTS = frozenset({"exists", "isfile", "is_file"})
"""Names of functions that ask whether there is a file."""
HARMLESS = frozenset({"close", "flush", "seek", "str", "Path", "len", "info", "debug", "warning", "exception"})
STAYS, LEAKS, GONE, SWEPT = "stays", "leaks", "gone", "swept"


def fate(landing: Landing, removals: list[Removal], keeps: list[Keep]) -> str:
    """What becomes of a file: stays, leaks (a way out misses its removal), gone, or swept with a shared folder."""
    exact = {loc.site for loc in landing.locs if loc.exact}
    every = {loc.site for loc in landing.locs}
    temps = {loc.temp for loc in landing.locs}
    kept = [k for k in keeps if exact & {loc.site for loc in k.locs} and _behind(k, landing)]
    if any(not k.moved for k in kept):
        return STAYS
    if kept or "scoped" in temps:
        return GONE
    ours = [r for r in removals if _covers(r, exact, every) or _spells(r, landing)]
    sweeps = [r for r in ours if any(loc.shared and loc.exact for loc in r.locs) and r.folder]
    ours = [r for r in ours if r not in sweeps]
    later = [r for r in ours if r.number > landing.number and not _other_arm(landing, r)]
    straight = [r for r in later if _on_main_path(landing, r)]
    if any(_guaranteed(landing, r) for r in ours) or _paired(landing, ours, straight):
        return GONE
    if sweeps:
        return SWEPT
    return LEAKS if straight or "loose" in temps else STAYS


def cleaning(removals: list[Removal], landings: list[Landing]) -> list[Removal]:
    """The removals without those that only make room: the same run of the function then writes the path anew."""
    written: dict[tuple[object, str], list[Landing]] = defaultdict(list)
    for landing in landings:
        for loc in landing.locs:
            if loc.exact:
                written[landing.scope, loc.site].append(landing)
    return [
        r for r in removals
        if r.folder or _at_the_end(r) or not any(
            x.number > r.number and [f.call for f in x.frames] == [f.call for f in r.frames]
            for loc in r.locs if loc.exact for x in written.get((r.scope, loc.site), ())
        )
    ]  # fmt: skip


def _at_the_end(removal: Removal) -> bool:
    """Whether a removal waits for the end of something, wherever it is written."""
    return any(m.kind == "later" for frame in removal.frames for m in frame.marks)


def _behind(event: Keep, landing: Landing) -> bool:
    """Whether something comes after a landing. A callback is a way in of its own, and runs in the middle of others."""
    return event.number > landing.number or _apart(event.frames, landing.frames)


def _apart(some: tuple[Frame, ...], others: tuple[Frame, ...]) -> bool:
    return some[0].scope is not others[0].scope


def _covers(removal: Removal, exact: set[str], every: set[str]) -> bool:
    sites = {loc.site for loc in removal.locs if loc.exact}
    return bool(sites & exact) or (removal.folder and bool(sites & every))


def _spells(removal: Removal, landing: Landing) -> bool:
    """Whether another function joins the path anew that was written before, by the same text below the same folder."""
    if removal.number < landing.number or _apart(removal.frames, landing.frames) or removal.scope is landing.scope:
        return False
    inside = {loc.site for loc in landing.locs if not loc.exact}
    if not any(not loc.exact and loc.site in inside for loc in removal.locs):
        return False
    texts = {spelled(loc) for loc in landing.locs if loc.exact and "(" in loc.site}
    return any(loc.exact and spelled(loc) in texts for loc in removal.locs)


def _guaranteed(landing: Landing, removal: Removal) -> bool:
    """Registered for the end of the request, or in a `finally` that the landing cannot miss."""
    for frame in removal.frames:
        for number, mark in enumerate(frame.marks):
            if mark.kind == "later":
                return True
            if mark.kind == "try" and mark.part == "final" and isinstance(mark.node, f.Try):
                if yields(mark.node.body) or _apart(removal.frames, landing.frames):
                    return True
                at = frame.marks[number - 1] if number else None
                if any(_protected(other, frame, mark.node, at) for other in landing.frames):
                    return True
    return False


def _protected(other: Frame, frame: Frame, node: f.Try, at: Mark | None) -> bool:
    if other.scope is not frame.scope:
        return False
    if any(m.node is node and m.kind == "try" for m in other.marks):
        return True
    if at is None or at.kind != "at":
        return False
    for mark in other.marks:
        if mark.kind == "at" and mark.node is at.node and mark.number < at.number:
            between = at.node[mark.number + 1 : at.number] if isinstance(at.node, tuple) else ()
            return all(_harmless(s) for s in between)
    return False


def _harmless(statement: f.Stmt) -> bool:
    """Nothing in the statement can be expected to raise."""
    for call in calls_in(statement):
        name = call.func.name if isinstance(call.func, f.Attr) else getattr(call.func, "id", "")
        if name not in HARMLESS:
            return False
    return not isinstance(statement, f.Raise | f.Return)


def _paired(landing: Landing, ours: list[Removal], straight: list[Removal]) -> bool:
    """`except: remove; raise` around the work, and a removal at the end."""
    if not straight:
        return False
    for removal in ours:
        for frame in removal.frames:
            for number, mark in enumerate(frame.marks):
                if mark.kind == "try" and mark.part == "handler" and isinstance(mark.node, f.Try):
                    at = frame.marks[number - 1] if number else None
                    if any(_protected(other, frame, mark.node, at) for other in landing.frames):
                        return True
    return False


def _on_main_path(landing: Landing, removal: Removal) -> bool:
    """The removal is no mere reaction to a failure."""
    shared = {id(m.node) for frame in landing.frames for m in frame.marks if m.kind in ("if", "try")}
    for frame in removal.frames:
        for mark in frame.marks:
            if mark.kind == "try" and mark.part == "handler" and id(mark.node) not in shared:
                return False
            if mark.kind == "try" and mark.part == "handler":
                return False
            if mark.kind == "if" and id(mark.node) not in shared and isinstance(mark.node, f.If):
                branch = mark.node.then if mark.part == "then" else mark.node.other
                if branch and isinstance(branch[-1], f.Return | f.Raise) and not _exists(mark.node.test):
                    return False
    return True


def _other_arm(landing: Landing, removal: Removal) -> bool:
    """Whether the removal is on the other side of a branch, so that it never follows the landing."""
    sides = {id(m.node): m.part for frame in landing.frames for m in frame.marks if m.kind == "if"}
    return any(
        m.kind == "if" and sides.get(id(m.node), m.part) != m.part for frame in removal.frames for m in frame.marks
    )


def _exists(test: f.Expr) -> bool:
    return any(
        (c.func.name if isinstance(c.func, f.Attr) else getattr(c.func, "id", "")) in EXISTS for c in calls_in(test)
    )


def spares(asked: Asked, landing: Landing) -> bool:
    """Whether a file is written only where there is none as yet, so that it is there for later requests."""
    if asked.number > landing.number or not {x.site for x in asked.locs} & {x.site for x in landing.locs if x.exact}:
        return False
    for frame in landing.frames:
        if frame.scope is asked.scope and any(m.kind == "if" and _asks(m.node, asked) for m in frame.marks):
            return True
    at = next((m for m in reversed(asked.frames[-1].marks) if m.kind == "at"), None)
    behind = at.node[at.number] if at is not None and isinstance(at.node, tuple) else None
    return (
        isinstance(behind, f.If)
        and _asks(behind, asked)
        and bool(behind.then)
        and isinstance(behind.then[-1], f.Return)
    )


def _asks(node: object, asked: Asked) -> bool:
    return isinstance(node, f.If) and any(call.at == asked.at for call in calls_in(node.test))


def calls_in(node: object) -> Iterator[f.Call]:
    """Every call inside a piece of facts."""
    if isinstance(node, f.Call):
        yield node
    if isinstance(node, msgspec.Struct):
        children: Iterable[object] = [getattr(node, name) for name in _parts(type(node))]
    elif isinstance(node, tuple) and not hasattr(node, "_fields"):
        children = node
    else:
        return
    for child in children:
        if isinstance(child, msgspec.Struct | tuple):
            yield from calls_in(child)


@cache
def _parts(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a piece of facts that can hold calls."""
    return tuple(name for name in kind.__struct_fields__ if name != "at")


def yields(body: tuple[f.Stmt, ...]) -> bool:
    """Whether a block yields, so that what comes behind it runs when the user of the generator is done."""
    return any(_yields(s) for s in body)


def _yields(node: object) -> bool:
    if isinstance(node, f.Yield):
        return True
    if isinstance(node, f.Function | f.Class):
        return False
    if isinstance(node, msgspec.Struct):
        return any(_yields(getattr(node, name)) for name in node.__struct_fields__)
    if isinstance(node, tuple) and not hasattr(node, "_fields"):
        return any(_yields(child) for child in node)
    return False
