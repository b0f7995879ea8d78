"""What libraries mean, as data: one YAML file a library below `rules/knowledge/`, named by its import name.

Only the files of libraries that the analysed project imports are loaded, and those marked `always`. Names are
qualified names as a reader would write them (`web.Application.route`); a method is `module.Class.method`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from statelint.config import nearest
from statelint.rows import Row
from statelint.shipped import rules_folder
from statelint.store_rows import Store
from statelint.vocabulary import Library

if TYPE_CHECKING:
    from collections.abc import Callable


class KnowledgeError(ValueError):
    """A knowledge file that does not fit the vocabulary; names the file, the key and the nearest known key."""


def parse(text: bytes, file: str) -> Library:
    """Read one knowledge file; raise KnowledgeError for a key, a value or a shape that is not in the vocabulary."""
    from statelint.safe_yaml import load

    try:
        return msgspec.convert(load(text) or {}, Library)
    except msgspec.ValidationError as error:
        message = str(error)
        unknown = message.partition("unknown field `")[2].partition("`")[0]
        kinds: list[type[Row]] = [Library, *Row.__subclasses__()]
        known = [key for kind in kinds for key in kind.__struct_fields__]
        raise KnowledgeError(f"{file}: {message}{nearest(unknown, known) if unknown else ''}") from error


@cache
def available(folder: Path) -> dict[str, Library]:
    """All knowledge files of a folder by stem, sorted."""
    return {path.stem: parse(path.read_bytes(), path.name) for path in sorted(folder.glob("*.yaml"))}


class Knowledge:
    """The union of the knowledge files that matter for one project. Look-ups are by qualified name."""

    def __init__(self, libraries: Iterable[tuple[str, Library]]) -> None:
        self.libraries = tuple(libraries)
        self._canonical: dict[str, str] = {}
        self._found: dict[tuple[str, str], tuple[str, Any] | None] = {}
        self.aliases: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        self.returns: dict[str, str] = {}
        self.replaces: dict[str, str] = {}
        self.bound: dict[str, str] = {}
        for _, library in self.libraries:
            self.aliases.update(library.aliases)
            self.bases.update(library.subclasses)
            self.returns.update(library.returns)
            self.replaces.update(library.replaces)
            self.bound.update(library.bound)
        self.parameters: dict[str, list[tuple[frozenset[str], str]]] = {}
        for stem, library in self.libraries:
            for name, cls in library.parameters.items():
                imports = frozenset(
                    [library.parameters_beside] if library.parameters_beside else library.imports or [stem]
                )
                self.parameters.setdefault(name, []).append((imports, self.canonical(cls)))
        self.application_classes = self._applications()
        """Outside classes that register handlers, or of which knowledge says that one object serves the process."""
        self.shown_in = frozenset(row.seen_as for _, row in self.rows(lambda lib: lib.yields))
        """Where requests see what start-up hooks yield."""
        self.stores: tuple[tuple[str, Store], ...] = tuple(self.rows(lambda lib: lib.stores))
        self.words = {kind: frozenset(text.split()) for _, lib in self.libraries for kind, text in lib.words.items()}
        self._index: dict[str, dict[str, tuple[str, Any]]] = {}

    def _applications(self) -> frozenset[str]:
        registering = (
            name.rpartition(".")[0]
            for _, row in self.rows(lambda lib: lib.handlers.decorators)
            for name in row.names
            if name.rpartition(".")[0].rpartition(".")[2][:1].isupper()
        )
        serving = (self.canonical(r.cls) for _, r in self.rows(lambda lib: lib.instances) if r.lifetime == "process")
        return frozenset((*registering, *serving))

    @classmethod
    def for_imports(
        cls, imports: frozenset[str], folder: Path | None = None, own: Mapping[str, Library] | None = None
    ) -> Knowledge:
        """Knowledge for a project that imports these top-level names; `own` is what it says itself, and comes first."""
        found = available(folder or rules_folder() / "knowledge")
        matter = {
            stem: library
            for stem, library in found.items()
            if library.always or any(name in imports for name in (library.imports or (stem,)))
        }
        knowledge = cls({**(own or {}), **matter}.items())
        # a settings module need not import what it configures
        others = ((stem, library) for stem, library in found.items() if stem not in matter)
        telling = ((stem, row) for stem, library in others for row in library.stores if row.anywhere)
        knowledge.stores = (*knowledge.stores, *telling)
        return knowledge

    def canonical(self, name: str) -> str:
        """The name under which the tables know an object: longest known alias prefix replaced."""
        known = self._canonical.get(name)
        if known is None:
            known = self._canonical[name] = self._unalias(name)
        return known

    def _unalias(self, name: str) -> str:
        head, tail = name, ""
        while head:
            if head in self.aliases:
                return self.aliases[head] + tail
            head, dot, last = head.rpartition(".")
            tail = dot + last + tail
        return name

    def lineage(self, name: str) -> Iterator[str]:
        """A library class and its known bases, nearest first."""
        seen = set()
        while name and name not in seen:
            seen.add(name)
            yield name
            name = self.bases.get(name, "")

    def spellings(self, name: str) -> Iterator[str]:
        """The names to try for a qualified name: itself, its canonical form, and for a method the same method of
        the known bases of its class."""
        name = self.canonical(name)
        yield name
        owner, _, attribute = name.rpartition(".")
        for base in self.lineage(owner):
            if base != owner:
                yield f"{base}.{attribute}"

    def rows(self, table: Callable[[Library], Iterable[Any]]) -> Iterator[tuple[str, Any]]:
        """(library, row) of one table, over all libraries."""
        for stem, library in self.libraries:
            for row in table(library):
                yield stem, row

    def find(self, table: str, name: str) -> tuple[str, Any] | None:
        """The (library, row) of a table keyed by `names` that covers a qualified name; `handlers.decorators` is a
        table too. None when nothing does."""
        key = (table, name)
        if key not in self._found:
            self._found[key] = self._search(table, name)
        return self._found[key]

    def _search(self, table: str, name: str) -> tuple[str, Any] | None:
        if table not in self._index:
            index: dict[str, tuple[str, Any]] = {}
            for stem, library in self.libraries:
                rows: Any = library
                for part in table.split("."):
                    rows = getattr(rows, part)
                for row in rows:
                    for covered in row.names:
                        index.setdefault(covered, (stem, row))
            self._index[table] = index
        index = self._index[table]
        for spelling in self.spellings(name):
            if spelling in index:
                return index[spelling]
        return None
