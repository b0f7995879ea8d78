"""`statelint rule`: the page of a rule, from the rule's own data."""

from __future__ import annotations

import json

import click

from statelint.advise import instead
from statelint.cli import completing
from statelint.config import ConfigError
from statelint.pages import as_json, markdown, text
from statelint.rules import load_rules, matches, unknown_selector


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[RULE]…", shell_complete=completing.rules)
@click.option("--all", "everything", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
def command(names: tuple[str, ...], everything: bool, output_format: str) -> int:
    """Show the page of each RULE: what it finds, why, what to use instead, when it is fine.

    A RULE is a code, a name, a prefix such as SL1, or cat:session. Without one, all rules are listed.

    \b
      statelint rule SL101
      statelint rule --all --output-format markdown
    """
    rules = load_rules()
    for name in names:
        if trouble := unknown_selector(rules, name):
            raise ConfigError(trouble)
    if not names and not everything:
        for rule in rules:
            click.echo(f"{rule.code}  {rule.severity.value:7}  {rule.name:28}  {rule.summary.rstrip('.')}")
        return 0
    chosen = [rule for rule in rules if everything or any(matches(rule, name) for name in names)]
    if output_format == "json":
        click.echo(json.dumps([as_json(rule) for rule in chosen], indent=2, ensure_ascii=False))
    else:
        page = markdown if output_format == "markdown" else text
        click.echo("\n".join(page(rule, instead(rule.replace)) for rule in chosen), nl=False)
    return 0
