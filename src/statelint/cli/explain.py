"""`statelint explain`: one finding's whole trace, the two-replica story, and why it was judged so."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.structs import replace

from statelint.cli import place, terminal
from statelint.config import ConfigError, nearest
from statelint.findings import Finding, Judged, Report, Role, Step, Verdict
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
    if not found and (objects := [o for o in report.judged if _means(what, o, where.root)]):
        for o in objects:
            click.echo(f"{printable(o.name)} ({shown_path(o.span.path, Look())}:{o.span.line}) is {o.verdict.value}, "
                       f"so it is not reported: {o.reason}")  # fmt: skip
        return 0
    if not found:
        raise ConfigError(_nothing(what, report, where))
    tinted = terminal.colored(color, sys.stdout)
    look = Look(terminal.width(), tinted, False, terminal.can_draw(sys.stdout), place.prefix("shown", where.root))
    for finding in found:
        sys.stdout.write("".join([*_story(finding, report, look), *_accepting(finding, where.file)]))
    return 0


def _everything(where: place.Place, use_cache: bool) -> Report:
    """The report with arguable and weak findings too, whatever the configuration shows."""
    from statelint.run import Way, run

    config: Any = msgspec.structs.replace(where.config, pedantic=True, baseline="")
    return run(where.root, config, Way(use_cache=use_cache))


def _nothing(what: str, report: Report, where: place.Place) -> str:
    """Why there is nothing to explain: a file that is not analysed, a name that nobody knows, a harmless line."""
    from statelint.discover import why
    from statelint.run import sources

    names = [f.subject.short for f in (*report.findings, *report.silenced)]
    path = _place(what, where.root)
    if path is None:
        return f"nothing is found by the name `{what}`{nearest(what, [*names, *(o.name for o in report.judged)])}"
    counted = next((row for row in why(sources(where.root, where.config)) if row[0] == path[0]), None)
    if counted is None:
        return f"{path[0]} is not analysed; statelint files --why lists what is"
    if not counted[1].endswith(", service"):
        return f"{path[0]} is no part of the service: {counted[1]}, {counted[2]}"
    return f"nothing at {path[0]}:{path[1]} keeps state that a request changes"


def _place(what: str, root: Path) -> tuple[str, int] | None:
    """The path, relative to the root, and the line that `FILE:LINE` names."""
    file, _, line = what.rpartition(":")
    if not (file and line.isdigit()):
        return None
    absolute = (Path.cwd() / file).resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else file, int(line)


def _means(what: str, judged: Judged, root: Path) -> bool:
    names = (judged.name, judged.name.rpartition(":")[2], judged.name.replace(":", "."))
    return what in names or _place(what, root) == (judged.span.path, judged.span.line)


def _named(what: str, report: Report, root: Path) -> Iterator[Finding]:
    wanted = _place(what, root)
    for f in (*report.findings, *report.silenced):
        names = {f.subject.name, f.subject.short, f.subject.name.replace(":", ".")}
        here = wanted is not None and wanted in [(s.path, s.line) for s in _spans(f)]
        if here or what in names or (len(what) >= 4 and f.id.startswith(what.lower())):
            yield f


def _spans(f: Finding) -> list[Any]:
    return [f.span, *(step.span for step in f.trace)]


def _story(f: Finding, report: Report, look: Look) -> Iterator[str]:
    yield render("full", replace(report, findings=(f,), problems=()), look)
    yield from _replicas(f, look)
    if sum(step.role is Role.CALLED for step in f.trace) > 1:
        yield "Step by step\n"
        for number, step in enumerate(f.trace, 1):
            yield f"  {number}. {_said(step, look)}\n"
        yield "\n"
    yield from _other_ways(f, look)
    if f.replacement:
        snippet = textwrap.indent(f.replacement.snippet.rstrip(), "    ")
        yield f"What to use instead: {f.replacement.title}\n\n{snippet}\n\n"
    yield "How it was judged\n"
    reason = next((o.reason for o in report.judged if o.span == f.span and o.name == f.subject.name), "")
    judged = "definite" if f.verdict is Verdict.DEFINITE else "arguable, so only --pedantic shows it"
    yield f"  {judged}{': ' + reason if reason else ''}; severity {f.severity.value}, confidence {f.confidence.value}\n"
    if f.suppressed:
        by = PLACES.get(f.suppressed.kind, f.suppressed.kind)
        yield f"  silenced by {by} ({f.suppressed.where}): {f.suppressed.reason or 'no reason given'}\n"
    yield "\n"


def _accepting(f: Finding, file: Path | None) -> Iterator[str]:
    """How to accept a finding; `file` is the configuration."""
    table = "declare" if file and file.name != "pyproject.toml" else "tool.statelint.declare"
    yield "To accept it\n"
    yield f"  on its line:  # statelint: ignore[{f.rule.code}] -- the reason   (before --: until=DATE owner=@team)\n"
    yield f'  or declared:  [{table}] "{printable(f.subject.name)}" = "replica-local-ok"\n'
    yield f"  id {f.id}; the rule's page: statelint rule {f.rule.code}\n\n"


def _said(step: Step, look: Look) -> str:
    return f"{printable(step.note)} ({printable(shown_path(step.span.path, look))}:{step.span.line})"


def _replicas(f: Finding, look: Look) -> Iterator[str]:
    """What happens with two replicas, with the names of this finding."""
    entry = next((step for step in f.trace if step.role is Role.ENTRY), None)
    doing = next((step for step in f.trace if step.role is Role.WRITTEN), f.trace[0] if f.trace else None)
    if entry is None or doing is None:
        return
    came = entry.note.removeprefix("runs on ").removeprefix("runs as ")
    yield "With two replicas\n"
    lines = (f"1. {printable(came)} reaches replica A: {_said(doing, look)}, on A alone", f"2. {f.why}")
    for line in lines:
        yield textwrap.fill(line, look.width, initial_indent="  ", subsequent_indent="     ") + "\n"
    yield "\n"


def _other_ways(f: Finding, look: Look) -> Iterator[str]:
    ways = dict.fromkeys(", ".join(_said(step, look) for step in way) for way in f.ways[1:])
    if ways:
        yield "The other ways in\n"
        for way in ways:
            yield textwrap.fill(f"- {way}", look.width, initial_indent="  ", subsequent_indent="    ") + "\n"
        yield "\n"
