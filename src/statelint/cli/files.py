"""`statelint files`: what is analysed, and what is not and for which reason."""

from __future__ import annotations

import click
from msgspec.structs import replace

from statelint.cli import place
from statelint.discover import why
from statelint.report import printable


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@place.paths_argument
@click.option("--why", "reasons", is_flag=True, help="Everything that was met, with the reason for what it counts as.")
@click.option("--config", "given", multiple=True, metavar="PATH|'key = value'", help="A configuration to use.")
def command(paths: tuple[str, ...], reasons: bool, given: tuple[str, ...]) -> int:
    """List the files that are analysed as the service's own.

    \b
      statelint files
      statelint files --why src/shop
    """
    from statelint.run import look, sources

    where = place.locate(paths, given=given)
    found = sources(where.root, where.config, where.limits)
    if any(service.settings for service in where.config.service):  # which settings are left out, their text says
        contents = look(where.root, where.config, paths=where.limits)[1]
        found = replace(found, sources=tuple(content.source for content in contents))
    for path, what, reason in why(found):
        limits = where.limits
        if limits and not any(path == limit or path.startswith(limit + "/") for limit in limits):
            continue
        if reasons:
            click.echo(f"{printable(path)}: {what}: {reason}")
        elif what.endswith(", service"):
            click.echo(printable(path))
    return 0
