"""What the name of a file and of its folders says: of which kind it is, and which part of the project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase, translate
from functools import cache

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
    ("setup.cfg", "ini"),
    ("Pipfile", "toml"),
    ("Pipfile.lock", "hcl-json"),
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
PARTS: tuple[tuple[str, str, str], ...] = (
    # part of the project, glob on a folder or file name, why
    ("test", "test", "a folder of tests"),
    ("test", "tests", "a folder of tests"),
    ("test", "testing", "a folder of test helpers"),
    ("test", "loadtest", "a folder of load tests"),
    ("test", "loadtests", "a folder of load tests"),
    ("test", "load[-_]test*", "a folder of load tests"),
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
    ("script", "_scripts", "a folder of scripts"),
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
COMMANDS = re.compile(r"(^|/)management/commands/")
LITERAL = re.compile(r"[^*?\[]+")
ROWS = [*enumerate(glob for glob, _ in KINDS)]
NAMES = {glob: row for row, glob in reversed(ROWS) if LITERAL.fullmatch(glob)}
"""Names and, below, what names may end with → the first row of the kinds that says so."""
ENDINGS = {glob[1:]: row for row, glob in reversed(ROWS) if glob[0] == "*" and LITERAL.fullmatch(glob[1:])}
SHAPES = [(row, glob) for row, glob in ROWS if glob not in NAMES and glob[1:] not in ENDINGS]
SHAPED = re.compile("|".join(translate(glob) for _, glob in SHAPES))
APART = frozenset({"test", "migration", "docs", "example"})
"""Parts that run neither in the service nor beside it. Scripts do: what only they call never serves a request."""


def kind_of(path: str) -> str:
    """The kind of a file by its name, or by its folder where the name has no ending; empty for none of ours."""
    folder, _, name = path.rpartition("/")
    row = _kind_row(name)
    kind = KINDS[row][1] if row < len(KINDS) else ""
    return kind or ("conf" if folder.rpartition("/")[2] in SITES and "." not in name.strip(".") else "")


def _kind_row(name: str) -> int:
    """The first row of the kinds that fits a name. Most rows are endings, and looked up; a tree has many files."""
    row, dot = NAMES.get(name, len(KINDS)), name.find(".")
    while dot >= 0:
        row = min(row, ENDINGS.get(name[dot:], row))
        dot = name.find(".", dot + 1)
    if row and SHAPED.match(name):
        return next((number for number, glob in SHAPES if number < row and fnmatchcase(name, glob)), row)
    return row


def part_of(path: str) -> tuple[str, str]:
    """The part of the project that a path belongs to, and why; the service unless something else is plain."""
    if COMMANDS.search(path):
        return "script", "a management command"
    *folders, name = path.split("/")
    if folders[:1] == ["script"]:  # deeper down it may be what the service is about
        return "script", "a folder of scripts"
    row = min(map(_folder_row, folders), default=len(PARTS))
    if name.endswith(".py"):
        row = min(row, _part_row(name, module=True))
    if row == len(PARTS):
        return "service", "the service's own code"
    part, _, why = PARTS[row]
    return part, why


def _part_row(name: str, module: bool) -> int:
    """The first row of the parts that fits the name of a module or of a folder."""
    rows = (row for row, (_, glob, _) in enumerate(PARTS) if glob.endswith(".py") is module and fnmatchcase(name, glob))
    return next(rows, len(PARTS))


@cache
def _folder_row(name: str) -> int:
    return _part_row(name, module=False)


def is_code(names: Iterable[str]) -> bool:
    """Whether a folder named for documents holds nothing but code: a package that is about documents."""
    files = [name for name in names if "." in name.lstrip(".")]
    return "conf.py" not in files and bool(files) and all(name.endswith(".py") for name in files)
