"""Suppression comments: what they say, what they silence, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import MappingProxyType

import pytest
from analysing import analyse
from making import hit, rule, step

from statelint.config import Config, parse
from statelint.facts import Comment, Facts
from statelint.findings import Hit, Report, Role
from statelint.rules import load_rules
from statelint.spans import Place
from statelint.terms import Terms
from statelint.triage import triage
from statelint.triage_suppressions import Complaint, Directive, inside_strings, read

TODAY = dt.date(2026, 6, 1)
OWN = tuple(r for r in load_rules() if r.code.startswith("SL9"))
RULES = (rule(), rule("SL103", "process-local-counter", "counter"), *OWN)


def comment(text: str, line: int = 1, covers: tuple[int, int] | None = None) -> Comment:
    return Comment(text, False, covers or (line, line), Place(line, 20, line, 20 + len(text)))


def judge(*comments: Comment, hits: tuple[Hit, ...] = (), config: Config | None = None) -> Report:
    facts = {"shop/cart.py": Facts(comments=comments)}
    terms = Terms(config or Config(), RULES, today=TODAY)
    return triage([(RULES[0], h) for h in hits], terms, facts=facts)


def codes(report: Report) -> list[str]:
    return [f.rule.code for f in report.findings]


def test_the_whole_grammar() -> None:
    said = read(
        "a.py", comment(" ignore[SL103, sticky-service] until=2027-03-01 owner=@web ticket=OPS-8 -- gone -- soon ")
    )
    assert isinstance(said, Directive)
    assert said.verb == "ignore" and said.ids == ("SL103", "sticky-service")
    assert said.keys == {"until": "2027-03-01", "owner": "@web", "ticket": "OPS-8"}
    assert said.reason == "gone -- soon"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("ignroe[SL101] -- x", "did you mean `ignore`"),
        ("ignore -- x", "no blanket ignore"),
        ("ignore[] -- x", "no blanket ignore"),
        ("ignore[SL101] unitl=2027-01-01 -- x", "did you mean `until`"),
        ("ignore[SL101] because it is fine", "a reason stands after"),
        ("ignore[SL101] until=tomorrow -- x", "no date"),
        ("ignore[SL101] until=2027-1-1 -- x", "no date"),
    ],
)
def test_malformed(text: str, detail: str) -> None:
    said = read("a.py", comment(text))
    assert isinstance(said, Complaint) and said.code == "SL903" and detail in said.detail
    assert codes(judge(comment(text))) == ["SL903"]


def test_a_comment_on_the_definition_silences_the_object() -> None:
    for text in ("ignore[SL101] -- fine", "ignore[mutable-module-state] -- fine", "ignore-file[SL101] -- fine"):
        report = judge(comment(text), hits=(hit(),))
        assert codes(report) == [] and report.hidden == {"suppressed": 1}
    assert codes(judge(comment("ignore[SL103] -- fine"), hits=(hit(),))) == ["SL101", "SL901"]


def test_a_comment_on_its_own_line_covers_the_next_statement() -> None:
    assert codes(judge(comment("ignore[SL101] -- fine", 1, (2, 4)), hits=(hit(line=3),))) == []
    assert codes(judge(comment("ignore[SL101] -- fine", 1, (2, 4)), hits=(hit(line=5, trace=()),))) == [
        "SL901",
        "SL101",
    ]


def test_a_comment_on_a_write_takes_only_that_way_in() -> None:
    first = (step("shop/cart.py", 6, Role.WRITTEN, "written by add()"), step("shop/cart.py", 4, Role.ENTRY, "POST"))
    second = (
        step("shop/cart.py", 16, Role.WRITTEN, "written by drop()"),
        step("shop/cart.py", 14, Role.ENTRY, "DELETE"),
    )
    two = hit(trace=(step("shop/cart.py", 1, Role.DEFINED, "here"), *first), ways=(first, second),
              more=MappingProxyType({"writes": 1, "entries": 1}))  # fmt: skip
    one_left = judge(comment("ignore[SL101] -- fine", 6), hits=(two,))
    assert codes(one_left) == ["SL101"]
    assert [s.note for s in one_left.findings[0].trace] == ["here", "written by drop()", "DELETE"]
    assert one_left.findings[0].more["writes"] == 0
    none_left = judge(comment("ignore[SL101] -- fine", 6), comment("ignore[SL101] -- fine", 14), hits=(two,))
    assert codes(none_left) == []


def test_an_expired_comment_brings_the_finding_back() -> None:
    assert codes(judge(comment("ignore[SL101] until=2026-05-31 -- x"), hits=(hit(),))) == ["SL101", "SL905"]
    assert codes(judge(comment("ignore[SL101] until=2026-06-01 -- x"), hits=(hit(),))) == []


def test_unknown_reasonless_unused() -> None:
    assert codes(judge(comment("ignore[SL109] -- x"))) == ["SL902"]
    assert codes(judge(comment("ignore[SL101]"), hits=(hit(),))) == ["SL904"]
    assert codes(judge(comment("ignore[SL101]"), hits=(hit(),), config=Config(require_reason=False))) == []
    assert codes(judge(comment("ignore[SL101] -- x"))) == ["SL901"]
    assert codes(judge(comment("ignore[SL101] -- x"), config=parse({"ignore": ["SL101"]}, "t"))) == []


def test_expectations() -> None:
    assert codes(judge(comment("expect[SL101]"), hits=(hit(),))) == ["SL101"]
    assert codes(judge(comment("expect[SL101]"))) == ["SL907"]


def test_the_longest_time_that_the_configuration_allows() -> None:
    config = Config(max_suppression_days=30)
    assert codes(judge(comment("ignore[SL101] -- x"), hits=(hit(),), config=config)) == ["SL903"]
    assert codes(judge(comment("ignore[SL101] until=2026-09-01 -- x"), hits=(hit(),), config=config)) == ["SL903"]
    assert codes(judge(comment("ignore[SL101] until=2026-06-20 -- x"), hits=(hit(),), config=config)) == []


def test_what_stands_in_a_string_is_told() -> None:
    text = 'A = {}  # statelint: ignore[SL101] -- real\nB = "# statelint: ignore[SL101] -- text"\n'
    found = list(inside_strings("a.py", text, Facts(comments=(comment("ignore[SL101] -- real", 1),))))
    assert [(c.code, c.span.line, c.span.column) for c in found] == [("SL906", 2, 6)]


def test_no_comment_counts_when_they_are_switched_off() -> None:
    facts = {"shop/cart.py": Facts(comments=(comment("ignore[SL101]"),))}
    report = triage([(RULES[0], hit())], Terms(Config(), RULES, comments=False), facts=facts)
    assert codes(report) == ["SL101"]


def test_listing() -> None:
    report = judge(comment("ignore[SL101] owner=@web -- x"), comment("ignore[SL103] -- y", 9), hits=(hit(),))
    assert [(c.ids, c.state, c.reason) for c in report.comments] == [
        (("SL101",), "used", "x"),
        (("SL103",), "unused", "y"),
    ]


def test_strings_count_in_files_without_findings_too(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for path in ("quiet.py", "tests/test_quiet.py"):
        (tmp_path / path).write_text('HELP = "# statelint: ignore[SL101] -- text"\n')
    assert [(f.rule.code, f.span.path) for f in analyse(tmp_path).findings] == [("SL906", "quiet.py")]
