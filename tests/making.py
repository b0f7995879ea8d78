"""Findings and reports made by hand, for tests of what comes after the checks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from statelint.findings import Confidence, Finding, Hit, Report, Role, Rule, Severity, Step, Subject, Verdict
from statelint.spans import Span
from statelint.triage import finding_id

SOURCE = 'CARTS = {}\n\n\n@app.post("/cart")\ndef add():\n    CARTS[user] = 1\n'


def rule(code: str = "SL101", name: str = "mutable-module-state", category: str = "store", **other: object) -> Rule:
    values: dict[str, object] = {
        "code": code, "name": name, "category": category, "severity": Severity.ERROR, "confidence": Confidence.HIGH,
        "since": "0.1", "check": "state", "parameters": MappingProxyType({}), "summary": "State in memory.",
        "message": "`{object}` is kept", "why": "Replicas differ.", "replace": (), "help": "use Redis",
    }  # fmt: skip
    return Rule(**{**values, **other})  # type: ignore[arg-type]


def step(path: str, line: int, role: Role, note: str, column: int = 1, end: int = 6) -> Step:
    return Step(Span(path, line, column, line, end), role, note)


def hit(name: str = "shop.cart:CARTS", path: str = "shop/cart.py", line: int = 1, **other: object) -> Hit:
    span = Span(path, line, 1, line, 6)
    trace = (
        Step(span, Role.DEFINED, "module-level dict"),
        step(path, 6, Role.WRITTEN, "written by add()", 5, 16),
        step(path, 4, Role.ENTRY, "runs on POST /cart", 2, 20),
    )
    words = MappingProxyType({"object": name.rpartition(":")[2]})
    values: dict[str, object] = {"words": words, "trace": trace}
    return Hit(Subject("module-variable", name, span), **{**values, **other})  # type: ignore[arg-type]


def finding(name: str = "shop.cart:CARTS", path: str = "shop/cart.py", line: int = 1, **other: object) -> Finding:
    made, of = hit(name, path, line), rule()
    values: dict[str, object] = {
        "id": finding_id(of, made.subject), "rule": of, "subject": made.subject, "message": "`CARTS` is kept",
        "why": "Replicas differ.", "help": "use Redis", "verdict": Verdict.DEFINITE, "severity": Severity.ERROR,
        "confidence": Confidence.HIGH, "trace": made.trace, "more": MappingProxyType({}),
    }  # fmt: skip
    return Finding(**{**values, **other})  # type: ignore[arg-type]


def report(*findings: Finding, sources: Mapping[str, str] | None = None, **other: object) -> Report:
    texts = {"shop/cart.py": SOURCE} if sources is None else sources
    values: dict[str, object] = {"files": 1, "entries": MappingProxyType({"web": 1})}
    return Report(findings=findings, sources=MappingProxyType(dict(texts)), **{**values, **other})  # type: ignore[arg-type]
