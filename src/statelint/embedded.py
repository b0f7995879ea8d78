"""Bytes of one source → all of its facts: what its reader finds, and what the strings in it hold.

A map of files with a proxy's configuration, the values or patches of a deployment tool, a declaration in JSON: what a
string holds is read as the file that it is, by the name of its key or by how it looks, and becomes documents of its
own with the lines where they stand.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from typing import NamedTuple

import msgspec

from statelint.facts import Document, Facts, Setting
from statelint.implied import implied
from statelint.spans import Place

LOOSE = "loose"
DEEPEST = 3
"""Strings inside strings inside strings."""
MOST = 500
"""Strings of one file that are read."""
ENTRY = re.compile(r"^(?:- )?\{?[\"']?[\w./~-]+[\"']?:(?:\s|$)", re.MULTILINE)
PROXY = re.compile(
    r"^\s*(?:upstream\s+\S+\s*\{|(?:backend|listen|frontend|defaults)\b[^\n:=]*$|balance\s|stick[\s-]|cookie\s|"
    r"<Proxy\s|ProxyPass|virtual_server\s|reverse_proxy\s|sub\s+vcl_|<\?xml|<configuration>)",
    re.MULTILINE,
)
WRITTEN = re.compile(
    r"<<-?[ \t]*(?P<quote>[\"']?)(?P<tag>[A-Za-z_]\w*)(?P=quote)[^\n]*\n(?P<body>.{1,65536}?)\n[ \t]*(?P=tag)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
"""A text that a script gives to a command, up to the line that ends it."""
SCRIPTS = frozenset({"script", "commands"})
MOST_WRITTEN = 100
ENDINGS = {"yaml": "yaml", "yml": "yaml", "json": "hcl-json", "toml": "toml", "conf": "conf", "cfg": "conf"}
"""How the name of a file ends → how a text of that name is read."""
HOLDERS = frozenset({"kubernetes", "yaml", "json", "compose", "cloudformation", "terraform", "patch"})


class Inner(NamedTuple):
    """A text in a string: where its first line stands, how far it is indented, and whether its lines are true."""

    text: str
    line: int
    indent: int
    true: bool


def read(kind: str, content: bytes) -> Facts:
    """The facts of one source of a kind: a module of `statelint.extract`, or `loose`. Never raises for any bytes.

    A loose file is one whose name says little: it is read as what it looks like, and what is wrong in it is nobody's
    trouble, since it may be no configuration at all.
    """
    if kind != LOOSE:
        return _with_written(_with_embedded(_extract(kind, content), content), kind, content)
    kind = resolved(kind, content)
    if not kind:
        return Facts()
    facts = _with_written(_with_embedded(_extract(kind, content), content), kind, content)
    return Facts(documents=facts.documents, comments=facts.comments, lines=facts.lines)


def resolved(kind: str, content: bytes) -> str:
    """What a source is read as: its kind, or for a loose one what its text looks like, if that is anything of ours."""
    if kind != LOOSE:
        return kind
    text = content.decode("utf-8", "replace")
    return _look(text) or ("yaml" if ENTRY.search(text) else "")


def _extract(kind: str, content: bytes) -> Facts:
    facts = import_module(f"statelint.extract.{kind.replace('-', '_')}").extract(content)
    assert isinstance(facts, Facts)
    return facts


def _with_embedded(facts: Facts, content: bytes, depth: int = 0, target: str = "") -> Facts:
    """The facts with the documents that strings and patches stand for; troubles inside strings are nobody's.

    `target` is the kind of object that a patch in this source is meant for, if known.
    """
    if depth >= DEEPEST or not any(d.format in HOLDERS for d in facts.documents):
        return facts
    lines: list[str] = []
    found: list[Document] = list(implied(facts.documents, target))
    count = 0
    for document in facts.documents:
        for setting in document.settings if document.format in HOLDERS else ():
            if (
                setting.form != "block"
                and "\n" not in setting.value.strip()
                and setting.value.lstrip()[:1] not in ("{", "[")
            ):
                continue
            count += 1
            if count > MOST:
                break
            lines = lines or content.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
            inner = _inner(setting, lines)
            kind = _kind(setting, inner.text)
            if kind:
                found.extend(_read(kind, inner, document, setting, depth))
    if not found:
        return facts
    return Facts(
        documents=(*facts.documents, *found),
        comments=facts.comments,
        troubles=facts.troubles,
        lines=facts.lines,
    )


def _with_written(facts: Facts, kind: str, content: bytes) -> Facts:
    """The facts with the documents that a script writes into files or hands to other programs, as its here-documents.

    Their text is not quite what the script writes, so that nothing in them is edited.
    """
    scripts = [d for d in facts.documents if d.format in SCRIPTS]
    if b"<<" not in content or not (scripts or kind == "commands"):
        return facts
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    holder = Document("script", "", "", "", "", ())
    found: list[Document] = []
    for match in islice(WRITTEN.finditer(text), MOST_WRITTEN):
        body = textwrap.dedent(match["body"].replace("\\$", "$"))
        reader = _look(body) or ("yaml" if ENTRY.search(body) else "")
        if reader:
            first = text.count("\n", 0, match.start("body"))
            at = Place(first + 1, 1, first + 1, 1)
            outer = Setting(("command",), "", "block", at, at, True)
            found.extend(_read(reader, Inner(body, first, 0, True), holder, outer, DEEPEST - 1))
    return msgspec.structs.replace(facts, documents=(*facts.documents, *found)) if found else facts


def _inner(setting: Setting, lines: list[str]) -> Inner:
    """The text of a string as it stands in the source where that keeps its lines, else its value."""
    if setting.form in ("block", "template") and setting.at.end_line > setting.at.line:
        body = lines[setting.at.line : setting.at.end_line]
        first = next((line for line in body if line.strip()), "")
        indent = len(first) - len(first.lstrip())
        text: list[str] = []
        for line in body:
            if line.strip() and len(line) - len(line.lstrip()) < indent:
                break
            text.append(line[indent:])
        if text and text[0].strip()[:40] in setting.value:
            return Inner("\n".join(text), setting.at.line, indent, True)
    return Inner(setting.value, setting.at.line, 0, False)


def _look(text: str) -> str:
    """How a text is read that looks like JSON or like the configuration of a proxy; empty for any other."""
    first = text.lstrip()[:2]
    if first[:1] in ("{", "[") and first not in ("{{", "{%", "{#") and text.rstrip()[-1:] in ("}", "]"):
        return "hcl-json" if '"' in text else "yaml"
    return "conf" if PROXY.search(text) else ""


def _kind(setting: Setting, text: str) -> str:
    """How a text in a string is read; empty for one that is none of ours."""
    key = setting.path[-1] if setting.path else ""
    named = ENDINGS.get(key.rpartition(".")[2]) if "." in key else None
    looks = _look(text)
    if looks and not (looks == "conf" and named):
        return looks
    if named is not None:
        return named
    return "yaml" if (setting.form == "block" or "\n" in text) and ENTRY.search(text) else ""


def _read(kind: str, inner: Inner, holder: Document, setting: Setting, depth: int) -> Iterator[Document]:
    source = inner.text.encode()
    facts = _extract(kind, source)
    target = next((s.value for s in holder.settings if s.path == (*setting.path[:-1], "target", "kind")), "")
    for document in _with_embedded(facts, source, depth + 1, target).documents:
        if document.format == "script":
            continue
        settings = tuple(_moved(s, inner, setting) for s in document.settings)
        own = bool(document.kind or document.name)
        yield Document(
            document.format,
            document.kind,
            document.version,
            document.name if own else holder.name,
            document.namespace or holder.namespace,
            settings,
            _place(document.at, inner, setting.at),
        )


def _moved(inner: Setting, text: Inner, outer: Setting) -> Setting:
    return Setting(
        inner.path,
        inner.value,
        inner.form,
        _place(inner.at, text, outer.at),
        _place(inner.key_at, text, outer.key_at),
        inner.guarded or outer.guarded or not text.true,
    )


def _place(place: Place, text: Inner, outer: Place) -> Place:
    if not text.true:
        return outer
    return Place(
        place.line + text.line, place.column + text.indent, place.end_line + text.line, place.end_column + text.indent
    )
