"""Which files can matter at all, by the words of the rules: a file without them says nothing, and is not read in full.

A row of a rule can only speak of a file that has the words of its keys in it, and words are found in a small part of
the time that reading takes. A file that its reader would complain about is read all the same, so that what is broken is
reported; this changes no finding and no problem (a test holds it to that).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from statelint.contents import Content
from statelint.discover import Source
from statelint.facts import Facts
from statelint.findings import Rule

SIFTED = frozenset({"yaml", "hcl-json", "loose", "code"})
"""Kinds of which a project may have thousands of files that say nothing about deployments."""
CODE = frozenset({"code", "loose"})
"""Those that the service's own code never takes a setting from."""
STRICT = frozenset({"yaml", "hcl-json"})
"""Those of them of which a broken file is a problem."""
JOINED = b"_-"
"""What may or may not stand inside a word: `session_affinity` is `sessionAffinity`."""
LOW = bytes(range(256)).lower()
"""What makes small letters, while what is joined is taken out."""
APART = bytes(c if (chr(c).isalnum() and c < 128) or c in JOINED else 32 for c in LOW)
"""The same, with space in the place of all else but digits."""
ALWAYS = (b"statelint:", b"\\u", b"\\x", b"\\\n", b"\\\r", b'"variable"', b'"locals"')
"""What must be read wherever it stands: comments for this program, words in disguise, and defaults for other files."""
ESCAPED = re.compile(rb"\\[nrtvfae0_NLP]")
"""White space and the like in a string; elsewhere the same may be a backslash before a word."""
DEFAULTS = "values"
"""How a file begins that gives values to the templates beside it."""


TEMPLATE = (b"{{", b"${")
"""Signs that a value may be given by another file."""
OF_LINES = frozenset({"code", "script", "vcl"})
"""Formats in which the path of a setting is no word of the text."""
ELSEWHERE = "commands"
"""A format that none of the sifted kinds gives."""
Group = tuple[frozenset[bytes], ...]
"""Sets of words of which a file must have one."""


class Need(NamedTuple):
    """The words that a row needs: one of each group's alternatives, of its keys and of the values that it names."""

    groups: tuple[Group, ...]
    values: tuple[Group, ...] = ()

    def met(self, words: set[bytes], template: bool) -> bool:
        """Whether some words hold what the row needs; a template may get its values elsewhere."""
        groups = self.groups if template else self.groups + self.values
        return all(any(option <= words for option in group) for group in groups)

    def within(self, text: bytes) -> bool:
        """The same of a text in small letters without what is joined, where words may stand inside of words."""
        return all(any(all(word in text for word in option) for option in group) for group in self.groups)


class Sieve:
    """The needs of all rules about configuration, found by their rarest words."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._always = False
        self._needs: dict[bytes, list[Need]] = {}
        found = {pair for rule in rules for pair in _needs(rule)}
        self._code = [need for format, need in found if format == "code"]
        for format, need in found:
            if format != "code":
                self._add(need)

    def _add(self, need: Need) -> None:
        if not need.groups:
            self._always = True
            return
        # the group whose shortest word is longest is met least often
        rare = max(need.groups, key=lambda group: min(max(map(len, option)) for option in group))
        for option in rare:
            self._needs.setdefault(max(option, key=len), []).append(need)

    def keeps(self, content: Content) -> bool:
        """Whether a rule may have something to say about a file, or its reader something to complain about."""
        source, text = content.source, content.content
        if self._always or content.unreadable or source.kind not in SIFTED:
            return True
        if source.kind == "code":  # of which there may be much, and every line is read as it stands
            flat = text.translate(LOW, JOINED)
            return any(need.within(flat) for need in self._code)
        if any(mark in text for mark in ALWAYS) or source.path.rpartition("/")[2].startswith(DEFAULTS):
            return True
        text = text.replace(b"~1", b" ")
        words = _spoken(text)
        if b"\\" in text:
            words |= _spoken(ESCAPED.sub(b" ", text))
        template = any(sign in text for sign in TEMPLATE)
        if any(need.met(words, template) for word in self._needs.keys() & words for need in self._needs[word]):
            return True
        if source.kind not in STRICT:
            return False
        return not import_module(f"statelint.extract.{source.kind.replace('-', '_')}").sound(content.content)


def _spoken(text: bytes) -> set[bytes]:
    """The words of a source."""
    return set(text.translate(APART, JOINED).split())


def sifted_kinds(sources: Iterable[Source]) -> frozenset[str]:
    """The kinds of which a file may be left unread in a project of these sources."""
    return CODE if any(source.kind == "python" and source.part == "service" for source in sources) else SIFTED


def sifted(contents: Sequence[Content], rules: Sequence[Rule]) -> list[Content]:
    """The contents; those that no rule can have anything to say about are taken as read.

    Where the service has code, whose settings any file may give, these are programs in other languages and files whose
    names say little.
    """
    kinds = sifted_kinds(c.source for c in contents)
    sieve = Sieve(rules)
    return [c if c.source.kind not in kinds or sieve.keeps(c) else c._replace(unreadable=Facts()) for c in contents]


def _needs(rule: Rule) -> Iterator[tuple[str, Need]]:
    """The format that a row speaks of, if it says, and what the row needs."""
    parameters: Mapping[str, Any] = rule.parameters
    for row in parameters.get("rows", ()) if rule.check in ("switch", "configuration") else ():
        if row.get("format") != ELSEWHERE:
            yield row.get("format", ""), _of_row(row)
            for key, wanted in row.get("when", {}).items():
                if key.startswith("//"):  # what stands in another file, which is read for this alone
                    named = not any(value.startswith("/") for value in wanted)
                    yield (
                        row["format"],
                        _of_row({"format": row["format"], "path": key[2:], "present": not named, "values": wanted}),
                    )
    for row in parameters.get("mounts", ()):
        yield "", Need((tuple(_words(source) for source in row["sources"]),))
    for words in parameters.get("needs", ()):
        yield "", Need(((_words(words),),))


def _of_row(row: Mapping[str, Any]) -> Need:
    format = row.get("format", "")
    groups = _of_path(row.get("path", row.get("field", ""))) if format not in OF_LINES else []
    groups += [(_words(row[key]),) for key in ("annotation", "label") if key in row]
    groups += [(_words(row[key]),) for key in ("block",) if row.get(key, "file") != "file"]
    groups += [tuple(_words(word) for word in row["needs"])] if row.get("needs") else []
    values: list[Group] = []
    if not row.get("pattern") and not row.get("present"):
        values.append(tuple(_words(value) for value in row.get("values", ())))
    if "path" in row and format not in OF_LINES:
        groups += [tuple(_words(kind) for kind in row["kinds"])] if row.get("kinds") else []
        for key, wanted in row.get("when", {}).items():
            if key.startswith("//"):
                continue
            groups += _of_path(key.lstrip("^./"))
            if not any(value.startswith("/") for value in wanted):
                values.append(tuple(_words(value) for value in wanted))
    return Need(
        tuple(group for group in groups if all(group)),
        () if format == "terraform" else tuple(group for group in values if group and all(group)),
    )


def _of_path(path: str) -> list[tuple[frozenset[bytes], ...]]:
    """One group for each part of a dotted path that is more than a wildcard."""
    return [tuple(_words(option) for option in part.split("|")) for part in path.split(".") if part]


def _words(text: str) -> frozenset[bytes]:
    """The whole words of a text in which `*` is anything and `~` a dot; a word beside a `*` is none."""
    cut = " ".join(word for word in text.replace("~", ".").replace(".", " . ").split() if "*" not in word)
    return frozenset(cut.encode().translate(APART, JOINED).split())
