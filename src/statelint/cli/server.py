"""`statelint server`: the language server protocol on stdin and stdout."""

from __future__ import annotations

import sys

import click

from statelint import collector
from statelint.config import ConfigError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> int:
    """Speak the language server protocol on stdin and stdout, for editors.

    Diagnostics with related places, hovers that say who writes and who reaches the state, quick fixes that mend
    a setting, suppress with a reason or add to the baseline. It needs the extra `lsp`: pip install 'statelint-py[lsp]'.

    \b
      statelint server
    """
    try:
        from statelint.cli.server_session import server
    except ImportError as error:
        raise ConfigError(
            f"the language server needs `pip install 'statelint-py[lsp]'` ({error.name} is missing)"
        ) from error
    collector.resume()
    # streams of its own, since the server closes what it is given
    with open(sys.stdin.fileno(), "rb", closefd=False) as ear, open(sys.stdout.fileno(), "wb", closefd=False) as mouth:
        server().start_io(ear, mouth)
    return 0
