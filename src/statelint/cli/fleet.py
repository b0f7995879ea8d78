"""`statelint fleet`: analyse all repositories of a list; which keep most state, and which kinds are commonest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from statelint import collector
from statelint.cli import output, terminal
from statelint.cli.check import LEVELS, cluster, many, overrides
from statelint.fleet import ORDERS, Fleet, fleet
from statelint.fleet.listed import repositories
from statelint.report import count

FORMATS = ("text", "markdown", "json", "html")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("listed", metavar="LIST", type=click.Path())
@click.option("--output-format", help="text (the default), markdown, json or html.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help="Repeatable; - is stdout.")
@click.option("--sort", type=click.Choice(ORDERS), default="weight", help="density is the weight of 1000 lines.")
@click.option("--all", "everything", is_flag=True, help="In the text, all rows of the tables.")
@many("--select")
@many("--ignore")
@click.option("--pedantic", is_flag=True, help="Arguable findings too; they weigh nothing.")
@click.option("--fail-on", type=LEVELS, help="In the place of what each repository is configured for.")
@click.option("--exit-zero", is_flag=True)
@click.option("--strict", is_flag=True, help="End with 3 when anything could not be analysed.")
@click.option("--jobs", type=click.IntRange(min=1), help="Repositories at once; one a processor.")
@click.option("--executor", "cluster", callback=cluster, metavar="KIND[=ADDRESS]", help="A cluster that runs.")
@click.option("--time-limit", type=click.FloatRange(min=0), default=600, metavar="SECONDS",
              help="For each repository: 600; 0 for none.")  # fmt: skip
@click.option("--no-cache", is_flag=True)
@click.option("--cache-dir")
@click.option("--no-progress", is_flag=True)
@click.option("-q", "--quiet", is_flag=True)
def command(**options: Any) -> int:
    """Analyse all repositories of a LIST, each as `statelint check` does inside it, and rank them.

    LIST has a folder a line, relative to itself: `../shop`, `NAME = ../shop`, or `services/*` for all folders there;
    # begins a comment. Each repository is analysed in a process of its own, so that one that crashes or takes longer
    than --time-limit is reported and costs no other. On a cluster (--executor) the folders must be there under the same
    path; what its workers do not see or lose is analysed here.

    \b
      statelint fleet repositories.txt
      statelint fleet repositories.txt --jobs 8 -o json=fleet.json -o html=fleet.html -o text=-
      statelint fleet repositories.txt --executor dask=tcp://scheduler:8786
    """
    wanted = output.chosen(options["output_format"], options["outputs"], FORMATS, "text")
    made = _analysed(options)
    for name, path in wanted:
        output.put(_drawn(made, name, options["everything"] or path != "-"), path)
    if not options["quiet"]:
        _tell(made, options)
    if not made.rows or (options["strict"] and made.incomplete):
        return 3
    return 1 if made.fails and not options["exit_zero"] else 0


def _analysed(options: dict[str, Any]) -> Fleet:
    from statelint.fleet.process import Order, each

    collector.resume()
    listed = repositories(Path(options["listed"]))
    words = overrides({**options, "cache_dir": options["cache_dir"] and str(Path(options["cache_dir"]).resolve())})
    orders = [Order(str(r.root), words, not options["no_cache"], options["time_limit"]) for r in listed]
    with terminal.progress(options["no_progress"] or options["quiet"], "analysed", "repositories") as progress:
        done = dict(each(orders, options["jobs"], options["cluster"], progress))
    return fleet(((repository, done[number]) for number, repository in enumerate(listed)), options["sort"])


def _drawn(made: Fleet, name: str, everything: bool) -> str:
    if name == "html":
        from statelint.fleet.html import html

        return html(made)
    from statelint.fleet.text import as_json, markdown, text

    if name == "text":
        return text(made, terminal.width(), everything)
    return as_json(made) if name == "json" else markdown(made)


def _tell(made: Fleet, options: dict[str, Any]) -> None:
    """What went wrong, on stderr, since the report may go elsewhere."""
    for note in options["cluster"].notes() if options["cluster"] else ():
        click.echo(note, err=True)
    if made.failed:
        name, reason = made.failed[0]
        more = f"; {len(made.failed) - 1} more" if len(made.failed) > 1 else ""
        failed = count(len(made.failed), "repository", "repositories")
        click.echo(f"not analysed: {failed}: {name}: {reason}{more}", err=True)
