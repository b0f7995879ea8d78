"""The lines of the `full` format as pieces of (style, text): which steps are drawn, where, and how lines are cut."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from statelint.findings import Finding, Report, Role, Step, Verdict
from statelint.report import Look, count, page, printable, shown_path
from statelint.spans import Span

Piece = tuple[str, str]
Line = list[Piece]
TAB = 4
SAME_RULE = 5
"""Findings of one rule in one file from which on only the first is drawn in full."""


class Mark(NamedTuple):
    """An underlined place with its label. The finding's own place is `main`."""

    span: Span
    label: str
    main: bool


def cells(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def lines(report: Report, look: Look) -> Iterator[Line]:
    """All lines of the report; what is left out of it is said in a line too."""
    shown = report.findings[: look.most or None]
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in shown:
        groups.setdefault((finding.rule.code, finding.span.path), []).append(finding)
    for finding in shown:
        group = groups[finding.rule.code, finding.span.path]
        if len(group) < SAME_RULE:
            yield from _one(finding, report, look)
        elif finding is group[0]:
            yield from _one(finding, report, look)
            yield from _list(group[1:], look)
    if len(shown) < len(report.findings):
        yield [("dim", f"{len(report.findings) - len(shown)} more are not shown (--max-findings)")]
    for p in report.problems:
        yield [("problem", f"problem[{p.kind}]"), ("bold", f": {printable(p.message)}")]
        yield [("gutter", "  --> "), ("", f"{printable(shown_path(p.path, look))}:{p.line}")]
        yield []


def _list(group: Sequence[Finding], look: Look) -> Iterator[Line]:
    first = group[0]
    yield [(first.severity.value, f"{first.severity.value}[{first.rule.code}]"),
           ("bold", f": {len(group)} more of this rule in {printable(shown_path(first.span.path, look))}")]  # fmt: skip
    for f in group:
        yield [("gutter", f"  {f.span.line:>5}:{f.span.column:<3} "), ("", printable(f.message))]
    yield []


def _one(f: Finding, report: Report, look: Look) -> Iterator[Line]:
    level = f.severity.value
    yield [(level, f"{level}[{f.rule.code}]"), ("bold", f": {printable(f.message)}")]
    marks = _marks(f)
    blocks: dict[str, list[Mark]] = {}
    for mark in marks:
        blocks.setdefault(mark.span.path, []).append(mark)
    numbers = [m.span.line for m in marks]
    gutter = len(str(max(numbers)))
    for path, block in blocks.items():
        arrow = "-->" if path == f.span.path else ":::"
        first = f.span if path == f.span.path else block[0].span
        place = f"{printable(shown_path(path, look))}:{first.line}:{first.column}"
        yield [("gutter", f"{' ' * gutter}{arrow} "), ("", place)]
        text = report.sources.get(path)
        if text is not None:
            yield [("gutter", f"{' ' * gutter} |")]
            yield from _block(block, text.splitlines(), gutter, look)
        yield [("gutter", f"{' ' * gutter} |")]
    yield from _remarks(f, gutter, look)
    yield []


def _marks(f: Finding) -> list[Mark]:
    """The steps that are drawn, numbered in causal order; several calls become one `via`."""
    called = [step for step in f.trace if step.role is Role.CALLED]
    steps = [step for step in f.trace if len(called) < 2 or step.role is not Role.CALLED]
    via = " → ".join(step.note.partition(" called by")[0] for step in reversed(called)) if len(called) > 1 else ""
    if not any(step.span == f.span for step in steps):
        steps.insert(0, Step(f.span, Role.DEFINED, "here"))
    marks, main = [], False
    for number, step in enumerate(steps, 1):
        note = f"{step.note}, via {via}" if via and step.role is Role.ENTRY else step.note
        own = step.span == f.span and not main
        main = main or own
        label = f"{number}: {note}" if len(steps) > 1 else "" if note == "here" else note
        marks.append(Mark(step.span, label, own))
    return marks


def _block(block: Sequence[Mark], source: Sequence[str], gutter: int, look: Look) -> Iterator[Line]:
    last = 0
    for number in sorted({mark.span.line for mark in block}):
        if last and number > last + 1:
            yield [("gutter", "..." if gutter < 3 else "." * gutter)]
        last = number
        marks = [mark for mark in block if mark.span.line == number]
        if number <= len(source):
            yield from _source_line(number, source[number - 1], marks, gutter, look)


def _source_line(number: int, text: str, marks: Sequence[Mark], gutter: int, look: Look) -> Iterator[Line]:
    shown, columns = displayed(text)
    room = max(20, look.width - gutter - 4)
    first = next((m for m in marks if m.main), marks[0])
    start, end = _extent(first.span, number, columns)
    shown, shift = _cut(shown, start, end, room, look)
    yield [("gutter", f"{number:>{gutter}} | "), ("", shown)]
    for mark in marks:
        start, end = _extent(mark.span, number, columns)
        start, end = max(0, start - shift), min(cells(shown), end - shift)
        width = max(1, end - start)
        label = printable(mark.label if look.unicode else ascii_only(mark.label))
        style = "main" if mark.main else "other"
        line: Line = [("gutter", f"{' ' * gutter} | "), (style, " " * start + ("^" if mark.main else "-") * width)]
        if start + width + 1 + cells(label) <= room:
            yield [*line, (style, " " + label)]
        else:
            yield line
            indent = min(start, 4)
            for part in textwrap.wrap(label, max(20, room - indent)):
                yield [("gutter", f"{' ' * gutter} | "), (style, " " * indent + part)]


def displayed(text: str) -> tuple[str, list[int]]:
    """A source line as it can be printed, and the terminal column at which each of its characters begins."""
    out, columns, at = [], [], 0
    for char in text:
        columns.append(at)
        piece = " " * (TAB - at % TAB) if char == "\t" else printable(char)
        out.append(piece)
        at += cells(piece)
    columns.append(at)
    return "".join(out), columns


def _extent(span: Span, number: int, columns: list[int]) -> tuple[int, int]:
    last = len(columns) - 1
    start = columns[min(span.column - 1, last)]
    return start, columns[min(span.end_column - 1, last)] if span.end_line == number else columns[last]


def _cut(shown: str, start: int, end: int, room: int, look: Look) -> tuple[str, int]:
    """The part of a line that fits, around a place, and how many columns are gone on its left."""
    if cells(shown) <= room:
        return shown, 0
    dots = "…" if look.unicode else "..."
    wide = cells(dots)
    left = 0 if end <= room - wide else max(0, start - room // 4)
    out, at, shift = dots if left else "", 0, 0
    for char in shown:
        size = cells(char)
        if at >= left:
            if not shift and left:
                shift = at - wide
            if cells(out) + size > room - wide:
                return out + dots, shift
            out += char
        at += size
    return out, shift


def _remarks(f: Finding, gutter: int, look: Look) -> Iterator[Line]:
    code = f"{f.rule.name}, category {f.rule.category}, confidence {f.confidence.value}, {page(f)}"
    more = [count(f.more.get("writes", 0), "further write"), count(f.more.get("entries", 0), "further way in",
            "further ways in")]  # fmt: skip
    more = [text for text in more if not text.startswith("0 ")]
    remarks = [
        ("why", f.why),
        ("help", f.help),
        ("use", f"{f.replacement.title} (statelint explain {f.id[:8]})" if f.replacement else ""),
        ("more", f"{', '.join(more)} (statelint explain {f.id[:8]})" if more else ""),
        ("verdict", "arguable: it may be fine as it is" if f.verdict is Verdict.ARGUABLE else ""),
        ("rule", code),
    ]
    for word, text in remarks:
        if not text:
            continue
        plain = printable(text if look.unicode else ascii_only(text))
        room = max(30, look.width - gutter - 5 - len(word))
        for number, part in enumerate(textwrap.wrap(plain, room, break_long_words=False, break_on_hyphens=False)):
            if number == 0:
                yield [("gutter", f"{' ' * gutter} = "), ("bold", f"{word}: "), ("", part)]
            else:
                yield [("", " " * (gutter + 5 + len(word)) + part)]


def ascii_only(text: str) -> str:
    """The text without characters that a poor terminal lacks."""
    return text.replace("→", "->").replace("…", "...").encode("ascii", "backslashreplace").decode()
