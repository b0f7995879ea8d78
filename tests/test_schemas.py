"""Formats that others read, against their schemas (restated in `tests/schemas`) and ours against the published ones."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from analysing import analyse
from commands import statelint
from conftest import EXAMPLES, ROOT
from making import finding, report
from test_reports import evil_report

from statelint.findings import Report, Severity
from statelint.report import Look, render

SCHEMAS = ROOT / "tests" / "schemas"
REPORTS = ("nothing", "shop", "hostile", "many")


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    levels = [*Severity] * 20
    many = report(*(finding(f"m:C{n}", severity=level) for n, level in enumerate(levels)))
    return {"nothing": Report(()), "shop": analyse(EXAMPLES / "shop"), "hostile": evil_report(), "many": many}


@pytest.mark.parametrize("which", REPORTS)
@pytest.mark.parametrize("name", ["gitlab", "rdjson", "sonarqube"])
def test_json_formats(name: str, which: str, reports: dict[str, Report]) -> None:
    document = json.loads(render(name, reports[which], Look()))
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
    if name == "gitlab":
        assert len({issue["fingerprint"] for issue in document}) == len(document)


@pytest.mark.parametrize("which", REPORTS)
@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml_formats(name: str, which: str, reports: dict[str, Report]) -> None:
    xmlschema.XMLSchema(str(SCHEMAS / f"{name}.xsd")).validate(render(name, reports[which], Look()))


def test_the_schemas_refuse_what_is_wrong(reports: dict[str, Report]) -> None:
    for name, key in (("gitlab", "severity"), ("rdjson", "message")):
        document = json.loads(render(name, reports["shop"], Look()))
        rows = document["diagnostics"] if name == "rdjson" else document
        del rows[0][key]
        with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
            jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.json").read_text()))
    text = render("junit", reports["shop"], Look()).replace(' classname="', ' klass="', 1)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        xmlschema.XMLSchema(str(SCHEMAS / "junit.xsd")).validate(text)


def test_our_own_schemas_are_schemas_and_fit(tmp_path: Path) -> None:
    of_output = json.loads(statelint("config", "schema", "--output", cwd=tmp_path).out)
    of_config = json.loads(statelint("config", "schema", cwd=tmp_path).out)
    for schema in (of_output, of_config):
        jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render("json", analyse(EXAMPLES / "shop"), Look())), of_output)
    config = {"select": ["ALL"], "service": [{"name": "shop", "replicas": "one"}], "declare": {"a:B": "constant"}}
    jsonschema.validate(config, of_config)
    for wrong in ({"selct": []}, {"fail-on": "eror"}, {"service": [{"name": "shop", "replica": "one"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, of_config)


def test_annotations_keep_to_the_limits_of_github(reports: dict[str, Report]) -> None:
    lines = render("github", reports["many"], Look()).splitlines()
    for level in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{level} ") for line in lines) <= 10
    assert len(lines) <= 50 and all(len(line.encode()) < 64 * 1024 for line in lines)


def test_the_summary_of_a_step_stays_below_a_mebibyte() -> None:
    page = render("markdown", report(*(finding(f"m:{'STATE' * 30}_{n}") for n in range(5000))), Look())
    assert len(page.encode()) < 1024 * 1024 and "4800 more are not shown" in page
