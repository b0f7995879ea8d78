"""Environment variables that deployment files of the repository set: compose, Kubernetes, Dockerfiles, env files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from statelint.facts import Document
from statelint.project.configured.stages import Stage, stage_of_file
from statelint.spans import Span

PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(\"[^\"]*\"|'[^']*'|\S*)")
EITHER = " or "
"""What stands between the names of which any can be set."""
PLACES = frozenset({"environment", "env", "Environment", "Variables", "variables"})


class Variable(NamedTuple):
    """`value` is empty when it is set from elsewhere, such as a secret; `known` tells the two apart."""

    name: str
    value: str
    known: bool
    span: Span
    stage: Stage


class Variables:
    """All variables by name."""

    def __init__(self, documents: Mapping[str, tuple[Document, ...]]) -> None:
        self._by_name: dict[str, list[Variable]] = defaultdict(list)
        for path, docs in sorted(documents.items()):
            stage = stage_of_file(path)
            for document in docs:
                for name, value, known, span in _of(path, document):
                    self._by_name[name].append(Variable(name, value, known, span, stage))

    def named(self, name: str) -> list[Variable]:
        """The places that set a variable, those of production first; development and test files do not count."""
        told = [v for one in name.split(EITHER) for v in self._by_name.get(one, ())]
        found = [v for v in told if v.stage in ("base", "production")]
        return sorted(found, key=lambda v: (v.stage != "production", v.span))


def _of(path: str, document: Document) -> Iterator[tuple[str, str, bool, Span]]:
    listed: dict[tuple[str, ...], tuple[str, Span]] = {}
    for s in document.settings:
        span = Span.at(path, s.key_at)
        keys = s.path
        if document.format == "commands" and keys == ("ENV",):
            text = s.value if "=" in s.value else s.value.replace(" ", "=", 1)
            for name, value in PAIR.findall(text):
                yield name, value.strip("\"'"), True, span
        elif document.format == "dotenv":
            yield keys[-1], s.value, True, span
        elif document.kind in ("ConfigMap", "Secret") and len(keys) == 2 and keys[0] in ("data", "stringData"):
            yield keys[1], s.value, document.kind == "ConfigMap", span
        elif len(keys) >= 2 and keys[-2] in PLACES:
            name, sign, value = s.value.partition("=")
            if not keys[-1].isdigit():
                yield keys[-1], s.value, s.form != "template" and not s.value.startswith("$"), span
            elif sign or name:
                yield name, value, bool(sign) and not value.startswith("$"), span
        elif len(keys) >= 3 and keys[-3] in PLACES and keys[-2].isdigit():
            if keys[-1] == "name":
                listed[keys[:-1]] = (s.value, span)
            elif keys[-1] == "value" and keys[:-1] in listed:
                name, where = listed.pop(keys[:-1])
                yield name, s.value, s.form != "template", where
    for name, span in listed.values():
        yield name, "", False, span
