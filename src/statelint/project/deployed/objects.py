"""Rows about the objects of a cluster: which field, annotation or label of which kinds of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from statelint.facts import Document, Setting
from statelint.project.deployed.rows import Row, same
from statelint.spans import Span

UNESCAPED_COMMA = re.compile(r"(?<!\\),")
GENERIC = re.compile(r"(?:^|[a-z])[aA]nnotations$")


class ObjectRow(Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One setting of an object that a rule looks for.

    Exactly one of `field`, `annotation` and `label` names the key; in `field`, `*` is one part of the path, `**` any
    number, and `~` stands for a dot inside a part. `group` may name several with `|`, or end one after a `*`. With
    `pair`, the value is a list of `key=value` and the pair's value is what counts. Keys of `when` and `unless` are
    relative to the mapping that the setting is in, `^` is one mapping further up, `*` any name.
    """

    format: str = "kubernetes"
    group: str = ""
    field: str = ""
    annotation: str = ""
    label: str = ""
    pair: str = ""

    def key(self, document: Document, setting: Setting) -> str | None:
        """The key as a reader knows it when this row speaks of this setting, else None."""
        path = setting.path
        if self.annotation or self.label:
            wanted = self.annotation or self.label
            if not path or not _fits(path[-1], wanted):
                return None
            place = ("annotations", "labels")[not self.annotation]
            if document.kind and path[:-1] == (f"common{place.capitalize()}",):
                return path[-1]
            if document.kind or document.format == "patch":
                if path[:-1] != ("metadata", place) or not self._speaks_of(document):
                    return None
            elif len(path) < 2 or not (GENERIC.search(path[-2]) if self.annotation else path[-2].endswith("abels")):
                return None
            return path[-1]
        if not self._speaks_of(document) or not field_pattern(self.field).fullmatch("/".join(path)):
            return None
        return ".".join(path)

    def _speaks_of(self, document: Document) -> bool:
        if document.format == "patch":
            return self.format == "kubernetes" and (not document.kind or not self.kinds or document.kind in self.kinds)
        if document.format != self.format:
            return False
        if self.kinds and document.kind not in self.kinds:
            return False
        group = document.version.rpartition("/")[0]
        if self.group.startswith("*"):
            return group.endswith(self.group[1:])
        return group in self.group.split("|")

    def counts(self, setting: Setting) -> bool:
        """Whether the value of a setting switches the thing on."""
        value = setting.value
        if self.pair:
            pairs = (part.partition("=")[::2] for part in UNESCAPED_COMMA.split(value))
            value = {name.strip(): worth.strip() for name, worth in pairs}.get(self.pair, "")
        return setting.form != "template" and self.switched(setting, value)


def _beside(row: ObjectRow, document: Document, setting: Setting) -> bool:
    """Whether what a row wants beside a setting is there, and what it does not want is not."""
    wanted = all(_holds(key, values, document, setting) for key, values in row.when.items())
    return wanted and not any(_holds(key, values, document, setting) for key, values in row.unless.items())


def _holds(key: str, values: tuple[str, ...], document: Document, setting: Setting) -> bool:
    """Whether a key relative to the setting's mapping (`^` is one mapping further up) has one of these values."""
    up = key.count("^")
    home = setting.path[: len(setting.path) - 1 - up]
    path = home + tuple(part.replace("~", ".") for part in key.lstrip("^").split(".") if part)
    return any(
        len(s.path) == len(path)
        and all(wanted in (part, "*") for part, wanted in zip(s.path, path, strict=True))
        and s.form not in ("null", "template")
        and (not values or any(same(s.value, value) for value in values))
        for s in document.settings
    )


def _fits(name: str, wanted: str) -> bool:
    return (
        name == wanted if "*" not in wanted else re.fullmatch(re.escape(wanted).replace(r"\*", ".+"), name) is not None
    )


@lru_cache(maxsize=2048)
def field_pattern(field: str) -> re.Pattern[str]:
    parts = [
        "(?:[^/]+/)*" if part == "**" else ("[^/]+" if part == "*" else re.escape(part.replace("~", "."))) + "/"
        for part in field.split(".")
    ]
    return re.compile("".join(parts).removesuffix("/"))


class Rows:
    """Rows in their order, found by the last part of the key that each speaks of."""

    def __init__(self, rows: tuple[ObjectRow, ...]) -> None:
        self._last: dict[str, list[tuple[int, ObjectRow]]] = {}
        self._open: list[tuple[str, tuple[int, ObjectRow]]] = []
        for entry in enumerate(rows):
            word = entry[1].annotation or entry[1].label or entry[1].field.rpartition(".")[2].replace("~", ".")
            if "*" in word:
                self._open.append((word.partition("*")[0], entry))
            else:
                self._last.setdefault(word, []).append(entry)
        self._starts = tuple({start for start, _ in self._open})
        self.formats = {row.format for row in rows} | {"patch"}
        if any(row.annotation or row.label for row in rows):
            self.formats |= {"yaml", "json", "compose", "terraform"}

    def about(self, setting: Setting) -> list[ObjectRow]:
        """The rows that may speak of a setting, in their order."""
        last = setting.path[-1] if setting.path else ""
        known: Sequence[tuple[int, ObjectRow]] = self._last.get(last, ())
        if last.startswith(self._starts):
            open_rows = (entry for start, entry in self._open if last.startswith(start))
            known = sorted([*known, *open_rows], key=lambda entry: entry[0])
        return [row for _, row in known]


def rows_of(parameters: object) -> Rows:
    """The rows of a rule's parameters. Raises msgspec.ValidationError for a row outside the vocabulary."""
    return Rows(msgspec.convert(parameters, tuple[ObjectRow, ...]))


def matches(
    rows: Rows, document: Document, resolve: Mapping[str, tuple[str, Span]]
) -> Iterator[tuple[ObjectRow, Setting, str]]:
    """(row, setting, key) for everything in a document that a row switches on; the first row for a setting wins.

    `resolve` gives the plain values of what templates name; a setting that gets its value so counts as guarded.
    """
    if document.format not in rows.formats:
        return
    for original in document.settings:
        setting = original
        if original.form == "template" and original.value in resolve:
            value = resolve[original.value][0]
            setting = Setting(original.path, value, "plain", original.at, original.key_at, True)
        for row in rows.about(setting):
            key = row.key(document, setting)
            if key is not None and row.counts(setting) and _beside(row, document, setting):
                yield row, setting, key
                break
