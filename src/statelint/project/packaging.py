"""What packaging files say: which functions the installed commands call, and what is asked of distributions.

`pyproject.toml` (the standard tables and those of build tools), `setup.cfg`, `setup.py`, requirements files, files of
environments and lock files, each in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from statelint import facts as f
from statelint.facts import Document, Setting

PROJECT: Final = "pyproject.toml"
REQUIREMENT: Final = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?(?P<spec>[=<>~!][^;#)]*|(?=[;#]|$))"
)
ENVIRONMENT: Final = re.compile(r"(^|/)[\w.-]*(environment|conda)[\w.-]*\.ya?ml$")
"""Files that name an environment's packages in a list of their own."""
COMMAND: Final = re.compile(r"^[\w.]+:[\w.]+$")
NEXT: Final = {"^": 1, "~": 2}
"""How many numbers of a version an operator holds, where there are so many."""
GROUPS: Final = (("project", "optional-dependencies"), ("dependency-groups",))
TABLES: Final = (("tool", "poetry", "dependencies"), ("packages",))


class Required(NamedTuple):
    """What is asked of one distribution: clauses such as `>=5.1,<6`, and whether a lock file says so."""

    name: str
    spec: str
    locked: bool = False


def installed_commands(documents: Mapping[str, tuple[Document, ...]], setups: Iterable[f.Call]) -> Iterator[str]:
    """What installed commands call, as `module:function`. `setups` are the calls that describe a distribution."""
    for path, found in sorted(documents.items()):
        for s in (s for document in found for s in document.settings):
            if path.rpartition("/")[2] == PROJECT and _names_command(s.path):
                yield s.value
            elif s.path in (("options.entry_points", "console_scripts"), ("options.entry_points", "gui_scripts")):
                for line in s.value.splitlines():
                    yield line.partition("=")[2]
    for call in setups:
        for text in _texts(dict(call.keywords).get("entry_points")):
            for line in text.splitlines():
                yield line.partition("=")[2]


def _names_command(path: tuple[str, ...]) -> bool:
    """`[project.scripts]`, and `[tool.….scripts]` with a string or a table for each command."""
    own = path[:2] in (("project", "scripts"), ("project", "gui-scripts"))
    return own or (path[:3] == ("tool", "poetry", "scripts") and path[4:] in ((), ("callable",), ("reference",)))


def command_of(text: str) -> tuple[str, str] | None:
    """(module, function) of `shop.cli:main [extra]`."""
    target = text.partition("[")[0].strip()
    if not COMMAND.match(target):
        return None
    module, _, name = target.partition(":")
    return module, name


def requirements(documents: Mapping[str, tuple[Document, ...]], setups: Iterable[f.Call]) -> Iterator[Required]:
    """What all packaging files ask of distributions, in the order of their paths."""
    for path, found in sorted(documents.items()):
        for document in found:
            yield from _of_document(path, document)
    for call in setups:
        for text in _texts(dict(call.keywords).get("install_requires")):
            yield from _written(text)


def _of_document(path: str, document: Document) -> Iterator[Required]:
    last = path.rpartition("/")[2]
    if document.format == "requirements":
        yield from (Required(s.path[-1], s.value) for s in document.settings)
    elif last.endswith(".lock"):
        yield from _locked(document)
    elif document.format == "toml" and last in (PROJECT, "Pipfile"):
        for s in document.settings:
            yield from _of_project(s)
    elif document.format == "ini" and last == "setup.cfg":
        for s in document.settings:
            if s.path == ("options", "install_requires"):
                yield from (found for line in s.value.splitlines() for found in _written(line))
    elif ENVIRONMENT.search(path):
        for s in document.settings:
            if s.path[:1] == ("dependencies",):
                yield from _written(re.sub(r"(?<![=<>~!])=(?!=)", "==", s.value.rpartition("::")[2], count=1))


def _of_project(s: Setting) -> Iterator[Required]:
    path = s.path
    if path[:2] == ("project", "dependencies") or path[:2] in GROUPS or path[:1] in GROUPS:
        yield from _written(s.value)
        return
    table: tuple[str, ...] | None = next((t for t in TABLES if path[: len(t)] == t), None)
    if path[:3] == ("tool", "poetry", "group") and path[4:5] == ("dependencies",):
        table = path[:5]
    rest = path[len(table) :] if table else ()
    if len(rest) == 1 or rest[1:] == ("version",):
        yield Required(normal(rest[0]), clauses(s.value))


def _written(text: str) -> Iterator[Required]:
    """`shop[extra] >= 5.1, < 6; python_version > "3"` as the name and the clauses."""
    found = REQUIREMENT.match(text)
    if found:
        yield Required(normal(found["name"]), "".join(found["spec"].split()))


def _locked(document: Document) -> Iterator[Required]:
    name = ""
    for s in document.settings:
        if s.path == ("package", "name"):
            name = normal(s.value)
        elif s.path == ("package", "version") and name:
            yield Required(name, f"=={s.value}", True)
        elif s.path[:1] == ("default",) and s.path[2:] == ("version",):
            yield Required(normal(s.path[1]), s.value, True)


def normal(name: str) -> str:
    """How distributions are named here: in small letters, with hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def clauses(spec: str) -> str:
    """The plain clauses of `^5.1`, `~5.1` and `5.1`; other specifications are plain already."""
    spec = spec.strip()
    operator = spec[:1]
    numbers = [int(n) for n in re.findall(r"\d+", spec.partition(",")[0])]
    if operator in NEXT and spec[:2] != "~=" and numbers:
        held = numbers[: NEXT[operator]]
        held = held if any(held) or operator == "~" else numbers[: next((i for i, n in enumerate(numbers, 1) if n), 1)]
        above = ".".join(str(n) for n in (*held[:-1], held[-1] + 1))
        return f">={'.'.join(map(str, numbers))},<{above}"
    return f"=={spec}" if operator.isdigit() else "".join(spec.split())


def _texts(e: f.Expr | None) -> Iterator[str]:
    """All strings in a literal: lists, and the values of tables."""
    if isinstance(e, f.Const) and e.kind == "str":
        yield str(e.value)
    elif isinstance(e, f.Group):
        for item in e.items:
            yield from _texts(item)
    elif isinstance(e, f.Table):
        for key, value in e.pairs:
            if isinstance(key, f.Const) and key.value in ("console_scripts", "gui_scripts"):
                yield from _texts(value)
