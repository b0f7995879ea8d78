"""Which files can matter at all, by the words of the rules: a file without them is not parsed.

A row of a rule can only speak of a file that has the words of its keys in it. Words are found without parsing, in a
small part of the time. Nothing is left out when the project has code, whose settings any file may give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from statelint.findings import Rule

SIFTED = {
    "yaml": frozenset({"data", "kubernetes", "compose", "cloudformation", "yaml", "json", "nginx", "haproxy", "httpd",
                       "caddy", "keepalived", "vcl", "squid", "markup", "properties"}),
}  # fmt: skip
"""Kinds of files of which a project may have thousands that say nothing about deployments → formats found in them."""
APART = bytes(c if (chr(c).isalnum() and c < 128) or c == ord("_") else 32 for c in range(256))
ALWAYS = (b"statelint:",)
"""What must be read wherever it stands: comments that address this program."""
EMPTY = frozenset[bytes]()


class Need(NamedTuple):
    """The words that a row needs: one of each group's alternatives, each of them a set of words."""

    groups: tuple[tuple[frozenset[bytes], ...], ...]

    def met(self, words: set[bytes]) -> bool:
        """Whether some words hold what the row needs."""
        return all(any(option <= words for option in group) for group in self.groups)


class Sieve:
    """The needs of all rules about configuration, found by their rarest words."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._always = False
        self._needs: dict[bytes, list[Need]] = {}
        for need in {need for rule in rules for need in _needs(rule, SIFTED["yaml"])}:
            self._add(need)

    def _add(self, need: Need) -> None:
        if not need.groups:
            self._always = True
            return
        # the group whose shortest word is longest is met least often
        rare = max(need.groups, key=lambda group: min(max(map(len, option), default=0) for option in group))
        for option in rare:
            self._needs.setdefault(max(option, key=len), []).append(need)

    def keeps(self, kind: str, content: bytes) -> bool:
        """Whether a rule may have something to say about a file, or a reader something to complain about."""
        if self._always or kind not in SIFTED or b"\0" in content or any(mark in content for mark in ALWAYS):
            return True
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return True
        words = set(content.replace(b"~1", b" ").lower().translate(APART).split())
        return any(need.met(words) for word in self._needs.keys() & words for need in self._needs[word])


def _needs(rule: Rule, formats: frozenset[str]) -> Iterator[Need]:
    parameters: Mapping[str, Any] = rule.parameters
    for row in parameters.get("rows", ()):
        if row.get("format", "kubernetes") in formats:
            yield _of_row(row)
    for row in parameters.get("mounts", ()):
        yield Need((tuple(_words(source) for source in row["sources"]),))
    for words in parameters.get("needs", ()):
        yield Need(((_words(words),),))


def _of_row(row: Mapping[str, Any]) -> Need:
    groups: list[tuple[frozenset[bytes], ...]] = []
    path = row.get("path", row.get("field", ""))
    groups += _of_path(path)
    groups += [(_words(row[key].replace("*", " ")),) for key in ("annotation", "label") if key in row]
    if row.get("format") in ("data", "kubernetes", "compose") and "path" in row:
        groups += [tuple(_words(kind) for kind in row["kinds"])] if row.get("kinds") else []
        if row.get("values") and not row.get("pattern") and not row.get("present"):
            groups.append(tuple(_words(value) for value in row["values"]))
        for key in row.get("when", {}):
            groups += _of_path(key.lstrip("^./"))
    groups += [tuple(_words(word) for word in row["needs"])] if row.get("needs") else []
    return Need(tuple(group for group in groups if all(group)))


def _of_path(path: str) -> list[tuple[frozenset[bytes], ...]]:
    """One group for each part of a dotted path that is more than a wildcard."""
    parts = [part for part in path.split(".") if part and not part.startswith("**")]
    return [tuple(_words(option.replace("*", " ")) for option in part.split("|")) for part in parts]


def _words(text: str) -> frozenset[bytes]:
    return frozenset(text.replace("~", ".").encode().lower().translate(APART).split())
