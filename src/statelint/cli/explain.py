"""`statelint explain`: one finding's whole trace, the two-replica story, and why it was judged so."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from statelint.cli import place, terminal
from statelint.config import ConfigError, nearest
from statelint.findings import Finding, Report, Verdict
from statelint.report import Look, printable, render, shown_path

PLACES = {"comment": "a comment", "declared": "a declaration", "configuration": "the configuration",
          "per-file-ignores": "`per-file-ignores`"}  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", metavar="ID|FILE:LINE|OBJECT")
@click.argument("path", required=False, type=click.Path())
@click.option("--no-cache", is_flag=True, help="Extract everything anew.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
def command(what: str, path: str | None, no_cache: bool, color: str) -> int:
    """Explain one finding: all its steps, what happens with two replicas, how sure it is, how to mend or accept it.

    It is named by its id (or the first digits of it), by a place, or by the object. PATH is the project, where it is
    not the current folder.

    \b
      statelint explain a41f09c2
      statelint explain src/shop/cart.py:7
      statelint explain CARTS
    """
    where = place.locate([path] if path else [])
    report = _everything(where, not no_cache)
    found = list(_named(what, report, where.root))
    if not found and (objects := [o for o in report.judged if what in (o.name, o.name.rpartition(":")[2])]):
        for o in objects:
            click.echo(f"{printable(o.name)} ({shown_path(o.span.path, Look())}:{o.span.line}) is {o.verdict.value}, "
                       f"so it is not reported: {o.reason}")  # fmt: skip
        return 0
    if not found:
        names = [f.subject.short for f in (*report.findings, *report.silenced)]
        raise ConfigError(f"nothing is found at `{what}`{nearest(what, names)}")
    tinted = terminal.colored(color, sys.stdout)
    look = Look(terminal.width(), tinted, False, terminal.can_draw(sys.stdout), place.prefix("shown", where.root))
    for finding in found:
        sys.stdout.write("".join(_story(finding, report, look)))
    return 0


def _everything(where: place.Place, use_cache: bool) -> Report:
    """The report with arguable and weak findings too, whatever the configuration shows."""
    from statelint.run import Way, run

    config: Any = msgspec.structs.replace(where.config, pedantic=True, baseline="")
    return run(where.root, config, Way(use_cache=use_cache))


def _named(what: str, report: Report, root: Path) -> Iterator[Finding]:
    findings = [*report.findings, *report.silenced]
    file, _, line = what.rpartition(":")
    if file and line.isdigit():
        absolute = (Path.cwd() / file).resolve()
        name = absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else file
        wanted = {(name, int(line)), (file, int(line))}
        yield from (f for f in findings if any((s.path, s.line) in wanted for s in _spans(f)))
        return
    for f in findings:
        names = {f.subject.name, f.subject.short, f.subject.name.replace(":", ".")}
        if what in names or (len(what) >= 4 and f.id.startswith(what.lower())):
            yield f


def _spans(f: Finding) -> list[Any]:
    return [f.span, *(step.span for step in f.trace)]


def _story(f: Finding, report: Report, look: Look) -> Iterator[str]:
    yield render("full", replace(report, findings=(f,), problems=()), look)
    yield "How it comes about\n"
    for number, step in enumerate(f.trace, 1):
        place_ = printable(f"{shown_path(step.span.path, look)}:{step.span.line}")
        yield f"  {number}. {printable(step.note)} ({step.role.value}, {place_})\n"
    if len(f.ways) > 1:
        yield "\nThe other ways in\n"
        for way in f.ways[1:]:
            steps = [f"{printable(s.note)} ({printable(shown_path(s.span.path, look))}:{s.span.line})" for s in way]
            yield f"  - {', '.join(steps)}\n"
    if f.replacement:
        snippet = textwrap.indent(f.replacement.snippet.rstrip(), "    ")
        yield f"\nWhat to use instead: {f.replacement.title}\n\n{snippet}\n"
    yield "\nHow it was judged\n"
    judged = "definite" if f.verdict is Verdict.DEFINITE else "arguable, so only --pedantic shows it"
    yield f"  {judged}; severity {f.severity.value}, confidence {f.confidence.value}\n"
    if f.suppressed:
        by = PLACES.get(f.suppressed.kind, f.suppressed.kind)
        yield f"  silenced by {by} ({f.suppressed.where}): {f.suppressed.reason or 'no reason given'}\n"
    yield "\nTo accept it\n"
    yield f"  # statelint: ignore[{f.rule.code}] until=2027-03-01 owner=@team -- the reason\n"
    yield f'  or declare it: [tool.statelint.declare] "{printable(f.subject.name)}" = "replica-local-ok"\n'
    yield f"  id {f.id}; the rule's page: statelint rule {f.rule.code}\n\n"
