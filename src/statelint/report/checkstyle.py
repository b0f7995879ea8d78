"""Checkstyle XML, which many CI services read: one `file` a path, one `error` a finding."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from statelint.findings import Report, Severity
from statelint.report import Look, by_path, shown_path, xml_text

PATHS = "repository"
SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


def render(report: Report, look: Look) -> str:
    """The document, files in order."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">']
    for path, findings in by_path(report):
        lines.append(f"  <file name={_attribute(shown_path(path, look))}>")
        for f in findings:
            lines.append(
                f'    <error line="{f.span.line}" column="{f.span.column}" severity="{SEVERITY[f.severity]}" '
                f"message={_attribute(f'{f.rule.code} {f.message}')} source={_attribute('statelint.' + f.rule.name)}/>"
            )
        lines.append("  </file>")
    return "\n".join([*lines, "</checkstyle>"]) + "\n"


def _attribute(text: str) -> str:
    return quoteattr(xml_text(text, escaped=False))
