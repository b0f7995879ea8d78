"""Hits become findings: ids, severity, what is left out and why, order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from making import hit, rule, step

from statelint.config import Config, ConfigError, parse
from statelint.findings import Confidence, Hit, Report, Role, Rule, Severity, Subject, Verdict
from statelint.spans import Span
from statelint.terms import Terms
from statelint.triage import finding_id, selected, triage
from statelint.triage_baseline import Entry, entry, load, pruned, render
from statelint.within import within

RULES = (rule(), rule("SL102", "process-local-cache", "cache"), rule("SL201", "local-session", "session"))


def judge(*hits: Hit, config: Config | None = None, rules: tuple[Rule, ...] = RULES, **terms: object) -> Report:
    made = Terms(config or Config(), rules, **terms)  # type: ignore[arg-type]
    return triage([(rules[0], h) for h in hits], made, facts={})


def test_the_id_depends_on_rule_kind_and_name_alone() -> None:
    here = Subject("module-variable", "shop.cart:CARTS", Span("shop/cart.py", 1, 1, 1, 6))
    moved = Subject("module-variable", "shop.cart:CARTS", Span("other/place.py", 90, 3, 91, 1))
    assert finding_id(RULES[0], here) == finding_id(RULES[0], moved)
    others = [Subject("module-variable", "shop.cart:CART", here.span), Subject("setting", here.name, here.span)]
    ids = {finding_id(RULES[0], here), finding_id(RULES[1], here), *(finding_id(RULES[0], o) for o in others)}
    assert len(ids) == 4 and all(len(i) == 16 and int(i, 16) >= 0 for i in ids)


def test_equal_objects_get_an_ordinal_by_place() -> None:
    report = judge(hit(line=9), hit(line=2))
    first, second = report.findings
    assert (first.span.line, second.span.line) == (2, 9)
    assert first.id == finding_id(RULES[0], first.subject) != second.id


def test_findings_are_in_order_of_place() -> None:
    report = judge(hit("b:B", "b.py"), hit("a:Z", "a.py", 7), hit("a:A", "a.py", 3))
    assert [(f.span.path, f.span.line) for f in report.findings] == [("a.py", 3), ("a.py", 7), ("b.py", 1)]


def test_words_fill_the_message_and_an_unknown_word_stays() -> None:
    odd = rule(message="`{object}` by {nobody}")
    report = triage([(odd, hit())], Terms(Config(), (odd,)), facts={})
    assert report.findings[0].message == "`CARTS` by {nobody}"


def test_arguable_ones_are_hidden_counted_and_weaker() -> None:
    unsure = hit(verdict=Verdict.ARGUABLE)
    hidden = judge(unsure)
    assert not hidden.findings and hidden.hidden == {"arguable": 1}
    shown = judge(unsure, config=Config(pedantic=True))
    assert [f.severity for f in shown.findings] == [Severity.WARNING]


def test_thresholds() -> None:
    weak = hit(severity=Severity.NOTE, confidence=Confidence.LOW)
    assert judge(weak, config=Config(min_severity=Severity.WARNING)).hidden == {"below-severity": 1}
    assert judge(weak, config=Config(min_confidence=Confidence.MEDIUM)).hidden == {"below-confidence": 1}
    assert len(judge(weak).findings) == 1


def test_paths_limit_what_is_shown_by_any_step() -> None:
    other = hit(trace=(*hit().trace, step("deploy/web.yaml", 9, Role.DEPLOYED, "three copies")))
    assert len(within(judge(other), ["deploy"]).findings) == 1
    assert within(judge(hit()), ["deploy"]).hidden == {"outside-paths": 1}
    assert len(within(judge(hit()), ["shop/cart.py"]).findings) == 1
    assert within(judge(hit(path="shopping/cart.py")), ["shop"]).hidden == {"outside-paths": 1}


def test_paths_limit_what_is_counted_as_left_out() -> None:
    unsure = judge(
        hit(verdict=Verdict.ARGUABLE), hit("b:B", "deploy/b.py", verdict=Verdict.ARGUABLE), hit("c:C", "c.py")
    )
    assert within(unsure, ["deploy"]).hidden == {"arguable": 1, "outside-paths": 1}
    assert within(unsure, ["c.py"]).hidden == {} and len(within(unsure, ["c.py"]).findings) == 1
    assert within(unsure, []) is unsure
    assert within(within(unsure, ["deploy", "c.py"]), ["deploy"]) == within(unsure, ["deploy"])


def test_the_closest_selector_decides() -> None:
    def codes(**keys: object) -> list[str]:
        return [r.code for r in selected(RULES, parse(keys, "test"))]

    assert codes() == ["SL101", "SL102", "SL201"]
    assert codes(select=["SL1"]) == ["SL101", "SL102"]
    assert codes(select=["cat:session", "process-local-cache"]) == ["SL102", "SL201"]
    assert codes(ignore=["SL1"]) == ["SL201"]
    assert codes(ignore=["SL1"], **{"extend-select": ["SL102"]}) == ["SL102", "SL201"]
    assert codes(select=["SL101"], ignore=["mutable-module-state"]) == []
    with pytest.raises(ConfigError, match="no rule `SL109`; did you mean `SL10"):
        codes(select=["SL109"])


def test_preview_rules_wait_to_be_asked_for() -> None:
    rules = (*RULES, rule("SL103", "new-one", preview=True))
    assert "SL103" not in [r.code for r in selected(rules, Config())]
    assert "SL103" in [r.code for r in selected(rules, Config(preview=True))]
    assert "SL103" in [r.code for r in selected(rules, Config(select=("SL103",)))]


def test_findings_that_may_still_change_wait_to_be_asked_for() -> None:
    early = hit(preview=True)
    assert judge(early).hidden == {"preview": 1} and not judge(early).findings
    assert len(judge(early, config=Config(preview=True)).findings) == 1


def test_severity_from_the_configuration() -> None:
    config = Config(severity={"SL1": Severity.NOTE, "mutable-module-state": Severity.WARNING})
    assert judge(hit(), config=config).findings[0].severity is Severity.WARNING


def test_a_service_that_runs_once_gives_notes() -> None:
    config = parse({"service": [{"name": "shop", "root": "shop", "replicas": "one"}]}, "test")
    found = judge(hit(), hit("other:X", "other/x.py"), config=config).findings
    assert [f.severity for f in found] == [Severity.ERROR, Severity.NOTE]


def test_declared_objects_are_silent_and_counted() -> None:
    report = judge(hit(), config=parse({"declare": {"shop.cart:CARTS": "replica-local-ok"}}, "test"))
    assert not report.findings and report.hidden == {"declared": 1}
    assert report.silenced[0].suppressed and report.silenced[0].suppressed.reason == "replica-local-ok"


def test_ignore_tables_need_all_that_they_name() -> None:
    def left(**keys: str) -> int:
        config = parse({"ignore": [{"rule": "SL101", "reason": "because", **keys}]}, "test")
        return len(judge(hit(), config=config, today=dt.date(2026, 1, 1)).findings)

    assert left(symbol="shop.cart:CARTS") == 0
    assert left(symbol="shop.*:CARTS", path="shop/") == 0
    assert left(path="other/") == 1
    assert left(symbol="shop.cart:CARTS", path="other/") == 1
    assert left(path="shop/", until="2025-12-31") == 1
    assert left() == 1, "a table that names nothing but a rule silences nothing"


def test_per_file_ignores() -> None:
    config = parse({"per-file-ignores": {"shop/*.py": ["SL1"]}}, "test")
    assert [f.span.path for f in judge(hit(), hit("o:X", "o/x.py"), config=config).findings] == ["o/x.py"]


def test_baseline_hides_what_is_known_and_counts_what_is_gone() -> None:
    known = judge(hit()).findings[0]
    gone = Entry("0" * 16, "SL101", "old:GONE")
    report = judge(hit(), hit("new:X", "x.py"), baseline={known.id: entry(known), gone.id: gone})
    assert [f.subject.name for f in report.findings] == ["new:X"]
    assert report.hidden == {"baseline": 1, "fixed": 1}
    assert pruned({known.id: entry(known), gone.id: gone}, [known]) == [entry(known)]


def test_baseline_file(tmp_path: Path) -> None:
    file = tmp_path / "statelint-baseline.json"
    assert load(file) is None
    rows = [Entry("b" * 16, "SL101", "x:Ü"), Entry("a" * 16, "SL102", "y:Y", "later")]
    file.write_text(render([*rows, rows[0]]), encoding="utf-8")
    assert list(load(file).values()) == sorted(rows)  # type: ignore[union-attr]
    assert len(file.read_text().splitlines()) == 4 and "x:Ü" in file.read_text()
    assert render([]) == "[]\n"
    file.write_text('{"no": "list"}')
    with pytest.raises(ConfigError, match="not a baseline"):
        load(file)
