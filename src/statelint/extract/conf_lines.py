"""Directives that end with their line: in sections, alone, as statements of code, and the attributes of markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from xml.parsers import expat

from statelint.facts import Setting
from statelint.spans import Place

SECTION = re.compile(
    r"^(?P<name>global|defaults|frontend|backend|listen|peers|resolvers|cache|program|userlist|mailers|ring|http-errors)\b(?P<rest>.*)$"
)
COMMENT = re.compile(r"(?:^|\s)#.*$")
STATEMENT = re.compile(r"(?:\"[^\"\n]*\"|[^;{}\"])+")
NOTE = re.compile(r"//[^\n]*|(?<!\S)#[^\n]*|/\*.*?\*/", re.DOTALL)
SAID = re.compile(r"\s//.*$")
PAIR = re.compile(r"(?<![\w'])(?P<key>\w+):\s*(?P<value>'[^'\n]*'|\{|\[|[^\s,{}\[\]][^,{}\n]*)")
LITERAL = re.compile(r"['{\[\d-]|(?:true|false|null)$")
CHOICE = re.compile(r"'[^']*'\s*(?:\||\?\s*$)")
"""The type of a property, which says what it may be."""
RESOURCE = re.compile(r"^resource\s+(?P<name>\w+)\s+'(?P<type>[^'@]+)@[^']*'\s*=")
DEFAULT = re.compile(r"^(?P<what>param|var)\s+(?P<name>\w+)\b[^=]*=\s*'?(?P<value>[\w.-]+)'?\s*(?://.*)?$")


def _logical(text: str, joined: bool) -> Iterator[tuple[int, int, str]]:
    """(line, column, text) of each line without comments; continued lines are one."""
    start, pending, column = 0, "", 1
    for number, line in enumerate(text.split("\n"), 1):
        body = COMMENT.sub("", line)
        if not pending:
            start, column = number, len(body) - len(body.lstrip()) + 1
        if joined and body.rstrip().endswith("\\"):
            pending += body.rstrip()[:-1] + " "
            continue
        if (pending + body).strip():
            yield start, column, (pending + body).strip()
        pending = ""


def sections(text: str) -> Iterator[Setting]:
    """A section's name and number lead the path of its directives."""
    path: tuple[str, ...] = ("", "0")
    number = 0
    for line, column, body in _logical(text, False):
        match = SECTION.match(body) if column == 1 else None
        name, _, rest = body.partition(" ")
        at = Place(line, column, line, column + len(body))
        if match:
            path = (match["name"], str(number))
            number += 1
            yield Setting(path, match["rest"].strip(), "map", at, at)
        else:
            yield Setting((*path, name), rest.strip(), "plain", at, at)


def lines(text: str, look: str) -> Iterator[Setting]:
    """Each line alone: its first word or key, and the rest."""
    for line, column, body in _logical(text, True):
        at = Place(line, column, line, column + len(body.split("\n")[0]))
        if look == "properties":
            key, _, value = body.partition("=")
            yield Setting(tuple(key.strip().split(".")), value.strip(), "plain", at, at)
        elif look == "bicep":
            yield from _pairs(body, line, column)
        elif look == "script":
            yield Setting(("command",), body, "plain", at, at)
        else:
            name, _, rest = body.partition(" ")
            yield Setting((name.strip("<>").lower(),), rest.strip(), "plain", at, at)


def _pairs(body: str, line: int, column: int) -> Iterator[Setting]:
    """The properties that begin on a line, also inside of braces; a resource with its type, a name with its default."""
    default = DEFAULT.match(body)
    if default:
        at = Place(line, column, line, column + len(body))
        yield Setting((default["what"], default["name"]), default["value"], "plain", at, at)
        return
    resource = RESOURCE.match(body)
    if resource:
        at = Place(line, column, line, column + len(body))
        yield Setting(("resource", resource["name"]), resource["type"], "quoted", at, at)
        return
    said = SAID.sub("", body)
    for match in PAIR.finditer(said):
        if CHOICE.match(said, match.start("value")):
            continue
        start = column + match.start()
        at = Place(line, start, line, start + len(match.group()))
        value = match["value"].strip()
        form = "plain" if LITERAL.match(value) else "template"
        yield Setting((match["key"],), value.strip("'"), form, at, at)


def statements(text: str) -> Iterator[Setting]:
    """Each statement of a language with semicolons and braces, as one setting `statement`."""
    clean = NOTE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    for match in STATEMENT.finditer(clean):
        body = match.group()
        lead = len(body) - len(body.lstrip())
        start = match.start() + lead
        if body.strip():
            line = clean.count("\n", 0, start) + 1
            column = start - (clean.rfind("\n", 0, start) + 1) + 1
            at = Place(line, column, line, column + len(body.strip().split("\n")[0]))
            yield Setting(("statement",), " ".join(body.split()), "plain", at, at)


def markup(text: str) -> Iterator[Setting]:
    """Each element, and its attributes below it; entities are never expanded."""
    found: list[Setting] = []
    path: list[str] = []
    counts: list[dict[str, int]] = [{}]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def entity(*_: object) -> None:
        raise ValueError

    def opened(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        number = counts[-1][name] = counts[-1].get(name, -1) + 1
        counts.append({})
        path.extend((name, str(number)))
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        at = Place(line, column, line, column + len(name) + 1)
        found.append(Setting(tuple(path), "", "map", at, at))
        found.extend(Setting((*path, key), value, "quoted", at, at) for key, value in attributes.items())

    def closed(_: str) -> None:
        del path[-2:]
        counts.pop()

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    with suppress(expat.ExpatError, ValueError):
        parser.Parse(text.encode(), True)
    yield from found
