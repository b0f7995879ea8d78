"""The configuration: where it is found, what it may say, and what it says to a typing error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from statelint.config import Config, ConfigError, find_root, load, parse
from statelint.config_lines import lines_of
from statelint.findings import Severity


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"selct": []}, "unknown key `selct`; did you mean `select`?"),
        ({"per_file_ignores": {}}, "unknown key `per_file_ignores`; did you mean `per-file-ignores`?"),
        ({"service": [{"nmae": "x"}]}, "unknown key `nmae` in `service[0]`; did you mean `name`?"),
        ({"service": [{"name": "x", "replicas": "mny"}]}, "did you mean `many`?"),
        ({"declare": {"a:b": "startup"}}, "did you mean `startup-only`?"),
        ({"select": "SL1"}, "`select`: expected a list, got text"),
        ({"fail-on": "errors"}, "did you mean `error`?"),
        ({"ignore": [{"rule": "SL1"}]}, "reason"),
        ({"ignore": [{"rule": "SL1", "reason": " ", "path": "x"}]}, "needs a reason"),
        ({"models": {"entrypoint": []}}, "unknown key `entrypoint` in `models`; did you mean `entrypoints`?"),
    ],
)
def test_refusals(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(table, "statelint.toml")
    assert message in str(refused.value) and str(refused.value).startswith("statelint.toml: ")


def test_required_version() -> None:
    from statelint import __version__

    for good in (__version__, __version__.rpartition(".")[0], f">={__version__}", ">=0.0.1"):
        assert parse({"required-version": good}, "t").required_version == good
    for bad, says in ((">=99.0", "and this is"), ("0.0.1", "and this is"), ("~=1", "not `~=1`")):
        with pytest.raises(ConfigError, match=says):
            parse({"required-version": bad}, "t")


def test_defaults_are_those_of_the_specification() -> None:
    config = Config()
    assert config.select == ("ALL",) and config.fail_on is Severity.ERROR
    assert config.force_exclude and config.respect_gitignore and config.require_reason and not config.pedantic


def test_ignore_holds_selectors_and_tables() -> None:
    config = parse({"ignore": ["SL1", {"rule": "SL2", "reason": "r", "path": "x"}]}, "t")
    assert config.ignored_rules == ("SL1",)
    assert [entry.rule for entry in config.ignored_objects] == ["SL2"]


def test_the_nearest_file_holds_and_is_not_merged(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "statelint.toml").write_text('select = ["SL1"]\npedantic = true\n')
    inner = tmp_path / "service"
    inner.mkdir()
    assert load(inner).config.select == ("SL1",)
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert load(inner).config.select == ("SL1",), "a pyproject.toml without our table is none of ours"
    (inner / "pyproject.toml").write_text("[tool.statelint]\nselect = ['SL2']\n")
    loaded = load(inner)
    assert loaded.config.select == ("SL2",) and not loaded.config.pedantic
    assert loaded.file == inner / "pyproject.toml"


def test_a_file_above_the_repository_does_not_hold(tmp_path: Path) -> None:
    (tmp_path / "statelint.toml").write_text('select = ["SL1"]\n')
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    assert load(repository).file is None


def test_names_of_files_in_order(tmp_path: Path) -> None:
    for name in ("pyproject.toml", ".statelint.toml", "statelint.toml"):
        head = "[tool.statelint]\n" if name == "pyproject.toml" else ""
        (tmp_path / name).write_text(f'{head}exclude = ["{name}"]\n')
        assert load(tmp_path).config.exclude == (name,)


def test_extend(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text('ignore = ["SL107"]\nfail-on = "warning"\n')
    (tmp_path / "statelint.toml").write_text('extend = "house.toml"\nfail-on = "note"\n')
    config = load(tmp_path).config
    assert config.ignored_rules == ("SL107",) and config.fail_on is Severity.NOTE
    (tmp_path / "house.toml").write_text('extend = "statelint.toml"\n')
    with pytest.raises(ConfigError, match="leads back"):
        load(tmp_path)


def test_options_come_last(tmp_path: Path) -> None:
    (tmp_path / "statelint.toml").write_text('fail-on = "warning"\n')
    assert load(tmp_path, {"fail-on": "note"}).config.fail_on is Severity.NOTE


def test_globs_hold_relative_to_their_file(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    text = 'exclude = ["service/old/", "other/", "*.gen.py"]\n[per-file-ignores]\n"service/x.py" = ["SL1"]\n'
    (tmp_path / "statelint.toml").write_text(text)
    (tmp_path / "service").mkdir()
    config = load(tmp_path / "service").config
    assert config.exclude == ("/old/", "other/", "*.gen.py")
    assert config.per_file_ignores == {"/x.py": ("SL1",)}


def test_broken_toml_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "statelint.toml").write_text("select = [\n")
    with pytest.raises(ConfigError, match=r"statelint\.toml"):
        load(tmp_path)


def test_roots(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert find_root(deep) == tmp_path
    (tmp_path / "a" / ".git").mkdir()
    assert find_root(deep) == tmp_path / "a"


def test_lines_of_keys() -> None:
    text = '[tool.other]\nselect = 1\n[tool.statelint]\nselect = []\n"ignore" = []\n\n[tool.statelint.declare]\nx = 1\n'
    assert lines_of(text, "tool.statelint") == {"select": 4, "ignore": 5, "declare": 7}
    assert lines_of("a = 1\n[[service]]\nname = 'x'\n", "") == {"a": 1, "service": 2}
