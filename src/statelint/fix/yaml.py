"""Edits of YAML: an entry taken away or given another value; comments, order, quotes and indentation stay.

The composer's nodes give the places. A mapping or list that would be empty goes with its last entry, since an empty one
often means something of its own; an item of a list never goes like that, nor a key at the top. What is not plain (tags,
anchors at the value, flow style with comments inside) is left.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from statelint.findings import Edit
from statelint.fix.text import Piece, Text
from statelint.fix.words import swapped

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BREAK = re.compile(r"^---(?=\s|$)", re.MULTILINE)
DASHES = re.compile(r"\s*(?:-\s+)*")
PLAIN = re.compile(r"[\w./=-][\w ./=-]*")


class Step(NamedTuple):
    """One entry of a collection on the way to a node: its place among the entries."""

    inside: MappingNode | SequenceNode
    number: int


def pieces(text: Text, at: int, edit: Edit) -> tuple[Piece, ...] | None:
    """What to change for the setting whose key, or whose item, begins at an offset; None when that is not plain."""
    starts = [m.start() for m in BREAK.finditer(text.seen) if m.start()]
    begin = max((s for s in starts if s <= at), default=0)
    end = min((s for s in starts if s > at), default=len(text.seen))
    loader = Loader(text.seen[begin:end])
    try:
        root = loader.get_single_node()
    except (yaml.YAMLError, RecursionError):
        return None
    finally:
        loader.dispose()
    document = _Document(text, begin)
    way = document.way(root, at) if root is not None else None
    return document.pieces(way, edit) if way else None


class _Document:
    """One document of a stream; its nodes count from `begin`."""

    def __init__(self, text: Text, begin: int) -> None:
        self._text = text
        self._seen = text.seen
        self._first = text.point(begin)[0]

    def _start(self, node: Node) -> int:
        mark = node.start_mark
        return self._text.offset(mark.line + self._first, mark.column + 1) or 0

    def _end(self, node: Node) -> int:
        mark = node.end_mark
        return self._text.offset(mark.line + self._first, mark.column + 1) or len(self._seen)

    def way(self, root: Node, at: int) -> list[Step] | None:
        """The way to the entry that begins at an offset."""
        seen: set[int] = set()

        def walk(node: Node, way: list[Step]) -> list[Step] | None:
            if id(node) in seen or not isinstance(node, MappingNode | SequenceNode) or node.tag.startswith("!"):
                return None
            seen.add(id(node))
            for number, value in enumerate(node.value):
                step = [*way, Step(node, number)]
                first, last = value if isinstance(node, MappingNode) else (value, value)
                if self._start(first) == at and (isinstance(node, MappingNode) or isinstance(first, ScalarNode)):
                    return step
                if found := walk(last, step):
                    return found
            return None

        return walk(root, [])

    def pieces(self, way: list[Step], edit: Edit) -> tuple[Piece, ...] | None:
        """What to change for the entry at the end of a way."""
        found, along = self._main(way, edit), self._along(way[-1], edit)
        if edit.delete is not None:
            found = self._deleted(way[: len(way) - edit.delete], along if not edit.delete else [])
        elif found and along:
            more = self._deleted([*way[:-1], along[0]], along[1:])
            found = (*found, *more) if more else None
        return found

    def _main(self, way: list[Step], edit: Edit) -> tuple[Piece, ...] | None:
        value = _value(way[-1])
        if edit.write:
            return self._written(way, edit.write)
        if not isinstance(value, ScalarNode) or self._start(value) < self._start(_entry(way[-1])):
            return None
        if edit.swap:
            return swapped(self._seen, self._start(value), self._end(value), edit.swap)
        return self._set(value, edit.set) if edit.set is not None else None

    def _along(self, step: Step, edit: Edit) -> list[Step]:
        """The entries beside one that go with it."""
        keys = [key.value if isinstance(key, ScalarNode) else "" for key, _ in _entries(step.inside)]
        return [
            Step(step.inside, number)
            for number, key in enumerate(keys)
            if number != step.number and any(fnmatchcase(key, glob) for glob in edit.along)
        ]

    def _set(self, node: Node, new: str) -> tuple[Piece, ...] | None:
        """Another value within the quotes that are there."""
        start, end = self._start(node), self._end(node)
        if not isinstance(node, ScalarNode) or self._seen[start:end].startswith(("&", "!", "*")):
            return None
        if node.style in ("'", '"'):
            return (Piece(start + 1, end - 1, new),)
        if node.style or self._seen[start:end] != node.value or not PLAIN.fullmatch(new):
            return None
        return (Piece(start, end, new),)

    def _written(self, way: list[Step], wanted: dict[str, str]) -> tuple[Piece, ...] | None:
        """Keys with values inside a mapping, or beside a scalar: set where they are, else put first."""
        node = _value(way[-1])
        home = node if isinstance(node, MappingNode) else way[-1].inside
        found: list[Piece] = []
        for path, new in wanted.items():
            *above, key = path.split(".")
            inner: Node | None = home
            for part in above:
                inner = _child(inner, part)
            if not isinstance(inner, MappingNode) or not inner.value or self._start(inner) < self._start(home):
                return None
            old = _child(inner, key)
            more = self._set(old, new) if old is not None else self._added(inner, key, new)
            if not more:
                return None
            found += more
        return tuple(found)

    def _added(self, node: MappingNode, key: str, new: str) -> tuple[Piece, ...] | None:
        start = self._start(node.value[0][0])
        quote = self._seen[start] if self._seen[start] == '"' else ""
        entry = f"{quote}{key}{quote}: {new}"
        line, column = self._text.point(start)
        before = self._text.line(line)[: column - 1]
        if not before.strip(" -"):
            return (Piece(start, start, entry + ("," if node.flow_style else "") + f"\n{' ' * len(before)}"),)
        return (Piece(start, start, f"{entry}, "),) if node.flow_style else None

    def _deleted(self, way: list[Step], along: list[Step]) -> tuple[Piece, ...] | None:
        """The pieces that take away an entry, and others of the same mapping; the mapping too, if nothing is left."""
        while way and len(way[-1].inside.value) == 1 + len(along):
            item = isinstance(way[-1].inside, MappingNode) and len(way) > 1 and isinstance(way[-2].inside, SequenceNode)
            way, along = [] if item else way[:-1], []
        if len(way) < 2:
            return None
        pieces = [self._without(step) for step in (way[-1], *along)]
        if along and way[-1].inside.flow_style:
            return None
        return tuple(piece for piece in pieces if piece) if all(pieces) else None

    def _without(self, step: Step) -> Piece | None:
        inside, number = step
        start, end = self._start(_entry(step)), self._last(step)
        if inside.flow_style:
            return self._from_flow(inside, number, start, end)
        line, column = self._text.point(start)
        before = self._text.line(line)[: column - 1]
        rest = re.compile(r"[ \t]*(?:[ \t]#[^\n]*)?(?:\n|\Z)").match(self._seen, end)
        if rest is None:
            return None
        if isinstance(inside, SequenceNode):
            alone = re.fullmatch(r"\s*-\s+", before)
            return Piece(start - column + 1, rest.end(), "") if alone else None
        if not before.strip():
            return Piece(start - column + 1, rest.end(), "")
        if number or not DASHES.fullmatch(before):
            return None
        after = self._start(inside.value[1][0])
        return None if self._seen[end:after].strip() else Piece(start, after, "")

    def _from_flow(self, inside: MappingNode | SequenceNode, number: int, start: int, end: int) -> Piece | None:
        last = number == len(inside.value) - 1
        other = Step(inside, number - 1 if last else number + 1)
        if _is_alias(other, self):
            return None
        piece = Piece(self._last(other), end, "") if last else Piece(start, self._start(_entry(other)), "")
        return None if "#" in self._seen[piece.start : piece.end] else piece

    def _last(self, step: Step) -> int:
        """Where the text of an entry ends, without the comments and blank lines that follow."""
        node = _value(step)
        start = self._start(_entry(step))
        if self._start(node) < start:  # an alias: the node stands elsewhere
            found = re.compile(r"[^\n]*?\*[\w.-]+").match(self._seen, start)
            return found.end() if found else start
        if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
            return self._last(Step(node, len(node.value) - 1))
        end = self._end(node)
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return len(self._seen[:end].rstrip())
        return end


def _entry(step: Step) -> Node:
    """The node that an entry begins with: its key, or the item."""
    inside = step.inside
    node: Node = inside.value[step.number][0] if isinstance(inside, MappingNode) else inside.value[step.number]
    return node


def _value(step: Step) -> Node:
    inside = step.inside
    node: Node = inside.value[step.number][1] if isinstance(inside, MappingNode) else inside.value[step.number]
    return node


def _is_alias(step: Step, document: _Document) -> bool:
    if isinstance(step.inside, MappingNode):
        return document._start(_value(step)) < document._start(_entry(step))
    return document._start(_value(step)) < document._start(step.inside)


def _child(node: Node | None, key: str) -> Node | None:
    found = (v for k, v in _entries(node) if isinstance(k, ScalarNode) and k.value == key)
    return next(found, None)


def _entries(node: Node | None) -> list[tuple[Node, Node]]:
    return node.value if isinstance(node, MappingNode) else []
