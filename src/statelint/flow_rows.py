"""The rows of knowledge that tell where request data comes in, how it is passed on and where it can land."""

from __future__ import annotations

from typing import Literal

import msgspec

from statelint.rows import Row

Target = Literal["path", "path-or-handle", "address", "handle", "store"]
"""What a destination is: always a local path; a path or a file object; the same, or an address with a scheme; a file
object; a storage object whose kind the project selects."""
Gives = Literal["upload", "field", "content", "derived", "text", "copy", "instance"]
"""An uploaded file; a form field that may be one; its bytes; something computed; text that may hold encoded bytes; the
path of a copy that the framework made; an object of another known type."""


class Saves(Row, frozen=True):
    """A method by which an upload object writes itself somewhere."""

    method: str
    argument: int = 0
    keyword: str = ""
    to: Target = "path-or-handle"


class Upload(Row, frozen=True):
    """A type whose objects are uploaded files or parts of a request body. Members may be attributes or methods."""

    names: tuple[str, ...]
    content: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    """Members among them that are file objects, never bytes in memory."""
    metadata: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Members that give the path of a copy on disk which the framework made itself."""
    items: tuple[str, ...] = ()
    """Members (or `__iter__`) that give further uploads, of the type `item_type`."""
    item_type: str = ""
    saves: tuple[Saves, ...] = ()
    proxies: bool = False
    """Whether an unknown attribute is handed on to the content."""


class Source(Row, frozen=True):
    """Where data of a request comes in: an attribute, a call, a parameter of a callback or of an overridden method."""

    names: tuple[str, ...] = ()
    """Qualified attributes or callables; the result of a call or the attribute itself is the data."""
    attributes: tuple[str, ...] = ()
    """Attribute or method names on a receiver that nothing resolves, in modules that import the library."""
    parameters: tuple[str, ...] = ()
    """Parameter names: of any function in a module that imports the library, or with `methods` or `decorated` of
    those functions alone. With `handed`, `fed` or `methods` the position decides, not the name."""
    beside: tuple[str, ...] = ()
    """Other parameters that the function must have."""
    methods: tuple[str, ...] = ()
    """Methods of subclasses of one of `names` (or of classes that one of `names` decorates)."""
    position: int | None = None
    """Position of the parameter, the receiver not counted."""
    decorated: tuple[str, ...] = ()
    """Decorators of the function that has the parameter."""
    handed: tuple[str, ...] = ()
    """Keywords (or positions as digits) of a call in `names` at which the callback stands."""
    markers: tuple[str, ...] = ()
    """Calls among the decorator's arguments that bind one parameter each, in order."""
    about: str = ""
    """The property that such a marker must name, as its last string."""
    fed: dict[str, str] = msgspec.field(default_factory=dict)
    """Component class → what the callback gets for it, where a call takes a callback and a list of components."""
    marked: tuple[str, ...] = ()
    """Markers in the default or the annotation of a parameter annotated with bytes."""
    models: tuple[str, ...] = ()
    """Classes of the project that are made of a message derive from these; parameters of functions with a decorator
    are annotated with them."""
    gives: Gives = "upload"
    type: str = ""
    """The class of an upload, a field or an instance; `body` for bytes that may be a whole body of any kind."""
    many: bool = False
    by_attribute: bool = False
    """Whether the members of a container of uploads are read as attributes as well."""

    @property
    def is_plain(self) -> bool:
        """Whether `names` are attributes or calls that give the data, wherever they stand."""
        return not (self.parameters or self.methods or self.decorated or self.markers or self.models)


class Sink(Row, frozen=True):
    """A call that writes data. The pseudo-classes `file`, `content`, `derived` and `anything` stand for an open file,
    for uploaded bytes, for what was computed from them, and for any receiver that nothing resolves."""

    names: tuple[str, ...]
    data: tuple[int, ...] = (0,)
    """Positions of the data."""
    data_keywords: tuple[str, ...] = ()
    data_is_receiver: bool = False
    all_data: bool = False
    """Every positional argument is data."""
    destination: int | None = None
    destination_keyword: str = ""
    to: Target = "path-or-handle"
    unlike: tuple[str, ...] = ()
    """Last words of names that are data and no destination: `out.write(message.body)` writes that itself."""
    takes_files: bool = False
    """Whether the data is a file object: a form field given here is an uploaded file, and bytes cannot be given."""
    defaults: bool = False
    """Whether the call writes somewhere even without a destination."""
    derives: bool = False
    copies: bool = False
    """Whether the data argument is a path whose content is copied; with `keeps`, moved or renamed."""
    keeps: bool = False
    folder: bool = False
    """Whether the destination is a folder that is filled."""
    endings: dict[str, str] = msgspec.field(default_factory=dict)
    """The endings that the call adds to the destination, by the format that it is given."""
    format: int | None = None
    format_keyword: str = ""
    names_path: bool = False
    """Whether the call gives the path, or a name for it, under which it wrote."""


class Opener(Row, frozen=True):
    """A call that gives a writable file object, a path or both."""

    names: tuple[str, ...]
    path: int | None = 0
    keyword: str = ""
    path_is_receiver: bool = False
    mode: int | None = 1
    mode_keyword: str = "mode"
    default_mode: str = "r"
    to: Target = "path"
    gives: Literal["handle", "path", "folder", "descriptor-and-path"] = "handle"
    temporary: Literal["", "scoped", "loose"] = ""
    """`scoped` ones are deleted when closed or left, `loose` ones only by hand."""
    unless: str = ""
    """The keyword whose value False makes a scoped one loose."""


class Pass(Row, frozen=True):
    """How a call passes on what it is given."""

    names: tuple[str, ...]
    how: Literal[
        "clean", "same", "content", "decode-text", "derived", "wrap", "same-path", "join-path", "call", "call-each",
        "call-later", "bind", "element", "pairs", "numbered", "zip", "attribute", "store", "context", "wrapper",
        "table", "fields", "text", "inside", "spelled", "asks", "parse", "send", "read",
    ]  # fmt: skip
    argument: int = 0
    """For `call` and its like the position of the callable; for others the position of what is passed on."""
    keyword: str = ""
    every: bool = False
    """Whether all arguments are passed on."""
    arguments_keyword: str = ""
    keywords_keyword: str = ""


class Location(Row, frozen=True):
    """Types and values that say where bytes end up. `methods` are calls that tell such a store by their name alone."""

    names: tuple[str, ...] = ()
    where: Literal["local", "memory", "remote", "nowhere"] = "remote"
    paths: bool = False
    """Whether objects of the type are paths."""
    methods: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()
    """Calls whose first argument is the path of such a place from then on."""


class Remover(Row, frozen=True):
    """Calls that delete a file or a whole folder."""

    names: tuple[str, ...]
    argument: int = 0
    receiver: bool = False
    folder: bool = False


class Handoff(Row, frozen=True):
    """Calls that give a path to work elsewhere: another process, a queue, another request. Names may be globs."""

    names: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    """Methods of functions that are tasks, or of receivers that nothing resolves."""
    of_tasks: tuple[str, ...] = ()
    """Methods of functions that are tasks, whose names others have as well."""
    items: tuple[str, ...] = ()
    """Objects to whose items or attributes the path is assigned."""
    unless: tuple[str, ...] = ()
    """Methods that, called on the result in the same function, wait for the work."""
    to: str = "another process"
    sends: bool = False
    """Whether the call sends the file to the client, which ends its use."""
    file: int | None = None
    """The position of what names the file below the folder that another argument is."""
    file_keywords: tuple[str, ...] = ()


class Serve(Row, frozen=True):
    """A call that gives the files of a folder, or one file, to clients."""

    names: tuple[str, ...]
    argument: int | None = 0
    keyword: str = ""


class Shelf(Row, frozen=True):
    """A constructor, call or setting that sends uploads to a folder, or names the class that keeps them."""

    names: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    """Settings whose value names the class; a key path such as `STORAGES.default.BACKEND` is allowed."""
    folders: tuple[str, ...] = ()
    """Settings whose value is the folder; they matter while nothing selects another place."""
    marks: tuple[str, ...] = ()
    """Names of which a module must assign one to be a settings module."""
    ignored: str = ""
    """The version from which a setting is ignored."""
    distribution: str = ""
    """The distribution whose version is meant."""
    own: bool = False
    """Whether the settings select a store beside the default one."""
    but: tuple[str, ...] = ()
    """Keys for which a `*` in the settings does not stand."""
    apps: tuple[str, ...] = ()
    """Installed applications that store uploads by the setting."""
    local: tuple[str, ...] = ()
    made_by: str = ""
    """The class from which an argument of the call must come, directly or through its methods."""
    remote: tuple[str, ...] = ()
    """Keywords that, when given, send the data elsewhere."""
    fields: tuple[str, ...] = ()
    """Classes whose instances in class bodies store uploads by the setting."""
    pins: str = ""
    """Keyword of such a field that selects a store of its own."""
    uses: tuple[str, ...] = ()
    """Objects that stand for the selected store."""
    served_by: tuple[str, ...] = ()
    """Calls that give what is stored there back to clients."""
    what: str = ""
