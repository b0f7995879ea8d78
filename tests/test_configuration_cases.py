"""Each setting of the configuration rules, on and off: `tests/cases/*.txt`.

A case is `== name verdict file`, the text that must be found, `-- off` (or `-- none`, where an arguable hit is right),
and the text that must be silent. A verdict is definite, arguable, any or none. `=== file` inside a text
starts another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from analysing import analyse

CASES = Path(__file__).parent / "cases"
CODES = ("SL5", "SL6")
"""The rules about configuration."""


class Case(NamedTuple):
    """One setting: what is found when it is on, and how silent it is when off."""

    name: str
    verdict: str
    file: str
    on: str
    silence: str
    off: str


def cases() -> Iterator[Case]:
    """All cases of all files, in their order."""
    for path in sorted(CASES.glob("*.txt")):
        for part in re.split(r"^== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = part.partition("\n")
            name, verdict, file = head.split()
            on, silence, off = re.split(r"^-- (off|none)\n", body, flags=re.MULTILINE)
            yield Case(name, verdict, file, on, silence, off)


def verdicts(folder: Path, file: str, text: str) -> set[str]:
    """The verdicts of what is found in a text as a file of that name, and in the files that it adds."""
    first, *others = re.split(r"^=== (\S+)\n", text, flags=re.MULTILINE)
    for name, body in [(file, first), *zip(others[::2], others[1::2], strict=True)]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    return {f.verdict.value for f in analyse(folder).findings if f.rule.code.startswith(CODES)}


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.name}")
def test_case(case: Case, tmp_path: Path) -> None:
    found = verdicts(tmp_path / "on", case.file, case.on)
    expected = {"any": bool(found), "none": not found}.get(case.verdict, case.verdict in found)
    assert expected, f"found {sorted(found)}"
    silent = verdicts(tmp_path / "off", case.file, case.off)
    assert "definite" not in silent if case.silence == "none" else not silent


def test_a_value_of_a_chart_is_reported_once(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec:\n  sessionAffinity: {{ .Values.%s }}\n"
    values = tmp_path / "chart" / "values.yaml"
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    values.write_text("sessionAffinity: ClientIP\npin: ClientIP\n")
    service = tmp_path / "chart" / "templates" / "service.yaml"
    for name, where in (("sessionAffinity", values), ("pin", service)):
        service.write_text(template % name)
        found = [f for f in analyse(tmp_path).findings if f.rule.code == "SL501"]
        assert str(where.relative_to(tmp_path)) in {f.span.path for f in found}
        assert len(found) == (1 if where == values else 2)
    (given,) = [step.span for f in found for step in f.trace if step.span.path != f.span.path]
    assert (given.path, given.line) == ("chart/values.yaml", 2)


def test_a_mount_is_told_with_the_code_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from pathlib import Path\n\nKEPT = Path('/srv/shop/uploads') / 'new'\n")
    (tmp_path / "deploy.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 3\n  template:\n"
        "    spec:\n      volumes: [{name: kept, emptyDir: {}}]\n      containers:\n"
        "      - {name: shop, image: shop, volumeMounts: [{name: kept, mountPath: /srv/shop/uploads}]}\n"
    )
    (found,) = [f for f in analyse(tmp_path).findings if f.rule.code == "SL602"]
    assert ("app.py", 3) in {(step.span.path, step.span.line) for step in found.trace}


def test_an_ingress_names_the_services_behind_it(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\n"
        "kind: Ingress\n"
        "metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/affinity: cookie}}\n"
        "spec:\n"
        "  rules:\n"
        "    - http:\n"
        "        paths:\n"
        "          - {path: /, backend: {service: {name: shop}}}\n"
        "          - {path: /help, backend: {service: {name: shop}}}\n"
        "          - {path: /api, backend: {service: {name: api}}}\n"
    )
    finding = next(f for f in analyse(tmp_path).findings if f.rule.code == "SL502")
    behind = [(step.note, step.span.line) for step in finding.trace if "behind" in step.note]
    assert behind == [("`Service shop` is behind it", 8), ("`Service api` is behind it", 10)]
