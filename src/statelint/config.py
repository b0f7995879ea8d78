"""The configuration: `statelint.toml`, `.statelint.toml` or `[tool.statelint]` of `pyproject.toml`, checked key by key.

The project's root is found here too, since the nearest configuration says where a project begins. Nothing is merged but
what `extend` names and what the command line gives on top. Globs hold relative to the file that has them.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from statelint import __version__
from statelint.findings import Confidence, Severity

FILES = ("statelint.toml", ".statelint.toml", "pyproject.toml")
MARKERS = (*FILES, ".git")
Declared = Literal["constant", "startup-only", "rebuilt-on-miss", "replica-local-ok", "external"]


class ConfigError(ValueError):
    """Wrong usage: a configuration, an option, a path or a revision that cannot be used. Exit code 2."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Common options of all tables: an unknown key is refused."""


class Ignored(_Table, frozen=True, kw_only=True):
    """One `[[ignore]]`: what is silenced from the configuration, and why. Globs in path, resource and symbol."""

    rule: str
    reason: str
    path: str = ""
    resource: str = ""
    symbol: str = ""
    until: str = ""


class Service(_Table, frozen=True, kw_only=True):
    """One `[[service]]`: a part of the repository that is deployed as one."""

    name: str
    root: str = "."
    replicas: Literal["many", "one", "auto"] = "auto"
    settings: str = ""
    deploy: tuple[str, ...] = ()


class Models(_Table, frozen=True, kw_only=True):
    """House vocabulary, as qualified names: what requests enter by, what is shared, what writes, what starts up."""

    entrypoints: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    startup: tuple[str, ...] = ()


class Config(_Table, frozen=True, kw_only=True):
    """All that can be configured; the defaults are those of a project without a configuration."""

    extend: str = ""
    required_version: str = ""
    select: tuple[str, ...] = ("ALL",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str | Ignored, ...] = ()
    severity: dict[str, Severity] = {}
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.LOW
    fail_on: Severity = Severity.ERROR
    pedantic: bool = False
    preview: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = True
    respect_gitignore: bool = True
    tracked_only: bool = False
    baseline: str = "statelint-baseline.json"
    require_reason: bool = True
    max_suppression_days: int = 0
    cache_dir: str = ""
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    service: tuple[Service, ...] = ()
    declare: dict[str, Declared] = {}
    models: Models = Models()
    rules: tuple[str, ...] = ()

    @property
    def ignored_rules(self) -> tuple[str, ...]:
        """The selectors in `ignore`."""
        return tuple(entry for entry in self.ignore if isinstance(entry, str))

    @property
    def ignored_objects(self) -> tuple[Ignored, ...]:
        """The `[[ignore]]` tables."""
        return tuple(entry for entry in self.ignore if isinstance(entry, Ignored))


class Loaded(NamedTuple):
    """A configuration and where it came from; `file` is None without one."""

    config: Config
    root: Path
    file: Path | None


KEYS = Config.__struct_encode_fields__
_TABLES = (Config, Ignored, Service, Models)


def parse(table: Mapping[str, Any], where: str) -> Config:
    """A configuration from a table of TOML. Raises ConfigError naming the key, and the nearest known one."""
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        unknown = str(error).partition("unknown field `")[2].partition("`")[0]
        if unknown:
            hint = _path(error) + nearest(unknown, _known(error))
            raise ConfigError(f"{where}: unknown key `{unknown}`{hint}") from error
        raise ConfigError(f"{where}: {_plain(error)}{_value_hint(table, error)}") from error
    for name, selectors in [("ignore", [i.rule for i in config.ignored_objects]), ("severity", list(config.severity))]:
        if any(not selector for selector in selectors):
            raise ConfigError(f"{where}: an entry of `{name}` names no rule")
    if trouble := _version_trouble(config.required_version):
        raise ConfigError(f"{where}: {trouble}")
    if any(not entry.reason.strip() for entry in config.ignored_objects):
        raise ConfigError(f"{where}: each `[[ignore]]` needs a reason")
    return config


def _version_trouble(required: str) -> str:
    """What is wrong with `required-version`, such as `0.2.0` or `>=0.2`; empty when this version will do."""
    if not required:
        return ""
    bare = required.removeprefix(">=").strip()
    numbers = bare.split(".")
    if not all(number.isdigit() for number in numbers):
        return f"`required-version` is a version or `>=` and a version, not `{required}`"
    own = [int(number) for number in __version__.split(".")]
    wanted = [int(number) for number in numbers]
    good = own >= wanted if required.startswith(">=") else own[: len(wanted)] == wanted
    return "" if good else f"statelint {required} is required, and this is {__version__}"


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean …?` with the nearest known word, or nothing. Letters that look like digits are digits."""
    plain = {_looks(name): name for name in reversed(known)}
    near = [plain[_looks(word)]] if _looks(word) in plain else difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _looks(word: str) -> str:
    return word.lower().translate(str.maketrans("oil", "011"))


def _path(error: Exception) -> str:
    inside = str(error).partition(" - at `$.")[2].rstrip("`").replace("[...]", "")
    return f" in `{inside}`" if inside else ""


def _known(error: Exception) -> tuple[str, ...]:
    inside = str(error).partition(" - at `$.")[2].rstrip("`").partition("[")[0]
    table = {"service": Service, "ignore": Ignored, "models": Models}.get(inside, Config)
    return table.__struct_encode_fields__


def _plain(error: Exception) -> str:
    text, _, path = str(error).partition(" - at `$")
    path = path.rstrip("`").lstrip(".").replace("[...]", "")
    for theirs, ours in (("`object`", "a table"), ("`array`", "a list"), ("`str`", "text"), ("`bool`", "true or false"),
                         ("`int`", "a number"), ("Object", "the table"), ("Expected", "expected")):  # fmt: skip
        text = text.replace(theirs, ours)
    return f"`{path}`: {text}" if path else text


def _value_hint(table: Mapping[str, Any], error: Exception) -> str:
    """The nearest valid word for a value that is none of the allowed ones."""
    given = str(error).partition("Invalid enum value '")[2].partition("'")[0]
    words = [*(s.value for s in Severity), *(c.value for c in Confidence), *Declared.__args__, "many", "one", "auto"]  # type: ignore[attr-defined]
    return nearest(given, words) if given else ""


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ConfigError where it is none."""
    try:
        return parse_toml(file.read_bytes().decode(), str(file))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8") from error


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """The tables in a text of TOML. Raises ConfigError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def table_of(file: Path) -> dict[str, Any] | None:
    """The statelint table of a configuration file; None when it has none."""
    content = read_toml(file)
    if file.name == "pyproject.toml":
        tool = content.get("tool")
        found = tool.get("statelint") if isinstance(tool, dict) else None
        return found if isinstance(found, dict) else None
    return content


def load_file(file: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """The configuration in one file, over what it extends, under what the command line gives."""
    merged = _extended(file, ())
    merged.update(overrides or {})
    merged.pop("extend", None)
    return parse(merged, file.name)


def _extended(file: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    if file in above:
        raise ConfigError(f"{file.name}: `extend` leads back to this file")
    own = table_of(file) or {}
    parse(own, file.name)
    under = own.get("extend")
    return {**_extended((file.parent / under).resolve(), (*above, file)), **own} if under else dict(own)


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a configuration, a `pyproject.toml` or a repository."""
    for folder in (start, *start.parents):
        if any((folder / marker).exists() for marker in MARKERS):
            return folder
    return start


def find_file(root: Path) -> Path | None:
    """The nearest configuration file at or above the root, not above the repository."""
    for folder in (root, *root.parents):
        for name in FILES:
            file = folder / name
            if file.is_file() and table_of(file) is not None:
                return file
        if (folder / ".git").exists():
            return None
    return None


def load(root: Path, overrides: Mapping[str, Any] | None = None, file: Path | None = None) -> Loaded:
    """The configuration that holds for a root: `file` if given, else the nearest. Raises ConfigError."""
    file = file or find_file(root)
    if file is None:
        return Loaded(parse(dict(overrides or {}), "command line"), root, None)
    config = load_file(file, overrides)
    inside = root.relative_to(file.parent).as_posix() if root.is_relative_to(file.parent) else "."
    return Loaded(_rebased(config, "" if inside == "." else inside + "/"), root, file)


def _rebased(config: Config, inside: str) -> Config:
    """The configuration of a folder above, for a root inside it: anchored globs lose what leads to the root."""
    if not inside:
        return config
    globs = {key: _inside(getattr(config, key), inside) for key in ("include", "exclude", "extend_exclude")}
    per_file = {glob[0]: codes for key, codes in config.per_file_ignores.items() if (glob := _inside((key,), inside))}
    return msgspec.structs.replace(config, **globs, per_file_ignores=per_file)


def _inside(globs: tuple[str, ...], inside: str) -> tuple[str, ...]:
    kept = []
    for glob in globs:
        bare = glob.lstrip("/")
        if "/" not in glob.rstrip("/") or bare.startswith("**/"):
            kept.append(glob)
        elif bare.startswith(inside):
            kept.append("/" + bare[len(inside) :])
    return tuple(kept)
