"""`statelint check`: analyse the project and report what keeps state."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from statelint.cli import completing, output, place, terminal
from statelint.clock import Clock
from statelint.config import Config, ConfigError
from statelint.findings import Report, Severity

if TYPE_CHECKING:
    from statelint.executors import Cluster
    from statelint.run import Way

F = TypeVar("F", bound=Callable[..., Any])
HELP = """\
Usage: statelint check [OPTIONS] [PATHS]…

Analyse the project and report what keeps state. PATHS limit what is reported, never what is analysed.

  statelint check                                        all of the project in this folder
  statelint check src/shop --select SL1,process-local-session
  statelint check -o sarif=statelint.sarif -o concise=-  two formats at once

Rules     --select, --ignore, --extend-select RULES      codes, names, prefixes (SL1), cat:session, ALL
          --error, --warn, --note RULES                  change the severity
          --pedantic                                     arguable findings too
          --preview                                      rules that may still change
          --min-severity LEVEL  --min-confidence LEVEL   note|warning|error, low|medium|high
Scope     --exclude, --extend-exclude GLOB               gitignore syntax
          --no-respect-gitignore  --no-force-exclude  --tracked-only
          --stdin-filename PATH                          with `-`: the text of that file comes from stdin
New code  --baseline PATH | --no-baseline
          --new-since REV  --anchor definition|changed   only what REV did not have
Fix       --diff  --fix                                  show or make the safe fixes
          --unsafe-fixes                                 with them, those that change more than the text shows
Silence   --add-ignore[=REASON]                          write a suppression comment for each finding
          --no-ignores                                   as if there were no suppression comments
Output    --output-format FORMAT                         {formats}
          -o, --output FORMAT=PATH                       repeatable; - is stdout
          --max-findings N  --statistics  --sarif-suppressed  --show-suppressed
          -q, --quiet  -v, --verbose  --no-progress
          --color auto|always|never  --links auto|always|never
Exit      --fail-on note|warning|error  --exit-zero  --strict
Config    --config PATH|'key = value'  --isolated
Speed     --no-cache  --cache-dir PATH  --jobs N
          --executor KIND[=ADDRESS]                      extract on a cluster that runs: {executors}
          --no-sift                                      read files too that cannot matter
          --timings                                      say on stderr where the time went

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 internal error (or incomplete under --strict).
"""
LEVELS = click.Choice([level.value for level in Severity])
WHEN = click.Choice(["auto", "always", "never"])


class Check(click.Command):
    """The command with its help on one screen."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from statelint.executors import kinds
        from statelint.report import formats

        rows, line = [], ""
        for name in formats():
            if len(line) + len(name) > 56:
                rows.append(line)
                line = ""
            line += ("|" if line or rows else "") + name
        formatter.write(HELP.format(formats=("\n" + " " * 57).join([*rows, line]), executors="|".join(kinds())))


def _split(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def many(name: str) -> Callable[[F], F]:
    """A repeatable option whose values are comma-separated lists."""
    return click.option(name, multiple=True, callback=_split, shell_complete=completing.rules)


def cluster(context: click.Context, parameter: click.Parameter, value: str | None) -> Cluster | None:
    """What `--executor` means."""
    if value is None:
        return None
    from statelint.executors import named

    return named(value)


@click.command(cls=Check, context_settings={"help_option_names": ["-h", "--help"]})
@place.paths_argument
@many("--select")
@many("--ignore")
@many("--extend-select")
@many("--error")
@many("--warn")
@many("--note")
@click.option("--pedantic", is_flag=True)
@click.option("--preview", is_flag=True)
@click.option("--min-severity", type=LEVELS)
@click.option("--min-confidence", type=click.Choice(["low", "medium", "high"]))
@click.option("--exclude", multiple=True)
@click.option("--extend-exclude", multiple=True)
@click.option("--no-respect-gitignore", is_flag=True)
@click.option("--no-force-exclude", is_flag=True)
@click.option("--tracked-only", is_flag=True)
@click.option("--stdin-filename")
@click.option("--baseline")
@click.option("--no-baseline", is_flag=True)
@click.option("--new-since")
@click.option("--anchor", type=click.Choice(["definition", "changed"]), default="definition")
@click.option("--fix", is_flag=True)
@click.option("--diff", is_flag=True)
@click.option("--unsafe-fixes", is_flag=True)
@click.option("--add-ignore", is_flag=False, flag_value="accepted for now", metavar="REASON")
@click.option("--no-ignores", is_flag=True)
@click.option("--output-format", shell_complete=completing.formats)
@click.option("-o", "--output", "outputs", multiple=True, shell_complete=completing.formats)
@click.option("--max-findings", type=click.IntRange(min=0), default=0)
@click.option("--statistics", is_flag=True)
@click.option("--sarif-suppressed", is_flag=True)
@click.option("--show-suppressed", is_flag=True)
@click.option("-q", "--quiet", is_flag=True)
@click.option("-v", "--verbose", is_flag=True)
@click.option("--no-progress", is_flag=True)
@click.option("--color", type=WHEN, default="auto")
@click.option("--links", type=WHEN, default="auto")
@click.option("--fail-on", type=LEVELS)
@click.option("--exit-zero", is_flag=True)
@click.option("--strict", is_flag=True)
@click.option("--config", "given", multiple=True)
@click.option("--isolated", is_flag=True)
@click.option("--no-cache", is_flag=True)
@click.option("--cache-dir")
@click.option("--jobs", type=click.IntRange(min=1))
@click.option("--executor", "cluster", callback=cluster)
@click.option("--no-sift", is_flag=True)
@click.option("--timings", is_flag=True)
def command(**options: Any) -> int:
    """Analyse the project and report what keeps state."""
    paths = options["paths"]
    if "-" in paths and not options["stdin_filename"]:
        raise ConfigError("`-` needs --stdin-filename: the path that the text belongs to")
    if "-" in paths and options["fix"] and not options["diff"]:
        raise ConfigError("--fix writes files, and `-` is none; use --diff")
    wanted = output.wanted(options["output_format"], options["outputs"])
    where = place.locate(
        [options["stdin_filename"] or path if path == "-" else path for path in paths],
        overrides(options),
        options["given"],
        options["isolated"],
        unsaved=bool(options["stdin_filename"]),
    )
    way = _way(where, options)
    report = analyse(where, options, way)
    if options["add_ignore"]:
        return _add_ignores(report, where, options)
    if options["diff"] or options["fix"]:
        from statelint.cli import fixing

        fixed = fixing.fix(report, where, way, options)
        if options["diff"]:
            fixing.show(fixed, where, options)
        else:
            fixing.write(fixed, where)
            report = analyse(where, options, way)
        if not options["quiet"]:
            fixing.tell(fixed, done=not options["diff"])
        if options["diff"]:
            return exit_code(report, where.config, options)
    output.write(report, wanted, where.root, options)
    output.summary(report, where.config, options)
    for note in way.cluster.notes() if way.cluster else ():
        click.echo(note, err=True)
    if way.clock:
        for line in way.clock.lines():
            click.echo(line, err=True)
    return exit_code(report, where.config, options)


def overrides(options: dict[str, Any]) -> dict[str, Any]:
    """What options say in the words of the configuration."""
    found: dict[str, Any] = {}
    for name in ("select", "ignore", "extend_select", "exclude", "extend_exclude"):
        if options.get(name):
            found[name.replace("_", "-")] = list(options[name])
    for name in ("min_severity", "min_confidence", "fail_on", "cache_dir", "baseline"):
        if options.get(name):
            found[name.replace("_", "-")] = options[name]
    for name in ("pedantic", "preview", "tracked_only"):
        if options.get(name):
            found[name.replace("_", "-")] = True
    for name, key in (("no_respect_gitignore", "respect-gitignore"), ("no_force_exclude", "force-exclude")):
        if options.get(name):
            found[key] = False
    levels = {rule: level for level in ("note", "warn", "error") for rule in options.get(level) or ()}
    if levels:
        found["severity"] = {rule: "warning" if level == "warn" else level for rule, level in levels.items()}
    if options.get("no_baseline"):
        found["baseline"] = ""
    return found


def _way(where: place.Place, options: dict[str, Any]) -> Way:
    from statelint.run import Way

    texts = {}
    if "-" in options["paths"]:
        texts = {place.relative(options["stdin_filename"], where.root): sys.stdin.buffer.read()}
    clock = Clock() if options["timings"] else None
    return Way(options["jobs"], not options["no_cache"], None, texts, not options["no_sift"], clock, options["cluster"])


def analyse(where: place.Place, options: dict[str, Any], way: Way) -> Report:
    """The report, with progress on stderr where somebody watches."""
    from statelint.run import run

    with terminal.progress(options["no_progress"] or options["quiet"]) as progress:
        way = way._replace(progress=progress)
        report = run(where.root, where.config, way, paths=where.limits, comments=not options["no_ignores"])
        if options["new_since"]:
            from statelint.cli.since import new_since

            report = new_since(report, options["new_since"], where.root, where.config, way, options["anchor"])
        return report


def _add_ignores(report: Report, where: place.Place, options: dict[str, Any]) -> int:
    from statelint.cli.ignoring import add_ignores

    done, left = add_ignores(report.findings, where.root, options["add_ignore"])
    click.echo(f"silenced {done} of {len(report.findings)} findings, each with a reason", err=True)
    for spot in left:
        click.echo(f"no comment fits at {spot}; use [[ignore]] in the configuration", err=True)
    return 0


def exit_code(report: Report, config: Config, options: dict[str, Any]) -> int:
    """3 for an incomplete analysis under `--strict`, 1 for findings, else 0."""
    if options["strict"] and report.problems:
        return 3
    worst = max((finding.severity.rank for finding in report.findings), default=-1)
    return 1 if worst >= config.fail_on.rank and not options["exit_zero"] else 0
