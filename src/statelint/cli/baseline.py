"""`statelint baseline`: accept what is there, so that only new findings count."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from statelint.cli import place
from statelint.config import ConfigError
from statelint.findings import Finding
from statelint.report import count, printable
from statelint.triage_baseline import Entry, entry, load, pruned, render


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Accept what is there, so that only new findings count.

    \b
      statelint baseline create              write statelint-baseline.json; commit it
      statelint baseline prune               drop the entries of what was mended
      statelint baseline update --allow-new  accept what is new, too
      statelint baseline show                list the entries
    """


def _project(path: str | None) -> tuple[place.Place, Path, tuple[Finding, ...]]:
    """The project, the file of its baseline, and all findings as if there were none.

    Findings about suppression comments are left out: whoever reads them can mend them at once.
    """
    from statelint.run import run

    where = place.locate([path] if path else [])
    file = where.root / (where.config.baseline or "statelint-baseline.json")
    report = run(where.root, msgspec.structs.replace(where.config, baseline=""))
    return where, file, tuple(finding for finding in report.findings if finding.rule.check)


def _write(file: Path, rows: list[Entry]) -> None:
    try:
        file.write_text(render(rows), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file.name} cannot be written: {error.strerror}") from error
    click.echo(f"{file.name}: {count(len(rows), 'entry', 'entries')}", err=True)


@command.command()
@click.argument("path", required=False, type=click.Path())
@click.option("--force", is_flag=True, help="Replace a baseline that is there.")
def create(path: str | None, force: bool) -> int:
    """Write a baseline of all findings.

    \b
      statelint baseline create
      statelint baseline create services/shop
    """
    _, file, findings = _project(path)
    if file.exists() and not force:
        raise ConfigError(f"{file.name} is there; `statelint baseline update` changes it, --force replaces it")
    _write(file, [entry(finding) for finding in findings])
    click.echo("commit it: from now on only what is not in it counts", err=True)
    return 0


@command.command()
@click.argument("path", required=False, type=click.Path())
@click.option("--allow-new", is_flag=True, help="Accept new findings too; without it a baseline only shrinks.")
def update(path: str | None, allow_new: bool) -> int:
    """Drop what was mended; with --allow-new, accept what is new.

    \b
      statelint baseline update
      statelint baseline update --allow-new
    """
    _, file, findings = _project(path)
    known = _known(file)
    kept = pruned(known, findings)
    new = [finding for finding in findings if finding.id not in known]
    if allow_new:
        kept += [entry(finding) for finding in new]
    _write(file, kept)
    if new and not allow_new:
        for finding in new:
            click.echo(f"new, not accepted: {finding.rule.code} {printable(finding.subject.name)}", err=True)
        return 1
    return 0


@command.command()
@click.argument("path", required=False, type=click.Path())
def prune(path: str | None) -> int:
    """Drop the entries of what was mended.

    \b
      statelint baseline prune
    """
    _, file, findings = _project(path)
    _write(file, pruned(_known(file), findings))
    return 0


@command.command()
@click.argument("path", required=False, type=click.Path())
def show(path: str | None) -> int:
    """List the entries, and which of them are mended.

    \b
      statelint baseline show
    """
    _, file, findings = _project(path)
    alive = {finding.id for finding in findings}
    for row in sorted(_known(file).values(), key=lambda row: (row.rule, row.object)):
        state = "" if row.id in alive else "  (mended: statelint baseline prune)"
        click.echo(f"{row.id}  {row.rule}  {printable(row.object)}{'  ' + row.reason if row.reason else ''}{state}")
    return 0


def _known(file: Path) -> dict[str, Entry]:
    known = load(file)
    if known is None:
        raise ConfigError(f"there is no {file.name}; `statelint baseline create` writes it")
    return known
