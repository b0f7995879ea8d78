"""Files are left unread only where no rule can have anything to say."""

from __future__ import annotations

import pytest
from test_configuration_cases import Case, cases

from statelint.rules import load_rules
from statelint.sieve import Sieve

SIEVE = Sieve(load_rules())


@pytest.mark.parametrize("case", [c for c in cases() if c.verdict != "none"], ids=lambda case: f"{case.name}")
def test_what_a_rule_finds_is_read(case: Case) -> None:
    assert SIEVE.keeps("yaml" if case.file.endswith(("yaml", "yml")) else "conf", case.on.encode())


def test_files_without_the_words_of_a_rule_are_left_out() -> None:
    assert not SIEVE.keeps("yaml", b"title: a page\nauthors:\n  - name: someone\n")


@pytest.mark.parametrize("content", [b"a: 1 # statelint: ignore[SL501] -- why", b"\xff\xfe", b"a\0b"])
def test_what_readers_or_comments_have_to_say_is_kept(content: bytes) -> None:
    assert SIEVE.keeps("yaml", content)
