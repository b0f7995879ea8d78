"""Fixes of any subset of findings, in texts made at random: they parse, and every line that is not theirs stays."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
import yaml
from analysing import analyse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statelint.extract import conf, hcl, toml
from statelint.facts import Facts
from statelint.findings import Finding
from statelint.fix import patched

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ENDS = st.sampled_from(["\n", "\r\n"])
COMMENT = st.sampled_from(["", "  # why", "\t# why: x", "  # {a}"])


class Line(NamedTuple):
    """One line; `off` is what its fix makes of it, None for a line without one and empty when it goes."""

    text: str
    off: str | None = None


def annotation(number: int, sticky: bool, comment: str) -> Line:
    if sticky:
        return Line(f"    {STICKY_KEYS[number]}{comment}", "")
    return Line(f"    example.org/a{number}: 'x'{comment}")


STICKY_KEYS = (
    "nginx.ingress.kubernetes.io/affinity: cookie",
    '"ingress.kubernetes.io/affinity": "cookie"',
    "haproxy-ingress.github.io/affinity: 'cookie'",
    "nginx.org/lb-method: ip_hash",
    "higress.io/affinity: cookie",
)


@st.composite
def manifests(draw: st.DrawFn) -> list[Line]:
    lines: list[Line] = []
    for number in range(draw(st.integers(1, 4))):
        lines += [Line("---" if number else "# first"), Line("apiVersion: networking.k8s.io/v1"), Line("kind: Ingress")]
        lines += [
            Line("metadata:"),
            Line(f"  name: shop{number}"),
            Line("  annotations:"),
            Line("    example.org/z: x"),
        ]
        keys = draw(st.lists(st.integers(0, 4), unique=True, max_size=5))
        lines += [annotation(key, draw(st.booleans()), draw(COMMENT)) for key in keys]
        comment = draw(COMMENT)
        quote = draw(st.sampled_from(["", "'", '"']))
        lines += [Line("spec: {}"), Line("---"), Line("apiVersion: v1"), Line("kind: Service")]
        lines += [Line(f"metadata: {{name: web{number}}}"), Line("spec:"), Line(f"  ports: [{{port: {80 + number}}}]")]
        one = f"  sessionAffinity: {quote}{{}}{quote}".format
        lines.append(Line(one("ClientIP") + comment, one("None") + comment))
    return lines


@st.composite
def resources(draw: st.DrawFn) -> list[Line]:
    lines: list[Line] = []
    for number in range(draw(st.integers(1, 5))):
        comment = draw(st.sampled_from(["", " # why", " // why"]))
        lines += [Line(f'resource "google_compute_backend_service" "b{number}" {{'), Line(f'  name = "b{number}"')]
        if draw(st.booleans()):
            lines.append(Line(f'  session_affinity = "CLIENT_IP"{comment}', f'  session_affinity = "NONE"{comment}'))
        lines += [Line("  backend {"), Line("    group = local.group"), Line("  }"), Line("}"), Line("")]
        lines += [Line(f'resource "vultr_load_balancer" "v{number}" {{'), Line('  region = "ewr"')]
        if draw(st.booleans()):
            lines.append(Line(f'  cookie_name = "pin"{comment}', ""))
        lines += [Line("}")]
    return lines


@st.composite
def upstreams(draw: st.DrawFn) -> list[Line]:
    lines = [Line("http {")]
    for number in range(draw(st.integers(1, 5))):
        lines += [Line(f"  upstream u{number} {{"), Line("    zone a 64k; # shared")]
        if draw(st.booleans()):
            word = draw(st.sampled_from(["ip_hash;", "hash $remote_addr consistent;", "sticky cookie srv expires=1h;"]))
            lines.append(Line(f"    {word}{draw(COMMENT)}", ""))
        lines += [Line(f"    server a{number}:80;"), Line("  }")]
    return [*lines, Line("}")]


@st.composite
def tables(draw: st.DrawFn) -> list[Line]:
    lines = [Line("# dynamic")]
    for number in range(draw(st.integers(1, 4))):
        lines += [
            Line(f"[[http.services.s{number}.loadBalancer.servers]]"),
            Line(f'  url = "http://s{number}"'),
            Line(""),
        ]
        if draw(st.booleans()):
            lines.append(Line(f"[http.services.s{number}.loadBalancer.sticky.cookie]{draw(COMMENT)}", ""))
            lines += [Line(f'  name = "c{number}"', "")]
            lines += [Line("")]
    return lines


@st.composite
def templates(draw: st.DrawFn) -> list[Line]:
    lines = [Line('{"Resources": {')]
    for number in range(count := draw(st.integers(1, 4))):
        after = "," if draw(st.booleans()) else ""
        lines += [Line(f'  "G{number}": {{"Type": "AWS::GlobalAccelerator::Listener", "Properties": {{')]
        lines.append(
            Line(f'    "ClientAffinity": "SOURCE_IP"{after}', f'    "ClientAffinity": "NONE"{after}')
            if draw(st.booleans()) else Line(f'    "Protocol": "TCP"{after}')
        )  # fmt: skip
        lines += [Line('    "PortRanges": []')] if after else []
        lines += [Line("  }}" + ("," if number < count - 1 else ""))]
    return [*lines, Line("}}")]


def readable(facts: Facts) -> bool:
    return bool(facts.documents) and not facts.troubles


PARSERS = {
    "a.yaml": lambda text: all(isinstance(one, dict) for one in yaml.load_all(text, yaml.CSafeLoader)),
    "a.tf": lambda text: readable(hcl.extract(text.encode())),
    "a.toml": lambda text: readable(toml.extract(text.encode())),
    "nginx.conf": lambda text: readable(conf.extract(text.encode())),
    "a.json": lambda text: isinstance(json.loads(text), dict),
}
MAKERS = {
    "a.yaml": manifests(), "a.tf": resources(), "a.toml": tables(), "nginx.conf": upstreams(), "a.json": templates(),
}  # fmt: skip


def chosen_of(findings: list[Finding], lines: list[Line], data: st.DataObject) -> tuple[list[Finding], set[int]]:
    """Some of the findings, and the numbers of the lines that they may change; a table goes with its heading."""
    chosen = [finding for finding in findings if data.draw(st.booleans())]
    numbers = {n for finding in chosen for n in range(finding.span.line, finding.span.end_line + 1)}
    return chosen, numbers | {n + 1 for n in numbers if lines[n - 1].text.startswith("[")}


@pytest.mark.parametrize("name", MAKERS)
@FEW
@given(data=st.data())
def test_any_subset_of_fixes_changes_its_own_lines_alone(name: str, data: st.DataObject) -> None:
    lines = data.draw(MAKERS[name])
    end, final = data.draw(ENDS), data.draw(st.booleans())
    text = end.join(line.text for line in lines) + (end if final else "")
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(text.encode())
        findings = list(analyse(Path(folder)).findings)
    fixable = {finding.span.line for finding in findings if finding.fix}
    assert fixable <= {n for n, line in enumerate(lines, 1) if line.off is not None}
    chosen, numbers = chosen_of([finding for finding in findings if finding.fix], lines, data)
    new, applied = patched(name, text, chosen)
    wanted = [line.text if n not in numbers else line.off for n, line in enumerate(lines, 1)]
    wanted = [line for n, line in enumerate(wanted, 1) if line or not (n in numbers and lines[n - 1].off == "")]
    assert new == end.join(wanted) + (end if final else "")
    assert {finding.span.line for finding in applied} == {finding.span.line for finding in chosen}
    assert PARSERS[name](new)
    assert not re.search(r"(?<!\r)\n", new) or end == "\n"
