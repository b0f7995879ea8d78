"""Python sources → facts: places agree with the standard library's, any bytes give facts, nothing ends the process."""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statelint import facts as f
from statelint.extract.python import LARGEST, extract
from statelint.facts import Facts, decoder, encode

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
MODULES = (
    "asyncio/base_events.py", "argparse.py", "ast.py", "cgi.py", "collections/__init__.py", "dataclasses.py", "enum.py",
    "functools.py", "inspect.py", "json/decoder.py", "logging/config.py", "random.py", "shutil.py", "textwrap.py",
    "typing.py", "unittest/mock.py", "urllib/parse.py", "zipfile.py",
)  # fmt: skip
Spot = tuple[str, str, int, int, int, int]


def nodes(value: Any, inside_format: bool = False) -> Iterator[Any]:
    """All facts below a value; what stands inside format strings is left out, since it has the string's place."""
    if isinstance(value, f.Text):
        return
    if isinstance(value, msgspec.Struct):
        yield value
        for field in value.__struct_fields__:
            if isinstance(value, f.Case) and field == "names":
                continue  # the standard library gives no places to them
            yield from nodes(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from nodes(item)


def ours(facts: Facts) -> set[Spot]:
    found = set()
    for node in nodes(facts.body):
        if isinstance(node, f.Name):
            found.add(("name", node.id, *node.at))
        elif isinstance(node, f.Attr):
            found.add(("attribute", node.name, *node.at))
        elif isinstance(node, f.Call):
            found.add(("call", "", *node.at))
        elif isinstance(node, f.Item):
            found.add(("item", "", *node.at))
        elif isinstance(node, f.Function) and node.name != "<lambda>":
            found.add(("def", node.name, node.at.line, node.name_at.line, node.name_at.end_line, node.end))
        elif isinstance(node, f.Class):
            found.add(("class", node.name, node.at.line, node.name_at.line, node.name_at.end_line, node.end))
    return found


def theirs(text: str) -> set[Spot]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    lines = text.split("\n")
    found: set[Spot] = set()

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode()) + 1

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr | ast.pattern):
            return
        if isinstance(node, ast.expr):
            assert node.end_lineno and node.end_col_offset is not None
            place = (node.lineno, column(node.lineno, node.col_offset))
            place += (node.end_lineno, column(node.end_lineno, node.end_col_offset))  # type: ignore[assignment]
            if isinstance(node, ast.Name):
                found.add(("name", node.id, *place))  # type: ignore[arg-type]
            elif isinstance(node, ast.Attribute):
                found.add(("attribute", node.attr, *place))  # type: ignore[arg-type]
            elif isinstance(node, ast.Call):
                found.add(("call", "", *place))  # type: ignore[arg-type]
            elif isinstance(node, ast.Subscript):
                found.add(("item", "", *place))  # type: ignore[arg-type]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(("def", node.name, node.lineno, node.lineno, node.lineno, node.end_lineno or 0))
        elif isinstance(node, ast.ClassDef):
            found.add(("class", node.name, node.lineno, node.lineno, node.lineno, node.end_lineno or 0))
        for child in ast.iter_child_nodes(node):
            if not (
                (isinstance(node, ast.Assert) and child is node.msg)
                or (isinstance(node, ast.Raise) and child is node.cause)
            ):
                visit(child)

    visit(tree)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_places_agree_with_the_standard_library(name: str) -> None:
    path = LIBRARY / name
    if not path.is_file():
        pytest.skip("not in this version of Python")
    text = path.read_text(encoding="utf-8")
    facts = extract(path.read_bytes())
    assert facts.troubles == ()
    expected, got = theirs(text), ours(facts)
    assert sorted(got - expected) == [], "places that are not there"
    missing = {spot for spot in expected - got if spot[0] != "def"}
    assert sorted(missing) == [], "places that are missed"
    assert decoder().decode(encode(facts)) == facts


PATTERNS = """\
match command:
    case {"at": [x, *rest], **more} if x: pass
    case Point(0, y, z=Point() as inner) | (None | True as w): pass
    case [("a" | b.c), _]: pass
    case whole: pass
"""


def test_patterns_bind_their_names() -> None:
    (match,) = extract(PATTERNS.encode()).body
    assert isinstance(match, f.Match)
    names = [[name.id for name in case.names] for case in match.cases]
    assert names == [["x", "rest", "more"], ["y", "inner", "w"], [], ["whole"]]


@pytest.mark.parametrize("name", MODULES[:3])
def test_a_tree_without_gaps_gives_the_same_facts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (LIBRARY / name).read_bytes()
    lean = extract(source)
    monkeypatch.setattr("statelint.extract.python.concrete.parse", libcst.parse_module)
    assert extract(source) == lean


LAYOUT = """\
# comment
import a.b as c, d
from ..m import (x as y,
                 z)
class Shop(Base, metaclass=Meta):
    items: dict[str, int] = {}
    @decorated(1)
    async def add(self, /, a, *, b: int = 3, **more) -> None:
        global TOTAL
        self.items[a] += (yield)
        async with lock, open("x") as out: pass
        return await (a +
                      b)
"""


def test_the_normal_form() -> None:
    imported, relative, shop = extract(LAYOUT.encode()).body
    assert isinstance(imported, f.Import) and imported.names == (("a.b", "c"), ("d", None))
    assert isinstance(relative, f.Import) and (relative.module, relative.level) == ("m", 2)
    assert relative.at == (3, 1, 4, 20)
    assert isinstance(shop, f.Class) and shop.end == 13 and shop.at == (5, 1, 5, 33) and shop.name_at == (5, 7, 5, 11)
    add = shop.body[1]
    assert isinstance(add, f.Function) and add.is_async and add.is_generator
    assert [(p.name, p.kind) for p in add.params] == [
        ("self", "positional-only"), ("a", "positional"), ("b", "keyword-only"), ("more", "double-star")
    ]  # fmt: skip
    assert (add.at, add.end) == ((8, 11, 8, 61), 13)
    assert add.body[-1].at == (12, 9, 13, 25)


def test_comments_are_told_from_strings() -> None:
    text = "A = {}  # statelint: ignore[SL101] -- why\n# statelint: ignore[SL102]\nB = (\n    {}\n)\n"
    text += 'C = "# statelint: no"\n'
    trailing, alone = extract(text.encode()).comments
    assert (trailing.text, trailing.alone, trailing.covers) == ("ignore[SL101] -- why", False, (1, 1))
    assert (alone.alone, alone.covers) == (True, (3, 5))


N = 20_000
DEEP = {
    "brackets": "x = " + "[" * N + "]" * N,
    "calls": "x = " + "f(" * N + ")" * N,
    "fluent": "x = a" + ".b(1, 2)" * N,
    "sum": "x = " + " + ".join("a" * N),
    "attributes": "x = a" + ".b" * N,
    "nots": "x = " + "not " * N + "a",
    "signs": "x = " + "-" * N + "1",
    "lambdas": "x = " + "lambda: " * N + "0",
    "lambdas with parameters": "x = " + "lambda a, b: " * N + "0",
    "choices": "x = " + "a if b == f(1, 2) else " * N + "c",
    "powers": "x = " + "f(1, 2) ** " * N + "b",
    "awaits": "async def f():\n x = " + "await " * N + "b",
    "comprehension": "x = [a " + "for a in b " * N + "]",
    "pieces": "x = " + "'a' " * N,
    "elif": "if a:\n    pass\n" + "elif a:\n    pass\n" * N,
    "pattern": "match x:\n    case " + "[" * 150 + "]" * 150 + ": pass",
    "format brackets": "x = f'{" + "[" * N + "]" * N + "}'",
    "format sum": "x = f'{" + "+".join("a" * N) + "}'",
    "format signs": "x = f'{" + "-" * N + "1}'",
}
SHALLOW = {
    "fields": "x = f'" + "{a} and " * N + "'",
    "decorators": "@a\n" * 2000 + "def f(): pass",
    "string of lines": "x = (" + "'a'\n" * 900 + ")",
    "long sum": "x = (" + " + \n".join("a" * 400) + ")",
    "and": "x = " + " and ".join("a" * 400),
    "semicolons": "a;" * 2000,
    "list of lambdas": "x = [" + "lambda a, b: 0, " * 1000 + "]",
    "assignments": "a = " * 2000 + "1",
    "elif": "if a:\n    pass\n" + "elif a:\n    pass\n" * 100,
}


def in_a_process(text: str) -> Facts:
    """Extract in a process of its own, in less than a minute: a stack overflow must fail the test, not end it."""
    program = "import sys; from statelint.extract.python import extract; from statelint.facts import encode;"
    program += "sys.stdout.buffer.write(encode(extract(sys.stdin.buffer.read())))"
    done = subprocess.run(
        [sys.executable, "-c", program], input=text.encode(), capture_output=True, timeout=60, check=True
    )
    facts = decoder().decode(done.stdout)
    assert isinstance(facts, Facts)
    return facts


@pytest.mark.parametrize("name", DEEP)
def test_depth_is_a_trouble(name: str) -> None:
    assert [trouble.kind for trouble in in_a_process(DEEP[name]).troubles] == ["depth"]


@pytest.mark.parametrize("name", SHALLOW)
def test_length_is_none(name: str) -> None:
    assert in_a_process(SHALLOW[name]).troubles == ()


STRANGE: dict[str, tuple[bytes, list[str]]] = {
    "empty": (b"", []),
    "mark": ("\ufeffA = {}\n".encode(), []),
    "carriage returns": (b"a = {}\rb = 1\r", []),
    "both": (b"a = 1\r\nif a:\r\n\tb = 2\r\n", []),
    "form feed": (b"a = 1\n\x0c\nb = 2\n", []),
    "null": (b"x = 1\0", ["binary"]),
    "undeclared Latin-1": ('N = "Köln"\n'.encode("latin-1"), ["encoding"]),
    "declared Latin-1": ('# coding: latin-1\nN = "Köln"\n'.encode("latin-1"), []),
    "unknown encoding": (b"# coding: nonsense\nx = 1\n", ["encoding"]),
    "no text encoding": (b"# coding: rot13\nx = 1\n", ["encoding"]),
    "half a pair": (b"x = '\\ud800'", []),
    "half a pair by encoding": (b"# coding: unicode_escape\nx = '\\ud800'\n", ["encoding"]),
    "wrong escape": (b"x = '\\N{nope}' '\\x1'", []),
    "huge number": (b"x = " + b"9" * 5000, []),
    "Python 2": (b"import os\nprint 'a'\n", ["syntax"]),
    "cut": (b"a = 1\ndef f(:\n", ["syntax"]),
    "open string": (b"x = '''abc", ["syntax"]),
    "large": (b"x = 1\n" * (LARGEST // 6 + 1), ["size"]),
    "numbers": (b"x = [" + b"1, " * 300_000 + b"]", ["size"]),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_bytes(name: str) -> None:
    source, kinds = STRANGE[name]
    facts = extract(source)
    assert [trouble.kind for trouble in facts.troubles] == kinds
    assert decoder().decode(encode(facts)) == facts


def test_troubles_tell_people_where() -> None:
    (old,) = extract(b"import os\nprint 'a'\n").troubles
    assert (old.line, "Python 2" in old.message) == (2, True)
    (cut,) = extract(b"a = 1\ndef f(:\n").troubles
    assert cut.line == 2


FRAGMENTS = st.sampled_from(
    ["a", "b.c", "(", ")", "[", "]", "{", "}", ":", ",", "=", "\n", "\n    ", "def f", "class C", "lambda", "f'{",
     "}'", "'", '"""', "\\", "#", "# statelint: ignore[x]", "if", "else", "yield", "await", "*", "@", "é", "\t",
     "\r", "0x", "..."]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.lists(FRAGMENTS, max_size=40).map(lambda parts: " ".join(parts).encode()))
def test_any_bytes_give_facts(source: bytes) -> None:
    facts = extract(source)
    assert decoder().decode(encode(facts)) == facts
    assert extract(source) == facts
