"""The list of a fleet: a file with one repository a line.

    # payments
    ../payments
    shop = /srv/git/shop      # called so in the report
    services/*                # every folder of that folder

A path is relative to the list. A name that is not given is that of the folder, or the path where two folders share it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from statelint.config import ConfigError
from statelint.fleet import Repository

COMMENT = re.compile(r"(?:^|\s)#.*")
NAMED = re.compile(r"([^=\s](?:[^=]*[^=\s])?)\s*=\s*(.+)")


def repositories(file: Path) -> tuple[Repository, ...]:
    """The repositories that a file lists. Raises ConfigError with the line for what is wrong."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise ConfigError(f"{file} cannot be read: {reason}") from error
    found = [row for row in _rows(text, file) if row is not None]
    if not found:
        raise ConfigError(f"{file} lists no repository: write the path of a folder on each line")
    usual = Counter(name or Path(path).name for _, name, path, _ in found)
    named: dict[str, Repository] = {}
    for line, name, path, root in found:
        short = Path(path).name
        called = name or (short if short and usual[short] == 1 else path)
        if called in named:
            raise ConfigError(f"{file}:{line}: `{called}` is listed twice")
        named[called] = Repository(called, path, root)
    return tuple(named.values())


def _rows(text: str, file: Path) -> Iterator[tuple[int, str, str, Path]]:
    """(line, name if given, path as listed, folder) of each repository."""
    above = file.resolve().parent
    for number, line in enumerate(text.splitlines(), 1):
        entry = COMMENT.sub("", line).strip()
        if not entry:
            continue
        pair = NAMED.fullmatch(entry)
        name, path = pair.groups() if pair else ("", entry)
        if not glob_like(path):
            if not (above / path).is_dir():
                raise ConfigError(f"{file}:{number}: no such folder: {path}")
            yield number, name, Path(os.path.normpath(path)).as_posix(), (above / path).resolve()
            continue
        if name:
            raise ConfigError(f"{file}:{number}: one name cannot stand for several folders")
        anchor = Path(path).anchor
        for match in sorted((Path(anchor) if anchor else above).glob(path[len(anchor) :])):
            if match.is_dir():
                listed = match if anchor else Path(os.path.relpath(match, above))
                yield number, "", listed.as_posix(), match.resolve()


def glob_like(path: str) -> bool:
    """Whether a path stands for all folders that fit it."""
    return any(char in path for char in "*?[")
