"""Documents that others stand for: what patches set, values handed on to a chart, settings named in a string.

A patch by operations becomes the settings that it adds; what it removes or only tests is nobody's setting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from statelint.facts import Document, Setting

SETS = frozenset({"add", "replace"})
VALUES = re.compile(r"^[a-z]*[vV]alues(?:Object)?$")
"""Keys below which an object carries the values of a chart."""
NAMED = frozenset({"parameters", "set", "set_string", "forceString"})
"""Lists of a dotted name and a value each."""
TYPED = re.compile(r"^kubernetes_(?P<kind>[a-z_]+?)(?:_v(?P<version>\d\w*))?$")
"""Resources that are objects of a cluster, in the spelling of infrastructure code."""
HOLDS_TEMPLATE = ("resources", "Resources")
"""Where a file of a deployment tool holds a template of a cloud."""
DOT = re.compile(r"(?<!\\)\.")


def implied(documents: Sequence[Document], target: str = "") -> Iterator[Document]:
    """What some documents stand for beside themselves; `target` is the kind that a patch is meant for, if known."""
    for document in documents:
        yield from _patch(document, target)
        if document.format in ("kubernetes", "terraform"):
            yield from _values(document)
            yield from _named(document)
        if document.format in ("kubernetes", "terraform", "json"):
            yield from _objects(document)
        if document.format == "terraform" and document.version == "resource":
            yield from _typed(document)
        if document.format == "yaml":
            yield from _template(document)


def _patch(document: Document, target: str) -> Iterator[Document]:
    """Operations such as `{op: add, path: /spec/x, value: y}`, alone or in a list."""
    homes: dict[tuple[str, ...], dict[str, Setting]] = {}
    for s in document.settings:
        if s.path and s.path[-1] in ("op", "path"):
            homes.setdefault(s.path[:-1], {})[s.path[-1]] = s
    settings: list[Setting] = []
    for home, found in homes.items():
        if "path" not in found or found.get("op", found["path"]).value not in SETS:
            continue
        where = _pointer(found["path"].value)
        inside = (*home, "value")
        size = len(inside)
        for s in document.settings:
            if where and s.path[:size] == inside:
                settings.append(_at(s, (*where, *s.path[size:])))
    if settings:
        yield Document("patch", target, "", document.name, document.namespace, tuple(settings), document.at)


def _pointer(text: str) -> tuple[str, ...]:
    if not text.startswith("/"):
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def _values(document: Document) -> Iterator[Document]:
    found: dict[tuple[str, ...], list[Setting]] = {}
    for s in document.settings:
        for depth, part in enumerate(s.path[:-1]):
            if VALUES.match(part) and (depth or document.format == "terraform"):
                below = depth + 1
                while s.path[below : below + 1] and s.path[below].isdigit():
                    below += 1
                found.setdefault(s.path[:below], []).append(_at(s, s.path[below:]))
                break
    for settings in found.values():
        yield Document("yaml", "", "", document.name, document.namespace, tuple(settings), document.at)


def _named(document: Document) -> Iterator[Document]:
    settings: list[Setting] = []
    values = {s.path[:-1]: s for s in document.settings if s.path and s.path[-1] == "value"}
    for s in document.settings:
        names = [part for part in s.path if not part.isdigit()]
        if len(names) >= 2 and names[-1] == "name" and names[-2] in NAMED and s.path[:-1] in values:
            value = values[s.path[:-1]]
            path = tuple(part.replace("\\", "") for part in DOT.split(s.value.replace("\\\\", "\\")))
            settings.append(Setting(path, value.value, value.form, value.at, value.key_at, value.guarded))
    if settings:
        yield Document("yaml", "", "", document.name, "", tuple(settings), document.at)


def _objects(document: Document) -> Iterator[Document]:
    """The objects of their own inside a JSON value."""
    heads: dict[tuple[str, ...], dict[str, str]] = {}
    for s in document.settings:
        if s.path and s.path[-1] in ("kind", "apiVersion"):
            heads.setdefault(s.path[:-1], {})[s.path[-1]] = s.value
    names = {s.path for s in document.settings if s.path and s.path[-1] == "name"}
    for home, head in heads.items():
        if len(head) == 2 and home and (*home, "name") not in names:
            own = tuple(_at(s, s.path[len(home) :]) for s in document.settings if s.path[: len(home)] == home)
            named = {s.path: s.value for s in own if len(s.path) == 2}
            name, space = (named.get(("metadata", key), "") for key in ("name", "namespace"))
            yield Document("kubernetes", head["kind"], head["apiVersion"], name, space, own, document.at)


def _typed(document: Document) -> Iterator[Document]:
    """The object that a resource of an object's own type stands for: `session_affinity` is its `sessionAffinity`."""
    match = TYPED.match(document.kind)
    if match is None:
        return
    settings = tuple(_at(s, _camel(s.path)) for s in document.settings)
    named = {s.path: s.value for s in settings if len(s.path) == 2}
    name, space = (named.get(("metadata", key), "") for key in ("name", "namespace"))
    kind = "".join(word.capitalize() for word in match["kind"].split("_"))
    yield Document("kubernetes", kind, "v1", name, space, settings, document.at)


def _camel(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path of blocks and attributes as one of keys; what stands below `annotations` and `labels` stays as it is."""
    found: list[str] = []
    for part in path:
        if found[-1:] in (["metadata"], ["spec"], ["template"]) and part == "0":
            continue
        head, *rest = part.split("_")
        free = "annotations" in found or "labels" in found
        found.append(part if free else head + "".join(word.capitalize() for word in rest))
    return tuple(found)


def _template(document: Document) -> Iterator[Document]:
    inside = tuple(_at(s, s.path[1:]) for s in document.settings if s.path[:2] == HOLDS_TEMPLATE)
    if any(s.path[2:] == ("Type",) for s in inside):
        yield Document("cloudformation", "", "", document.name, "", inside, document.at)


def _at(setting: Setting, path: tuple[str, ...]) -> Setting:
    return Setting(path, setting.value, setting.form, setting.at, setting.key_at, setting.guarded)
