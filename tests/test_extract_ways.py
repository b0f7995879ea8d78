"""Both ways to read Python give the same facts: the interpreter's own parser, and LibCST for what that refuses."""

from __future__ import annotations

import re
import sysconfig
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import EXAMPLES, FIXTURES, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from statelint.extract.python import concrete, extract, native
from statelint.facts import encode

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
CASES = ROOT / "tests" / "cases" / "python"
OWN = sorted([*(ROOT / "src").rglob("*.py"), *EXAMPLES.rglob("*.py"), *FIXTURES.rglob("*.py")])
OTHERS = sorted(LIBRARY.glob("*.py")) + sorted(LIBRARY.glob("*/*.py"))


def same(text: str) -> bool | None:
    """Whether both ways give the same facts; None where the quick way leaves a text to the other one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            quick = native.read(text)
        except native.Refused:
            return None
    slow = concrete.read(text)
    return encode(quick) == encode(slow) if not slow.troubles else None


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").replace("\0", "")


@pytest.mark.parametrize("part", range(8))
def test_files_of_our_own(part: int) -> None:
    apart = [path for path in OWN[part::8] if same(read(path)) is not True]
    assert not apart


@pytest.mark.parametrize("part", range(8))
def test_files_of_the_standard_library(part: int) -> None:
    chosen = [path for path in OTHERS[part::80] if "lib2to3" not in path.parts]
    assert chosen
    assert not [path for path in chosen if same(read(path)) is False]


def snippets() -> Iterator[str]:
    """Statements with what is rare in grammar and layout: one that begins at the margin with all that is indented."""
    yield from re.split(r"\n(?=\S)(?!el|except|finally|\)|# [a-z] more)", (CASES / "grammar.txt").read_text())


SNIPPETS = list(snippets())


@pytest.mark.parametrize("text", SNIPPETS)
def test_grammar(text: str) -> None:
    assert same(text) is not False


def test_most_of_the_grammar_is_read_the_quick_way() -> None:
    """Otherwise the comparison would compare nothing. Some of it is newer than the oldest interpreter."""
    assert sum(same(text) is True for text in SNIPPETS) > 0.8 * len(SNIPPETS)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\f"])
def test_ends_of_lines(end: str) -> None:
    whole = "\n".join(text for text in SNIPPETS if same(text))
    assert same(whole)
    assert same(whole.replace("\n", end)) is not False


@pytest.mark.parametrize(
    "text",
    [
        "print 'a'", "x = 'a", "x = '\\N{nope}'", "x = " + "9" * 5000, "x = " + "(" * 300 + ")" * 300,
        "x = " + "a if b else " * 130 + "c", "x = a" + " + a - a" * 75, "x = f'a={a!r} {a=}'", "x = f'{ {1: 2}[1]=}'",
        "ﬁ = 1", "x = ²",
        "x = a" + ".b" * 130, "a;" * 260_000, "x = 'ab' " * 1100,
    ],
)  # fmt: skip
def test_what_is_refused_is_read_all_the_same(text: str) -> None:
    with pytest.raises(native.Refused):
        native.read(text)
    assert extract(text.encode()) == concrete.read(text)


@pytest.mark.parametrize(
    "text", [r"x = '\d'", "x = 1if y else 2", "x is 1", "'a' 'b'()", "assert (a, b)", "x = f'{1if y else 2=}'"]
)
def test_no_warning_of_what_is_read_gets_out(text: str) -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        extract(text.encode())
    assert not heard


PIECES = st.sampled_from(
    ["a", "a=", " a =", "b.a=", "x:=", "=", "=:", "{{", "}}", "{a}", "{a=}", "{a = }", "{ a=}", "{a=!r}", "{a!r}",
     "{a=:}", "{a=:>5}", "{a=:{b=}}", "{a:=^5}", "{b.a=}", "{(a)=}", "{a==b}", "{f(a=1)=}", "{f(a=1)}",
     '{d["a"]=}', "{a=:{b}}", "' f'", "' '"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=6))
def test_fields_that_spell_themselves_out(pieces: list[str]) -> None:
    """In the tree `x=` is a part of the text before the field, where it may stand anyway."""
    assert same(f"v = f'{''.join(pieces)}'\n") is not False


@cache
def lines() -> list[str]:
    """Lines of real sources and of the rare grammar."""
    files = [ROOT / "src/statelint/run.py", LIBRARY / "argparse.py", LIBRARY / "dataclasses.py", LIBRARY / "ast.py"]
    return [line for file in files for line in read(file).split("\n") if line.strip()] + SNIPPETS


TRADES = st.sampled_from(
    [("(", "(("), (")", "))"), ("a", "é"), (" ", "  "), (",", " ,"), ("=", "=="), (":", " : # c:d\n"), ("x", "(x)"),
     ("'", "f'"), (" ", "\t"), ("[", "[*"), ("(", "(yield "), (")", ",)"), ("1", "{x!r:>{w}}"), ("\n", "\r\n"),
     ("self", "not a"), ("#", "# statelint: "), ("return ", "return lambda: ")]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_lines(data: st.DataObject) -> None:
    """A few lines that stand together, some of their words traded: mostly Python still, sometimes not."""
    start = data.draw(st.integers(0, len(lines()) - 1))
    chosen = lines()[start : start + data.draw(st.integers(1, 4))]
    margin = min(len(line) - len(line.lstrip()) for line in chosen)
    text = "\n".join(line[margin:] for line in chosen)
    if text.rstrip().endswith(":"):
        text = text.rstrip() + " pass"
    for before, after in data.draw(st.lists(TRADES, max_size=3)):
        spots = [m.start() for m in re.finditer(re.escape(before), text)]
        if spots:
            spot = data.draw(st.sampled_from(spots))
            text = text[:spot] + after + text[spot + len(before) :]
    assert same(text) is not False, text
