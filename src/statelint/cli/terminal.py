"""What the streams are like: colour, links, width, encoding. Decided here once, then handed to the reports."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from statelint.cli.progress import Progress

WIDEST = 140


def colored(choice: str, stream: TextIO) -> bool:
    """Whether to write colours: the option, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then the terminal."""
    if choice != "auto":
        return choice == "always"
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    if "FORCE_COLOR" in environment:
        return environment["FORCE_COLOR"] not in ("", "0", "false")
    if environment.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and environment.get("TERM") != "dumb" and "PRE_COMMIT" not in environment


def linked(choice: str, color: bool) -> bool:
    """Whether to write OSC 8 links: where colours are, on terminals that are known to follow them."""
    if choice != "auto":
        return choice == "always"
    environment = os.environ
    known = {"WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "VTE_VERSION", "WEZTERM_PANE"} & environment.keys()
    program = environment.get("TERM_PROGRAM") in ("iTerm.app", "vscode", "WezTerm", "ghostty")
    return color and sys.stdout.isatty() and bool(known or program)


def width() -> int:
    """The columns to draw in."""
    return max(40, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))


def can_draw(stream: TextIO) -> bool:
    """Whether the stream's encoding has the characters of a drawing."""
    try:
        "│╭…→".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def talks(no_progress: bool) -> bool:
    """Whether progress may be shown: never in CI or under a hook, and only on a terminal."""
    quiet = no_progress or bool(os.environ.get("CI")) or bool(os.environ.get("PRE_COMMIT"))
    return not quiet and sys.stderr.isatty()


@contextmanager
def progress(quiet: bool, doing: str = "reading", what: str = "files") -> Iterator[Progress | None]:
    """What shows how far the work is, where somebody watches; its line is gone afterwards."""
    if not talks(quiet):
        yield None
        return
    from statelint.cli.progress import Progress

    shown = Progress(doing, what)
    try:
        yield shown
    finally:
        shown.done()
