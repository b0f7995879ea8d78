"""Paths → sources: which files are analysed, of which kind, and which of them are the service's own code.

Nothing is opened but directories and ignore files. Links are followed only to files inside the root.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from statelint.file_names import is_code, kind_of, part_of
from statelint.findings import Problem
from statelint.ignore_files import FILE, Ignores
from statelint.shipped import rules_folder

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", ".tox", "node_modules", "__pycache__", ".mypy_cache",
     ".ruff_cache", ".pytest_cache", ".eggs", "site-packages", ".idea", ".vscode", "htmlcov", ".terraform"}
)  # fmt: skip
BUILT = re.compile(r"(^|/)build/(lib|lib\.[^/]+|bdist\.[^/]+)$")
"""What building a distribution leaves behind: a second copy of the code."""
INSTALLED = 2
"""So many records of installed distributions below the root are those of libraries, not of the project itself."""
CARRIED = 5
"""So many entries with the names of well-known libraries make a folder one of libraries, unless it is a package."""
PACKAGES = 3
"""So many of them are folders: a service has modules that are called `commands`, `channels` or `schedule` too."""
DEEPEST = 100


class Source(NamedTuple):
    """One file: `path` is relative to the root with `/`; `part` is service, test, migration, script, docs …"""

    path: str
    kind: str
    part: str
    reason: str


class Skipped(NamedTuple):
    """A file or folder that is not analysed, and why."""

    path: str
    reason: str


class Scope(msgspec.Struct, frozen=True):
    """What to look at. Globs use gitignore syntax, relative to the root."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    tracked_only: bool = False
    asked: tuple[str, ...] = ()
    """Paths that are looked at, with what is below them, whatever the globs and git ignore."""


class Discovery(msgspec.Struct, frozen=True):
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]


def discover(root: Path, scope: Scope | None = None) -> Discovery:
    """All sources below `root`, sorted by path. The root itself and what is above it are never left out by name."""
    scope = scope or Scope()
    walk = _Walk(root.resolve(), scope)
    walk.folder("")
    sources = walk.sources
    if scope.tracked_only:
        tracked = _tracked(root)
        if tracked is None:
            walk.problems.append(Problem(".", 1, "unreadable", "git lists no files here: is it a repository?"))
            tracked = frozenset()
        walk.skipped.extend(Skipped(s.path, "not tracked by git") for s in sources if s.path not in tracked)
        sources = [s for s in sources if s.path in tracked]
    return Discovery(tuple(sorted(sources)), tuple(sorted(walk.skipped)), tuple(sorted(walk.problems)))


def _tracked(root: Path) -> frozenset[str] | None:
    """The files that git knows below a root; None where there is no git or no repository."""
    try:
        out = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False)
    except OSError:
        return None
    return frozenset(os.fsdecode(out.stdout).split("\0")) if out.returncode == 0 else None


def _globs(lines: tuple[str, ...]) -> GitIgnoreSpec | None:
    """What matches some globs; None without any, since most runs have none and pathspec takes a while to import."""
    if not lines:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


class _Walk:
    def __init__(self, root: Path, scope: Scope) -> None:
        self._root = root
        self._include = _globs(scope.include)
        self._exclude = _globs(scope.exclude)
        self._ignores = Ignores(root, scope.respect_gitignore)
        self._asked = scope.asked
        self._code: list[str] = []
        """Folders named for documents that are packages of the service."""
        self._drafts: list[str] = []
        """Folders of templates: Python in them, unless they are packages, is what new projects begin with."""
        self._carried: list[str] = []
        """Folders of libraries that the project carries along."""
        self.sources: list[Source] = []
        self.skipped: list[Skipped] = []
        self.problems: list[Problem] = []

    def folder(self, path: str) -> None:
        if path.count("/") > DEEPEST:
            self.problems.append(Problem(path, 1, "depth", f"folders more than {DEEPEST} levels down are not analysed"))
            return
        try:
            entries = sorted(os.scandir(self._root / path), key=lambda e: e.name)
        except OSError as error:
            self.problems.append(Problem(path or ".", 1, "unreadable", f"this folder cannot be read: {error.strerror}"))
            return
        names = {entry.name for entry in entries}
        if fnmatchcase(path.rpartition("/")[2], "doc*") and is_code(names):
            self._code.append(path)
        if path.rpartition("/")[2] == "templates" and "__init__.py" not in names:
            self._drafts.append(path)
        if path and "__init__.py" not in names and self._holds_libraries(names):
            self._carried.append(path)
        if path and "pyvenv.cfg" in names:
            self.skipped.append(Skipped(path + "/", "a virtual environment"))
            return
        if path and sum(name.endswith(".dist-info") for name in names) >= INSTALLED:
            self.skipped.append(Skipped(path + "/", "libraries that were installed here"))
            return
        above = self._ignores.count
        if FILE in names:
            self._ignores.enter(path)
        for entry in entries:
            child = f"{path}/{entry.name}" if path else entry.name
            if entry.is_dir(follow_symlinks=False):
                self._enter(child, entry.name)
            elif entry.is_symlink():
                self._link(child, entry)
            elif entry.is_file(follow_symlinks=False):
                self._file(child)
        self._ignores.leave(above)

    @cached_property
    def _libraries(self) -> frozenset[str]:
        """The import names of the libraries that are known."""
        return frozenset(path.stem for path in (rules_folder() / "knowledge").glob("*.yaml"))

    def _holds_libraries(self, names: AbstractSet[str]) -> bool:
        if len(names) < CARRIED or len(self._libraries & names) < PACKAGES:
            return False
        return len(self._libraries & {name.removesuffix(".py") for name in names}) >= CARRIED

    def _is_asked(self, path: str) -> bool:
        return bool(self._asked) and any(path == asked or path.startswith(asked + "/") for asked in self._asked)

    def _enter(self, path: str, name: str) -> None:
        if name in SKIPPED or name.endswith((".dist-info", ".egg-info")) or BUILT.search(path):
            self.skipped.append(Skipped(path + "/", "never part of a project's own code"))
        elif self._is_asked(path) or any(asked.startswith(path + "/") for asked in self._asked):
            self.folder(path)
        elif self._ignores.covers(path + "/"):
            self.skipped.append(Skipped(path + "/", "ignored by git"))
        elif self._exclude and self._exclude.match_file(path + "/"):
            self.skipped.append(Skipped(path + "/", "excluded by the configuration"))
        else:
            self.folder(path)

    def _link(self, path: str, entry: os.DirEntry[str]) -> None:
        try:
            target = Path(entry.path).resolve(strict=True)
        except (OSError, RuntimeError):
            self.skipped.append(Skipped(path, "a link that leads nowhere"))
            return
        if target.is_dir():
            self.skipped.append(Skipped(path, "a link to a folder"))
        elif not target.is_relative_to(self._root):
            self.skipped.append(Skipped(path, "a link out of the project"))
        elif target.is_file():
            self.skipped.append(Skipped(path, "a link to a file that is analysed itself"))

    def _file(self, path: str) -> None:
        kind = kind_of(path)
        if not kind:
            return
        if self._is_asked(path):
            self._add(path, kind)
        elif self._include and not self._include.match_file(path):
            self.skipped.append(Skipped(path, "not included by the configuration"))
        elif self._exclude and self._exclude.match_file(path):
            self.skipped.append(Skipped(path, "excluded by the configuration"))
        elif self._ignores.covers(path):
            self.skipped.append(Skipped(path, "ignored by git"))
        else:
            self._add(path, kind)

    def _add(self, path: str, kind: str) -> None:
        folder = next((f for f in self._code if path.startswith(f + "/")), "")
        part, why = part_of(path.removeprefix(folder + "/") if folder else path)
        if kind == "python" and part == "service" and any(path.startswith(f + "/") for f in self._drafts):
            part, why = "example", "a template of new code"
        if part == "service" and any(path.startswith(f + "/") for f in self._carried):
            part, why = "vendored", "a library beside others that the project carries along"
        self.sources.append(Source(path, kind, part, why))


def why(discovery: Discovery) -> Iterator[tuple[str, str, str]]:
    """(path, what it counts as, reason) of every source and of everything left out, by path."""
    rows = [(s.path, f"{s.kind}, {s.part}", s.reason) for s in discovery.sources]
    rows += [(s.path, "left out", s.reason) for s in discovery.skipped]
    yield from sorted(rows)
