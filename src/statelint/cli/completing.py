"""What a shell completes behind an option or an argument: rules, and formats."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def rules(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Codes, names and categories; in a list, behind the last comma."""
    from statelint.rules import load_rules

    before, comma, word = begun.rpartition(",")
    known = {rule.code: rule.summary for rule in load_rules()} | {rule.name: rule.summary for rule in load_rules()}
    known |= {f"cat:{rule.category}": "" for rule in load_rules()} | {"ALL": "all rules"}
    found = [name for name in known if name.lower().startswith(word.lower())]
    return [CompletionItem(before + comma + name, help=known[name]) for name in found]


def formats(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of formats; for `-o` with the equals sign that follows."""
    from statelint.report import formats as known

    end = "=" if parameter.name == "outputs" else ""
    return [CompletionItem(name + end) for name in known() if name.startswith(begun)]
