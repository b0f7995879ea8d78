"""SonarQube's generic issues: rules with their impact, issues with secondary locations; columns count from 0."""

from __future__ import annotations

from typing import Any

from statelint.findings import Finding, Report, Severity
from statelint.report import Look, json_text, shown_path
from statelint.spans import Span

PATHS = "repository"
IMPACT = {Severity.ERROR: "HIGH", Severity.WARNING: "MEDIUM", Severity.NOTE: "LOW"}


def render(report: Report, look: Look) -> str:
    """The document of the format that has `rules` and `issues`."""
    rules = {f.rule.code: f.rule for f in sorted(report.findings, key=lambda f: f.rule.code)}
    document = {
        "rules": [
            {
                "id": rule.code,
                "name": rule.name,
                "description": " ".join(rule.why.split()),
                "engineId": "statelint",
                "cleanCodeAttribute": "MODULAR",
                "impacts": [{"softwareQuality": "RELIABILITY", "severity": IMPACT[rule.severity]}],
            }
            for rule in rules.values()
        ],
        "issues": [_issue(f, look) for f in report.findings],
    }
    return json_text(document)


def _issue(f: Finding, look: Look) -> dict[str, Any]:
    secondary = [_location(step.span, step.note, look) for step in f.trace if step.span != f.span]
    issue = {"ruleId": f.rule.code, "primaryLocation": _location(f.span, f.message, look)}
    return {**issue, "secondaryLocations": secondary} if secondary else issue


def _location(span: Span, message: str, look: Look) -> dict[str, Any]:
    extent = {"startLine": span.line, "endLine": span.end_line, "startColumn": span.column - 1}
    if (span.end_line, span.end_column) > (span.line, span.column):
        extent["endColumn"] = span.end_column - 1
    else:
        del extent["startColumn"]
    return {"message": message, "filePath": shown_path(span.path, look), "textRange": extent}
