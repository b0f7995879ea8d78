"""YAML nodes → documents and their settings: key paths, raw scalar texts, places."""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from statelint.extract.yaml.templates import NAMED, PLACEHOLDER, Guards
from statelint.facts import Document, Setting
from statelint.spans import Place

MOST = 50_000
"""Nodes of one document that may be visited again; more come from aliases that multiply."""
DEFINITIONS = frozenset({"CustomResourceDefinition", "APIService"})
OF_SERVICE = frozenset({"image", "build", "extends", "command", "deploy", "volumes", "env_file", "depends_on"})
"""Keys by which a service of a compose file is known, one that is laid over another included."""
REFERENCES = frozenset({"!Ref", "!Sub", "!GetAtt", "!ImportValue"})
"""Tags that make a scalar the name of a value."""
FORMS = {None: "plain", "'": "quoted", '"': "quoted", "|": "block", ">": "block"}


class TooLarge(ValueError):
    """Aliases make the document larger than can be analysed."""


def documents(root: Node, first_line: int, guarded: frozenset[int], guards: Guards = ()) -> Iterator[Document]:
    """The objects of one YAML document, outermost first."""
    yield from _Reader(first_line, guarded, guards).objects(root)


class _Reader:
    def __init__(self, first_line: int, guarded: frozenset[int], guards: Guards) -> None:
        self._first = first_line
        self._guarded = guarded
        self._guards = guards
        self._again = 0
        self._seen: set[int] = set()

    def objects(self, root: Node) -> Iterator[Document]:
        inner: list[MappingNode] = []
        settings = tuple(self._flatten(root, (), inner, self._place(root), set()))
        head = _pairs(root) if isinstance(root, MappingNode) else {}
        kind = _text(head.get("kind"))
        if kind not in DEFINITIONS:
            meta = head.get("metadata")
            names = _pairs(meta) if isinstance(meta, MappingNode) else {}
            yield Document(
                _format(head), kind, _text(head.get("apiVersion")), _text(names.get("name")),
                _text(names.get("namespace")), settings, self._place(root), self._guards,
            )  # fmt: skip
            for node in inner:
                yield from self.objects(node)

    def _place(self, node: Node) -> Place:
        a, b = node.start_mark, node.end_mark
        return Place(a.line + self._first + 1, a.column + 1, b.line + self._first + 1, b.column + 1)

    def _flatten(
        self, node: Node, path: tuple[str, ...], inner: list[MappingNode], key_at: Place, above: set[int]
    ) -> Iterator[Setting]:
        self._again += id(node) in self._seen
        self._seen.add(id(node))
        if self._again > MOST:
            raise TooLarge(f"aliases multiply into more than {MOST} further nodes")
        if id(node) in above:
            return
        at = self._place(node)
        if isinstance(node, ScalarNode):
            yield self._scalar(node, path, at, key_at)
        elif not node.value:
            form = "empty-map" if isinstance(node, MappingNode) else "empty-list"
            yield Setting(path, "", form, at, key_at, at.line in self._guarded)
        elif isinstance(node, SequenceNode):
            for number, item in enumerate(node.value):
                yield from self._flatten(item, (*path, str(number)), inner, key_at, above | {id(node)})
        elif not isinstance(node, MappingNode):
            return
        elif path and _is_object(node):
            inner.append(node)
        else:
            if path:
                yield Setting(path, "", "map", at, key_at, at.line in self._guarded)
            for key, value, place in self._entries(node):
                yield from self._flatten(value, (*path, key), inner, place, above | {id(node)})

    def _entries(self, node: MappingNode) -> Iterator[tuple[str, Node, Place]]:
        """The entries of a mapping, merge keys resolved; of equal keys the last counts."""
        found: dict[str, tuple[str, Node, Place]] = {}
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == "<<":
                for merged in value.value if isinstance(value, SequenceNode) else [value]:
                    if isinstance(merged, MappingNode) and merged is not node:
                        for entry in self._entries(merged):
                            found.setdefault(entry[0], entry)
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value != "<<":
                found[key.value] = (key.value, value, self._place(key))
        yield from found.values()

    def _scalar(self, node: ScalarNode, path: tuple[str, ...], at: Place, key_at: Place) -> Setting:
        form = FORMS.get(node.style, "plain")
        if form == "plain" and node.value in ("", "~", "null", "Null", "NULL"):
            form = "null"
        if PLACEHOLDER in node.value:
            form = "template"
        named = NAMED.fullmatch(node.value)
        value = f"{{{{ {named['name']} }}}}" if named else node.value
        if node.tag in REFERENCES:
            value, form = f"{node.tag} {value}", "template"
        return Setting(path, value, form, at, key_at, at.line in self._guarded)


def _pairs(node: MappingNode) -> dict[str, Node]:
    return {key.value: value for key, value in node.value if isinstance(key, ScalarNode)}


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) and PLACEHOLDER not in node.value else ""


def _is_object(node: MappingNode) -> bool:
    keys = _pairs(node)
    if "name" in keys and "metadata" not in keys:
        return False  # a reference to an object
    return isinstance(keys.get("kind"), ScalarNode) and isinstance(keys.get("apiVersion"), ScalarNode)


def _format(head: dict[str, Node]) -> str:
    if "apiVersion" in head and "kind" in head:
        return "kubernetes"
    services = head.get("services")
    if isinstance(services, MappingNode):
        for service in _pairs(services).values():
            if isinstance(service, MappingNode) and OF_SERVICE & set(_pairs(service)):
                return "compose"
    resources = head.get("Resources")
    if isinstance(resources, MappingNode) and any(
        isinstance(r, MappingNode) and "Type" in _pairs(r) for r in _pairs(resources).values()
    ):
        return "cloudformation"
    return "yaml"
