"""`statelint config`: show, check or write the configuration, and print its schemas."""

from __future__ import annotations

import enum
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import msgspec

from statelint.cli import place
from statelint.config import KEYS, Config, ConfigError, table_of
from statelint.config_lines import lines_of
from statelint.report import count


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Show, check or write the configuration.

    \b
      statelint config show          every value, with the file and line that it comes from
      statelint config verify        check keys, values and rule names
      statelint config init          write a first statelint.toml for this repository
      statelint config schema        the JSON schema of the configuration
    """


@command.command()
@click.argument("file", required=False, type=click.Path())
def show(file: str | None) -> int:
    """Show every value, with the file and line that it comes from. FILE is a configuration file.

    \b
      statelint config show
      statelint config show deploy/statelint.toml
    """
    where = place.locate([], given=[file] if file else [])
    origins = _origins(where.file)
    for key, field in zip(KEYS, Config.__struct_fields__, strict=True):
        value = getattr(where.config, field)
        origin = origins.get(key, "default")
        click.echo(f"{key} = {_toml(value)}  # {origin}")
    return 0


def _origins(file: Path | None) -> dict[str, str]:
    """Where each key is set: the nearest file of those that extend each other."""
    found: dict[str, str] = {}
    seen: set[Path] = set()
    while file is not None and file not in seen:
        seen.add(file)
        table = table_of(file) or {}
        lines = lines_of(file.read_text(encoding="utf-8"), "tool.statelint" if file.name == "pyproject.toml" else "")
        for key in table:
            found.setdefault(key, f"{file.name}:{lines.get(key, 1)}")
        under = table.get("extend")
        file = (file.parent / under).resolve() if isinstance(under, str) and under else None
    return found


def _toml(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value, enc_hook=_plain), ensure_ascii=False)


def _plain(value: object) -> object:
    return value.value if isinstance(value, enum.Enum) else str(value)


@command.command()
@click.argument("file", required=False, type=click.Path())
def verify(file: str | None) -> int:
    """Check keys, values and rule names. Exit code 2 when something is wrong.

    \b
      statelint config verify
      statelint config verify statelint.toml
    """
    from statelint.run import known_rules
    from statelint.triage import selected

    where = place.locate([], given=[file] if file else [])
    rules = selected(known_rules(where.root, where.config), where.config)
    name = where.file.name if where.file else "no configuration file, so the defaults"
    click.echo(f"{name}: good; {len(rules)} rules selected", err=True)
    return 0


@command.command()
@click.option("--force", is_flag=True, help="Replace a statelint.toml that is there.")
def init(force: bool) -> int:
    """Write a first statelint.toml for this repository, from what is found in it.

    \b
      statelint config init
      statelint config init --force
    """
    from statelint.run import analyse

    where = place.locate([])
    file = where.root / "statelint.toml"
    if (file.exists() or where.file) and not force:
        raise ConfigError(
            f"{(where.file or file).name} configures statelint already; --force writes {file.name} anyway"
        )
    project, found = analyse(where.root, where.config)
    parts = sorted({source.part for source in found.sources if source.part != "service"})
    libraries = sorted({entry.library for entry in project.entries.all} - {"python"})
    copies = [f"{copy.number} at {copy.span.path}:{copy.span.line}" for copy in project.copies]
    text = [
        f"# Requests enter by {', '.join(libraries) or 'nothing that was found'}.",
        f"# No part of the service: {', '.join(parts) or 'nothing'}; `statelint files --why` says which file and why.",
        f"# Copies that are deployed: {'; '.join(copies) or 'none that were found'}.",
        'select = ["ALL"]',
        'fail-on = "error"',
        "require-reason = true",
        "",
        "[[service]]",
        f"name = {json.dumps(where.root.name)}",
        'root = "."',
        f'replicas = "{"many" if copies else "auto"}"  # "one" makes all findings notes',
        "",
        "# Decisions rather than silences; the words are constant, startup-only, rebuilt-on-miss, replica-local-ok and",
        "# external.",
        "[declare]",
    ]
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    ways = count(len(project.entries.all), "way in", "ways in")
    click.echo(f"wrote {file.name}: {count(len(found.sources), 'file')}, {ways}", err=True)
    click.echo("read its comments, and say how often each service runs", err=True)
    return 0


@command.command()
@click.option("--output", "of_output", is_flag=True, help="The schema of the `json` format instead.")
@click.option("--fleet", "of_fleet", is_flag=True, help="The schema of the JSON of `statelint fleet` instead.")
def schema(of_output: bool, of_fleet: bool) -> int:
    """Print the JSON schema of the configuration.

    \b
      statelint config schema > statelint.schema.json
      statelint config schema --output > statelint-report.schema.json
    """
    if of_output or of_fleet:
        published = import_module("statelint.fleet.schema" if of_fleet else "statelint.report.json_schema").SCHEMA
        click.echo(json.dumps(published, indent=2))
        return 0
    made = msgspec.json.schema(Config)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "statelint configuration", **made}
    click.echo(json.dumps(made, indent=2))
    return 0
