"""What libraries mean, as data: one YAML file a library below `rules/knowledge/`, named by its import name.

Only the files of libraries that the analysed project imports are loaded, and those marked `always`. Names are
qualified names as a reader would write them (`web.Application.route`); a method is `module.Class.method`. The shapes
below are named for Python constructs, never for a framework.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from statelint.flow_rows import Handoff, Location, Opener, Pass, Remover, Shelf, Sink, Source, Upload
from statelint.rows import Row
from statelint.store_rows import Environ, Generator, KeySlot, Store, Wait

if TYPE_CHECKING:
    from collections.abc import Callable


EntryKind = Literal[
    "route", "websocket", "middleware", "hook", "task", "event", "signal", "message", "timer", "rpc", "lambda", "page",
    "dependency", "thread",
]  # fmt: skip
Lifetime = Literal["request", "connection", "process"]


class Decorated(Row, frozen=True):
    """Functions or classes that one of these decorators (plain or called) marks."""

    names: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""
    """`{verb}` the HTTP methods or the decorator's own name, `{0}` the first argument's text, `{name}` the function."""


class Passed(Row, frozen=True):
    """Callables handed to one of these calls, at a position (0-based, without the receiver) or by keyword."""

    names: tuple[str, ...]
    position: int | None = None
    keywords: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    """Names or globs of the methods that are entries when a class or an instance is handed over; an instance then
    lives as long as the process."""
    entry: EntryKind = "route"
    label: str = ""


class Methods(Row, frozen=True):
    """Methods (names or globs) of subclasses of one of these classes."""

    names: tuple[str, ...]
    methods: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""
    instance: Lifetime = "request"
    """How long `self` lives: made for each request or connection, or once for the process."""


class Tabled(Row, frozen=True):
    """Callables in a module-level list, tuple or dict bound to one of these variables, e.g. a URL table."""

    variables: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""


class Named(Row, frozen=True):
    """Module-level functions known by their own name and parameter names (globs)."""

    functions: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    """Globs on the module's last name; empty for any."""
    entry: EntryKind = "lambda"
    label: str = ""


class Strung(Row, frozen=True):
    """Settings whose value is a list of dotted names of callables or classes, e.g. a middleware list."""

    settings: tuple[str, ...]
    methods: tuple[str, ...] = ("__call__",)
    entry: EntryKind = "middleware"
    label: str = ""
    instance: Lifetime = "process"


class Duck(Row, frozen=True):
    """A decorator attribute on a receiver that nothing resolves, told by its first argument (regular expression)."""

    attributes: tuple[str, ...]
    first: str = ""
    entry: EntryKind = "route"
    label: str = ""


class Handlers(Row, frozen=True):
    decorators: tuple[Decorated, ...] = ()
    arguments: tuple[Passed, ...] = ()
    bases: tuple[Methods, ...] = ()
    tables: tuple[Tabled, ...] = ()
    functions: tuple[Named, ...] = ()
    settings: tuple[Strung, ...] = ()
    guesses: tuple[Duck, ...] = ()


class Instance(Row, frozen=True):
    """A name, or an attribute of a class, whose class no call shows: `web.current` is a `web.Application`."""

    names: tuple[str, ...]
    cls: str
    lifetime: Lifetime = "process"


class Container(Row, frozen=True):
    """A type whose objects hold data: what changes it, and which methods hand out something that it holds."""

    names: tuple[str, ...]
    mutates: tuple[str, ...] = ()
    hands_out: tuple[str, ...] = ()
    subscript: bool = True
    attributes: bool = False
    """Whether assigning an attribute of it changes shared data (namespaces, application state)."""
    kind: str = ""
    """A hint at the category: cache, queue, counter, registry, lock …"""
    bounded: bool = False
    expires: bool = False
    immutable: bool = False


class Mutator(Row, frozen=True):
    """Functions that change the object at an argument position."""

    names: tuple[str, ...]
    argument: int = 0


class Memo(Row, frozen=True):
    """Decorators that keep results between calls. `shared` when the store is outside the process."""

    names: tuple[str, ...]
    expires: bool = False
    bounded: bool = False
    per_instance: bool = False
    store_argument: int | None = None


class Impure(Row, frozen=True):
    """Calls (or attribute reads) whose result depends on more than their arguments and the code."""

    names: tuple[str, ...]
    depends: Literal["database", "network", "file", "clock", "random", "environment", "process", "settings"]


class Benign(Row, frozen=True):
    """Constructors or factories whose objects are no state of the service, and why."""

    names: tuple[str, ...]
    because: Literal["handle", "metric", "context", "external", "definition", "immutable", "logging", "lock"]


class Setter(Row, frozen=True):
    """Calls or assignments that change a setting of the whole process."""

    names: tuple[str, ...]
    what: str


class Work(Row, frozen=True):
    """Calls that hand work to something that outlives the call."""

    names: tuple[str, ...]
    callable: int | None = None
    keyword: str | None = None
    how: Literal["thread", "task", "executor", "background", "queue", "scheduler", "process", "timer", "broker"] = (
        "thread"
    )
    runs: bool = True
    """Whether the callable runs in this process."""
    start: str = ""
    """The method that starts it, when making the object is not enough (`Thread(...).start()`)."""
    detached: bool = False
    """Whether awaiting the call waits for no more than the handing over."""


class Library(Row, frozen=True):
    """One knowledge file."""

    imports: tuple[str, ...] = ()
    """Import names that make this file matter; the file's own name when empty."""
    always: bool = False
    aliases: dict[str, str] = {}
    """Other public paths of the same object: `web.Request: …`, applied before matching."""
    subclasses: dict[str, str] = {}
    """Class → its base, for library classes: `fastapi.FastAPI: starlette.applications.Starlette`."""
    returns: dict[str, str] = {}
    """Callable → the class of what it returns: `redis.from_url: redis.Redis`."""
    parameters: dict[str, str] = {}
    """Conventional name of an unannotated parameter → its class, in modules that import this library."""
    handlers: Handlers = Handlers()
    startup: Handlers = Handlers()
    commands: Handlers = Handlers()
    """Command-line entry points: not on the request path."""
    instances: tuple[Instance, ...] = ()
    containers: tuple[Container, ...] = ()
    mutators: tuple[Mutator, ...] = ()
    memo: tuple[Memo, ...] = ()
    impure: tuple[Impure, ...] = ()
    benign: tuple[Benign, ...] = ()
    setters: tuple[Setter, ...] = ()
    work: tuple[Work, ...] = ()
    stores: tuple[Store, ...] = ()
    environ: tuple[Environ, ...] = ()
    generators: tuple[Generator, ...] = ()
    keys: tuple[KeySlot, ...] = ()
    waits: tuple[Wait, ...] = ()
    uploads: tuple[Upload, ...] = ()
    sources: tuple[Source, ...] = ()
    sinks: tuple[Sink, ...] = ()
    openers: tuple[Opener, ...] = ()
    through: tuple[Pass, ...] = ()
    locations: tuple[Location, ...] = ()
    removers: tuple[Remover, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    shelves: tuple[Shelf, ...] = ()
    words: dict[str, str] = {}
    """Category → words inside identifiers that speak for it."""


class KnowledgeError(ValueError):
    """A knowledge file that does not fit the vocabulary; names the file, the key and the nearest known key."""


def rules_folder() -> Path:
    """The folder of rules: inside the installed package, or beside `src/` in a checkout."""
    inside = Path(__file__).parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "rules"


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
        near = difflib.get_close_matches(unknown, known, n=1) if unknown else []
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise KnowledgeError(f"{file}: {message}{hint}") from error


@cache
def available(folder: Path) -> dict[str, Library]:
    """All knowledge files of a folder by stem, sorted."""
    return {path.stem: parse(path.read_bytes(), path.name) for path in sorted(folder.glob("*.yaml"))}


class Knowledge:
    """The union of the knowledge files that matter for one project. Look-ups are by qualified name."""

    def __init__(self, libraries: Iterable[tuple[str, Library]]) -> None:
        self.libraries = tuple(libraries)
        self.aliases: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        self.returns: dict[str, str] = {}
        for _, library in self.libraries:
            self.aliases.update(library.aliases)
            self.bases.update(library.subclasses)
            self.returns.update(library.returns)
        self.parameters: dict[str, list[tuple[frozenset[str], str]]] = {}
        for stem, library in self.libraries:
            for name, cls in library.parameters.items():
                imports = frozenset(library.imports or (stem,))
                self.parameters.setdefault(name, []).append((imports, self.canonical(cls)))
        self.stores: tuple[tuple[str, Store], ...] = tuple(self.rows(lambda lib: lib.stores))
        self.words = {kind: frozenset(text.split()) for _, lib in self.libraries for kind, text in lib.words.items()}
        self._index: dict[str, dict[str, tuple[str, Any]]] = {}

    @classmethod
    def for_imports(cls, imports: frozenset[str], folder: Path | None = None) -> Knowledge:
        """Knowledge for a project that imports these top-level names."""
        found = available(folder or rules_folder() / "knowledge")
        matter = {
            stem: library
            for stem, library in found.items()
            if library.always or any(name in imports for name in (library.imports or (stem,)))
        }
        knowledge = cls(matter.items())
        # a settings module need not import what it configures
        others = ((stem, library) for stem, library in found.items() if stem not in matter)
        telling = ((stem, row) for stem, library in others for row in library.stores if row.anywhere)
        knowledge.stores = (*knowledge.stores, *telling)
        return knowledge

    def canonical(self, name: str) -> str:
        """The name under which the tables know an object: longest known alias prefix replaced."""
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
        if table not in self._index:
            index: dict[str, tuple[str, Any]] = {}
            for stem, library in self.libraries:
                rows: Any = library
                for part in table.split("."):
                    rows = getattr(rows, part)
                for row in rows:
                    for key in row.names:
                        index.setdefault(key, (stem, row))
            self._index[table] = index
        index = self._index[table]
        for spelling in self.spellings(name):
            if spelling in index:
                return index[spelling]
        return None
