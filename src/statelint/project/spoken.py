"""Where the service's code names a folder: the code that writes into what a deployment mounts there."""

from __future__ import annotations

from functools import cached_property

from statelint import facts as f
from statelint.project.resolution.modules import Modules
from statelint.project.walking import walk
from statelint.spans import Span

LONGEST = 200
"""Characters of a text that may be a path."""


class Spoken:
    """The texts in the code that may be paths, each with its first place."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    @cached_property
    def _texts(self) -> dict[str, Span]:
        found: dict[str, Span] = {}
        for module in self._modules:
            for node in walk(module.facts.body) if module.in_service else ():
                if isinstance(node, f.Const) and node.kind == "str" and 0 < len(str(node.value)) < LONGEST:
                    found.setdefault(str(node.value).removeprefix("./").rstrip("/"), Span.at(module.path, node.at))
        return found

    def folder(self, path: str) -> Span | None:
        """Where the code names a folder: by its whole path, as the beginning of one, or by how its path ends."""
        whole = path.rstrip("/")
        if not whole.startswith("/"):
            return None
        texts = self._texts
        below = next((span for text, span in texts.items() if text.startswith(whole + "/")), None)
        parts = whole.split("/")[1:]
        ends = ("/".join(parts[start:]) for start in range(1, len(parts)))
        return texts.get(whole) or below or next((texts[end] for end in ends if end in texts), None)
