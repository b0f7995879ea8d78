"""Plain defaults of what configuration names: variables and locals of one folder, parameters and maps of one file, the
values of a chart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from statelint.facts import Document, Setting
from statelint.spans import Span

VALUES = re.compile(r"(?:^|/)values\.ya?ml$")
NONE: Mapping[str, tuple[str, Span]] = {}
LITERAL = frozenset({"plain", "quoted"})


class Defaults:
    """Expressions such as `var.sticky` → the literal that stands for them unless somebody sets another."""

    def __init__(self, documents: Mapping[str, tuple[Document, ...]]) -> None:
        self._folders: dict[str, dict[str, str]] = {}
        self._charts: dict[str, dict[str, tuple[str, Span]]] = {}
        for path, found in sorted(documents.items()):
            if VALUES.search(path):
                known_values = self._charts.setdefault(path.rpartition("/")[0], {})
                for document in found:
                    known_values.update(_values(path, document))
            for document in found:
                if document.format == "terraform" and document.version in ("variable", "locals"):
                    known = self._folders.setdefault(path.rpartition("/")[0], {})
                    known.update(_named(document))

    def of(self, path: str, document: Document) -> Mapping[str, str]:
        """What holds in one document of the file at `path`."""
        if document.format == "terraform":
            return self._folders.get(path.rpartition("/")[0], {})
        if document.format == "nginx":
            return dict(_mapped(document.settings))
        if document.format == "bicep":
            return {s.path[1]: s.value for s in document.settings if len(s.path) == 2}
        found = dict(_parameters(document.settings))
        return found or {name: value for name, (value, _) in self.values(path).items()}

    def values(self, path: str) -> Mapping[str, tuple[str, Span]]:
        """The values of the chart that a template at `path` belongs to, as templates name them, with their places."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._charts:
                return self._charts[folder]
        return NONE


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
