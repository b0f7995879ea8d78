"""The rows of knowledge that tell where libraries keep state: constructs and settings, and what makes them local.

A row names constructs (calls, writes) or settings, and how to judge the value that decides. Values are compared as
text: a string as it is, a name or a call as its qualified name, `true`, `false`, `none` and numbers as such; a part
that only run time knows is `{}`. Patterns are regular expressions, searched for. What matches nothing is unknown, and
the unknown is never reported.
"""

from __future__ import annotations

from typing import Literal

from statelint.rows import Row

Keeps = Literal[
    "sessions", "cache", "limits", "realtime", "jobs", "schedule", "files", "objects", "logs", "mail", "written",
    "uploads",
]  # fmt: skip
"""What is kept, which is how rules choose rows. `files` are file-backed stores, `objects` stores in process memory,
`written` files that code writes itself, `uploads` stores of uploaded files."""
Judgement = Literal["local", "shared", "unknown"]


class Follow(Row, frozen=True):
    """A value whose judgement is another setting's: an alias into a table of named stores."""

    setting: str
    """The key path with one `*` where the alias stands: `STORES.*.kind`."""
    value: str = ""
    """The pattern of values that follow; empty for any."""
    named_by: str = ""
    """The setting that names the alias."""
    keyword: str = ""
    """The argument that names the alias."""
    default: str = "default"
    absent: Judgement = "local"
    """What it means when no setting fills the table at all."""


class Store(Row, frozen=True):
    """One construct or setting that decides where something is kept."""

    keeps: Keeps
    what: str = ""
    """What is kept, as words of a sentence (`sessions`, `rate limits`); the rule's own words when empty."""
    where: Literal["memory", "disk", "request", "shared"] = "memory"
    """`shared` is for what all replicas work on without regard to each other."""
    names: tuple[str, ...] = ()
    """Calls: constructors, functions, called decorators, by qualified name."""
    methods: tuple[str, ...] = ()
    """Calls by their last name alone, in projects that import the library; `of` are the classes of the receiver, or
    the decorators of the function that it is."""
    of: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    """Objects whose items or attributes are assigned, or that a mutating method changes."""
    settings: tuple[str, ...] = ()
    """Key paths; `*` is one component. The path may begin anywhere: `STORE.kind` also means `config.STORE.kind`."""
    marks: tuple[str, ...] = ()
    """Settings of which the module must have one, for `absent` to be a statement about a settings module."""
    argument: str = ""
    position: int | None = None
    local: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    absent: Judgement = "unknown"
    """What it means when the argument or the setting is missing."""
    unknown: Judgement = "unknown"
    """What a value means that only run time knows, where anything that can be given is the same."""
    other: Judgement = "unknown"
    """What a known value means that matches neither pattern."""
    local_calls: tuple[str, ...] = ()
    """Classes and functions whose objects are local when given as the value; their subclasses too."""
    unless: tuple[str, ...] = ()
    """Keywords that, when given, leave the judgement to others."""
    read_only: dict[str, str] = {}
    """Keyword (or position as digits) → pattern of a value that makes the store read-only, which is fine."""
    read_statements: str = ""
    """The pattern of statements that only read; a module that executes no others uses the store read-only."""
    later: tuple[str, ...] = ()
    """Methods called on the object later that may bring the argument."""
    of_maker: bool = False
    """Whether a method without the argument takes what its object was made with."""
    deciders: tuple[str, ...] = ()
    """Settings or environment variables that are asked when the argument is missing; judged by the same patterns."""
    rescued: tuple[str, ...] = ()
    """Calls (or names of classes) anywhere in the project that make the default shared."""
    needs: tuple[str, ...] = ()
    """Qualified names of which the project must call one, for the row to matter."""
    needs_method: str = ""
    """`method:argument=pattern`: a call of that name must be in the project, such as a transport chosen at `run`."""
    left_by: str = ""
    """The same for a call by which replicas leave the work to one of them: where there is one, it is arguable."""
    fed_by: tuple[str, ...] = ()
    """Methods that give the object what it keeps: where they are called on others alone, this one keeps nothing."""
    follows: Follow | None = None
    fleeting: str = ""
    """The pattern of values that matter only when the object outlives the function that makes it."""
    requested: bool = False
    """Whether only calls on the request path matter."""
    versions: dict[str, str] = {}
    """Distribution → a range such as `<3` that lock or requirements files must show, for the row to hold."""
    once: bool = False
    """Whether one report covers all calls."""
    space: bool = False
    """Whether this setting fills a table that other rows follow."""
    anywhere: bool = False
    """Whether the setting is telling enough to be read in projects that do not import the library."""
    callback: int | None = None
    """Position of the function that a timer runs; a name that tells of an effect that doubles makes it definite."""
    grade: Literal["definite", "arguable"] = "definite"
    note: str = ""
    """What follows from it, when that is not plain from the rule."""


class Environ(Row, frozen=True):
    """Calls that read an environment variable, with the default they fall back to."""

    names: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    """Methods of any object, where the call has the keyword that gives the default."""
    bases: tuple[str, ...] = ()
    """Classes whose subclasses' fields are read from variables of the same name in upper case."""
    aliases: tuple[str, ...] = ()
    """Keywords of such a field that name its variable."""
    checks: tuple[str, ...] = ()
    """Decorators, by their last name, of methods that check the fields which they name, and may fill them."""
    prefixes: tuple[str, ...] = ()
    """What says how its variables begin: names in the body of such a class, keywords of what they are given and
    keywords of a reader's constructor."""
    delimiters: tuple[str, ...] = ()
    """Keywords among `prefixes` that say what joins the field of a class inside such a class to its own fields."""
    within: tuple[str, ...] = ()
    """Methods of the reader whose `with` block puts their argument before the names of variables."""
    factory: str = ""
    """Keyword of a function that makes the default."""
    key: int = 0
    """Position of the variable's name; -1 for a marker that only carries a default."""
    named: str = ""
    """Keyword of the variable's name."""
    variable: str = ""
    """The variable that is read when the call names none."""
    default: int | None = 1
    keyword: str = "default"
    spread: str = ""
    """For `methods` that make a setting of each variable with a prefix: the prefix when the call names none."""
    lacking: bool = False
    """Whether the call gives None where the variable is missing and no default is named."""
    prefix: str = ""
    """Put before the default's text, as a reader that makes a database entry of a URL does."""


class Configured(Row, frozen=True):
    """Objects that hold the settings of configuration files, read by attribute, item or `get`."""

    names: tuple[str, ...]
    sections: tuple[str, ...] = ()
    """Globs, in lower case, on the first key of a file, below which the settings stand."""
    joint: str = ""
    """What joins nested keys in the name of the environment variable that overrides them; empty where none does."""
    prefix: str = ""
    """What these variables begin with."""
    prefix_keyword: str = ""
    """Keyword of the constructor that says so."""
    checks: tuple[str, ...] = ()
    """Constructors that name keys and what is used where they are missing."""
    shouting: tuple[str, ...] = ()
    """Calls that make settings of an application of the keys, these in upper case."""


class Generator(Row, frozen=True):
    """Calls that give a new random value each time, or one that differs from process to process."""

    names: tuple[str, ...]
    what: Literal["random", "key", "identity"] = "random"
    """`key` makes what can only be a key."""


class KeySlot(Row, frozen=True):
    """Where a signing or encryption key goes: an argument of a call, or a setting."""

    names: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    argument: str = ""
    position: int | None = None
    named: int | None = None
    """Position of the argument that names an option; it must speak of a key."""
    settings: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    anew: bool = False
    """Whether the function that uses the value often makes it, such as a salt that is kept with its hash."""


class Wait(Row, frozen=True):
    """What waits for work: functions given tasks or futures, methods of a handle, attributes of one that are read."""

    names: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
