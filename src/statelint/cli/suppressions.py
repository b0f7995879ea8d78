"""`statelint suppressions`: every suppression with its reason, owner, expiry, and whether it is still used."""

from __future__ import annotations

import json

import click

from statelint.cli import place
from statelint.report import printable


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("path", required=False, type=click.Path())
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(path: str | None, output_format: str) -> int:
    """List what is silenced or declared: comments, `[[ignore]]` tables and declarations.

    \b
      statelint suppressions
      statelint suppressions --output-format json
    """
    from statelint.run import run

    where = place.locate([path] if path else [])
    report = run(where.root, where.config)
    rows = [
        {
            "where": f"{s.span.path}:{s.span.line}",
            "kind": s.verb,
            "rules": list(s.ids),
            "state": s.state,
            "reason": s.reason,
            **dict(s.keys),
        }
        for s in report.comments
    ]
    used = {f.suppressed.reason for f in report.silenced if f.suppressed and f.suppressed.kind == "configuration"}
    name = where.file.name if where.file else "configuration"
    for entry in where.config.ignored_objects:
        what = entry.symbol or entry.resource or entry.path
        row = {"where": f"{name}: {what}", "kind": "ignore", "rules": [entry.rule], "reason": entry.reason}
        rows.append({**row, "state": "used" if entry.reason in used else "unused", **_until(entry.until)})
    declared = {f.subject.name for f in report.silenced if f.suppressed and f.suppressed.kind == "declared"}
    for symbol, word in where.config.declare.items():
        state = "used" if symbol in declared else "unused"
        rows.append({"where": f"{name}: {symbol}", "kind": "declare", "rules": [], "state": state, "reason": word})
    if output_format == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for row in rows:
        extra = " ".join(f"{key}={row[key]}" for key in ("until", "owner", "ticket") if row.get(key))
        rules = f"[{','.join(str(rule) for rule in row['rules'])}]" if row["rules"] else ""
        said = f"{row['where']}: {row['kind']}{rules} {row['state']}{' ' + extra if extra else ''}"
        click.echo(printable(f"{said} -- {row['reason'] or 'no reason'}"))
    if not rows:
        click.echo("nothing is suppressed", err=True)
    return 0


def _until(until: str) -> dict[str, str]:
    return {"until": until} if until else {}
