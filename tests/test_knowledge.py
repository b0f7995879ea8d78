"""What ships as knowledge: it loads, says each thing once, and knows the ways into every framework.

`tests/fixtures/entries/<library>.py` shows how a library is used: each function that the outside calls says so on its
`def` line (`# entry: route`), and no other function is one.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES

from statelint.entry_rows import Handlers
from statelint.extract.python import extract
from statelint.knowledge import Knowledge, available, parse
from statelint.project import Project, link
from statelint.shipped import rules_folder

FOLDER = rules_folder() / "knowledge"
KNOWLEDGE = available(FOLDER)
EVERYTHING = Knowledge(KNOWLEDGE.items())
SAMPLES = sorted((FIXTURES / "entries").glob("*.py"))
ONCE = ("instances", "containers", "mutators", "memo", "benign", "setters", "through", "sinks", "openers", "removers")
"""Tables in which a look-up by name takes one row."""
TOLD_CLOSER = {
    ("instances", f"starlette.{name}.app")
    for name in ("requests.Request", "requests.HTTPConnection", "websockets.WebSocket")
}
"""What a library that builds on another says more exactly; the file that comes first wins."""
WAYS = ("decorators", "arguments", "bases", "assigned")
Found = dict[int, set[str]]


def said(text: str) -> Found:
    """What the comments of a sample say: line → kinds of entry."""
    marks = ((n, re.search(r"# entry: (.+)$", line)) for n, line in enumerate(text.splitlines(), 1))
    return {n: set(mark[1].split()) for n, mark in marks if mark}


def project(path: Path) -> Project:
    return link({"web.py": extract(path.read_bytes())}, {})


def found(path: Path) -> Found:
    kinds: Found = defaultdict(set)
    for entry in project(path).entries.all:
        if entry.scope.node is not None:  # else the body of a script
            kinds[entry.scope.node.name_at.line].add(entry.kind)
    return dict(kinds)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_ways_in(sample: Path) -> None:
    text = sample.read_text()
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
    names = {function.lineno: function.name for function in functions}
    wanted, got = said(text), found(sample)
    assert {f"{n}: {names[n]}" for n in got} == {f"{n}: {names[n]}" for n in wanted}
    assert {names[n]: kinds - got[n] for n, kinds in wanted.items() if kinds - got[n]} == {}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_labels_are_filled_in(sample: Path) -> None:
    labels = [entry.label for entry in project(sample).entries.all]
    # a part of a path can be called `{name}` by the application
    assert all(label and not re.search(r"\{(verb|0|class)\}|(?<!/)\{name\}", label) for label in labels), labels


def tables(handlers: Handlers) -> Iterator[tuple[str, Any]]:
    return ((way, row) for way in WAYS for row in getattr(handlers, way))


def named_rows() -> Iterator[tuple[str, str, Any]]:
    """(file, table, row) of every row that look-ups find by name."""
    for stem, library in KNOWLEDGE.items():
        for part in ("handlers", "startup", "commands"):
            for way, row in tables(getattr(library, part)):
                yield stem, f"{part}.{way}", row
        for table in ONCE:
            for row in getattr(library, table):
                yield stem, table, row


def test_a_name_means_one_thing_in_a_table() -> None:
    rows: dict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)
    for stem, table, row in named_rows():
        # one call may take several callables, each at a place of its own
        place = f" {row.position} {row.keywords}" if table.endswith(".arguments") else ""
        for name in row.names:
            rows[table + place, name].append((stem, row))
    twice = {key: [stem for stem, _ in said] for key, said in rows.items() if len(said) > 1}
    assert {key: stems for key, stems in twice.items() if key not in TOLD_CLOSER} == {}


def test_every_name_can_be_found() -> None:
    """Look-ups ask for canonical names, so a row that has only an alias would never be found."""
    dead = [
        (stem, table, name)
        for stem, table, row in named_rows()
        for name in row.names
        if EVERYTHING.canonical(name) not in row.names
    ]
    assert dead == []


def test_handlers_have_a_place_to_look_at() -> None:
    for stem, library in KNOWLEDGE.items():
        for row in (*library.handlers.arguments, *library.startup.arguments):
            assert row.position is not None or row.keywords, (stem, row.names)


def test_handlers_belong_to_the_library_that_brings_them() -> None:
    for stem, library in KNOWLEDGE.items():
        if library.always:
            continue
        imports = {*(library.imports or (stem,)), *(name.partition(".")[0] for name in library.aliases)}
        for _, row in (*tables(library.handlers), *tables(library.startup), *tables(library.commands)):
            strangers = [n for n in row.names if n.partition(".")[0] not in imports and "*" not in n]
            assert strangers == [], stem


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_file_says_a_key_twice(path: Path) -> None:
    keys = re.findall(r"^([a-z_]+):", path.read_text(), flags=re.MULTILINE)
    assert len(keys) == len(set(keys))
    parse(path.read_bytes(), path.name)


@pytest.mark.parametrize(
    ("table", "name", "field", "value"),
    [
        ("containers", "collections.deque", "mutates", "appendleft"),
        ("containers", "cachetools.TTLCache", "mutates", "pop"),
        ("containers", "types.SimpleNamespace", "attributes", True),
        ("containers", "types.MappingProxyType", "immutable", True),
        ("containers", "asyncio.Queue", "mutates", "put_nowait"),
        ("memo", "functools.lru_cache", "bounded", True),
        ("memo", "cachetools.cached", "bounded", True),
        ("impure", "requests.get", "depends", "network"),
        ("impure", "django.utils.timezone.now", "depends", "clock"),
        ("impure", "sqlalchemy.orm.Session.execute", "depends", "database"),
        ("benign", "redis.Redis", "because", "external"),
        ("benign", "prometheus_client.Counter", "because", "metric"),
        ("benign", "threading.Lock", "because", "lock"),
        ("benign", "contextvars.ContextVar", "because", "context"),
        ("setters", "os.chdir", "what", "the working directory"),
        ("work", "threading.Thread", "start", "start"),
        ("work", "fastapi.BackgroundTasks.add_task", "how", "background"),
        ("work", "celery.Task.delay", "runs", False),
        ("mutators", "heapq.heappush", "argument", 0),
        ("instances", "flask.current_app", "cls", "flask.Flask"),
        ("instances", "aiohttp.web.Request.app", "cls", "aiohttp.web.Application"),
        ("commands.decorators", "typer.Typer.command", "entry", "hook"),
        ("startup.decorators", "quart.Quart.before_serving", "entry", "hook"),
    ],
)
def test_what_is_known(table: str, name: str, field: str, value: object) -> None:
    row = EVERYTHING.find(table, name)
    assert row is not None, name
    known = getattr(row[1], field)
    assert value in known if isinstance(known, tuple) else known == value
