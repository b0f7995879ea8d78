"""`statelint audit`: the readiness report that one brings to a scale-out review."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from statelint.audit import audit
from statelint.audit_html import html
from statelint.audit_text import as_json, markdown, text
from statelint.cli import place, terminal
from statelint.cli.output import put
from statelint.config import ConfigError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@place.paths_argument
@click.option("--output-format", type=click.Choice(["text", "markdown", "json", "html"]), default=None,
              help="text unless the name of --output says more.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(), help="A file to write instead of stdout.")
@click.option("--check", type=click.Path(), help="Fail with 1 when this committed report is out of date.")
@click.option("--all", "everything", is_flag=True, help="In the text, list what is benign too.")
@click.option("--no-cache", is_flag=True, help="Extract everything anew.")
def command(
    paths: tuple[str, ...],
    output_format: str | None,
    output: str | None,
    check: str | None,
    everything: bool,
    no_cache: bool,
) -> int:
    """Write the readiness report: verdict and score, state map, inventory, plan with costs, coverage.

    \b
      statelint audit
      statelint audit -o audit.html
      statelint audit --check docs/state-audit.md
    """
    from statelint.advise import costs
    from statelint.run import Way, run

    where = place.locate(paths)
    config = msgspec.structs.replace(where.config, pedantic=True, baseline="")
    report = run(where.root, config, Way(use_cache=not no_cache), paths=where.limits)
    made = audit(report, where.root.name, costs(), where.config)
    target = output or check
    kind = output_format or _kind(target)
    drawn = {"markdown": markdown, "json": as_json, "html": html}
    rendered = drawn[kind](made) if kind in drawn else text(made, terminal.width(), everything)
    if check:
        return _compare(Path(check), rendered)
    if output:
        put(rendered, output)
        click.echo(f"{made.verdict}; wrote {output}", err=True)
        return 0
    sys.stdout.write(rendered)
    return 0


def _kind(path: str | None) -> str:
    kinds = {".md": "markdown", ".json": "json", ".html": "html", ".htm": "html"}
    return kinds.get(Path(path).suffix, "text") if path else "text"


def _compare(file: Path, rendered: str) -> int:
    try:
        same = file.read_bytes().decode(errors="replace").replace("\r\n", "\n") == rendered
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    click.echo(f"{file} is {'up to date' if same else 'out of date'}", err=True)
    return 0 if same else 1
