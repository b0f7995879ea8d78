"""Writing reports: which formats go where, and the one summary that ends a run, on stderr."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from statelint.cli import place, terminal
from statelint.config import Config, ConfigError, nearest
from statelint.findings import Problem, Report
from statelint.report import Look, count, formats, library_name, paths_of, render

MANY = 25
"""Findings from which on nobody reads one after the other."""
REASONS = {  # why something is hidden → how to say it, and how to see it
    "arguable": ("arguable", "--pedantic"),
    "preview": ("that may still change", "--preview"),
    "suppressed": ("suppressed", "statelint suppressions"),
    "declared": ("declared", "statelint audit"),
    "baseline": ("in the baseline", "--no-baseline"),
    "below-severity": ("below --min-severity", "--min-severity note"),
    "below-confidence": ("below --min-confidence", "--min-confidence low"),
    "outside-paths": ("outside PATHS", "statelint check"),
    "known": ("there before", "without --new-since"),
}


def known_format(name: str, known: Sequence[str]) -> str:
    """The name of a format. Raises ConfigError with the nearest one."""
    if name not in known:
        raise ConfigError(f"no format `{name}`{nearest(name, known)} (there are {', '.join(known)})")
    return name


def wanted(single: str | None, several: Sequence[str]) -> list[tuple[str, str]]:
    """(format, path) of each output; `-` is stdout."""
    default = "full" if sys.stdout.isatty() and "PRE_COMMIT" not in os.environ else "concise"
    return chosen(single, several, formats(), default)


def chosen(single: str | None, several: Sequence[str], known: Sequence[str], default: str) -> list[tuple[str, str]]:
    """The same for any formats: what `--output-format` and `-o` ask for. Raises ConfigError."""
    found = []
    for text in several:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise ConfigError(f"-o {text}: write FORMAT=PATH, for example {known[-1]}=statelint.out; - is stdout")
        found.append((known_format(name, known), path))
    if single or not found:
        found.insert(0, (known_format(single or default, known), "-"))
    if sum(path == "-" for _, path in found) > 1:
        raise ConfigError("two formats cannot both go to stdout; give one of them a file")
    return found


def put(text: str, path: str) -> None:
    """Write a report to a file, or to stdout for `-`. Raises ConfigError."""
    if path == "-":
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def write(report: Report, outputs: Sequence[tuple[str, str]], root: Path, options: dict[str, Any]) -> None:
    """Render each format to its place."""
    for name, path in outputs:
        stdout = path == "-"
        color = stdout and terminal.colored(options["color"], sys.stdout)
        look = Look(
            width=terminal.width(),
            color=color,
            links=stdout and terminal.linked(options["links"], color),
            unicode=terminal.can_draw(sys.stdout) if stdout else True,
            prefix=place.prefix(paths_of(name), root),
            most=options["max_findings"],
            suppressed=options["sarif_suppressed"] or options["show_suppressed"],
        )
        text = render(name, report, look)
        if name == "github" and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
            _append(Path(page), render("markdown", report, look))
        put(text, path)


def _append(file: Path, text: str) -> None:
    """Add to a file that others write too; a summary that cannot be written is no reason to fail."""
    try:
        with file.open("a", encoding="utf-8", errors="backslashreplace") as out:
            out.write(text)
    except OSError as error:
        click.echo(f"{file} cannot be written: {error.strerror}", err=True)


def summary(report: Report, config: Config, options: dict[str, Any]) -> None:
    """What was found, what could not be read, and what is hidden and how to see it."""
    if options["statistics"]:
        _statistics(report)
    if options["quiet"]:
        return
    sys.stdout.flush()
    for line in [*summary_lines(report, config), *further_lines(report, options)]:
        click.echo(line, err=True)


def summary_lines(report: Report, config: Config) -> list[str]:
    """The lines of the summary."""
    levels = Counter(finding.severity.value for finding in report.findings)
    entries = sum(report.entries.values())
    coverage = f"{count(report.files, 'file')}, {count(entries, 'way in', 'ways in')}"
    if report.findings:
        parts = ", ".join(count(levels[level], level) for level in ("error", "warning", "note") if levels[level])
        lines = [f"{count(len(report.findings), 'finding')} ({parts}) in {coverage}"]
    else:
        lines = [f"no findings in {coverage}"]
    if report.files and not entries:
        lines.append(
            "no function was found that a request, job or message enters by, so memory and uploads could not be judged"
        )
    if report.problems:
        lines.append(_incomplete(report.problems))
    if len(report.findings) > MANY:
        lines.append("many at once: `statelint audit` makes a plan of them, `statelint baseline create` accepts them")
    hidden = [f"{report.hidden[key]} {word} ({how})" for key, (word, how) in REASONS.items() if report.hidden.get(key)]
    if hidden:
        lines.append("hidden: " + ", ".join(hidden))
    if fixable := _fixable(report):
        lines.append(fixable)
    if report.hidden.get("fixed"):
        lines.append(f"{count(report.hidden['fixed'], 'entry', 'entries')} of {config.baseline} fixed: "
                     "statelint baseline prune")  # fmt: skip
    return lines


def further_lines(report: Report, options: dict[str, Any]) -> list[str]:
    """What `--max-findings` left out, and with `-v` how requests come in and everything that could not be analysed."""
    most, lines = options["max_findings"], []
    if most and most < len(report.findings):
        lines.append(f"shown: the first {most} (--max-findings)")
    if options["verbose"]:
        ways = ", ".join(f"{number} by {library_name(library)}" for library, number in report.entries.items())
        lines.append(f"ways in: {ways or 'none found'}")
        lines += [f"{p.path}:{p.line}: {p.kind}: {p.message}" for p in report.problems]
    return lines


def _incomplete(problems: Sequence[Problem]) -> str:
    """What could not be analysed: the first of it, and how much more."""
    p = problems[0]
    more = f"; {count(len(problems) - 1, 'more problem')} (-v)" if len(problems) > 1 else ""
    return f"incomplete: {p.message}{more}" if p.path == "." else f"not analysed: {p.path}:{p.line}: {p.message}{more}"


def _fixable(report: Report) -> str:
    """What of a report can be fixed, and how; a fix that is not safe says why."""
    fixes = [finding.fix for finding in report.findings if finding.fix]
    unsafe = [fix for fix in fixes if not fix.safe]
    parts = [f"{len(fixes) - len(unsafe)} with --fix"] if len(unsafe) < len(fixes) else []
    if unsafe:
        notes = Counter(fix.note for fix in unsafe if fix.note)
        reason = f" ({notes.most_common(1)[0][0]})" if len(notes) == 1 else ""
        parts.append(f"{len(unsafe)} with --fix --unsafe-fixes{reason}")
    return f"fixable: {', '.join(parts)}" if parts else ""


def _statistics(report: Report) -> None:
    rows = Counter((f.rule.code, f.rule.name, f.severity.value) for f in report.findings)
    for (code, name, level), number in sorted(rows.items(), key=lambda row: (-row[1], row[0])):
        click.echo(f"{number:5}  {code}  {level:7}  {name}", err=True)
