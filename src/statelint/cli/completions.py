"""`statelint completions`: the script that teaches a shell the commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a SHELL.

    \b
      statelint completions zsh > ~/.zfunc/_statelint
      statelint completions bash >> ~/.bashrc
    """
    from statelint.cli import program

    found = get_completion_class(shell)
    assert found is not None
    completion = found(program, {}, "statelint", "_STATELINT_COMPLETE")
    click.echo(completion.source_template % completion.source_vars())
    return 0
