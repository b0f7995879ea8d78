"""Files that no analysis can read give a problem each; the files beside them are analysed all the same."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from analysing import analyse

APPLICATION = """
from flask import Flask

app = Flask(__name__)
CARTS = {}


@app.post("/cart/<user>")
def add(user):
    CARTS[user] = 1
    return "ok"
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)

UNREADABLE = {  # file name → (bytes, the kind of problem)
    "binary.py": (random.Random(7).randbytes(4096), {"binary", "encoding"}),
    "picture.py": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), {"binary", "encoding"}),
    "latin.py": ('NAME = "Köln"\nCACHE = {}\n'.encode("latin-1"), {"encoding"}),
    "nulls.py": (b"CACHE = {}\n\0\0\nx = 1\n", {"binary", "encoding", "syntax"}),
    "brackets.py": (b"x = " + b"[" * 20_000 + b"]" * 20_000 + b"\n", {"depth"}),
    "open_brackets.py": (b"x = " + b"(" * 20_000, {"depth", "syntax"}),
    "calls.py": (b"x = " + b"f(" * 20_000 + b")" * 20_000 + b"\n", {"depth"}),
    "python2.py": (b'CACHE = {}\nprint "hello"\nexec "x = 1"\n', {"syntax"}),
    "cut.py": (b"CACHE = {}\ndef broken(:\n    pass\n", {"syntax"}),
    "utf16.py": ("CACHE = {}\n".encode("utf-16"), {"binary", "encoding"}),
    "bomb.yaml": (BOMB.encode(), {"alias-bomb", "size"}),
    "broken.yaml": (b"apiVersion: v1\nkind: Service\nspec: [unclosed\n", {"syntax"}),
}
STRANGE = {  # may give a problem or be read, but never ends the run
    "sum.py": b"x = " + b" + ".join([b"'a'"] * 20_000) + b"\n",
    "chain.py": b"x = a" + b".b" * 20_000 + b"\n",
    "nots.py": b"x = " + b"not " * 20_000 + b"a\n",
    "minus.py": b"x = " + b"-" * 20_000 + b"1\n",
    "elif.py": b"if a:\n    pass\n" + b"elif a:\n    pass\n" * 3_000,
    "indented.py": b"".join(b" " * n + b"if a:\n" for n in range(99)) + b" " * 99 + b"pass\n",
    "lambdas.py": b"x = " + b"lambda: " * 10_000 + b"0\n",
    "lambdas_with_parameters.py": b"x = " + b"lambda a, b=1: " * 10_000 + b"0\n",
    "long_line.py": b"x = [" + b"1, " * 20_000 + b"]\n",
    "marked.py": "\ufeffCACHE = {}\n".encode(),
    "declared.py": '# -*- coding: latin-1 -*-\nNAME = "Köln"\n'.encode("latin-1"),
    "carriage.py": b"a = {}\rb = 1\r",
    "empty.py": b"",
    "tables.py": b"def f(n):\n    value = {}\n"
    + b"    value = dict(a=value, b=[n, value])\n" * 120
    + b"    app.config.update(SESSION_TYPE=value)\n",
    "half_a_pair.py": b"HALF = '\\ud800'\nCACHE = {'\\udfff': 1, f'{HALF}\\ud801': 2}\n",
    "numbers.py": b"a = 1" + b"0" * 5_000 + b"\nb = 0x" + b"f" * 9_000 + b"\nc = 1e999\n",
    "patterns.py": b"match a:\n    case " + b"[" * 40 + b"]" * 40 + b":\n        pass\n",
    "deep.yaml": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "flow.yaml": b"kind: " + b"[" * 20_000 + b"]" * 20_000 + b"\n",
    "tabs.yaml": b"\tkind: Service\n",
    "open_string.tf": b'a = "' + b"${b} %{c} " * 2_000,
    "quoted.yaml": b"policy: '{" + b'\\"a\\": \\"${a}\\", ' * 500 + b"}'\n",
    "templates.conf": b"upstream a { " + b"${b}{c} " * 2_000,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "application.py").write_text(APPLICATION)
    return root


def found(root: Path) -> tuple[list[str], dict[str, str]]:
    """The findings' paths, and the kind of problem by path."""
    report = analyse(root)
    return [finding.span.path for finding in report.findings], {p.path: p.kind for p in report.problems}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_file_is_a_problem(project: Path, name: str) -> None:
    data, kinds = UNREADABLE[name]
    (project / name).write_bytes(data)
    findings, problems = found(project)
    assert findings == ["application.py"]
    assert problems.keys() == {name} and problems[name] in kinds, problems


def test_strange_files_do_not_end_the_run(project: Path) -> None:
    for name, data in STRANGE.items():
        (project / name).write_bytes(data)
    findings, problems = found(project)
    assert findings == ["application.py"]
    assert "internal" not in problems.values(), problems


@pytest.mark.parametrize("name", STRANGE)
def test_strange_file(project: Path, name: str) -> None:
    (project / name).write_bytes(STRANGE[name])
    findings, problems = found(project)
    assert findings == ["application.py"] and "internal" not in problems.values()


def test_huge_file_is_a_problem(project: Path) -> None:
    with (project / "huge.py").open("wb") as huge:
        for _ in range(50):
            huge.write(b"CACHE = {}\nx = 1 + 1\n" * (1_000_000 // 21))
        huge.truncate(50_000_000)
    findings, problems = found(project)
    assert findings == ["application.py"] and problems == {"huge.py": "size"}


def test_links_are_followed_neither_round_nor_out(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text(APPLICATION)
    (project / "round").symlink_to(project, target_is_directory=True)
    (project / "self.py").symlink_to(project / "self.py")
    (project / "gone.py").symlink_to(project / "nowhere.py")
    (project / "out").symlink_to(outside, target_is_directory=True)
    (project / "out.py").symlink_to(outside / "secret.py")
    findings, problems = found(project)
    assert findings == ["application.py"]
    assert not any("outside" in path for path in problems)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_opened(project: Path) -> None:
    os.mkfifo(project / "pipe.py")
    assert found(project)[0] == ["application.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_forbidden_file_is_a_problem(project: Path) -> None:
    (project / "forbidden.py").write_text(APPLICATION)
    (project / "forbidden.py").chmod(0)
    findings, problems = found(project)
    assert findings == ["application.py"] and problems.keys() == {"forbidden.py"}


def test_names_that_are_not_text(project: Path) -> None:
    (Path(os.fsdecode(os.fsencode(project) + b"/caf\xe9.py"))).write_bytes(b"CACHE = {}\n")
    (project / "[bold]new\nline.py").write_text("CACHE = {}\n")
    assert found(project)[0] == ["application.py"]


def test_analysed_code_never_runs(project: Path) -> None:
    trap = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\nCACHE = {}\n"
    for name in ("sitecustomize.py", "conftest.py", "setup.py", "settings.py", "__init__.py", "flask.py", "yaml.py"):
        (project / name).write_text(trap)
    (project / "evil.yaml").write_text("kind: !!python/object/apply:os.mkdir ['ran']\n")
    analyse(project)
    assert not list(project.rglob("ran"))
