"""The vocabulary of knowledge: the shapes in which a library's file says what the library means.

The shapes are named for Python constructs, never for a framework; the rows of uploads and of stores have files of their
own beside this one.
"""

from __future__ import annotations

from typing import Literal

from statelint.flow_rows import Handoff, Location, Opener, Pass, Remover, Serve, Shelf, Sink, Source, Upload
from statelint.rows import Row
from statelint.store_rows import Environ, Generator, KeySlot, Store, Wait

EntryKind = Literal[
    "route", "websocket", "middleware", "hook", "task", "event", "signal", "message", "timer", "rpc", "lambda", "page",
    "dependency", "thread",
]  # fmt: skip
Lifetime = Literal["request", "connection", "process", "held"]


class Decorated(Row, frozen=True):
    """Functions or classes that one of these decorators (plain or called) marks."""

    names: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""
    """`{verb}` the HTTP methods or the decorator's own name, `{0}` the first argument's text, `{name}` the function."""
    unless: tuple[str, ...] = ()
    """First arguments with which it marks no way in: signals that only commands send."""


class Passed(Row, frozen=True):
    """Callables handed to one of these calls, at a position (0-based, without the receiver) or by keyword."""

    names: tuple[str, ...]
    position: int | None = None
    keywords: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    """Names or globs of the methods that are entries when a class or an instance is handed over; an instance then
    lives as long as the process."""
    makes: bool = False
    """Whether a function handed over only makes the callable that is the entry."""
    entry: EntryKind = "route"
    label: str = ""


class Methods(Row, frozen=True):
    """Methods (names or globs) of subclasses of one of these classes."""

    names: tuple[str, ...]
    methods: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""
    instance: Lifetime = "request"
    """How long `self` lives: made for each request or connection, once for the process, or as long as what holds it."""


class Tabled(Row, frozen=True):
    """Callables bound to one of these variables, alone or in a list, tuple or dict, e.g. a URL table."""

    variables: tuple[str, ...]
    classes: tuple[str, ...] = ()
    """Names or globs of classes whose bodies bind the table, such as the settings of a worker; else modules do."""
    entry: EntryKind = "route"
    label: str = ""


class Assigned(Row, frozen=True):
    """Callables assigned to one of these attributes: `app.layout = page`."""

    names: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""


class Named(Row, frozen=True):
    """Module-level functions known by their own name and parameter names (globs)."""

    functions: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    """Globs on the module's last name; empty for any."""
    near: tuple[str, ...] = ()
    """Import names of which the module must import one; empty for any module."""
    reads: tuple[str, ...] = ()
    """Attributes of the first parameter of which the function must read one; empty for any function."""
    uncalled: bool = False
    """Whether no code of the project may call the function."""
    alone: bool = False
    """Whether they count only where nothing else of the project is a way in."""
    of_class: bool = False
    """Whether they are methods of classes that derive from nothing the tables know."""
    entry: EntryKind = "lambda"
    label: str = ""


class Marked(Row, frozen=True):
    """Functions that an attribute set on them makes an entry: `page.exposed = True`."""

    attributes: tuple[str, ...]
    entry: EntryKind = "route"
    label: str = ""


class Described(Row, frozen=True):
    """Functions that configuration files name by a dotted name, such as an interface description."""

    below: str
    """The first key of the documents that count."""
    key: str
    """The last key, whose value is the name."""
    module_key: str = ""
    """A key beside it that names the module, where the name alone is no dotted one."""
    entry: EntryKind = "route"
    label: str = ""


class Script(Row, frozen=True):
    """Modules whose body runs anew for each session: they call one of these (globs) or one of these methods, directly
    or through a function of their own, and no other module of the service imports them."""

    names: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    """Calls that match a glob and say nothing."""
    methods: tuple[str, ...] = ()
    entry: EntryKind = "page"
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


class Spelled(Row, frozen=True):
    """Functions and methods of the project with one of these qualified names (or globs), or what such a function
    decorates."""

    names: tuple[str, ...]
    entry: EntryKind = "hook"
    label: str = ""


class Prefixed(Row, frozen=True):
    """Constructors of objects that routes are registered on, with a path that all of these begin with."""

    names: tuple[str, ...]
    path: int | None = None
    path_keywords: tuple[str, ...] = ()


class Mounted(Row, frozen=True):
    """Calls that put a group of routes (a router, a module with a table, a list) below a path; each by position
    (0-based, without the receiver) or keyword."""

    names: tuple[str, ...]
    group: int | None = None
    group_keywords: tuple[str, ...] = ()
    path: int | None = None
    path_keywords: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    """Calls around the group that only hand on their first argument."""
    replaces: bool = False
    """Whether a path given here takes the place of the group's own."""


class Handlers(Row, frozen=True):
    decorators: tuple[Decorated, ...] = ()
    arguments: tuple[Passed, ...] = ()
    bases: tuple[Methods, ...] = ()
    tables: tuple[Tabled, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    functions: tuple[Named, ...] = ()
    settings: tuple[Strung, ...] = ()
    marked: tuple[Marked, ...] = ()
    described: tuple[Described, ...] = ()
    scripts: tuple[Script, ...] = ()
    guesses: tuple[Duck, ...] = ()
    spelled: tuple[Spelled, ...] = ()
    prefixed: tuple[Prefixed, ...] = ()
    mounted: tuple[Mounted, ...] = ()


class Instance(Row, frozen=True):
    """A name, or an attribute of a class, whose class no call shows: `web.current` is a `web.Application`."""

    names: tuple[str, ...]
    cls: str
    lifetime: Lifetime = "process"
    attribute: str = ""
    """The attribute of such an object that the name stands for; empty for the object itself."""


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
    because: Literal["handle", "metric", "context", "external", "definition", "row", "immutable", "logging", "lock"]


class Shared(Row, frozen=True):
    """Calls, or settings (key paths, `*` is one component), that reach a store which all replicas share."""

    what: str
    names: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    where: str = ""
    """What the first argument or the value must match (regular expression)."""
    named: bool = False
    """Whether a first argument from an environment variable counts too, since each replica is given the same."""


class Setter(Row, frozen=True):
    """Calls or assignments that change a setting of the whole process."""

    names: tuple[str, ...]
    what: str
    reads: tuple[str, ...] = ()
    """Calls that give the value of the setting, so that a function can set it again."""
    kept_by: tuple[str, ...] = ()
    """Context managers that take a change inside their block back, and calls that undo one."""
    adds: bool = False
    """Whether a change with constants only adds what every replica adds alike."""


class Beside(Row, frozen=True):
    """Base classes whose method gets as keywords what a table beside the class holds: `(pattern, Handler, {…})`."""

    names: tuple[str, ...]
    method: str


class Construct(Row, frozen=True):
    """Classes whose objects keep the keywords that they are made with as a table, under the name of an attribute."""

    names: tuple[str, ...]
    seen_as: str


class Fields(Row, frozen=True):
    """Descriptors that, assigned in a class body, give each object of the class a value of its own."""

    names: tuple[str, ...]
    names_class: bool = False
    """Whether the value is a class, which an argument names: `kind = Type(Store)`."""
    keywords: tuple[str, ...] = ()
    """Keywords of the argument that names the class; without one of them it is the first."""


class Yielded(Row, frozen=True):
    """Calls that take a start-up hook by keyword; the table that it yields, requests see as attributes of an object."""

    names: tuple[str, ...]
    keyword: str
    seen_as: str


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
    holds: bool = False
    """Whether the receiver is a pool or scheduler that holds the work, so that its definition is to blame."""
    detached: bool = False
    """Whether awaiting the call waits for no more than the handing over."""
    opened: bool = False
    """Whether awaiting the call only starts the work, whose handle tells when it is done."""


class Library(Row, frozen=True):
    """One knowledge file."""

    imports: tuple[str, ...] = ()
    """Import names that make this file matter; the file's own name when empty."""
    always: bool = False
    aliases: dict[str, str] = {}
    """Other public paths of the same object: `web.Request: …`, applied before matching."""
    subclasses: dict[str, str] = {}
    """Class → its base, for library classes: `web.ApiApplication: web.Application`."""
    returns: dict[str, str] = {}
    """Callable → the class of what it returns: `store.from_url: store.Client`."""
    parameters: dict[str, str] = {}
    """Conventional name of an unannotated parameter → its class, in modules that import this library."""
    parameters_beside: str = ""
    """The dotted module that a module has to import for `parameters` to hold, where the library has other uses too."""
    handlers: Handlers = Handlers()
    startup: Handlers = Handlers()
    commands: Handlers = Handlers()
    """Command-line entry points: not on the request path."""
    instances: tuple[Instance, ...] = ()
    beside: tuple[Beside, ...] = ()
    constructs: tuple[Construct, ...] = ()
    fields: tuple[Fields, ...] = ()
    yields: tuple[Yielded, ...] = ()
    containers: tuple[Container, ...] = ()
    mutators: tuple[Mutator, ...] = ()
    memo: tuple[Memo, ...] = ()
    impure: tuple[Impure, ...] = ()
    benign: tuple[Benign, ...] = ()
    shared: tuple[Shared, ...] = ()
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
    serves: tuple[Serve, ...] = ()
    shelves: tuple[Shelf, ...] = ()
    words: dict[str, str] = {}
    """Category → words inside identifiers that speak for it."""
