"""Where a command works: the root of the project that it is about, and the paths that its answer is limited to."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from statelint.config import MARKERS, Config, ConfigError, Loaded, find_root, load, parse, parse_toml, table_of

F = TypeVar("F", bound=Callable[..., Any])


class Place(NamedTuple):
    """The project: its root and configuration, and the limits relative to the root (none for all of it)."""

    root: Path
    config: Config
    file: Path | None
    limits: tuple[str, ...]


def locate(
    paths: Sequence[str],
    overrides: dict[str, Any] | None = None,
    given: Sequence[str] = (),
    isolated: bool = False,
    unsaved: bool = False,
) -> Place:
    """The project for some PATHS. A single folder that has a configuration, a `pyproject.toml` or a repository of its
    own is a project of its own; otherwise PATHS limit what is reported on the project around the current folder. Where
    nothing at or above the current folder says that it is a project, what PATHS have in common is one.
    A path that is gone is no error beside others, nor is one whose text is `unsaved`. Raises ConfigError."""
    existing = [path for path in paths if os.path.lexists(path)]
    if paths and not existing and not unsaved:
        raise ConfigError(f"no such path: {paths[0]}")
    root = _root(existing, Path.cwd())
    limits = tuple(
        dict.fromkeys(relative for path in paths if (relative := _relative(path, root)) is not None and relative != ".")
    )
    if len(limits) < len(paths) and any(_relative(path, root) == "." for path in paths):
        limits = ()
    loaded = _configuration(root, overrides or {}, given, isolated)
    return Place(loaded.root, loaded.config, loaded.file, limits)


def _root(existing: Sequence[str], here: Path) -> Path:
    alone = Path(existing[0]).resolve() if len(existing) == 1 and Path(existing[0]).is_dir() else here
    if alone != here and _marked(alone):
        return alone
    around = find_root(here)
    if existing and not (_marked(around) and all(_absolute(path).is_relative_to(around) for path in existing)):
        return find_root(_folder(existing))
    return around


def _marked(folder: Path) -> bool:
    return any((folder / marker).exists() for marker in MARKERS)


def _absolute(path: str) -> Path:
    """The path without `..`; a link itself is kept, what leads to it is resolved."""
    plain = Path(path)
    return plain.parent.resolve() / plain.name if plain.name not in ("", "..") else plain.resolve()


def _folder(paths: Sequence[str]) -> Path:
    common = Path(os.path.commonpath([_absolute(path) for path in paths]))
    return common if common.is_dir() else common.parent


def _relative(path: str, root: Path) -> str | None:
    absolute = _absolute(path)
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else None


def relative(path: str, root: Path) -> str:
    """A path relative to the root. Raises ConfigError for one that is not below it."""
    found = _relative(path, root)
    if found is None:
        raise ConfigError(f"{path} is not below {root}")
    return found


def _configuration(root: Path, overrides: dict[str, Any], given: Sequence[str], isolated: bool) -> Loaded:
    """`--config` takes a file, or `key = value` in TOML; the command line's own options come last."""
    file, inline = None, {}
    for text in given:
        if "=" in text and not Path(text).exists():
            table = parse_toml(text, f"--config {text!r}")
            parse(table, f"--config {text!r}")
            inline.update(table)
        elif Path(text).is_file():
            file = Path(text).resolve()
            if table_of(file) is None:
                raise ConfigError(f"{text} has no table [tool.statelint]")
        else:
            raise ConfigError(f"--config {text}: neither a file nor `key = value`")
    merged = {**inline, **overrides}
    if isolated:
        return Loaded(parse(merged, "command line"), root, None)
    return load(root, merged, file)


def prefix(kind: str, root: Path) -> str:
    """What leads from where a format's paths are read (`root`, `repository` or `shown`) to the root."""
    if kind == "root":
        return ""
    if kind == "repository":
        base = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    else:
        base = Path.cwd()
    relative = Path(os.path.relpath(root, base)).as_posix()
    return "" if relative == "." else relative + "/"


def paths_argument(function: F) -> F:
    """The PATHS argument of a command."""
    return click.argument("paths", nargs=-1, type=click.Path())(function)
