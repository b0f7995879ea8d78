"""What is reported does not depend on how code is arranged: the names of locals, the order of functions, which module
defines an object, and whether a write stands in a helper."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from analysing import analyse
from conftest import FIXTURES

RULES = (
    "mutable-module-state", "process-local-cache", "process-local-connections", "process-local-counter",
    "process-local-jobs", "process-local-session", "rebound-global",
)  # fmt: skip
PROGRAMS = sorted(path for rule in RULES for kind in ("bad", "good") for path in (FIXTURES / rule / kind).glob("*.py"))
ELSEWHERE = "kept_elsewhere"
Modules = dict[str, str]


def objects(root: Path, modules: Modules) -> set[str]:
    """The objects of which a definite finding speaks, without their module."""
    root.mkdir()
    for name, text in modules.items():
        (root / f"{name}.py").write_text(text)
    memory = [f for f in analyse(root).findings if f.verdict.value == "definite" and f.rule.code.startswith("SL1")]
    return {f.subject.name.rpartition(":")[2] for f in memory}


class _Locals(ast.NodeTransformer):
    """Renames what a function binds for itself, but no parameter and nothing that an inner function reads."""

    def __init__(self) -> None:
        self.renamed: dict[str, str] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        inner = [n for n in ast.walk(node) if n is not node and isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        lambdas = [n for n in ast.walk(node) if isinstance(n, ast.Lambda | ast.ClassDef)]
        if inner or lambdas:
            return node
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        declared = {name for n in ast.walk(node) if isinstance(n, ast.Global | ast.Nonlocal) for name in n.names}
        taken = {arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)} | declared
        self.renamed = {n.id: f"{n.id}_here" for n in names if isinstance(n.ctx, ast.Store) and n.id not in taken}
        self.generic_visit(node)
        self.renamed = {}
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.renamed.get(node.id, node.id)
        return node


def renamed(tree: ast.Module) -> Modules:
    return {"main": ast.unparse(_Locals().visit(tree))}


def reordered(tree: ast.Module) -> Modules:
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    turned = iter(reversed(functions))
    body = [next(turned) if n in functions else n for n in tree.body]
    return {"main": ast.unparse(ast.Module(body, []))}


class _Writes(ast.NodeTransformer):
    """`X[k] = v` and `X.append(v)` for a name of the module become calls of a helper."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.inside = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.inside += 1
        self.generic_visit(node)
        self.inside -= 1
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        target = node.targets[0]
        if self.inside and len(node.targets) == 1 and isinstance(target, ast.Subscript) and self.is_own(target.value):
            return _statement("_put", target.value, target.slice, node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if self.inside and isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            func = call.func
            if func.attr == "append" and len(call.args) == 1 and self.is_own(func.value):
                return _statement("_add", func.value, call.args[0])
        return node

    def is_own(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.names


def _statement(helper: str, *args: ast.expr) -> ast.Expr:
    loaded = [ast.parse(ast.unparse(arg), mode="eval").body for arg in args]
    return ast.Expr(ast.Call(ast.Name(helper, ast.Load()), loaded, []))


HELPERS = """
def _put(target, key, value):
    target[key] = value


def _add(target, value):
    target.append(value)
"""


def wrapped(tree: ast.Module) -> Modules:
    return {"main": ast.unparse(_Writes(_plain_names(tree)).visit(tree)) + HELPERS}


def split(tree: ast.Module) -> Modules:
    names = _plain_names(tree)
    own = {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)}
    moved = [n for n in tree.body if isinstance(n, ast.Assign) and _single(n) in names and _stands_alone(n, own)]
    if not moved:
        return {"main": ast.unparse(tree)}
    link = ast.ImportFrom(ELSEWHERE, [ast.alias(_single(n)) for n in moved], 0)
    place = next(i for i, n in enumerate(tree.body) if not _is_future(n))
    body = [n for n in tree.body if n not in moved]
    body.insert(place, link)
    return {"main": ast.unparse(ast.Module(body, [])), ELSEWHERE: ast.unparse(ast.Module(list(moved), []))}


def _stands_alone(node: ast.Assign, own: set[str]) -> bool:
    """Whether an assignment calls nothing and names nothing of its module, so that it means the same in another."""
    inside = list(ast.walk(node.value))
    return not any(isinstance(n, ast.Call) or (isinstance(n, ast.Name) and n.id in own) for n in inside)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _single(node: ast.Assign) -> str:
    return node.targets[0].id if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) else ""


def _plain_names(tree: ast.Module) -> set[str]:
    """Names of the module that hold a display, that only one statement binds."""
    bound = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    declared = {name for n in ast.walk(tree) if isinstance(n, ast.Global) for name in n.names}
    found = {_single(n) for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Dict | ast.List)}
    parameters = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    return {name for name in found if name and bound.count(name) == 1} - declared - parameters


def _rearranged(program: Path, change: Callable[[ast.Module], Modules]) -> tuple[str, Modules]:
    text = program.read_text()
    return ast.unparse(ast.parse(text)), change(ast.parse(text))


CHANGES = (renamed, reordered, wrapped, split)
CASES = [
    pytest.param(
        program, change, id=f"{change.__name__}-{program.parent.parent.name}-{program.parent.name}-{program.stem}"
    )
    for change in CHANGES
    for program in PROGRAMS
    for before, modules in [_rearranged(program, change)]
    if modules != {"main": before}
]
"""The programs that each change has something to do in."""


@pytest.mark.parametrize(("program", "change"), CASES)
def test_arrangement_changes_nothing(program: Path, change: Callable[[ast.Module], Modules], tmp_path: Path) -> None:
    before, modules = _rearranged(program, change)
    assert objects(tmp_path / "after", modules) == objects(tmp_path / "before", {"main": before})


@pytest.mark.parametrize("change", CHANGES, ids=lambda f: f.__name__)
def test_each_change_has_programs(change: Callable[[ast.Module], Modules]) -> None:
    assert sum(case.values[1] is change for case in CASES) >= 10
