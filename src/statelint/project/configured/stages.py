"""Which configuration a place belongs to: production, development, test, or the base that all of them share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Literal

from statelint import facts as f
from statelint.project.resolution.scopes import Context, Scope

Stage = Literal["base", "production", "development", "test"]
WORDS: tuple[tuple[Stage, frozenset[str]], ...] = (
    ("test", frozenset({"test", "tests", "testing", "testutils", "pytest", "ci"})),
    ("development", frozenset({"dev", "develop", "development", "local", "debug", "example", "sample", "override"})),
    ("production", frozenset({"prod", "production", "live", "deploy", "heroku", "staging"})),
)
SURE = frozenset({"prod", "production"})
"""Words of production that leave no other production beside them."""
NOUNS = frozenset(
    {"settings", "setting", "config", "configs", "configuration", "conf", "env", "environment", "base", "app", "docker",
     "compose", "values", "common", "defaults", "mixin", "yml", "yaml", "toml", "ini", "cfg", "py"}
)  # fmt: skip
"""Words that may stand beside the one that names the stage: `dev_settings`, `TestingConfig`."""
LOOSE = frozenset({"local", "example", "sample", "override"})
"""Words of which a test needs more than the word to speak of a stage."""
TO_BE_COPIED = frozenset({"example", "sample", "template", "tmpl", "tpl", "dist", "skeleton", "skel"})
"""Words in the name of an environment file that say that it is a form to be filled in."""
THERE = "!"
"""The mark before the name of what must be set, not missing, for a value to be used."""
SHOWN = frozenset({"demo"})
"""Words of configuration that only shows the service."""
ENVIRONMENT_FILE = re.compile(r"^\.env(\..*)?$|\.env$")
PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def stage_of_words(text: str) -> Stage:
    """The stage that a file, module or class name speaks of, when it speaks of nothing else but configuration."""
    parts = {part.lower() for part in PART.findall(text)}
    return next((stage for stage, words in WORDS if parts & words and parts - words <= NOUNS), "base")


def stage_of_file(path: str) -> Stage:
    """The stage of a configuration file. An environment file that is a form sets nothing in production."""
    folder, _, name = path.rpartition("/")
    if {part.lower() for part in PART.findall(f"{folder.rpartition('/')[2]} {name}")} & SHOWN:
        return "development"
    if ENVIRONMENT_FILE.search(name) and TO_BE_COPIED & {part.lower() for part in PART.findall(name)}:
        return "development"
    return stage_of_words(name)


def stage(scope: Scope, context: Context | None = None) -> Stage:
    """The stage of a place in code: by the tests around it, the class, then the module's own name and folder."""
    found = stage_of_tests(context) if context else "base"
    if found != "base":
        return found
    current: Scope | None = scope
    while current is not None and current.kind != "module":
        if current.kind == "class" and (found := stage_of_words(current.name)) != "base":
            return found
        current = current.parent
    names = scope.module.path.removesuffix(".py").split("/")
    return next((s for name in reversed(names[-2:]) if (s := stage_of_words(name)) != "base"), "base")


def stage_of_tests(context: Context) -> Stage:
    """The stage that the tests around a place leave it to."""
    found = (_tested(test, taken) for test, taken in context.tests)
    return next((s for s in found if s != "base"), "base")


def away_from_production(context: Context) -> bool:
    """Whether the tests around a place leave it to development or to tests: `if settings.DEBUG:`."""
    return stage_of_tests(context) in ("development", "test")


def _tested(test: f.Expr, taken: bool) -> Stage:
    if isinstance(test, f.Op) and test.op == "not" and len(test.operands) == 1:
        return _tested(test.operands[0], not taken)
    if isinstance(test, f.Op) and test.op in ("and", "or"):
        found = [_tested(operand, taken) for operand in test.operands]
        if (test.op == "and") is taken:  # all of them hold
            return next((s for s in found if s != "base"), "base")
        return found[0] if len(set(found)) == 1 or set(found) == {"development", "test"} else "base"
    if isinstance(test, f.Op) and test.op in ("!=", "not in"):
        return _tested(f.Op("==" if test.op == "!=" else "in", test.operands, test.where), not taken)
    equal = isinstance(test, f.Op) and test.op in ("==", "in")
    # What is compared with says more than what a variable is when nothing sets it: `get("MODE", "dev") == "prod"`.
    told = [_telling_words(e) for e in reversed(test.operands)] if isinstance(test, f.Op) and equal else []
    words = next((w for w in told if any(w & known for _, known in WORDS)), _telling_words(test))
    for stage, known in WORDS:
        if words & known:
            if equal and not taken and words & known <= SURE:
                return "development"  # whatever it is then, it is not what serves
            if equal or stage != "production" or taken:
                return stage if taken else "base"
            return "development"
    return "base"


def _telling_words(e: f.Expr) -> set[str]:
    return {part for name in _names(e) for part in _telling(name)}


def _telling(name: str) -> set[str]:
    """The words of a tested name. `IS_LOCAL` tells a stage, `USE_LOCAL_FILES` or `SAMPLE_RATE` what is wanted."""
    parts = {part.lower() for part in PART.findall(name)}
    return parts if parts <= {*LOOSE, *NOUNS, "is", "mode", "run", "running"} else parts - LOOSE


def _names(e: f.Expr) -> Iterable[str]:
    if isinstance(e, f.Name):
        yield e.id
    elif isinstance(e, f.Attr):
        yield e.name
    elif isinstance(e, f.Const) and e.kind == "str":
        yield str(e.value)
    elif isinstance(e, f.Op | f.Group):
        for part in e.operands if isinstance(e, f.Op) else e.items:
            yield from _names(part)
    elif isinstance(e, f.Call):
        for arg in e.args:
            yield from _names(arg)
    elif isinstance(e, f.Item):
        yield from _names(e.key)
    elif isinstance(e, f.Walrus):
        yield from _names(e.value)
        yield e.target.id


def _is_key(e: f.Expr) -> bool:
    """Whether a constant is a name by which a table is asked: `"STORE_URL" in os.environ`."""
    return isinstance(e, f.Const) and e.kind == "str" and str(e.value).isupper() and str(e.value).isidentifier()


def asked(test: f.Expr) -> list[f.Expr]:
    """The names and attributes that a test asks about."""
    if isinstance(test, f.Name | f.Attr | f.Item):
        return [test]
    if isinstance(test, f.Walrus):
        return [test.value]
    parts = _asked(test)
    if isinstance(parts, f.Op):
        return [e for operand in parts.operands for e in asked(operand)]
    return [test, test.func] if isinstance(test, f.Call) and isinstance(test.func, f.Attr) else []


def _asked(test: f.Expr) -> f.Expr:
    """A test without what its comparisons compare with."""
    if isinstance(test, f.Op) and test.op in ("==", "!=", "is", "is not", "in", "not in"):
        keyed = test.op in ("in", "not in") and _is_key(test.operands[0])
        compared = test.operands[1:] if isinstance(test.operands[0], f.Const) and not keyed else test.operands[:1]
        return f.Op(test.op, compared, test.where)
    if isinstance(test, f.Op) and test.op in ("and", "or", "not"):
        # what must only be there says more than what must be one of several: `kind == SQL and url`
        operands = sorted(test.operands, key=lambda operand: not isinstance(operand, f.Name | f.Attr | f.Item))
        return f.Op(test.op, tuple(_asked(operand) for operand in operands), test.where)
    return test


def condition(tests: Iterable[tuple[f.Expr, bool]]) -> str:
    """The name of the variable or setting that the innermost test asks about, or words where that must be on; empty
    when it asks about no name.

    What is compared with a constant that has a name is meant, not that constant: `kind == POSTGRES` asks about `kind`.
    """
    for names, on in _asked_names(tests):
        return _told(next((n for n in names if n.isupper()), names[0]), on)
    return ""


def presence(test: f.Expr, taken: bool) -> bool:
    """Whether a branch is taken where what the test asks about is there: `if X:`, `if X is not None:`."""
    if isinstance(test, f.Op) and test.op == "not":
        return presence(test.operands[0], not taken)
    if isinstance(test, f.Op) and test.op in ("is", "is not"):
        right = test.operands[-1]
        return isinstance(right, f.Const) and right.kind == "none" and taken is (test.op == "is not")
    if isinstance(test, f.Op) and test.op in ("in", "not in"):
        return _is_key(test.operands[0]) and taken is (test.op == "in")
    if isinstance(test, f.Op) and test.op in ("and", "or"):
        return taken is (test.op == "and") and any(presence(operand, taken) for operand in test.operands)
    return taken and isinstance(test, f.Name | f.Attr | f.Item | f.Call)


def apart(tests: Iterable[tuple[f.Expr, bool]]) -> list[tuple[f.Expr, bool]]:
    """The tests, and what must all hold each by itself: `if A and B:` asks two things."""
    found: list[tuple[f.Expr, bool]] = []
    for test, taken in tests:
        whole = not isinstance(test, f.Op) or test.op != ("and" if taken else "or")
        found += [(test, taken)] if whole else apart((operand, taken) for operand in test.operands)  # type: ignore[union-attr]
    return found


def marked(name: str, test: f.Expr, taken: bool) -> str:
    """The name that a test asks about, with the mark where it must be there for the branch to be taken."""
    return THERE + name if " " not in name and presence(test, taken) else name


def chosen(tests: Iterable[tuple[f.Expr, bool]], vocabularies: Iterable[AbstractSet[str]]) -> str:
    """Like `condition`, for tests inside of functions: only names with a word that chooses, no state of the data.

    `vocabularies` are such words, those that say more before those that say less.
    """
    for names, on in _asked_names(tests):
        for wanted in vocabularies:
            for name in names:
                if name.isupper() or {part.lower() for part in PART.findall(name)} & wanted:
                    return _told(name, on)
    return ""


def _told(name: str, on: bool) -> str:
    """What ends a sentence that begins with `unless`."""
    return f"`{name}` is off" if on else name


def _asked_names(tests: Iterable[tuple[f.Expr, bool]]) -> Iterable[tuple[list[str], bool]]:
    """The names that each test asks about, the innermost test first, and whether one name alone has to be true there;
    tests without one are left out."""
    for test, taken in reversed(tuple(tests)):
        names = [n for n in _names(_asked(test)) if n.replace("_", "").isalnum() and n != "__name__"]
        while isinstance(test, f.Op) and test.op == "not":
            test, taken = test.operands[0], not taken
        if names:
            yield names, taken and isinstance(test, f.Name | f.Attr)
