"""What of the run before still holds: after any edits, a run with a cache reports what one without a cache does."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import EXAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statelint import stamps
from statelint.clock import Clock
from statelint.config import Config, load
from statelint.findings import Report
from statelint.report import Look, render
from statelint.run import Way, run

TODAY = date(2026, 5, 1)
BESIDE = {
    "tests/test_cart.py": "from shop import app\n\nSEEN = {}\n",
    "tests/seeds.py": "STORE = {}\n\n\ndef put(k):\n    STORE[k] = 1\n",
    "docs/conf.py": "project = 'shop'\n",
    "web/app.js": "export const a = 1;\n",
    "data/words.json": '{"a": 1}\n',
    "deploy/web.yaml": "kind: Service\napiVersion: v1\nmetadata: {name: web}\nspec:\n  type: NodePort\n",
    "scripts/load.py": "A = 1  # a number\n",
    "shop/words.py": '"""Words."""\n\nWORDS = ("a", "b")\n',
}
LINES = [
    "# a comment",
    "# another one",
    "",
    "# statelint: ignore[SL101] -- known",
    "# statelint: ignore[ALL] until=2026-06-01 -- for now",
    "ADDED = {}",
    "import tests.seeds",
    "from tests import seeds as kept",
    "  sessionAffinity: ClientIP",
    '{"schema": "statelint/1"}',
    "def handler(): ADDED['x'] = 1",
    "sticky.cookie(name)",
]
EDITS = st.tuples(
    st.sampled_from(["append", "prepend", "replace", "comment", "drop", "shorten", "delete"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.sampled_from(LINES),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(EXAMPLES / "shop", tmp_path_factory.mktemp("unchanged") / "shop"))
    for name, text in BESIDE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def configured(root: Path, cache: Path) -> Config:
    return load(root, {"cache-dir": str(cache), "pedantic": True, "preview": True}).config


def as_text(report: Report) -> tuple[str, str]:
    return render("json", report, Look(suppressed=True)), render("full", report, Look())


def edit(root: Path, files: list[Path], how: tuple[str, int, int, str]) -> None:
    """One edit of one file: what is not there any more is left alone."""
    kind, file, place, line = how
    path = files[file % len(files)]
    if not path.exists():
        return
    lines = path.read_text().split("\n")
    at = place % len(lines)
    if kind == "append":
        lines.append(line)
    elif kind == "prepend":
        lines.insert(at, line)
    elif kind == "replace":
        lines[at] = line
    elif kind == "comment":
        lines[at] += "  " + line
    elif kind == "drop":
        del lines[at]
    elif kind == "shorten":
        lines[at] = lines[at][: place % 40]
    if kind == "delete" and place % 5 == 0:
        path.unlink()
    else:
        path.write_text("\n".join(lines))


@pytest.fixture(autouse=True)
def sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps that count after a moment: the clocks of files tick every few milliseconds here."""
    monkeypatch.setattr(stamps, "RACY", 50_000_000)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDITS, min_size=1, max_size=6), st.booleans())
def test_after_any_edits_the_report_is_that_of_a_cold_run(
    shop: Path, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int, int, str]], later: bool
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    root = Path(shutil.copytree(shop, folder / "shop"))
    config = configured(root, folder / "cache")
    files = sorted(path for path in root.rglob("*") if path.is_file())
    run(root, config, today=TODAY)
    for number, how in enumerate(edits):
        edit(root, files, how)
        today = date(2026, 5 + (number if later else 0), 1)
        warm = run(root, config, today=today)
        cold = run(root, config, Way(use_cache=False), today=today)
        assert as_text(warm) == as_text(cold), how
        assert warm == cold, how
    shutil.rmtree(folder)


def phases(root: Path, cache: Path) -> str:
    clock = Clock()
    run(root, configured(root, cache), Way(clock=clock), today=TODAY)
    return "\n".join(clock.lines())


def changed(path: str, how: Callable[[str], str]) -> Callable[[Path], object]:
    return lambda root: (root / path).write_text(how((root / path).read_text()))


QUICK = {
    "a comment, in a line of code": changed("scripts/load.py", lambda text: text.replace("a number", "one")),
    "a comment above all code": changed("shop/__init__.py", lambda text: "# the shop\n\n" + text),
    "an empty line between statements": changed("scripts/load.py", lambda text: "\n" + text),
    "a docstring": changed("shop/words.py", lambda text: text.replace("Words.", "The words.\n\nAll of them.\n")),
    "a comment below all code": changed("shop/__init__.py", lambda text: text + "# the end\n"),
    "a test": changed("tests/test_cart.py", lambda text: text + "OTHER = {}\n"),
    "what a test imports": changed("tests/test_cart.py", lambda text: text + "from tests import seeds\n"),
    "a document": changed("docs/conf.py", lambda text: "\n\n" + text),
    "a program in another language": changed("web/app.js", lambda text: text + "export const b = 2;\n"),
}
WHOLE = {
    "a string that is used": changed("shop/words.py", lambda text: text.replace('"a"', '"c"')),
    "a line that is taken apart": changed("shop/words.py", lambda text: text.replace('"b")', '\n"b")')),
    "code": changed("scripts/load.py", lambda text: text + "B = 1\n"),
    "a test that is imported": changed("scripts/load.py", lambda text: text + "# \nimport tests.seeds\n"),
    "a comment to us": changed("scripts/load.py", lambda text: text.replace("a number", "statelint: ignore[ALL]")),
    "a file that is gone": lambda root: (root / "tests/seeds.py").unlink(),
    "a setting": changed("deploy/web.yaml", lambda text: text + "  sessionAffinity: ClientIP\n"),
}


@pytest.mark.parametrize("what", [*QUICK, *WHOLE])
def test_what_is_analysed_again(shop: Path, tmp_path: Path, what: str) -> None:
    root, cache = Path(shutil.copytree(shop, tmp_path / "shop")), tmp_path / "cache"
    assert "build relations" in phases(root, cache)
    assert "build relations" not in phases(root, cache)
    (QUICK.get(what) or WHOLE[what])(root)
    assert ("build relations" in phases(root, cache)) is (what in WHOLE)
    assert "build relations" not in phases(root, cache), "the run after it"


def test_lines_and_texts_are_those_of_now(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    config = configured(root, tmp_path / "cache")
    before = run(root, config, today=TODAY)
    path = before.findings[0].span.path
    (root / path).write_text((root / path).read_text() + "# the end")
    (root / "web" / "app.js").write_text("\n" * 100)
    after = run(root, config, today=TODAY)
    assert after.sources[path].endswith("# the end")
    assert after == run(root, config, Way(use_cache=False), today=TODAY)


def test_findings_go_with_the_lines_that_they_point_at(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    config = configured(root, tmp_path / "cache")
    before = run(root, config, today=TODAY)
    paths = sorted({x.span.path for x in before.findings if x.span.path.endswith(".py")})[:3]
    for between in ("", "\n\n\n"):
        for path in paths:
            text = (root / path).read_text()
            (root / path).write_text(text.replace(between, f"{between}# a comment\n\n", 1))
        clock = Clock()
        after = run(root, config, Way(clock=clock), today=TODAY)
        assert "build relations" not in "\n".join(clock.lines()), between
        cold = run(root, config, Way(use_cache=False), today=TODAY)
        assert after == cold and as_text(after) == as_text(cold)
        assert [x.span for x in after.findings] != [x.span for x in before.findings]


def test_a_report_holds_on_other_days_unless_a_day_counts(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    config = configured(root, tmp_path / "cache")

    def anew(day: int) -> bool:
        clock = Clock()
        run(root, config, Way(clock=clock), today=date(2026, 5, day))
        return "build relations" in "\n".join(clock.lines())

    assert anew(1) and not anew(2)
    (root / "scripts" / "load.py").write_text("A = {}  # statelint: ignore[ALL] until=2026-05-03 -- for now\n")
    assert anew(2) and not anew(2) and anew(3)


def test_a_run_in_which_nothing_has_changed_opens_no_file(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    config = configured(root, tmp_path / "cache")
    time.sleep(0.1)
    first = run(root, config, today=TODAY)
    opened: list[str] = []
    read_one = stamps.read_one
    monkeypatch.setattr(stamps, "read_one", lambda path, source: opened.append(source.path) or read_one(path, source))
    assert run(root, config, today=TODAY) == first and not opened
    (root / "scripts" / "load.py").write_text("A = 2  # a number\n")
    assert run(root, config, today=TODAY) == run(root, config, Way(use_cache=False), today=TODAY)
    assert opened[0] == "scripts/load.py"


def test_a_file_whose_time_was_set_back_is_read(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    config = configured(root, tmp_path / "cache")
    path = root / "shop" / "extra.py"
    path.write_text("A = 1\n")
    time.sleep(0.1)
    run(root, config, today=TODAY)
    state = path.stat()
    path.write_text("A = (\n")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size and path.stat().st_mtime_ns == state.st_mtime_ns
    assert "shop/extra.py" in [problem.path for problem in run(root, config, today=TODAY).problems]


def test_what_was_written_just_now_is_read_again(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "RACY", 3_000_000_000)
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    config = configured(root, tmp_path / "cache")
    run(root, config, today=TODAY)
    (root / "scripts" / "load.py").write_text("A = {}\n")
    opened: list[str] = []
    read_one = stamps.read_one
    monkeypatch.setattr(stamps, "read_one", lambda path, source: opened.append(source.path) or read_one(path, source))
    run(root, config, today=TODAY)
    run(root, config, today=TODAY)
    assert opened.count("scripts/load.py") >= 2
