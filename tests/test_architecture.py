"""The doors of the house that can be seen in the source: who imports whom, who knows what, how large things are.

ARCHITECTURE.md describes the same invariants in words.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

from statelint.knowledge import available
from statelint.shipped import rules_folder

SOURCE = ROOT / "src" / "statelint"

# From the ground up; a module may import from its own row and from those above it in this list, never from below.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(row.split())
    for row in (
        "spans collector heap clock shipped",
        "findings safe_yaml",
        "knowledge vocabulary rows entry_rows flow_rows store_rows rules facts config config_lines house_words pages",
        "implied",
        "project extract sift cache discover file_names ignore_files",
        "embedded contents stamps runs within",
        "gather executors beside sieve services terms unchanged moved triage stories checks advise report fix",
        "run audit audit_text audit_map audit_html fleet",
        "house_tests",
        "cli __main__",
    )
)
SIBLINGS_APART = ("extract", "checks", "report", "executors")
SITES = {  # import name → where alone it may be imported, as regular expressions over the module's path
    "libcst": r"extract/python/concrete\w*\.py",
    "rich": r"report/full\.py|(report/|cli/)?progress\.py",
    "click": r"cli/.*",
    "dask": r"executors/dask\.py",
    "distributed": r"executors/dask\.py",
    "ray": r"executors/ray\.py",
    "yaml": r"safe_yaml\.py|extract/[\w/]+\.py|fix/yaml\.py",
}
# Names of libraries that are also words of the language or of this program's own subject.
ORDINARY_WORDS = frozenset(
    [
        "attrs",
        "azure",
        "bottle",
        "cached_property",
        "channels",
        "dash",
        "environ",
        "falcon",
        "limits",
        "pyramid",
        "records",
        "requests",
        "responder",
        "schedule",
        "storages",
        "toml",
        "web",
    ]
)


class Imported:
    """One import: the dotted module, its line, and whether only a type checker sees it."""

    def __init__(self, module: str, line: int, for_types: bool) -> None:
        self.module, self.line, self.for_types = module, line, for_types


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "rules" not in path.relative_to(SOURCE).parts[:1])


def dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def label(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


@cache
def imports(path: Path) -> tuple[Imported, ...]:
    """All imports of a module, those inside functions included, relative ones resolved."""
    package = dotted(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    own = {dotted(other) for other in modules()}
    found = []
    for_types = {
        inner
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [Imported(alias.name, node.lineno, node in for_types) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            deeper = [f"{module}.{alias.name}" for alias in node.names]
            found += [Imported(name if name in own else module, node.lineno, node in for_types) for name in deeper]
    return tuple(found)


def inside(path: Path) -> list[Imported]:
    return [imported for imported in imports(path) if imported.module.split(".")[0] == "statelint"]


def component(module: str) -> str:
    """The word of LAYERS that a module belongs to; empty for the package itself, which holds the version."""
    name = ([*module.split("."), ""])[1]
    return "triage" if name.startswith("triage_") else name


def layer(module: str) -> int:
    name = component(module)
    if not name:
        return 0
    for number, row in enumerate(LAYERS):
        if name in row:
            return number
    raise AssertionError(f"{module} has no layer: add it to LAYERS, and to ARCHITECTURE.md")


@pytest.mark.parametrize("path", modules(), ids=label)
def test_imports_point_one_way(path: Path) -> None:
    own = layer(dotted(path))
    if path == SOURCE / "__init__.py":
        assert not inside(path)
    up = [f"line {i.line}: {i.module}" for i in inside(path) if layer(i.module) > own]
    assert not up, f"{label(path)} imports from a layer above its own: {up}"


@pytest.mark.parametrize("path", modules(), ids=label)
def test_siblings_are_strangers(path: Path) -> None:
    """One format, one check, one report each; a larger one has a folder or several files of one first word."""
    package, _, own = dotted(path).removeprefix("statelint.").partition(".")
    if package not in SIBLINGS_APART or not own:
        return
    family = re.split("[_.]", own)[0]
    for imported in inside(path):
        other_package, _, other = imported.module.removeprefix("statelint.").partition(".")
        if other_package == package and other:
            assert re.split("[_.]", other)[0] == family, f"{label(path)}:{imported.line} imports {imported.module}"


def test_no_import_cycles() -> None:
    one_way({dotted(path): {i.module for i in inside(path) if not i.for_types} - {dotted(path)} for path in modules()})


def test_the_parts_of_the_project_build_on_each_other_one_way() -> None:
    """What holds for modules holds for its folders too: the order of the table in ARCHITECTURE.md."""
    graph: dict[str, set[str]] = {}
    for path in modules():
        part = part_of(dotted(path))
        graph.setdefault(part, set()).update({part_of(i.module) for i in inside(path) if not i.for_types} - {part})
    one_way({part: others for part, others in graph.items() if part.startswith("statelint.project.")})


def part_of(module: str) -> str:
    """The folder of `project/` that a module is in, or the module itself."""
    return ".".join(module.split(".")[:3]) if module.startswith("statelint.project.") else module


def one_way(graph: dict[str, set[str]]) -> None:
    """Fails where names lead back to themselves, and shows the circle."""
    done: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " ▸ ".join([*above[above.index(module) :], module])
        if module not in done:
            for other in sorted(graph.get(module, ())):
                walk(other, (*above, module))
            done.add(module)

    for module in sorted(graph):
        walk(module, ())


@pytest.mark.parametrize("library", SITES)
def test_heavy_libraries_are_imported_in_few_places(library: str) -> None:
    sites = {label(p) for p in modules() for i in imports(p) if i.module.split(".")[0] == library}
    stray = {site for site in sites if not re.fullmatch(SITES[library], site)}
    assert not stray, f"{library} is imported in {sorted(stray)}"


def test_the_heavy_parser_is_behind_one_door() -> None:
    """It is imported where the interpreter's own parser has refused a text, inside a function."""
    package = "statelint.extract.python"
    door = SOURCE / "extract" / "python" / "__init__.py"
    at_start = {i.module for i in imports(door)} - {
        module.module
        for function in ast.walk(tree(door))
        if isinstance(function, ast.FunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.ImportFrom)
        for module in imports(door)
        if module.line == inner.lineno
    }
    assert f"{package}.concrete" not in at_start
    outside = [p for p in modules() if not label(p).startswith("extract/python/concrete") and p != door]
    assert not [label(p) for p in outside for i in imports(p) if i.module.startswith(f"{package}.concrete")]


@pytest.mark.parametrize("path", [p for p in modules() if label(p).startswith("checks/")], ids=label)
def test_checks_see_only_the_project(path: Path) -> None:
    allowed = {"project", "findings", "facts", "spans", "knowledge", "checks", ""}
    assert {component(i.module) for i in inside(path)} <= allowed
    assert not {i.module for i in imports(path)} & {"os", "pathlib", "io", "subprocess", "sys", "logging"}
    calls = {n.func.id for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not calls & {"open", "print", "eval", "exec", "__import__", "input"}


@pytest.mark.parametrize("path", [p for p in modules() if label(p).startswith("report/")], ids=label)
def test_reporters_see_only_the_report(path: Path) -> None:
    assert {component(i.module) for i in inside(path)} <= {"findings", "spans", "report", ""}


@pytest.mark.parametrize("path", [p for p in modules() if label(p).startswith("extract/")], ids=label)
def test_extraction_sees_only_bytes(path: Path) -> None:
    """No path, configuration, rule or knowledge reaches extraction, so none can change what the cache holds."""
    assert {component(i.module) for i in inside(path)} <= {"facts", "spans", "extract", "safe_yaml", ""}
    calls = {n.func.id for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert "open" not in calls


def library_names() -> set[str]:
    """Import names of the libraries that the knowledge is about; those of the standard library are no frameworks."""
    names: set[str] = set()
    for stem, library in available(rules_folder() / "knowledge").items():
        if not library.always:
            names |= {stem, *library.imports}
    own = {"click", "libcst", "msgspec", "pathspec", "rich", "tomli", "yaml"}
    return {n.split(".")[0].lower() for n in names} - set(sys.stdlib_module_names) - ORDINARY_WORDS - own


@pytest.mark.parametrize("path", modules(), ids=label)
def test_no_framework_is_named(path: Path) -> None:
    words = library_names()
    for token in tokenize.tokenize(io.BytesIO(path.read_bytes()).readline):
        if token.type in (tokenize.NAME, tokenize.STRING, tokenize.COMMENT) or tokenize.tok_name[token.type].startswith(
            "FSTRING"
        ):
            named = set(re.findall(r"[a-z][a-z0-9_]*", token.string.lower())) & words
            assert not named, f"{label(path)}:{token.start[0]} names {sorted(named)}; put it into rules/"


@pytest.mark.parametrize("path", modules(), ids=label)
def test_modules_are_small_and_named_for_what_they_hold(path: Path) -> None:
    assert sum(1 for line in path.read_bytes().splitlines() if line.strip()) <= 350
    assert path.stem not in {"utils", "util", "common", "base", "helpers", "helper", "types", "core", "misc"}


@pytest.mark.parametrize("path", modules(), ids=label)
def test_modules_say_what_they_are_for(path: Path) -> None:
    text = ast.get_docstring(tree(path)) or ""
    assert len(text.split()) >= 4, f"{label(path)} has no docstring that says something"


@pytest.mark.parametrize("path", modules(), ids=label)
def test_nothing_executes_what_it_analyses(path: Path) -> None:
    banned = {"eval", "exec", "compile", "__import__"}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in banned, f"{label(path)}:{node.lineno} calls {node.func.id}()"
    assert not {i.module for i in imports(path)} & {"runpy", "pickle", "marshal", "shelve"}
