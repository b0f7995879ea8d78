"""JUnit XML: a test suite for the run, a failed test case for each finding, an error for each unreadable file."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from statelint.findings import Report
from statelint.report import Look, in_short, shown_path, xml_text

PATHS = "repository"


def render(report: Report, look: Look) -> str:
    """The document. A run without findings has one passed case, since an empty suite counts as broken."""
    cases = []
    for f in report.findings:
        path = shown_path(f.span.path, look)
        place = f"{path}:{f.span.line}:{f.span.column}"
        text = "\n".join(filter(None, [place, in_short(f, look), f.why, f.help and f"help: {f.help}"]))
        cases.append(
            f"    <testcase name={_attribute(f'{f.rule.code} {f.subject.name}')} classname={_attribute(path)} "
            f'time="0">\n      <failure message={_attribute(f.message)} type={_attribute(f.rule.name)}>'
            f"{xml_text(text)}</failure>\n    </testcase>"
        )
    for p in report.problems:
        path = shown_path(p.path, look)
        cases.append(
            f'    <testcase name={_attribute(f"{p.kind} {path}:{p.line}")} classname={_attribute(path)} time="0">\n'
            f"      <error message={_attribute(p.message)} type={_attribute(p.kind)}/>\n    </testcase>"
        )
    if not cases:
        cases.append('    <testcase name="statelint" classname="statelint" time="0"/>')
    counts = f'tests="{len(cases)}" failures="{len(report.findings)}" errors="{len(report.problems)}"'
    suite = f'  <testsuite name="statelint" {counts} time="0">\n' + "\n".join(cases) + "\n  </testsuite>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<testsuites name="statelint" {counts} time="0">\n{suite}\n</testsuites>\n'


def _attribute(text: str) -> str:
    return quoteattr(xml_text(text, escaped=False))
