"""Bytes of a JSON source, comments and all → documents; infrastructure code becomes its resources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from statelint.extract import readable
from statelint.extract.hcl import Broken, Reader
from statelint.facts import Document, Facts, Setting, Trouble

MATTERS = (
    b"affinity", b"stick", b"persist", b"hash", b"balanc", b"policy", b'"resource"', b"replicas", b"apiversion",
    b"containerdefinitions", b"deploymenttemplate", b"resources", b"microsoft.",
)  # fmt: skip
"""What a file that configures a deployment says somewhere, in small letters; others are data and are not read."""
SERVICES = b'"services"'
"""Such a word too, but only beside one of those below: texts to translate have it as often."""
OF_SERVICES = (
    b'"image"', b'"build"', b'"deploy"', b'"disk"', b'"singleton"', b'"strategy"', b'"ports"', b'"module"',
    b'"formation"', b'"env', b"/env", b"environment", b"variables", b"label", b"volume", b"mount", b"scal",
    b"algorithm", b"session", b"option_", b"optionsettings", b"azure_rm", b"worker", b" -w", b"web_", b"operationid",
)  # fmt: skip
"""What is said of a service that is deployed: what it runs, where it keeps things, what is set for it."""
SPOKEN = re.compile(rb'"(?:[^"\s]+|[^"]*\\n[^"]*)"')
"""A key, a plain value, or a text of several lines, which may be a file of its own; others are prose."""
LARGEST = 1024 * 1024
DEFINITIONS = ("CustomResourceDefinition", "APIService")
BLOCKS = ("resource", "data", "module", "variable", "locals")


def extract(source: bytes) -> Facts:
    """The facts of one JSON source. Never raises for any bytes; what is not JSON gives what stands before the error."""
    if not matters(source) and sound(source):
        return Facts()
    text = readable(source, "JSON", LARGEST)
    if isinstance(text, Facts):
        return text
    text = text.replace("\r\n", "\n")
    reader = Reader(text)
    settings: list[Setting] = []
    troubles: tuple[Trouble, ...] = ()
    try:
        reader.value(settings)
    except Broken:
        if reader.ended:
            troubles = (Trouble("syntax", reader.line, "not valid JSON: it breaks off before its end"),)
    documents = tuple(_documents(tuple(settings)))
    return Facts(documents=documents, comments=tuple(reader.comments), troubles=troubles, lines=text.count("\n") + 1)


def matters(source: bytes) -> bool:
    """Whether a source has the words of a file that configures a deployment."""
    low = source.lower()  # one look for each word in small letters takes a sixth of one look for all in either
    if not _says(low, low):
        return False
    return _says(low, b" ".join(SPOKEN.findall(low)))  # what is told to people has such words too


def _says(text: bytes, spoken: bytes) -> bool:
    """Whether the words stand in what is spoken, and those of a service beside it anywhere in the text."""
    return any(word in spoken for word in MATTERS) or (SERVICES in spoken and any(word in text for word in OF_SERVICES))


def sound(source: bytes) -> bool:
    """Whether reading a source would certainly end without a trouble, told in a small part of the time."""
    if len(source) > LARGEST:
        return not matters(source) and b"\0" not in source
    try:
        json.loads(source.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return True


def _documents(settings: tuple[Setting, ...]) -> Iterator[Document]:
    tops = {s.path[0] for s in settings if s.path}
    named = {s.path: s.value for s in settings if len(s.path) <= 2}
    if ("kind",) in named and ("apiVersion",) in named:
        if named["kind",] in DEFINITIONS:
            return
        name, space = (named.get(("metadata", key), "") for key in ("name", "namespace"))
        yield Document("kubernetes", named["kind",], named["apiVersion",], name, space, settings[1:])
        return
    if not tops & {"resource", "module"} or tops - {*BLOCKS, "provider", "terraform", "output", "//"}:
        yield Document("json", "", "", "", "", settings)
        return
    groups: dict[tuple[str, ...], list[Setting]] = {}
    for s in settings:
        names = [(i, part) for i, part in enumerate(s.path) if not part.isdigit()]
        depth = 3 if s.path and s.path[0] in ("resource", "data") else 2
        if len(names) >= depth:
            cut = names[depth - 1][0] + 1
            groups.setdefault(tuple(part for _, part in names[:depth]), []).append(_below(s, cut))
    for head, found in groups.items():
        kind = head[1] if len(head) == 3 else ""
        yield Document("terraform", kind, head[0], head[-1], "", tuple(found))


def _below(setting: Setting, cut: int) -> Setting:
    return Setting(setting.path[cut:], setting.value, setting.form, setting.at, setting.key_at, setting.guarded)
