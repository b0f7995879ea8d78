"""The `full` format: each finding drawn in its source, with the steps from the definition to the deployment."""

from __future__ import annotations

import io
import re

from rich.console import Console
from rich.style import Style
from rich.text import Text

from statelint.findings import Report
from statelint.report import Look, full_lines

PATHS = "shown"
STYLES = {
    "": "",
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "problem": "bold magenta",
    "bold": "bold",
    "dim": "dim",
    "gutter": "bold blue",
    "main": "bold red",
    "other": "bold blue",
}
ADDRESS = re.compile(r"https://\S+")


def render(report: Report, look: Look) -> str:
    """The drawing of all findings; no text from the project is ever read as markup."""
    console = Console(
        file=io.StringIO(),
        force_terminal=look.color,
        color_system="standard" if look.color else None,
        no_color=not look.color,
        width=10_000,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for pieces in full_lines.lines(report, look):
        line = Text()
        for style, text in pieces:
            line.append(text, style=STYLES[style])
        if look.links and (found := ADDRESS.search(line.plain)):
            line.stylize(Style(link=found.group()), found.start(), found.end())
        line.rstrip()
        console.print(line, soft_wrap=True)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()
