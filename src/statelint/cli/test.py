"""`statelint test`: run the bad and good projects that stand beside house rules."""

from __future__ import annotations

from pathlib import Path

import click

from statelint.cli import place
from statelint.config import ConfigError
from statelint.report import count, printable


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folders", nargs=-1, metavar="[DIR]…", type=click.Path())
def command(folders: tuple[str, ...]) -> int:
    """Run the tests of house rules: DIR/<rule name>/bad/<project> and good/<project>.

    A project is a folder or one file; a comment `# expect: CODE` stands on the line of each finding. Without DIR, the
    folders named by `rules` in the configuration.

    \b
      statelint test house-rules
    """
    from statelint.house_tests import cases, check, untested
    from statelint.rules import RuleError

    chosen = [Path(folder) for folder in folders] or _configured()
    ran = failed = 0
    for folder in chosen:
        if not folder.is_dir():
            raise ConfigError(f"no such folder: {folder}")
        try:
            lacking = list(untested(folder))
            outcomes = [check(folder, case) for case in cases(folder)]
        except RuleError as error:
            raise ConfigError(str(error)) from error
        for outcome in outcomes:
            ran += 1
            failed += bool(outcome.faults)
            name = f"{outcome.case.rule}/{outcome.case.kind}/{outcome.case.path.name}"
            click.echo(f"{'FAILED' if outcome.faults else 'passed'}  {printable(name)}")
            for fault in outcome.faults:
                click.echo(f"        {printable(fault)}")
        for line in lacking:
            click.echo(f"LACKING {printable(line)}")
        failed += len(lacking)
    click.echo(f"{count(ran, 'project')} run, {failed} failed or lacking", err=True)
    return 1 if failed else 0


def _configured() -> list[Path]:
    where = place.locate([])
    if not where.config.rules:
        raise ConfigError("no folder given, and the configuration names none in `rules`")
    return [where.root / folder for folder in where.config.rules]
