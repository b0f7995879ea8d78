"""Rules judged in two processes: those that say `ASIDE` in a copy of this one, all others here.

The copy begins with the same relations, and both compute from there what their own rules ask. What comes out does not
depend on it; a copy that dies is done without.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from statelint.cache import plain
from statelint.findings import Hit, Problem, Rule

if TYPE_CHECKING:
    from statelint.project import Project

WORTH_A_COPY = 2_000
"""Scopes of a project below which a copy of the process costs about what it saves."""
Judge = Callable[["Project", Rule], Iterator[Hit]]


class Found(msgspec.Struct, frozen=True):
    """Hits by rule code, and what the analysis had to leave out for them."""

    hits: dict[str, list[Hit]]
    limits: tuple[Problem, ...]


def pays(project: Project, jobs: int | None) -> bool:
    """Whether two processes are allowed, possible and quicker. Only a process with one thread can be copied safely."""
    return (
        sys.platform == "linux"
        and min(jobs or os.cpu_count() or 1, os.cpu_count() or 1) > 1
        and threading.active_count() == 1
        and len(project.names.every) >= WORTH_A_COPY
    )


def judge(project: Project, rules: Sequence[Rule], one: Judge) -> Found:
    """What the rules find, those that say so in a copy of this process."""
    aside = [rule for rule in rules if rule.check and _is_aside(rule.check)]
    here = [rule for rule in rules if rule not in aside]
    project.begin()
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(writing, project, aside, one)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        try:
            found = _all(project, here, one)
            answer = pipe.read()
        finally:
            pipe.close()  # a copy that nobody listens to ends
            _, state = os.waitpid(child, 0)
    there = msgspec.msgpack.decode(answer, type=Found) if state == 0 else _all(project, aside, one)
    return Found({**found.hits, **there.hits}, (*found.limits, *(x for x in there.limits if x not in found.limits)))


def _is_aside(check: str) -> bool:
    return bool(getattr(import_module(f"statelint.checks.{check}"), "ASIDE", False))


def _all(project: Project, rules: Sequence[Rule], one: Judge) -> Found:
    return Found({rule.code: list(one(project, rule)) for rule in rules}, project.limits())


def _answer(writing: int, project: Project, rules: Sequence[Rule], one: Judge) -> None:
    """The end of the copy: its hits go into the pipe. It leaves without what the process would do at its end."""
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(msgspec.msgpack.encode(_all(project, rules, one), enc_hook=plain))
    except BaseException:
        os._exit(1)
    os._exit(0)
