"""`--fix` and `--diff`: fixes made, tried in a second run, and then written or shown.

The project is analysed again with the new texts in the place of the old ones before any file is touched. A file whose
findings would stay, or in which something else would change, is left as it was, and that is said.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

import click

from statelint.cli import place, terminal
from statelint.findings import Finding, Report
from statelint.fix import patched
from statelint.fix.files import decoded, encoded, replace
from statelint.fix.outcome import faults
from statelint.report import count, printable
from statelint.run import Way, run

LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Patch:
    """One file before and after, and the findings that are gone with it."""

    path: str
    old: bytes
    new: bytes
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Fixed:
    """What can be written, and what is left as it was and why, by path."""

    patches: list[Patch] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


def fix(report: Report, where: place.Place, way: Way, options: dict[str, Any]) -> Fixed:
    """The fixes of what a report shows that have stood the trial."""
    found = Fixed()
    for path, findings in sorted(_chosen(report, where, options["unsafe_fixes"]).items()):
        content = way.texts.get(path)
        if content is None:
            try:
                content = (where.root / path).read_bytes()
            except OSError as error:
                found.left[path] = f"it cannot be read: {error.strerror}"
                continue
        text = decoded(content)
        if text is None or text != report.sources.get(path):
            found.left[path] = "it has changed meanwhile"
            continue
        new, applied = patched(path, text, findings)
        if applied:
            found.patches.append(Patch(path, content, encoded(new, content), applied))
    _try(found, where, way, options)
    return found


def _chosen(report: Report, where: place.Place, unsafe: bool) -> dict[str, list[Finding]]:
    """What to fix, by path; a file outside of PATHS is never touched, even if a finding's story passes through them."""
    chosen: dict[str, list[Finding]] = {}
    for finding in report.findings:
        path = finding.span.path
        below = not where.limits or any(path == limit or path.startswith(limit + "/") for limit in where.limits)
        if finding.fix and below and (finding.fix.safe or unsafe):
            chosen.setdefault(path, []).append(finding)
    return chosen


def _try(found: Fixed, where: place.Place, way: Way, options: dict[str, Any]) -> None:
    """Analyse with the new texts, and leave out the files that do not come out as they should, until none is left."""
    before: Report | None = None
    while found.patches:
        before = before or run(where.root, where.config, way, comments=not options["no_ignores"])
        texts = {**way.texts, **{patch.path: patch.new for patch in found.patches}}
        after = run(where.root, where.config, way._replace(texts=texts), comments=not options["no_ignores"])
        wrong = faults(before, after, {patch.path: patch.findings for patch in found.patches})
        if not wrong:
            return
        found.left.update(wrong)
        found.patches = [patch for patch in found.patches if patch.path not in wrong]


def write(found: Fixed, where: place.Place) -> None:
    """Put the new texts in their places."""
    for patch in list(found.patches):
        if reason := replace(where.root, patch.path, patch.old, patch.new):
            found.left[patch.path] = reason
            found.patches.remove(patch)


def show(found: Fixed, where: place.Place, options: dict[str, Any]) -> None:
    """The patches on stdout as one unified diff that `patch -p1` and `git apply` take."""
    prefix = place.prefix("shown", where.root)
    color = terminal.colored(options["color"], sys.stdout)
    for patch in found.patches:
        text = "".join(_diff(prefix + patch.path, patch, color))
        if sys.stdout.isatty():
            sys.stdout.write("".join(part if part in "\n\x1b" else printable(part) for part in text))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.flush()


def _diff(name: str, patch: Patch, color: bool) -> Iterator[str]:
    old, new = (LINE.findall(side.decode("utf-8", "surrogateescape")) for side in (patch.old, patch.new))
    for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
        body = line.rstrip("\n")
        paint = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1]) if color else None
        yield click.style(body, fg=paint) if paint else body
        yield "\n" if line.endswith("\n") else "\n\\ No newline at end of file\n"


def tell(found: Fixed, done: bool) -> None:
    """Say on stderr what was done, and what was not and why."""
    number = sum(len(patch.findings) for patch in found.patches)
    files = count(len(found.patches), "file")
    click.echo(f"{'fixed' if done else 'would fix'} {count(number, 'finding')} in {files}", err=True)
    for path, reason in sorted(found.left.items()):
        click.echo(f"left as it was: {printable(path)}: {reason}", err=True)
