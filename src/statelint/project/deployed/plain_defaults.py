"""Plain defaults of what configuration names: variables and locals of one folder, parameters and maps of one file, the
values of a chart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from statelint.facts import Document, Setting
from statelint.spans import Span

VALUES = re.compile(r"(?:^|/)values\.ya?ml$")
FURTHER = re.compile(r"(?:^|/)values[^/]*\.ya?ml$")
NOTHING = frozenset({"null", "empty-map", "empty-list"})
NONE: Mapping[str, tuple[str, Span]] = {}
LITERAL = frozenset({"plain", "quoted"})


CHOICE = re.compile(r"^(?P<test>(?:var|local)\.\w+)\s*\?\s*(?P<then>[^?:]+?)\s*:\s*(?P<other>[^?:]+?)\s*$")
ARM = re.compile(r"^(?:\"[^\"$]*\"|true|false|null|\d+|\[[^\]]*\])$")


def resolved(text: str, names: Mapping[str, str]) -> str:
    """What an expression comes to where names have plain values, or the expression itself."""
    choice = CHOICE.match(text)
    if choice and names.get(choice["test"]) in ("true", "false"):
        arm = choice["then"] if names[choice["test"]] == "true" else choice["other"]
        return arm.strip('"') if ARM.match(arm) else names.get(arm, text)
    return names.get(text, text)


class Defaults:
    """Expressions such as `var.sticky` → the literal that stands for them unless somebody sets another."""

    def __init__(self, documents: Mapping[str, tuple[Document, ...]]) -> None:
        self._folders: dict[str, dict[str, str]] = {}
        self._charts: dict[str, dict[str, tuple[str, Span]]] = {}
        self._off: dict[tuple[str, str], bool] = {}
        for path, found in sorted(documents.items()):
            if FURTHER.search(path):
                self._switch(path, found)
            if VALUES.search(path):
                known_values = self._charts.setdefault(path.rpartition("/")[0], {})
                for document in found:
                    known_values.update(_values(path, document))
            for document in found:
                if document.format == "terraform" and document.version in ("variable", "locals"):
                    known = self._folders.setdefault(path.rpartition("/")[0], {})
                    known.update(_named(document))

    def _switch(self, path: str, found: tuple[Document, ...]) -> None:
        """Notes which values are nothing in every file of values, so that conditions on them do not hold."""
        folder = path.rpartition("/")[0]
        for document in found:
            for s in document.settings:
                key = (folder, f".Values.{'.'.join(s.path)}")
                nothing = s.form in NOTHING or (s.form in LITERAL and s.value == "")
                nothing = nothing or (s.form == "plain" and s.value in ("false", "0"))
                self._off[key] = nothing and self._off.get(key, True)

    def shown(self, path: str, document: Document) -> Document:
        """The document without what its chart leaves out unless somebody sets other values."""
        if document.format == "terraform":
            return _made(document, self.of(path, document))
        if not document.guards:
            return document
        chart = self._chart(path)
        hidden = [(first, last) for first, last, name in document.guards if self._off.get((chart, name))]
        if not hidden:
            return document
        kept = (s for s in document.settings if not any(a <= s.key_at.line <= b for a, b in hidden))
        return msgspec.structs.replace(document, settings=tuple(kept))

    def of(self, path: str, document: Document) -> Mapping[str, str]:
        """What holds in one document of the file at `path`."""
        if document.format == "terraform":
            return self._folders.get(path.rpartition("/")[0], {})
        if document.format == "nginx":
            return dict(_mapped(document.settings))
        if document.format == "bicep":
            return {s.path[1]: s.value for s in document.settings if len(s.path) == 2 and s.path[0] != "resource"}
        found = dict(_parameters(document.settings))
        return found or {name: value for name, (value, _) in self.values(path).items()}

    def values(self, path: str) -> Mapping[str, tuple[str, Span]]:
        """The values of the chart that a template at `path` belongs to, as templates name them, with their places."""
        return self._charts.get(self._chart(path), NONE)

    def _chart(self, path: str) -> str:
        """The folder of the chart that a file belongs to."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._charts:
                return folder
        return ""


def _made(document: Document, names: Mapping[str, str]) -> Document:
    """The document with those blocks of a loop that the plain defaults make, and without those that they do not."""
    loops = [(s.path[:-1], resolved(s.value, names)) for s in document.settings if s.path[-1:] == ("for_each",)]
    made = {home: value != "[]" for home, value in loops if home and value.startswith("[")}
    if not made:
        return document
    settings = []
    for s in document.settings:
        there = [is_there for home, is_there in made.items() if s.path[: len(home)] == home]
        if all(there):
            settings.append(Setting(s.path, s.value, s.form, s.at, s.key_at) if there else s)
    return msgspec.structs.replace(document, settings=tuple(settings))


def _values(path: str, document: Document) -> Iterator[tuple[str, tuple[str, Span]]]:
    for s in document.settings:
        if s.form in LITERAL:
            yield f"{{{{ .Values.{'.'.join(s.path)} }}}}", (s.value, Span.at(path, s.key_at))


def _named(document: Document) -> dict[str, str]:
    if document.version == "variable":
        return {
            f"var.{document.name}": s.value for s in document.settings if s.path == ("default",) and s.form in LITERAL
        }
    return {f"local.{s.path[0]}": s.value for s in document.settings if len(s.path) == 1 and s.form in LITERAL}


def _parameters(settings: tuple[Setting, ...]) -> list[tuple[str, str]]:
    found = []
    for s in settings:
        if len(s.path) == 3 and s.path[0] == "parameters" and s.path[2] == "defaultValue":
            found += [(f"[parameters('{s.path[1]}')]", s.value)]
        elif len(s.path) == 3 and s.path[0] == "Parameters" and s.path[2] == "Default" and s.form in LITERAL:
            found += [(f"!Ref {s.path[1]}", s.value)]
    return found


def _mapped(settings: tuple[Setting, ...]) -> Iterator[tuple[str, str]]:
    """A variable that another one decides, by a map or by assignment → what it is made from."""
    for s in settings:
        words = s.value.split()
        if len(words) == 2 and "map" in s.path[-2:] and words[1].startswith("$"):
            source, variable = words
        elif len(words) == 2 and s.path[-1:] == ("set",):
            variable, source = words
        else:
            continue
        for rest in ("", " consistent"):
            yield variable + rest, source + rest
