"""What calls of the outside world do to data: open, write, copy, wrap, decode, delete and hand on, by knowledge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from statelint import facts as f
from statelint.flow_rows import Handoff, Location, Opener, Pass, Remover, Sink, Source
from statelint.project.flow.endings import extended
from statelint.project.flow.events import Activation, Handed, Keep, Landing, Removal, Sent
from statelint.project.flow.given import Given
from statelint.project.flow.handoffs import Handoffs
from statelint.project.flow.values import (
    IN_MEMORY,
    LANDS,
    NONE,
    Handle,
    Inst,
    Loc,
    Many,
    Taint,
    Tup,
    Value,
    classes,
    derived,
    join,
    locs,
    modes,
    shape,
    streams,
    taints,
)
from statelint.project.kinds import words
from statelint.project.resolution.arguments import argument
from statelint.project.resolution.paths import last_name
from statelint.project.resolution.values import Made
from statelint.spans import Place

if TYPE_CHECKING:
    from statelint.project.flow.run import Run

WRITING = frozenset("wax+")
PSEUDO = frozenset({"derived.", "content.", "any.", "anything.", "file.", "many.", "text."})
FLAGS = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND")


class Meaning(NamedTuple):
    """The rows of one qualified name."""

    sink: object
    opener: object
    passing: Pass | None
    remover: object
    source: Source | None
    where: str


class Library:
    """The knowledge rows of flows, looked up and carried out."""

    def __init__(self, run: Run) -> None:
        self._run = run
        knowledge = run.knowledge
        rows = [row for _, row in knowledge.rows(lambda lib: lib.locations)]
        self._locations: dict[str, Location] = {name: row for row in rows for name in row.names}
        self._placed: dict[str, Location | None] = {}
        self._schemes: dict[str, str] = {scheme: row.where for row in rows for scheme in row.schemes}
        self._beginnings = tuple(self._schemes)
        self.remote_methods = frozenset(m for row in rows if row.where == "remote" for m in row.methods)
        self.handoffs = Handoffs(knowledge)
        self._globs = [
            (name.partition("*")[0], name, row)
            for _, row in knowledge.rows(lambda lib: lib.through) for name in row.names if "*" in name
        ]  # fmt: skip
        """How the names that they fit begin, globs, rows."""
        every = [name for row in rows for name in row.names]
        every += [name for _, row in knowledge.rows(lambda lib: lib.openers) for name in row.names]
        self._literal = frozenset(n.partition("(")[0] for n in every if "(" in n and "()" not in n)
        own = (row for _, row in knowledge.rows(lambda lib: lib.sinks) if row.data_is_receiver and row.derives)
        self._writers = tuple({f"{name.rpartition('.')[0]}." for row in own for name in row.names} - PSEUDO)
        """Outside classes whose objects write themselves."""
        self._meanings: dict[str, Meaning | None] = {}
        self._glob_memo: dict[str, Pass | None] = {}

    # ── look-ups ──

    def location(self, name: str) -> Location | None:
        if name not in self._placed:
            lineage = self._run.knowledge.lineage(self._run.knowledge.canonical(name))
            self._placed[name] = next((self._locations[n] for n in lineage if n in self._locations), None)
        return self._placed[name]

    def where(self, name: str) -> str:
        row = self.location(name)
        return row.where if row else ""

    def told_by_argument(self, made: Made) -> Iterator[str]:
        """`filesystem(file)` for what a call gave whose first argument says what it is."""
        call = made.site.expr
        if made.name in self._literal and isinstance(call, f.Call) and call.args:
            first = call.args[0]
            if isinstance(first, f.Const) and first.kind == "str":
                yield f"{made.name}({first.value})"

    def is_path(self, cls: str) -> bool:
        row = self.location(cls)
        return row is not None and row.paths

    def scheme(self, text: str) -> str | None:
        """Where a literal path or address leads, when its beginning tells."""
        if not text.startswith(self._beginnings):
            return None
        for scheme, where in self._schemes.items():
            if text.startswith(scheme):
                return where
        return None

    def row(self, table: str, name: str) -> object | None:
        found = self._run.knowledge.find(table, name)
        return found[1] if found else None

    def through(self, name: str) -> Pass | None:
        found = self.row("through", name)
        if isinstance(found, Pass):
            return found
        if name not in self._glob_memo:
            self._glob_memo[name] = next(
                (row for start, glob, row in self._globs if name.startswith(start) and fnmatchcase(name, glob)), None
            )
        return self._glob_memo[name]

    def meaning(self, name: str) -> Meaning | None:
        """All that knowledge says of a callable; None when it says nothing."""
        if name not in self._meanings:
            found = Meaning(
                self.row("sinks", name), self.row("openers", name), self.through(name), self.row("removers", name),
                self._run.sources.member(name), self.where(name),
            )  # fmt: skip
            self._meanings[name] = found if any(found) else None
        return self._meanings[name]

    def writes_itself(self, member: str) -> bool:
        """Whether a qualified member belongs to an object that can write itself to a file."""
        return member.startswith(self._writers)

    def passes(self, name: str) -> str:
        row = self.through(name)
        return row.how if row else ""

    # ── destinations ──

    def destination(self, to: str, value: Value, e: f.Expr | None) -> Iterator[Handle]:
        """The file objects or paths that a destination may be; nothing when it is not known to be one."""
        handles = [a for a in value if isinstance(a, Handle)]
        if handles:
            yield from handles
            return
        if to == "handle":  # what takes the data may be one of several that were registered
            held = (a for group in value if isinstance(group, Many) for a in group.inner if isinstance(a, Handle))
            yield from held
            yield from self._buffers(value)
            return
        if isinstance(e, f.Const) and e.kind != "str":
            return
        if to == "store":
            yield Handle("store", frozenset(locs(value)), "w")
            return
        classes = [a.cls for a in value if isinstance(a, Inst)]
        wheres = {
            c.removeprefix("scheme:") if c.startswith("scheme:") else self.where(c)
            for c in classes
            if not c.startswith("scheme:") or to == "address" or c == "scheme:nowhere"
        }
        for where in ("nowhere", "remote"):
            if where in wheres:
                yield Handle(where, frozenset(locs(value)), "w")
                return
        if to != "path" and "memory" in wheres:
            yield Handle("memory", frozenset(locs(value)), "w")
            return
        paths = frozenset(locs(value))
        foreign = [c for c in classes if not c.startswith("scheme:") and not c.endswith("()") and not self.is_path(c)]
        if paths or not foreign or to == "path":
            yield Handle("local", paths, "w")

    def _buffers(self, value: Value) -> Iterator[Handle]:
        for atom in value:
            if isinstance(atom, Inst) and self.where(atom.cls) in ("memory", "remote", "nowhere"):
                yield Handle(self.where(atom.cls), frozenset(locs(value)), "w")

    # ── writing ──

    def sink(self, act: Activation, row: Sink, given: Given, recv: Value, at: Place, via: str) -> Value:
        """Note the request data that a writing call brings to its destination; the path that the call gives."""
        data = self._data(row, given, recv)
        if row.takes_files:  # a path, or what was read, cannot be given there
            data = frozenset(a for a in data if not isinstance(a, Loc) and getattr(a, "type", "") not in IN_MEMORY)
        found = [t for t in taints(data) if t.level in LANDS and (t.level != "copy" or row.copies or row.keeps)]
        if row.takes_files:
            found += [t for t in taints(data) if t.level == "field"]
        found += [t for t in taints(self._run.kept.held(data)) if t.level != "copy"]
        e = given.expr(row.destination, row.destination_keyword)
        if e is not None and not set(words(last_name(e))[-1:]).isdisjoint(row.unlike):
            return NONE
        if row.destination is None and not row.destination_keyword:
            handles = list(self.destination(row.to, recv, None))
        elif e is None and not given.value(row.destination, row.destination_keyword):
            handles = [Handle("local", frozenset(), "w")] if row.defaults else []
        else:
            handles = list(self.destination(row.to, given.value(row.destination, row.destination_keyword), e))
        if not row.takes_files and (via.endswith(".write_bytes") or any("b" in h.mode for h in handles)):
            # text cannot be written as bytes, so what came in a form field here is the content of a file
            found += [t for t in taints(data) if t.level == "field"]
        if row.keeps:
            places = frozenset(x for x in locs(data) if x.exact)
            moved = (
                any(loc.temp for loc in places)
                and row.copies
                and bool(found or not self._run.kept.written & {x.site for x in places})
            )
            self._run.events.keeps.append(Keep(act.scope, at, places, self._run.frames(), self._run.next(), moved))
            copied = any(t.level == "copy" for t in taints(data))
            if not moved and not copied:
                for handle in handles:
                    for taint in found[:1]:
                        self._run.kept.wrote(handle.locs, taint)
                return NONE
        made: Value = NONE
        if row.endings:
            handles = [replace(h, locs=extended(act, row, given, h.locs)) for h in handles]
        if row.names_path:
            place = Loc(f"{act.scope.full_name}#{at}@{act.way}")
            made = frozenset({place, *(x for h in handles for x in h.locs)})
            handles = [replace(h, locs=h.locs | {place}) for h in handles]
        to = e.id if isinstance(e, f.Name) and len(act.scope.bindings.get(e.id, ())) == 1 else ""
        self.land(act, found, row.derives, handles, at, via, row.folder, to)
        return made

    def land(
        self, act: Activation, found: list[Taint], derives: bool, handles: list[Handle], at: Place, via: str,
        folder: bool = False, to: str = "",
    ) -> None:  # fmt: skip
        """Note one landing for all destinations that are real."""
        real = [h for h in handles if h.mode != "r" and h.where in ("local", "store")]
        for handle in handles:
            if handle.mode != "r":
                for taint in found[:1]:
                    level = "derived" if derives or taint.level == "derived" else "content"
                    self._run.kept.wrote(handle.locs, Taint(level, "", taint.origin, taint.via), folder)
        if not real or self._run.left <= 0:  # of what was not evaluated it is not known where it leads
            return
        self._run.kept.written.update(x.site for h in real for x in h.locs)
        where = "store" if all(h.where == "store" for h in real) else "local"
        self._run.events.landings.append(
            Landing(
                act.scope, at, tuple(found), derives, where,
                frozenset(x for h in real for x in h.locs), "".join(sorted({c for h in real for c in h.mode})),
                next((h.opened for h in real if h.opened), None), self._run.frames(), self._run.next(), via, to,
            )
        )  # fmt: skip

    def _data(self, row: Sink, given: Given, recv: Value) -> Value:
        parts = [given.value(i) for i in row.data] + [given.keywords.get(k, NONE) for k in row.data_keywords]
        if row.data_is_receiver:
            parts = [recv]
        if row.all_data:
            parts = [given.everything()]
        return join(parts)

    # ── opening ──

    def opened(
        self, act: Activation, row: Opener, given: Given, recv: Value, call: f.Expr, at: Place, plain: bool = True
    ) -> Value:
        """What an opening call gives; `plain` when it gives the bytes of the file as they are."""
        mode = self._mode(row, given)
        span = act.scope.span(at)
        if row.temporary:
            temp = row.temporary
            kept = given.keyword_exprs.get(row.unless) if row.unless else None
            if kept is not None and not (isinstance(kept, f.Const) and kept.value is True):
                temp = "loose"
            place = Loc(f"{act.scope.full_name}#{at}@{act.way}", True, temp)
            if row.gives == "path":
                return frozenset({place})
            if row.gives == "descriptor-and-path":
                mode = "w"  # whatever else is given
            handle = Handle("local", frozenset({place}), "folder" if row.gives == "folder" else mode or "w", span)
            if row.gives == "descriptor-and-path":
                return frozenset({Tup((frozenset({handle}), frozenset({place})))})
            return frozenset({handle})
        value = recv if row.path_is_receiver else given.value(row.path, row.keyword)
        e = None if row.path_is_receiver else given.expr(row.path, row.keyword)
        if e is None and not row.path_is_receiver and row.path is not None and not given.loose and not value:
            return NONE  # no path: what it opens is another argument, such as a buffer
        writes = bool(set(mode) & WRITING)
        found: set[object] = set()
        for handle in self.destination(row.to, value, e):
            found.add(Handle(handle.where, handle.locs, mode if writes else "r", span))
        if not writes:
            places = frozenset(x for x in locs(value) if x.exact)
            self._run.events.sent.append(Sent(places, self._run.entered(), self._run.next()))
            inside = self._run.kept.held(value) | frozenset(
                t for t in taints(value) if t.level in ("content", "upload", "derived")
            )
            found.update(streams(inside) if plain and "b" in mode else inside if plain else derived(inside))
        return frozenset(found)  # type: ignore[arg-type]

    def _mode(self, row: Opener, given: Given) -> str:
        e = given.expr(row.mode, row.mode_keyword)
        if e is None:
            return row.default_mode
        texts = (e.then, e.other) if isinstance(e, f.Choice) else (e,)
        mode = ""
        for part in texts:
            if isinstance(part, f.Const) and part.kind == "str":
                mode += str(part.value)
            elif any(flag in shape(part) for flag in FLAGS):
                mode += "a" if "O_APPEND" in shape(part) else "w"
            elif isinstance(part, f.Const):
                mode += row.default_mode
            else:
                mode += "".join(sorted(modes(given.value(row.mode, row.mode_keyword)))) or "w"
        return mode

    # ── deleting, handing on ──

    def removed(self, act: Activation, row: Remover, given: Given, recv: Value, at: Place) -> None:
        value = recv if row.receiver else given.value(row.argument)
        places = [x for a in value if isinstance(a, Handle) for x in a.locs] + list(locs(value))
        if places:
            self._run.events.removals.append(
                Removal(act.scope, at, frozenset(places), row.folder, self._run.frames(), self._run.next())
            )

    def hand(self, act: Activation, row: Handoff, value: Value, call: f.Expr, at: Place) -> None:
        places = frozenset(x for x in locs(value) if x.exact)
        found = tuple(t for t in taints(value) if t.level == "copy")
        if row.sends:
            name = _file_named(row, call)
            self._run.events.sent.append(
                Sent(places, self._run.entered(), self._run.next(), (act.scope, name) if name else None)
            )
        elif places or found:
            self._run.events.handed.append(
                Handed(act.scope, at, places, found, row.to, call, self._run.frames(), self._run.next(), row.unless)
            )

    def assigned_item(self, act: Activation, target: f.Item, value: Value) -> None:
        """`session["path"] = path` gives the path to another request."""
        if not self.handoffs.on_items or not locs(value):
            return
        held = classes(self._run.evaluator.value(act, target.of))
        names = self._run.evaluator.qualified_names(target.of, act.scope, held)
        for row in self.handoffs.of_items([*names, *held]):
            self.hand(act, row, value, target, target.at)


def _file_named(row: Handoff, call: f.Expr) -> str:
    """The expression, as text, of what names a file below a folder."""
    given = (argument(call, keyword, row.file) for keyword in row.file_keywords) if isinstance(call, f.Call) else ()
    return next((shape(e) for e in given if e is not None), "")
