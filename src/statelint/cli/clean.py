"""`statelint clean`: remove the cache."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from statelint.cache import default_folder


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--cache-dir", help="The folder of the cache, where it is not the default.")
def command(cache_dir: str | None) -> int:
    """Remove the cache of facts. The next run analyses everything anew.

    \b
      statelint clean
    """
    folder = Path(cache_dir) if cache_dir else default_folder()
    files = [path for path in folder.glob("facts*") if path.is_file()] if folder.is_dir() else []
    if folder.is_dir() and not cache_dir:
        shutil.rmtree(folder)
    for path in files:
        path.unlink(missing_ok=True)
    click.echo(f"removed {folder}" if files else f"nothing to remove in {folder}", err=True)
    return 0
