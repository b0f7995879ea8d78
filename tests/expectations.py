"""What the fixtures say must be found, in comments beside the code, and what was found, in the same form.

A comment `# expect: SL101` stands on the line of the finding (several: `# expect: SL101, SL301`);
`# expect-arguable: SL102` is a finding that only `--pedantic` shows; `# expect-problem: syntax` is a problem of the
file. Where a format has no comment behind a value, `# expect-below: SL501` on the line above does it, and for
formats without comments a neighbour `NAME.expect` with one `LINE CODE` a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from statelint.findings import Report, Verdict

COMMENT = re.compile(
    r"(?:#|//|/\*|<!--|;|--)\s*expect(?P<what>-arguable|-problem|-below)?:\s*(?P<names>[\w-]+(?:\s*,\s*[\w-]+)*)"
)
CODE = re.compile(r"SL\d{3}")


class Expected(NamedTuple):
    """One line of a comparison: a rule code with its verdict at a place, or a kind of problem."""

    path: str
    line: int
    name: str
    verdict: str


def expected(root: Path) -> list[Expected]:
    """All that the comments of one project ask for, sorted."""
    rows: list[Expected] = []
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(root).as_posix()
        text = path.read_bytes().decode(errors="replace")
        rows.extend(_listed(name, text) if path.suffix == ".expect" else _commented(name, text))
    return sorted(rows)


def _commented(path: str, text: str) -> Iterator[Expected]:
    for number, line in enumerate(text.split("\n"), 1):
        for comment in COMMENT.finditer(line):
            what = comment["what"]
            verdict = {"-arguable": "arguable", "-problem": "problem"}.get(what, "definite")
            for name in re.split(r"\s*,\s*", comment["names"]):
                if verdict != "problem" and not CODE.fullmatch(name):
                    raise ValueError(f"{path}:{number}: `{name}` is no rule code")
                yield Expected(path, number + (what == "-below"), name, verdict)


def _listed(path: str, text: str) -> Iterator[Expected]:
    for line in text.splitlines():
        number, name, *verdict = line.split()
        yield Expected(path.removesuffix(".expect"), int(number), name, *(verdict or ["definite"]))


def reported(report: Report) -> list[Expected]:
    """What a report holds, in the form of `expected`."""
    findings = [
        Expected(f.span.path, f.span.line, f.rule.code, "arguable" if f.verdict is Verdict.ARGUABLE else "definite")
        for f in report.findings
        if f.suppressed is None
    ]
    problems = [Expected(p.path, p.line, p.kind, "problem") for p in report.problems]
    return sorted(findings + problems)


def difference(root: Path, report: Report) -> str:
    """The two lists compared in both directions; empty when they are the same, repetitions counted."""
    missing, found = expected(root), []
    for row in reported(report):
        if row in missing:
            missing.remove(row)
        else:
            found.append(row)
    return "\n".join(
        [f"not found:  {r.path}:{r.line}: {r.name} ({r.verdict})" for r in missing]
        + [f"unexpected: {r.path}:{r.line}: {r.name} ({r.verdict})" for r in found]
    )
