"""Reports: one format a module, each a function from the report to text. The folder is the list of formats.

A format module has `render(report, look) -> str` and `PATHS`, which says what its paths are relative to: `root` (the
analysed project), `repository` (what CI services expect) or `shown` (the folder that the user stands in).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from json import dumps
from pkgutil import iter_modules
from typing import Any

import msgspec

from statelint.findings import Finding, Report, Role
from statelint.spans import Span

HOMEPAGE = "https://github.com/statelint/statelint"


class Look(msgspec.Struct, frozen=True):
    """How a report is drawn: decided by the command line, never by a format."""

    width: int = 100
    color: bool = False
    links: bool = False
    unicode: bool = True
    prefix: str = ""
    """What leads from where paths are read to the analysed project, with a slash at its end; empty for the same."""
    most: int = 0
    """The most findings to show; 0 for all."""
    suppressed: bool = False
    """Whether a format that can say so shows suppressed findings."""


def formats() -> tuple[str, ...]:
    """The names of all formats."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if "_" not in module.name))


def paths_of(name: str) -> str:
    """What the paths of a format are relative to."""
    return str(import_module(f"{__name__}.{name}").PATHS)


def render(name: str, report: Report, look: Look) -> str:
    """The report in a format, by its name."""
    text = import_module(f"{__name__}.{name}").render(report, look)
    assert isinstance(text, str)
    return text


def page(finding: Finding) -> str:
    """The address of a rule's page."""
    return f"{HOMEPAGE}/blob/main/docs/rules/{finding.rule.name}.md"


def shown_path(path: str, look: Look) -> str:
    """A path as a reader of the format expects it."""
    parts: list[str] = []
    for part in (look.prefix + path).split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."


def printable(text: str) -> str:
    """Text from the analysed project with control characters escaped, so that no terminal obeys them."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def in_short(finding: Finding, look: Look) -> str:
    """The trace in half a line: where the object is written, and from where that is reached."""
    words: list[str] = []
    for step in finding.trace:
        here = step.span.path == finding.span.path and step.span.line == finding.span.line
        if step.role is Role.WRITTEN and not here and not any("written" in word for word in words):
            words.append(f"written {shown_path(step.span.path, look)}:{step.span.line}")
        elif step.role is Role.ENTRY:
            words.append("from " + step.note.removeprefix("runs on ").removeprefix("runs as "))
    return ", ".join(words)


def by_path(report: Report) -> Iterator[tuple[str, list[Finding]]]:
    """The findings of each path, in order."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault(finding.span.path, []).append(finding)
    yield from sorted(groups.items())


def library_name(stem: str) -> str:
    """What people call the source of a way in: a library, the standard library, or the house's own words."""
    return {"python": "the standard library", "models": "`models`"}.get(stem, stem)


def count(number: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _location(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def as_values(f: Finding) -> dict[str, Any]:
    """One finding; the keys are those of the published schema."""
    return {
        "id": f.id,
        "rule": f.rule.code,
        "name": f.rule.name,
        "category": f.rule.category,
        "verdict": f.verdict.value,
        "severity": f.severity.value,
        "confidence": f.confidence.value,
        "message": f.message,
        "why": f.why,
        "help": f.help,
        "url": page(f),
        "object": {"kind": f.subject.kind, "name": f.subject.name},
        "location": _location(f.span),
        "trace": [{"role": s.role.value, "message": s.note, "location": _location(s.span)} for s in f.trace],
        "more": dict(sorted(f.more.items())),
        "suppressed": _suppressed(f),
        "baseline": f.baseline,
        "fix": _fix(f),
        "replacement": _replacement(f),
    }


def _suppressed(f: Finding) -> dict[str, str] | None:
    s = f.suppressed
    return {"kind": s.kind, "reason": s.reason, "where": s.where} if s else None


def _fix(f: Finding) -> dict[str, Any] | None:
    if f.fix is None:
        return None
    edits = [{"location": _location(edit.span), "text": edit.text} for edit in f.fix.edits]
    return {"name": f.fix.name, "safety": "safe" if f.fix.safe else "unsafe", "note": f.fix.note, "edits": edits}


def _replacement(f: Finding) -> dict[str, str] | None:
    r = f.replacement
    return {"kind": r.kind, "title": r.title, "snippet": r.snippet} if r else None


def xml_text(text: str, escaped: bool = True) -> str:
    """Text for an XML document: characters that XML forbids, or that a terminal would obey, are shown as escapes."""
    plain = "".join(char if char in "\t\n" or char.isprintable() else _escaped(char) for char in text)
    if not escaped:
        return plain
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def json_text(value: Any, indent: int | None = 2) -> str:
    """A value as one JSON document; readable, but with every character escaped that a terminal would obey."""
    text = _indented(value) if indent == 2 else dumps(value, indent=indent, ensure_ascii=False)
    if text.replace("\n", "").isprintable():
        return text + "\n"
    return "\n".join(line if line.isprintable() else _escaped_json(line) for line in text.split("\n")) + "\n"


def _indented(value: Any) -> str:
    """What the standard library writes with an indent of two, in a tenth of the time."""
    try:
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except UnicodeEncodeError:  # half a character, as the name of a file may hold one
        return dumps(value, indent=2, ensure_ascii=False)


def _escaped_json(line: str) -> str:
    return "".join(char if char.isprintable() else dumps(char)[1:-1] for char in line)
