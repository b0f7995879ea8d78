"""Functions that texts name as handlers: those of configuration files, such as the operations of an interface
description, and those that the code puts under a key of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from statelint import facts as f
from statelint.entry_rows import Described, EntryKind, Keyed
from statelint.knowledge import Knowledge
from statelint.project.resolution.labels import strings
from statelint.project.resolution.names import Names
from statelint.project.resolution.scopes import Scope, outside_names
from statelint.project.resolution.values import Func, Value
from statelint.project.walking import walk
from statelint.spans import Span


class Operation(NamedTuple):
    """A function, and the line of the file that names it."""

    scope: Scope
    entry: EntryKind
    label: str
    library: str
    text: str
    span: Span
    files: tuple[tuple[str, bool], ...] = ()
    """The names of the files that it gets, each with whether there may be several."""
    gives: str = ""
    """The class of such a file."""


def described(
    names: Names, knowledge: Knowledge, documents: Mapping[str, tuple[f.Document, ...]]
) -> Iterator[Operation]:
    """All functions that documents name."""
    rows = list(knowledge.rows(lambda lib: lib.handlers.described))
    for path, found in sorted(documents.items()) if rows else ():
        for document in found:
            modules = {
                s.path[:-1]: s.value for s in document.settings for _, row in rows if s.path[-1:] == (row.module_key,)
            }
            for s in document.settings:
                for library, row in rows:
                    if s.path[:1] == (row.below,) and s.path[-1] == row.key:
                        module = modules.get(s.path[:-1], "")
                        text = f"{module}.{s.value}" if module else s.value
                        for value in named(text, names):
                            if isinstance(value, Func):
                                files = tuple(_files(document, s.path[:-1], row))
                                at = Span.at(path, s.key_at)
                                yield Operation(value.scope, row.entry, row.label, library, text, at, files, row.gives)


def _files(document: f.Document, operation: tuple[str, ...], row: Described) -> Iterator[tuple[str, bool]]:
    """The files among the properties of a body, or among the named parts of a form."""
    inside = [s for s in document.settings if s.path[: len(operation)] == operation and row.files]
    named = {s.path[:-1]: s.value for s in inside if s.path[-1] == "name"}
    for s in inside:
        if row.files.get(s.path[-1]) == s.value:
            several = s.path[-2] == "items"
            owner = s.path[: -2 if several else -1]
            if owner in named:
                yield named[owner], several
            elif owner[-2:-1] == ("properties",):
                yield owner[-1], several


def keyed(names: Names, knowledge: Knowledge) -> Iterator[Operation]:
    """All functions that tables and keywords of the code name."""
    rows: dict[str, list[tuple[str, Keyed]]] = {}
    for library, found in knowledge.libraries:
        for row in found.handlers.keyed:
            for imported in found.imports or (library,):
                rows.setdefault(imported, []).append((library, row))
    for module in names.modules if rows else ():
        if not module.in_service:
            continue
        wanted = [pair for top in set(outside_names(names.scopes[module.path])) for pair in rows.get(top, ())]
        for fact in walk(module.facts.body) if wanted else ():
            for key, value in _pairs(fact):
                for library, row in wanted if key else ():
                    for text, at in strings(value) if key in row.keys else ():
                        for target in named(text, names):
                            if isinstance(target, Func):
                                span = Span.at(module.path, at)
                                yield Operation(target.scope, row.entry, row.label, library, text, span)


def _pairs(fact: object) -> Iterator[tuple[str, f.Expr]]:
    """The keys of a table, or the keywords of a call, with what stands beside them."""
    if isinstance(fact, f.Table):
        yield from ((str(key.value), value) for key, value in fact.pairs if isinstance(key, f.Const))
    elif isinstance(fact, f.Call):
        yield from fact.keywords


def named(text: str, names: Names) -> tuple[Value, ...]:
    """What a dotted text outside of the code, such as `shop.orders.create`, names."""
    head, _, last = text.rpartition(".")
    for importer in names.modules if head else ():
        module = names.modules.find(head, importer) if importer.in_service else None
        if module is not None:
            return names.module_member(module, last)
    return ()
