"""The vocabulary of knowledge: the shapes in which a library's file says what the library means.

The shapes are named for Python constructs, never for a framework; the rows of ways in, of uploads and of stores
have files of their own beside this one.
"""

from __future__ import annotations

from typing import Final, Literal

from statelint.entry_rows import Handlers, Lifetime
from statelint.flow_rows import Handoff, Location, Opener, Pass, Remover, Serve, Shelf, Sink, Source, Upload
from statelint.rows import Row
from statelint.store_rows import Configured, Environ, Generator, KeySlot, Store, Wait


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
    """Functions that change the object at an argument position, by `method` where not all containers have that one."""

    names: tuple[str, ...]
    argument: int = 0
    method: str = ""


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
    depends: Literal[
        "database", "network", "file", "clock", "random", "environment", "process", "settings", "task", "loop"
    ]


LOCKS: Final = ("lock", "file lock")
"""Why knowledge takes an object for no state that threads or tasks, or the processes of one machine, wait for."""


class Benign(Row, frozen=True):
    """Constructors or factories whose objects are no state of the service, and why."""

    names: tuple[str, ...]
    because: Literal[
        "handle", "metric", "context", "external", "definition", "row", "immutable", "logging", "lock", "file lock"
    ]


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
    """Whether a change with what code and settings say only adds what every replica adds alike."""
    alike: bool = False
    """Whether to give an entry what other settings or files say is what every replica does, time and again."""
    valued: bool = False
    """Whether a call without a value sets nothing that anything else could know: it asks for chance anew."""


class Beside(Row, frozen=True):
    """Base classes whose method gets as keywords what a table beside the class holds: `(pattern, Handler, {…})`."""

    names: tuple[str, ...]
    method: str


class Construct(Row, frozen=True):
    """Classes whose objects keep the keywords that they are made with as a table, under the name of an attribute."""

    names: tuple[str, ...]
    seen_as: str


class Keeper(Row, frozen=True):
    """Calls and decorators that make one object, for the whole process, of the class or factory that they are given."""

    names: tuple[str, ...]
    position: int = 0
    keyword: str = ""
    """The argument of the decorator that can say otherwise: `lifetime="scoped"`."""
    lasting: str = ""
    """What it says where there is one for the whole process."""


class Broadcast(Row, frozen=True):
    """Attributes on which a call of any name runs all functions of that name which a mark decorates:
    `plugins.hook.sold(item)`."""

    names: tuple[str, ...]
    marks: tuple[str, ...]
    """Classes of the objects, or decorators, that mark the functions."""


class Turn(Row, frozen=True):
    """Methods of one object that a library calls for each request or job only after another one, `first`."""

    first: str
    names: tuple[str, ...]


class Locator(Row, frozen=True):
    """Calls that give the object which the dotted name in their first argument means."""

    names: tuple[str, ...]


class Fields(Row, frozen=True):
    """Descriptors that, assigned in a class body, give each object of the class a value of its own."""

    names: tuple[str, ...]
    names_class: bool = False
    """Whether the value is a class, which an argument names: `kind = Type(Store)`."""
    object_of: bool = False
    """Whether the value is an object of the class that an argument names: `store = Instance(Store)`."""
    keywords: tuple[str, ...] = ()
    """Keywords of the argument that names the class; without one of them it is the first."""
    made_by: tuple[str, ...] = ()
    """Decorators that take the name of a field and mark the method that makes its first value."""
    made_by_method: str = ""
    """The name of a method that makes the first value, with `{}` for that of the field."""


class Yielded(Row, frozen=True):
    """Calls that take a start-up hook by keyword; the table that it yields, requests see as attributes of an object."""

    names: tuple[str, ...]
    keyword: str
    seen_as: str


class Binds(Row, frozen=True):
    """Calls that bind a server to an address, given by position or by the keywords `host` and `port`."""

    names: tuple[str, ...]
    application: int | None = None
    """The position of the application, of the class of the handlers or of the function that is called."""
    keyword: str = ""
    host: int | None = None
    port: int | None = None
    address: int | None = None
    """The position of a pair of host and port, where they come so."""
    through: tuple[str, ...] = ()
    """Classes of objects that stand for the application that they are made with."""


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
    apart: tuple[str, ...] = ()
    """Calls in the same function that show that what is started becomes the program itself: a daemon."""
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
    replaces: dict[str, str] = {}
    """Decorator → the class of what it leaves in the place of the function: `cli.group: cli.Group`."""
    bound: dict[str, str] = {}
    """Decorator → the keyword that hands the function the object made of it, as its first parameter."""
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
    keepers: tuple[Keeper, ...] = ()
    broadcasts: tuple[Broadcast, ...] = ()
    turns: tuple[Turn, ...] = ()
    locators: tuple[Locator, ...] = ()
    fields: tuple[Fields, ...] = ()
    yields: tuple[Yielded, ...] = ()
    containers: tuple[Container, ...] = ()
    mutators: tuple[Mutator, ...] = ()
    memo: tuple[Memo, ...] = ()
    impure: tuple[Impure, ...] = ()
    benign: tuple[Benign, ...] = ()
    shared: tuple[Shared, ...] = ()
    setters: tuple[Setter, ...] = ()
    binds: tuple[Binds, ...] = ()
    work: tuple[Work, ...] = ()
    stores: tuple[Store, ...] = ()
    environ: tuple[Environ, ...] = ()
    configured: tuple[Configured, ...] = ()
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
