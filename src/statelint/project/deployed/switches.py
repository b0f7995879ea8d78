"""Rows: which setting of an infrastructure or proxy file switches something on, and what must hold beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from statelint.facts import Document, Setting
from statelint.project.deployed.plain_defaults import resolved
from statelint.project.deployed.rows import Row, same

BETWEEN = "\x1f"
"""What stands between the parts of a path in a pattern; keys hold dots and slashes."""
DATA = frozenset({"yaml", "json", "toml", "compose", "cloudformation"})
"""Formats of nested mappings, which rows address alike as `data`."""


class Switch(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One setting that switches something on.

    `path` is a dotted key path: `*` is one part, `**` any number, `a|b` either, `~` a dot inside a part, `%name` a name
    with or without a dotted prefix; list positions are skipped, and an empty path is the document itself. `block` is
    the kind of block that holds it (a resource when empty, `file` for attributes outside of blocks). A plain key of
    `when` and `unless` stands beside the setting, `./key` below it, each `^` in front is one level up, `/key` starts at
    the top, `//key` at the top of any document of the same folder: of configuration that is split over several files.
    """

    format: str
    path: str
    block: str = ""
    dotted: bool = False
    """Whether several parts of the path may be written as one key with dots between them."""

    def speaks_of(self, document: Document) -> bool:
        """Whether the row is about documents of this format and kind."""
        if self.format != document.format and not (self.format == "data" and document.format in DATA):
            return False
        if self.format == "terraform":
            if document.version != (self.block or "resource").replace("file", ""):
                return False
            return not self.kinds or any(_glob(kind).fullmatch(document.kind) for kind in self.kinds)
        return not self.kinds or document.kind in self.kinds

    def fits(self, path: tuple[str, ...]) -> bool:
        """Whether the row's path leads to a setting at this one."""
        text = BETWEEN.join(path)
        pattern = _pattern(self.path, self.fold)
        return bool(pattern.fullmatch(text) or (self.dotted and pattern.fullmatch(text.replace(".", BETWEEN))))

    def split(self) -> bool:
        """Whether what the row wants may stand in another file."""
        return any(key.startswith("//") for key in self.when)


class Found(NamedTuple):
    row: Switch
    setting: Setting
    value: str


class _Known(NamedTuple):
    """Rows by the last word of their paths; those whose paths end in a pattern, and what any of these can end with."""

    named: dict[str, list[Switch]]
    open: tuple[Switch, ...]
    ends: re.Pattern[str]


class Switches:
    """Rows indexed by the documents that they speak of and by the last word of their paths."""

    def __init__(self, parameters: object) -> None:
        self._rows = msgspec.convert(parameters, tuple[Switch, ...])
        self._known: dict[tuple[str, str, str], _Known] = {}

    def _about(self, document: Document) -> _Known:
        """The rows that speak of documents like this one."""
        kind = (document.format, document.kind, document.version if document.format == "terraform" else "")
        if kind not in self._known:
            named: dict[str, list[Switch]] = {}
            for row in self._rows:
                for word in _last_words(row.path) if row.speaks_of(document) else ():
                    named.setdefault(word, []).append(row)
            rows = tuple(named.pop("*", ()))
            self._known[kind] = _Known(named, rows, re.compile("|".join(map(_end, rows)), re.IGNORECASE | re.DOTALL))
        return self._known[kind]

    def speak_of(self, document: Document) -> bool:
        """Whether any row is about documents like this one."""
        known = self._about(document)
        return bool(known.named or known.open)

    def of(self, document: Document, resolve: Mapping[str, str], folder: Folder | None = None) -> Iterator[Found]:
        """What the rows find in a document; the first row for a setting wins.

        `resolve` gives plain defaults of what expressions name, e.g. `var.sticky` → `true`; `folder` holds the
        documents that stand beside it.
        """
        if not self.speak_of(document):
            return
        known, anywhere, ends = self._about(document)
        inside = _Inside(document.settings, resolve, folder)
        for setting in document.settings:
            path = setting.path
            name = path[-1] if path else ""
            if name.isdigit():
                name = next((part for part in reversed(path) if not part.isdigit()), "")
            last = name.lower()
            opened = anywhere if anywhere and setting.form != "comment" and ends.fullmatch(name) else ()
            if last not in known and not opened and "." not in last:
                continue  # nearly all of them
            rows = [*known.get(last, ()), *opened]
            if "." in last:
                rows += [row for row in known.get(last.rpartition(".")[2], ()) if row.dotted]
            value = inside.value(setting) if rows else ""
            for row in rows:
                if (
                    row.switched(setting, value)
                    and row.fits(setting.path)
                    and inside.all(row.when, setting, row.fold)
                    and not inside.any(row.unless, setting, row.fold)
                ):
                    yield Found(row, setting, value)
                    break


class Folder:
    """The documents of one folder, asked whether any of them holds a key; each question is worked out once."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}

    def holds(self, key: str, values: tuple[str, ...], setting: Setting, fold: bool) -> bool:
        """Whether a key from the top of a document has one of some values there."""
        if (key, values) not in self._known:
            inside = (_Inside(d.settings, {}) for d in self._documents if d.format in DATA)
            self._known[key, values] = any(one.all({key: values}, setting, fold) for one in inside)
        return self._known[key, values]


class _Inside:
    """The settings of one document, asked by keys relative to one of them."""

    def __init__(self, settings: Sequence[Setting], resolve: Mapping[str, str], folder: Folder | None = None) -> None:
        self._settings = settings
        self._resolve = resolve
        self._folder = folder

    def value(self, setting: Setting) -> str:
        named = setting.form == "template" or setting.value[:1] in ("[", "$")
        return resolved(setting.value, self._resolve) if named else setting.value

    def all(self, wanted: Mapping[str, tuple[str, ...]], setting: Setting, fold: bool) -> bool:
        return all(self._holds(key, values, setting, fold) for key, values in wanted.items())

    def any(self, wanted: Mapping[str, tuple[str, ...]], setting: Setting, fold: bool) -> bool:
        return any(self._holds(key, values, setting, fold) for key, values in wanted.items())

    def _holds(self, key: str, values: tuple[str, ...], setting: Setting, fold: bool) -> bool:
        home: tuple[str, ...] = ()
        if key.startswith("//"):
            return self._folder is not None and self._folder.holds(key[1:], values, setting, fold)
        if key.startswith("/"):
            key = key[1:]
        elif key.startswith("./"):
            home, key = setting.path, key[2:]
        else:
            ups = len(key) - len(key.lstrip("^"))
            home, key = _up(setting.path, ups + 1), key[ups:]
        pattern = _pattern(key, fold)
        for other in self._settings:
            if other.path[: len(home)] == home and pattern.fullmatch(BETWEEN.join(other.path[len(home) :])):
                if other.form == "null":
                    continue
                value = self.value(other)
                if not values or any(same(value, wanted, fold) for wanted in values):
                    return True
        return False


def _up(path: tuple[str, ...], levels: int) -> tuple[str, ...]:
    """The path without its last `levels` names; list positions between names do not count."""
    for _ in range(levels):
        while path and path[-1].isdigit():
            path = path[:-1]
        path = path[:-1]
    return path


def _last_words(path: str) -> list[str]:
    last = path.rpartition(".")[2]
    if not path:
        return [""]
    if "*" in last or last.startswith("%"):
        return ["*"]
    return [word.replace("~", ".").lower() for word in last.split("|")]


def _end(row: Switch) -> str:
    """A pattern of the names, but for positions in lists, with which a path that fits a row can end."""
    words = row.path.rpartition(".")[2].split("|")
    if row.dotted or not all(re.search(r"[^\d*~%]", word) for word in words):
        return ".*"
    return "|".join(map(_word, words))


@lru_cache(maxsize=512)
def _glob(kind: str) -> re.Pattern[str]:
    return re.compile(re.escape(kind).replace(r"\*", r"\w+"))


@lru_cache(maxsize=4096)
def _pattern(path: str, fold: bool) -> re.Pattern[str]:
    if not path:
        return re.compile("")
    parts = []
    for part in path.split("."):
        if part == "**":
            parts.append("(?:[^\x1f]+(?:\x1f[^\x1f]+)*?\x1f)??")
            continue
        words = "|".join(_word(word) for word in part.split("|"))
        parts.append(f"(?:{words})(?:\x1f\\d+)*\x1f")
    return re.compile("(?:\\d+\x1f)*" + "".join(parts).removesuffix(BETWEEN), re.IGNORECASE if fold else 0)


def _word(word: str) -> str:
    if word.startswith("%"):
        return r"(?:[\w.]+\.)?" + re.escape(word[1:])
    return re.escape(word.replace("~", ".")).replace(r"\*", "[^\x1f]+")
