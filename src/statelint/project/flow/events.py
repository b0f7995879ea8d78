"""What the walk notes down: data that lands, paths that are removed, kept or handed on, each with where it stood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from statelint import facts as f
from statelint.project.flow.values import Loc, Taint, Value
from statelint.project.resolution.scopes import Scope
from statelint.spans import Place, Span


class Mark(NamedTuple):
    """One construct around an event. kind: at, if, loop, try, with, later.

    `at` carries the block and the number of the statement in it; `try` the part, `if` the branch taken.
    """

    kind: str
    node: object
    part: str = ""
    number: int = 0


class Frame(NamedTuple):
    """One function on the way to an event: its marks there, and the call that led into it."""

    scope: Scope
    marks: tuple[Mark, ...]
    call: Place | None


@dataclass(frozen=True, slots=True)
class Landing:
    """Request data reaches something that is written to. `locs` are the paths that the destination may be."""

    scope: Scope
    at: Place
    taints: tuple[Taint, ...]
    derives: bool
    where: str
    locs: frozenset[Loc]
    mode: str
    opened: Span | None
    frames: tuple[Frame, ...]
    number: int
    via: str
    to: str = ""
    """The variable that alone names the path, where it is bound in one place."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A path, or a folder with all below it, is deleted."""

    scope: Scope
    at: Place
    locs: frozenset[Loc]
    folder: bool
    frames: tuple[Frame, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Keep:
    """A path is renamed or moved to a place where it stays."""

    scope: Scope
    at: Place
    locs: frozenset[Loc]
    frames: tuple[Frame, ...]
    number: int
    moved: bool
    """Whether the move itself is the landing."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A path is given to work elsewhere."""

    scope: Scope
    at: Place
    locs: frozenset[Loc]
    taints: tuple[Taint, ...]
    to: str
    call: f.Expr
    frames: tuple[Frame, ...]
    number: int
    unless: tuple[str, ...] = ()


class Asked(NamedTuple):
    """It is asked whether there are files at paths."""

    scope: Scope
    at: Place
    locs: frozenset[Loc]
    frames: tuple[Frame, ...]
    number: int


class Sent(NamedTuple):
    """Paths whose files are read or sent to the client, on the way in from `entry`.

    name: the expression, as text, of a file's name below a folder, with the function in which it stands.
    """

    locs: frozenset[Loc]
    entry: Scope
    number: int
    name: tuple[Scope, str] | None = None

    def gives(self, written: Loc) -> bool:
        """Whether the file at a path is among them."""
        if any(loc.site == written.site for loc in self.locs):
            return True
        scope, name = self.name or (None, "")
        owner, _, path = written.site.partition("#")
        path = path.rpartition("@")[0].removesuffix(")")
        if scope is None or owner != scope.full_name:
            return False
        ends = [f"/{name[1:]}"] if name[0] in "'\"" else [f"+{name}", f"/{name}", f"/'{name}"]
        return path.endswith((f",{name}", *ends))


@dataclass(slots=True)
class Activation:
    """One run of a function body over abstract values."""

    scope: Scope
    env: dict[str, Value]
    call: Place | None
    closure: Activation | None = None
    way: str = ""
    """The calls that led here, as text that tells the runs of one function apart."""
    marks: list[Mark] = field(default_factory=list)
    result: Value = frozenset()
    yielded: Value = frozenset()

    def lookup(self, name: str) -> Value | None:
        """The value of a local or captured variable, None when this and the enclosing runs do not have it."""
        current: Activation | None = self
        while current is not None:
            if name in current.env:
                return current.env[name]
            current = current.closure
        return None


@dataclass(slots=True)
class Events:
    """What one round of evaluation noted."""

    landings: list[Landing] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    keeps: list[Keep] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def lengths(self) -> tuple[int, ...]:
        return tuple(len(part) for part in self._parts())

    def cut(self, lengths: tuple[int, ...]) -> None:
        """Drop what was noted since the lists had these lengths."""
        for part, length in zip(self._parts(), lengths, strict=True):
            del part[length:]

    @staticmethod
    def together(parts: Iterable[Events]) -> Events:
        """What several runs noted, one after the other."""
        found = Events()
        for part in parts:
            for mine, theirs in zip(found._parts(), part._parts(), strict=True):
                mine += theirs
        return found

    def _parts(self) -> tuple[list[Any], ...]:
        return (self.landings, self.removals, self.keeps, self.handed, self.sent, self.asked)
