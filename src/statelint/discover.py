"""Paths → sources: which files are analysed, of which kind, and which of them are the service's own code.

Nothing is opened but directories and ignore files. Links are followed only to files inside the root.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from statelint.findings import Problem

KINDS: tuple[tuple[str, str], ...] = (
    # glob on the file name → kind; the first that fits wins. A kind is a module of `statelint.extract`.
    ("*.py", "python"),
    ("*.pyi", ""),
    ("*.yaml", "yaml"),
    ("*.yml", "yaml"),
    ("*.y*ml.gotmpl", "yaml"),
    (".env", "dotenv"),
    (".env.*", "dotenv"),
    ("*.env", "dotenv"),
    ("statelint.toml", ""),
    (".statelint.toml", ""),
    ("statelint-baseline.json", ""),
    ("alembic.ini", ""),
    ("tox.ini", ""),
    ("pytest.ini", ""),
    ("mypy.ini", ""),
    ("*.ini", "ini"),
    ("pyproject.toml", ""),
    ("poetry.lock", "toml"),
    ("uv.lock", "toml"),
    ("pdm.lock", "toml"),
    ("requirements*.txt", "requirements"),
    ("constraints*.txt", "requirements"),
    ("*.toml", "toml"),
    ("*.tf", "hcl"),
    ("*.tofu", "hcl"),
    ("*.tfvars", "hcl"),
    ("*.tfvars.json", "hcl-vars"),
    ("*.nomad", "hcl"),
    ("*.hcl", "hcl"),
    ("package-lock.json", ""),
    ("*.json", "hcl-json"),
    ("*.log", ""),
    ("nginx*", "conf"),
    ("*.conf", "conf"),
    ("*.cfg", "conf"),
    ("*.cfg.j2", "conf"),
    ("*.conf.*", "conf"),
    ("*.haproxy", "conf"),
    ("*.nginx", "conf"),
    ("*.vhost", "conf"),
    ("*.vcl", "conf"),
    ("Caddyfile*", "conf"),
    ("*.caddyfile", "conf"),
    ("workers.properties", "conf"),
    ("application*.properties", "conf"),
    ("standalone*.xml", "conf"),
    ("domain.xml", "conf"),
    ("server.xml", "conf"),
    ("applicationHost.xml", "conf"),
    ("*.sh", "conf"),
    ("Makefile", "conf"),
    ("*.bicep", "conf"),
    ("justfile", "conf"),
    ("*.bash", "conf"),
    ("*.cli", "conf"),
    ("*.ps1", "conf"),
    ("*.y*ml.tpl", "yaml"),
    ("*.y*ml.tmpl", "yaml"),
    ("*.y*ml.j2", "yaml"),
    ("*.y*ml.erb", "yaml"),
    ("*.template", "loose"),
    ("*.config", "loose"),
    ("*.tpl", "loose"),
    ("*.tmpl", "loose"),
    ("*.ctmpl", "loose"),
    ("*.tftpl", "loose"),
    ("*.erb", "loose"),
    ("*.j2", "loose"),
    ("*.jinja", "loose"),
    ("*.lua", "code"),
    ("*.ts", "code"),
    ("*.js", "code"),
    ("*.mjs", "code"),
    ("*.java", "code"),
    ("*.cs", "code"),
    ("*.go", "code"),
    ("*.rs", "code"),
    ("Dockerfile*", "commands"),
    ("*.Dockerfile", "commands"),
    ("Containerfile", "commands"),
    ("Procfile", "commands"),
    ("Procfile.*", "commands"),
)
SITES = frozenset({"sites-available", "sites-enabled", "conf.d"})
"""Folders of a web server's configuration, in which names often have no ending."""
SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", ".tox", "node_modules", "__pycache__", ".mypy_cache",
     ".ruff_cache", ".pytest_cache", ".eggs", "site-packages", ".idea", ".vscode", "htmlcov", ".terraform"}
)  # fmt: skip
PARTS: tuple[tuple[str, str, str], ...] = (
    # part of the project, glob on a folder or file name, why
    ("test", "test", "a folder of tests"),
    ("test", "tests", "a folder of tests"),
    ("test", "testing", "a folder of test helpers"),
    ("test", "test_*.py", "a test module"),
    ("test", "test_*", "a folder of tests"),
    ("test", "*_tests", "a folder of tests"),
    ("test", "*_test.py", "a test module"),
    ("test", "tests.py", "a test module"),
    ("test", "conftest.py", "fixtures of tests"),
    ("migration", "migrations", "database migrations"),
    ("migration", "migration", "database migrations"),
    ("migration", "alembic", "database migrations"),
    ("script", "scripts", "a folder of scripts"),
    ("script", "noxfile.py", "a build script"),
    ("script", "setup.py", "a build script"),
    ("script", "fabfile.py", "a deployment script"),
    ("script", "dodo.py", "a build script"),
    ("docs", "docs", "documentation"),
    ("docs", "doc", "documentation"),
    ("example", "examples", "examples"),
    ("example", "benchmarks", "benchmarks"),
    ("vendored", "vendor", "a copy of another project"),
    ("vendored", "_vendor", "a copy of another project"),
    ("vendored", "third_party", "a copy of another project"),
)
BUILT = re.compile(r"(^|/)build/(lib|lib\.[^/]+|bdist\.[^/]+)$")
"""What building a distribution leaves behind: a second copy of the code."""
DEEPEST = 100
COMMANDS = re.compile(r"(^|/)management/commands/")


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


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at. Globs use gitignore syntax, relative to the root."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    tracked_only: bool = False
    asked: tuple[str, ...] = ()
    """Paths that are looked at, with what is below them, whatever the globs and git ignore."""


@dataclass(frozen=True, slots=True)
class Discovery:
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]


def kind_of(path: str) -> str:
    """The kind of a file by its name, or by its folder where the name has no ending; empty for none of ours."""
    folder, _, name = path.rpartition("/")
    kind = next((kind for glob, kind in KINDS if fnmatchcase(name, glob)), "")
    return kind or ("conf" if folder.rpartition("/")[2] in SITES and "." not in name.strip(".") else "")


def part_of(path: str) -> tuple[str, str]:
    """The part of the project that a path belongs to, and why; the service unless something else is plain."""
    if COMMANDS.search(path):
        return "script", "a management command"
    names = path.split("/")
    for part, glob, why in PARTS:
        places = names[-1:] if glob.endswith(".py") else names[:-1]
        if any(fnmatchcase(name, glob) for name in places):
            return part, why
    return "service", "the service's own code"


def _is_code(names: Iterable[str]) -> bool:
    """Whether a folder named for documents holds nothing but code: a package that is about documents."""
    files = [name for name in names if "." in name.lstrip(".")]
    return "conf.py" not in files and bool(files) and all(name.endswith(".py") for name in files)


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns of an ignore file. Like git, a line that is no pattern is passed over."""
    lines = list(lines)
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


class _Ignores:
    """The ignore files met on the way down; each holds for its own folder."""

    def __init__(self, root: Path, use: bool) -> None:
        self._root = root
        self._use = use
        self._specs: list[tuple[str, GitIgnoreSpec]] = []
        if use:
            self._add("", root / ".git" / "info" / "exclude")

    def leave(self, count: int) -> None:
        """Forget what was met below; `count` is how many there were before."""
        del self._specs[count:]

    @property
    def count(self) -> int:
        return len(self._specs)

    def enter(self, folder: str) -> None:
        if self._use:
            self._add(folder, self._root / folder / ".gitignore")

    def _add(self, folder: str, file: Path) -> None:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return
        self._specs.append((folder + "/" if folder else "", _spec(lines)))

    def covers(self, path: str) -> bool:
        covered = False
        for prefix, spec in self._specs:
            if path.startswith(prefix):
                result = spec.check_file(path[len(prefix) :])
                if result.include is not None:
                    covered = result.include
        return covered


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


class _Walk:
    def __init__(self, root: Path, scope: Scope) -> None:
        self._root = root
        self._include = GitIgnoreSpec.from_lines(scope.include)
        self._exclude = GitIgnoreSpec.from_lines(scope.exclude)
        self._ignores = _Ignores(root, scope.respect_gitignore)
        self._asked = scope.asked
        self._code: list[str] = []
        """Folders named for documents that are packages of the service."""
        self.sources: list[Source] = []
        self.skipped: list[Skipped] = []
        self.problems: list[Problem] = []

    def folder(self, path: str) -> None:
        if path.count("/") > DEEPEST:
            self.problems.append(Problem(path, 1, "depth", f"folders more than {DEEPEST} levels down are not analysed"))
            return
        above = self._ignores.count
        self._ignores.enter(path)
        try:
            entries = sorted(os.scandir(self._root / path), key=lambda e: e.name)
        except OSError as error:
            self.problems.append(Problem(path or ".", 1, "unreadable", f"this folder cannot be read: {error.strerror}"))
            return
        if fnmatchcase(path.rpartition("/")[2], "doc*") and _is_code(entry.name for entry in entries):
            self._code.append(path)
        if path and any(entry.name == "pyvenv.cfg" for entry in entries):
            self.skipped.append(Skipped(path + "/", "a virtual environment"))
            self._ignores.leave(above)
            return
        for entry in entries:
            child = f"{path}/{entry.name}" if path else entry.name
            if entry.is_dir(follow_symlinks=False):
                self._enter(child, entry.name)
            elif entry.is_symlink():
                self._link(child, entry)
            elif entry.is_file(follow_symlinks=False):
                self._file(child)
        self._ignores.leave(above)

    def _is_asked(self, path: str) -> bool:
        return any(path == asked or path.startswith(asked + "/") for asked in self._asked)

    def _enter(self, path: str, name: str) -> None:
        if name in SKIPPED or name.endswith((".dist-info", ".egg-info")) or BUILT.search(path):
            self.skipped.append(Skipped(path + "/", "never part of a project's own code"))
        elif self._is_asked(path) or any(asked.startswith(path + "/") for asked in self._asked):
            self.folder(path)
        elif self._ignores.covers(path + "/"):
            self.skipped.append(Skipped(path + "/", "ignored by git"))
        elif self._exclude.match_file(path + "/"):
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
        elif self._include.patterns and not self._include.match_file(path):
            self.skipped.append(Skipped(path, "not included by the configuration"))
        elif self._exclude.match_file(path):
            self.skipped.append(Skipped(path, "excluded by the configuration"))
        elif self._ignores.covers(path):
            self.skipped.append(Skipped(path, "ignored by git"))
        else:
            self._add(path, kind)

    def _add(self, path: str, kind: str) -> None:
        folder = next((f for f in self._code if path.startswith(f + "/")), "")
        part, why = part_of(path.removeprefix(folder + "/") if folder else path)
        self.sources.append(Source(path, kind, part, why))


def why(discovery: Discovery) -> Iterator[tuple[str, str, str]]:
    """(path, what it counts as, reason) of every source and of everything left out, by path."""
    rows = [(s.path, f"{s.kind}, {s.part}", s.reason) for s in discovery.sources]
    rows += [(s.path, "left out", s.reason) for s in discovery.skipped]
    yield from sorted(rows)
