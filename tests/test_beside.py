"""Rules that are judged in a copy of the process find what they find in the process itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from conftest import EXAMPLES

from statelint import beside
from statelint.config import Config
from statelint.findings import Hit, Rule
from statelint.project import Project
from statelint.rules import load_rules
from statelint.run import Way, analyse, hits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only copied there")


@pytest.fixture
def shop() -> Project:
    return analyse(EXAMPLES / "shop", Config(), Way(jobs=1, use_cache=False))[0]


def plainly(project: Project) -> dict[str, list[str]]:
    return {rule.code: [told(hit) for hit in hits(project, rule)] for rule in load_rules()}


def told(hit: Hit) -> str:
    return repr((hit.subject, sorted(hit.words.items()), hit.trace, sorted(hit.more.items())))


def test_a_copy_finds_the_same(shop: Project) -> None:
    found = beside.judge(shop, load_rules(), hits)
    assert {code: [told(hit) for hit in every] for code, every in found.hits.items()} == plainly(shop)
    assert any(found.hits[rule.code] for rule in load_rules() if rule.check == "upload")


def test_a_copy_that_is_killed_loses_nothing(shop: Project) -> None:
    here = os.getpid()

    def deadly(project: Project, rule: Rule) -> Iterator[Hit]:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return hits(project, rule)

    found = beside.judge(shop, load_rules(), deadly)
    assert {code: [told(hit) for hit in every] for code, every in found.hits.items()} == plainly(shop)


def test_small_projects_are_not_worth_a_copy(shop: Project) -> None:
    assert not beside.pays(shop, 2)
