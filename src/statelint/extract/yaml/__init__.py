"""Bytes of a YAML source → documents of settings, with places; templates are masked, broken documents cost themselves.

PyYAML's composer gives nodes with marks and constructs nothing. Each `---` document is composed alone, so that one that
cannot be read does not hide the others. Anything that is an object of its own (a mapping with `apiVersion` and `kind`)
becomes a document, wherever it stands; definitions of new kinds of objects never do.
"""

from __future__ import annotations

import re

import yaml

from statelint.extract.yaml.comments import REMARK, comments, explained
from statelint.extract.yaml.settings import TooLarge, documents
from statelint.extract.yaml.templates import Masked, is_template, mask
from statelint.facts import Document, Facts, Trouble

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST = 4 * 1024 * 1024
BREAK = re.compile(r"^---(?=\s|$)", re.MULTILINE)
DEEPEST = 200
REFERS = re.compile(rb"(?:^|[\s,:\[{(-])[&*][\w.-]")
"""An anchor or an alias, which may be defined twice or never, or something that looks like one."""
DEFINES = re.compile(r"^kind:[ \t]*CustomResourceDefinition[ \t]*$", re.MULTILINE)
"""A definition of a new kind of object; most of them are long, and none sets anything."""


def extract(source: bytes) -> Facts:
    """The facts of one YAML source. Never raises for any bytes."""
    if len(source) > LARGEST:
        message = f"{len(source) // 1024} KiB; YAML above {LARGEST // 1024} KiB is not analysed"
        return Facts(troubles=(Trouble("size", 1, message),))
    if b"\0" in source:
        return Facts(troubles=(Trouble("binary", 1, "not text: it has null bytes"),))
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        return Facts(troubles=(Trouble("encoding", line, "not readable as UTF-8"),))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[Document] = []
    troubles: list[Trouble] = []
    template = is_template(text)
    masked = mask(text) if template else None
    for first_line, part in _parts(masked.text if masked else text):
        if DEFINES.search(part):
            continue
        try:
            found.extend(_read(part, first_line, masked))
        except TooLarge as error:
            troubles.append(Trouble("alias-bomb", first_line + 1, str(error)))
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            line = first_line + (mark.line + 1 if mark else 1)
            if not template:  # a masked template is no promise of good YAML
                troubles.append(Trouble("syntax", line, f"not valid YAML: {getattr(error, 'problem', None) or error}"))
        except RecursionError:
            troubles.append(Trouble("depth", first_line + 1, "nested too deeply to analyse"))
    return Facts(documents=tuple(found), comments=comments(text), troubles=tuple(troubles), lines=text.count("\n") + 1)


def sound(source: bytes) -> bool:
    """Whether reading a source would certainly end without a trouble, told in a small part of the time."""
    if len(source) > LARGEST or b"\0" in source or REFERS.search(source):
        return False
    if source.count(b"[") + source.count(b"{") - 2 * source.count(b"{{") > DEEPEST:
        return False
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        return is_template(text) or all(_one_document(part) for _, part in _parts(text))
    except (UnicodeDecodeError, yaml.YAMLError, ValueError):
        return False


def _one_document(part: str) -> bool:
    if DEFINES.search(part):
        return True
    return sum(isinstance(event, yaml.DocumentStartEvent) for event in yaml.parse(part, Loader)) <= 1


def _parts(text: str) -> list[tuple[int, str]]:
    """(lines before it, text) of each document of a stream."""
    starts = [m.start() for m in BREAK.finditer(text)]
    if not starts or text[: starts[0]].strip():
        starts.insert(0, 0)
    ends = [*starts[1:], len(text)]
    return [(text.count("\n", 0, a), text[a:b]) for a, b in zip(starts, ends, strict=True)]


def _read(part: str, first_line: int, masked: Masked | None) -> list[Document]:
    if not _shallow(part):
        raise RecursionError
    loader = Loader(part)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if node is None:
        return []
    found = documents(node, first_line, *((masked.guarded, masked.guards) if masked else (frozenset(),)))
    return [explained(d, part.split("\n"), first_line) for d in found] if REMARK.search(part) else list(found)


def _shallow(text: str) -> bool:
    """Whether flow collections nest within reason; the composer recurses once a level."""
    depth = 0
    for char in re.findall(r"[\[{\]}]", text):
        depth += 1 if char in "[{" else -1
        if depth > DEEPEST:
            return False
    return True
