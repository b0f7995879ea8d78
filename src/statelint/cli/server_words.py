"""Findings in the words of the language server protocol: diagnostics, hovers and edits. Lines count from 0 there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types as lsp

from statelint.cli.ignoring import commented
from statelint.findings import Finding, Report, Role, Severity
from statelint.report import page, printable
from statelint.spans import Span

LEVELS = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}
REASON = "why this is fine"
"""What the comment of a quick fix says until somebody says it better."""


def uri(root: Path, path: str) -> str:
    """The address of a file of the project."""
    return (root / path).as_uri()


def extent(report: Report, span: Span) -> lsp.Range:
    """A span as a range; columns become UTF-16 units, as every client understands them."""
    lines = report.sources.get(span.path, "").splitlines()

    def position(line: int, column: int) -> lsp.Position:
        text = lines[line - 1] if line <= len(lines) else ""
        units = len(text[: column - 1].encode("utf-16-le", "surrogatepass")) // 2
        return lsp.Position(max(0, line - 1), units if text else max(0, column - 1))

    return lsp.Range(position(span.line, span.column), position(span.end_line, span.end_column))


def diagnostic(finding: Finding, report: Report, root: Path) -> lsp.Diagnostic:
    """One finding, with the steps of its trace as related places and its id for the quick fixes."""
    return lsp.Diagnostic(
        range=extent(report, finding.span),
        message=f"{printable(finding.message)}\n{printable(finding.why)}",
        severity=LEVELS[finding.severity],
        code=finding.rule.code,
        code_description=lsp.CodeDescription(page(finding)),
        source="statelint",
        related_information=[
            lsp.DiagnosticRelatedInformation(
                lsp.Location(uri(root, step.span.path), extent(report, step.span)), printable(step.note)
            )
            for step in finding.trace
            if step.span != finding.span
        ],
        data={"id": finding.id},
    )


def hover(finding: Finding, report: Report, root: Path) -> lsp.Hover:
    """Who writes the state, who reaches it, what happens with two replicas, what to use instead."""
    lines = [f"**{finding.rule.code}** {printable(finding.message)}", ""]
    for step in finding.trace:
        line = f"{printable(step.span.path)}:{step.span.line}"
        lines.append(f"- {printable(step.note)} ([{line}]({uri(root, step.span.path)}#L{step.span.line}))")
    writers = {s.note for way in finding.ways for s in way if s.role is Role.WRITTEN}
    if len(writers) > 1:
        lines.append(f"- written in {len(writers)} places, by {len(finding.ways)} ways in")
    lines += ["", printable(finding.why)]
    if finding.help:
        lines += ["", f"Instead: {printable(finding.help)}"]
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n".join(lines)), range=extent(report, finding.span))


def at_line(report: Report, path: str, line: int) -> Iterator[Finding]:
    """The findings with their own place, or a step, on a line (from 1); those with their own place first."""
    touching = [f for f in report.findings if (path, line) in {(s.path, s.line) for s in _spans(f)}]
    yield from sorted(touching, key=lambda f: (f.span.path, f.span.line) != (path, line))


def _spans(finding: Finding) -> Iterator[Span]:
    yield finding.span
    yield from (step.span for step in finding.trace)


def mending(finding: Finding, report: Report, text: str) -> list[lsp.TextEdit]:
    """The edits of a finding's fix; none when the text is no longer the one that was analysed."""
    if finding.fix is None or report.sources.get(finding.span.path) != text.removeprefix("\ufeff"):
        return []
    end = "\r\n" if "\r\n" in text else "\n"
    return [lsp.TextEdit(extent(report, edit.span), edit.text.replace("\n", end)) for edit in finding.fix.edits]


def suppression(finding: Finding, text: str) -> list[lsp.TextEdit] | None:
    """The edit that writes a suppression comment; None where no comment fits."""
    new = commented(finding.span.path, text.encode(), {finding.span.line: [finding.rule.code]}, REASON)
    if new is None:
        return None
    before, after = text.splitlines(keepends=True), new.decode().splitlines(keepends=True)
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    replaced = lsp.Range(lsp.Position(start, 0), lsp.Position(len(before) - end, 0))
    return [lsp.TextEdit(replaced, "".join(after[start : len(after) - end]))]
