"""The rows of knowledge that say which functions the outside calls, by the Python construct that hands them over."""

from __future__ import annotations

from typing import Literal

import msgspec

from statelint.rows import Row

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
    receiver: str = ""
    """The keyword that names the class whose one object the function is given first."""


class Passed(Row, frozen=True):
    """Callables handed to one of these calls, at a position (0-based, without the receiver) or by keyword."""

    names: tuple[str, ...]
    position: int | None = None
    keywords: tuple[str, ...] = ()
    """`*` for all of them."""
    methods: tuple[str, ...] = ()
    """Names or globs of the methods that are entries when a class or an instance is handed over; an instance then
    lives as long as the process."""
    makes: bool = False
    """Whether a function handed over only makes the callable that is the entry."""
    instance: Lifetime = "request"
    """How long what the library makes of a class that is handed over lives: `process` for the one object of all."""
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
    registered: bool = False
    """Whether only code registers an object of such a class: one that nothing names, unlike others, never runs."""


class Tabled(Row, frozen=True):
    """Callables bound to one of these variables, alone or in a list, tuple or dict, e.g. a URL table."""

    variables: tuple[str, ...]
    classes: tuple[str, ...] = ()
    """Names or globs of classes whose bodies bind the table, such as the settings of a worker; else modules do."""
    entry: EntryKind = "route"
    label: str = ""


class Assigned(Row, frozen=True):
    """Callables assigned to one of these attributes, or to an entry of one whose name ends with `[]`:
    `app.layout = page`, `app.filters["price"] = price`."""

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
    files: dict[str, str] = msgspec.field(default_factory=dict)
    """Key and value that mark a part of the request as a file, which the function gets under the part's name."""
    gives: str = ""
    """The class of such a file."""


class Keyed(Row, frozen=True):
    """Functions whose dotted name the code puts under a key of a table, or hands over by keyword, in modules that
    import the library: `{"func": "shop.jobs.sync"}`."""

    keys: tuple[str, ...]
    entry: EntryKind = "task"
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
    """Settings whose value has dotted names of callables or classes in it, e.g. a middleware list."""

    settings: tuple[str, ...]
    """Names, or globs that mean constants."""
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
    keyed: tuple[Keyed, ...] = ()
    scripts: tuple[Script, ...] = ()
    guesses: tuple[Duck, ...] = ()
    spelled: tuple[Spelled, ...] = ()
    prefixed: tuple[Prefixed, ...] = ()
    mounted: tuple[Mounted, ...] = ()
