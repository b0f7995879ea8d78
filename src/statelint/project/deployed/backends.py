"""Which objects stand behind another, as it names them itself: the Services that an ingress sends requests to.

They are told where they are named, not where they are described: files that say nothing about a rule may be unread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from statelint.facts import Document, Setting
from statelint.project.deployed.objects import field_pattern

MOST: Final = 3
"""Backends beyond which a list of them says nothing more."""


class Behind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields (`*` is one part of the path) whose values name objects of a kind."""

    kind: str
    named_by: tuple[str, ...]


def backends(document: Document, behind: Behind) -> Iterator[tuple[str, Setting]]:
    """(kind and name, the setting that names it) of each object behind one, each once."""
    seen: dict[str, Setting] = {}
    for setting in document.settings:
        if setting.form != "template" and any(
            field_pattern(field).fullmatch("/".join(setting.path)) for field in behind.named_by
        ):
            seen.setdefault(setting.value, setting)
    for name, setting in list(seen.items())[:MOST]:
        yield f"{behind.kind} {name}", setting
