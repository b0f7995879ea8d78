"""Plain defaults of what infrastructure code names: variables and locals of one folder, parameters of one template."""

from __future__ import annotations

from collections.abc import Mapping

from statelint.facts import Document, Setting

LITERAL = frozenset({"plain", "quoted"})


class Defaults:
    """Expressions such as `var.sticky` → the literal that stands for them unless somebody sets another."""

    def __init__(self, documents: Mapping[str, tuple[Document, ...]]) -> None:
        self._folders: dict[str, dict[str, str]] = {}
        for path, found in sorted(documents.items()):
            for document in found:
                if document.format == "terraform" and document.version in ("variable", "locals"):
                    known = self._folders.setdefault(path.rpartition("/")[0], {})
                    known.update(_named(document))

    def of(self, path: str, document: Document) -> Mapping[str, str]:
        """What holds in one document of the file at `path`."""
        if document.format == "terraform":
            return self._folders.get(path.rpartition("/")[0], {})
        return dict(_parameters(document.settings))


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
    return found
