"""What the name of a file and of its folders says: of which kind it is, and which part of the project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

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
COMMANDS = re.compile(r"(^|/)management/commands/")


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


def is_code(names: Iterable[str]) -> bool:
    """Whether a folder named for documents holds nothing but code: a package that is about documents."""
    files = [name for name in names if "." in name.lstrip(".")]
    return "conf.py" not in files and bool(files) and all(name.endswith(".py") for name in files)
