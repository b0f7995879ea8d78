"""Every format: what it says, how it escapes, and the limits of those who read it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import SOURCE, finding, report, rule, step
from msgspec.structs import replace

from statelint.findings import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Problem,
    Report,
    Role,
    Severity,
    Suppression,
    TextEdit,
)  # fmt: skip
from statelint.report import Look, formats, json_text, printable, render, shown_path
from statelint.report.json_schema import SCHEMA
from statelint.report.sarif_hash import line_hashes
from statelint.spans import Span

EVIL = "\x1b[31m[bold]\u202e\r\n\x00|'];::%\ud800<b>&\"ü猫"
ALL = ("agent", "azure", "checkstyle", "concise", "full", "github", "gitlab", "grouped", "html", "json", "jsonl",
       "junit", "markdown", "rdjson", "sarif", "sonarqube", "teamcity")  # fmt: skip


def evil_report() -> Report:
    """A report whose every text from the project is hostile."""
    path = "a b/[x]\x1b[2J,:;'猫.py"
    trace = tuple(step(path, n, role, EVIL) for n, role in enumerate((Role.DEFINED, Role.WRITTEN, Role.ENTRY), 1))
    bad = finding(name=f"m:{EVIL}", path=path, message=f"`{EVIL}` is kept", trace=trace)
    return report(bad, sources={path: f"{EVIL}\n{EVIL}\n{EVIL}\n"}, problems=(Problem(path, 1, "syntax", EVIL),))


def test_the_folder_is_the_list_of_formats() -> None:
    assert formats() == ALL


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("look", [Look(), Look(color=True, links=True, width=40), Look(unicode=False)], ids=str)
def test_no_control_character_of_the_project_gets_out(name: str, look: Look) -> None:
    text = render(name, evil_report(), look)
    own = re.sub(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text) if look.color else text
    assert not {c for c in own if c != "\n" and not c.isprintable()}, "an escape sequence or an override gets out"
    text.encode()


@pytest.mark.parametrize("name", ALL)
def test_nothing_to_say_is_said_properly(name: str) -> None:
    text = render(name, report(sources={}), Look())
    if name in ("json", "sarif", "gitlab", "rdjson", "sonarqube"):
        json.loads(text)
    elif name in ("junit", "checkstyle"):
        ET.fromstring(text)
    elif name not in ("html", "markdown"):
        assert text == ""


@pytest.mark.parametrize("name", ALL)
def test_the_same_report_gives_the_same_text(name: str) -> None:
    assert render(name, evil_report(), Look()) == render(name, evil_report(), Look())


def test_full_draws_steps_from_definition_to_entry() -> None:
    assert render("full", report(finding()), Look(width=100)) == (
        """\
error[SL101]: `CARTS` is kept
 --> shop/cart.py:1:1
  |
1 | CARTS = {}
  | ^^^^^ 1: module-level dict
...
4 | @app.post("/cart")
  |  ----------------- 3: runs on POST /cart
...
6 |     CARTS[user] = 1
  |     ----------- 2: written by add()
  |
  = why: Replicas differ.
  = help: use Redis
  = rule: mutable-module-state, category store, confidence high,
          https://github.com/statelint/statelint/blob/main/docs/rules/mutable-module-state.md

"""
    )


def test_full_collapses_long_chains() -> None:
    calls = [
        step("shop/cart.py", n, Role.CALLED, f"{a}() called by {b}()")
        for n, a, b in ((2, "put", "price"), (3, "price", "buy"))
    ]
    f = finding(trace=(*finding().trace[:2], *calls, finding().trace[2]))
    assert "3: runs on POST /cart, via price() → put()" in render("full", report(f), Look(width=120))
    assert "via price() -> put()" in render("full", report(f), Look(width=120, unicode=False))


def test_full_marks_the_right_columns_behind_tabs_and_wide_characters() -> None:
    source = '\tx = "猫猫"; CARTS = {}\n'
    column = source.index("CARTS") + 1
    span = finding().span._replace(column=column, end_column=column + 5)
    f = finding(subject=finding().subject.__class__("module-variable", "x:CARTS", span), trace=())
    lines = render("full", report(f, sources={"shop/cart.py": source}), Look()).splitlines()
    shown, marks = lines[3], lines[4]
    assert shown.startswith("1 |     x =")
    assert marks.index("^") == shown.index("CARTS") + 2, "two characters before it are twice as wide"
    assert marks.count("^") == 5


def test_full_cuts_long_lines_around_the_place() -> None:
    source = "x = [" + "0, " * 200 + "CARTS, " + "1, " * 200 + "]\n"
    column = source.index("CARTS") + 1
    span = finding().span._replace(column=column, end_column=column + 5)
    f = finding(subject=finding().subject.__class__("module-variable", "x:CARTS", span), trace=())
    lines = render("full", report(f, sources={"shop/cart.py": source}), Look(width=60)).splitlines()
    assert len(lines[3]) <= 60 and "CARTS" in lines[3] and lines[3].count("…") == 2
    assert lines[4].index("^") == lines[3].index("CARTS")


def test_full_lists_many_of_one_rule_in_one_file() -> None:
    many = [finding(f"shop:C{n}", line=1, message=f"`C{n}` is kept", trace=()) for n in range(6)]
    text = render("full", report(*many), Look())
    assert text.count("= why:") == 1 and "5 more of this rule in shop/cart.py" in text and "`C5` is kept" in text


def test_full_survives_a_place_outside_its_source() -> None:
    far = finding(path="shop/cart.py", line=900)
    assert "shop/cart.py:900:1" in render("full", report(far, sources={"shop/cart.py": ""}), Look())


def test_concise_is_one_line_with_the_trace() -> None:
    assert render("concise", report(finding()), Look(prefix="service/")) == (
        "service/shop/cart.py:1:1: error: SL101 [mutable-module-state] CARTS is kept; "
        "written service/shop/cart.py:6, from POST /cart\n"
    )


def test_paths_are_joined_and_shortened() -> None:
    assert shown_path("shop/cart.py", Look(prefix="../../")) == "../../shop/cart.py"
    assert shown_path("shop/cart.py", Look(prefix="a/../b/")) == "b/shop/cart.py"


def check_schema(value: object, schema: dict[str, object], where: str = "$") -> None:
    """A checker for the few keywords that our schemas use."""
    if "anyOf" in schema:
        errors = []
        for option in schema["anyOf"]:  # type: ignore[attr-defined]
            try:
                return check_schema(value, option, where)
            except AssertionError as error:
                errors.append(error)
        raise AssertionError(errors)
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    if "type" in schema:
        assert isinstance(value, kinds[str(schema["type"])]), f"{where} is no {schema['type']}"
    if "const" in schema:
        assert value == schema["const"], where
    if "enum" in schema:
        assert value in schema["enum"], where  # type: ignore[operator]
    if "pattern" in schema:
        assert re.search(str(schema["pattern"]), str(value)), where
    if "minimum" in schema:
        assert value >= schema["minimum"], where  # type: ignore[operator]
    if isinstance(value, dict):
        properties: dict[str, object] = schema.get("properties", {})  # type: ignore[assignment]
        assert set(schema.get("required", [])) <= set(value), where  # type: ignore[call-overload]
        for key, inner in value.items():
            further = schema.get("additionalProperties", True)
            assert key in properties or further is not False, f"{where}.{key} is unknown"
            rest = further if isinstance(further, dict) else {}
            check_schema(inner, properties.get(key, rest), f"{where}.{key}")  # type: ignore[arg-type]
    if isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            check_schema(inner, schema["items"], f"{where}[{number}]")  # type: ignore[arg-type]


def test_json_fits_its_published_schema() -> None:
    f = finding(suppressed=Suppression("comment", "r", "w"), more=MappingProxyType({"writes": 2}))
    document = json.loads(render("json", report(f, problems=(Problem("x.py", 1, "syntax", "m"),)), Look()))
    check_schema(document, SCHEMA)
    check_schema(json.loads(render("json", evil_report(), Look(suppressed=True))), SCHEMA)
    assert list(document) == ["schema", "tool", "coverage", "summary", "findings"]
    with pytest.raises(AssertionError):
        check_schema({**document, "more": 1}, SCHEMA)


def test_json_lines() -> None:
    lines = render("jsonl", report(finding(), finding("a:B")), Look()).splitlines()
    assert [json.loads(line)["object"]["name"] for line in lines] == ["shop.cart:CARTS", "a:B"]


# The values that GitHub's own action computes for these texts.
@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", "c129715d7a2bc9a3:1"),
        (" a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"),
        (
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            "e9496ae3ebfced30:1 fb7c023a8b9ccb3f:1 ce8ba1a563dcdaca:1 e20e36e16fcb0cc8:1 b3edc88f2938467e:1 "
            "c8e28b0b4002a3a0:1 c129715d7a2bc9a3:1",
        ),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            "a7f2ff13bc495cf2:1 a7f2ff13bc495cf2:2 a7f2ff13bc495cf2:3 a7f2ff13bc495cf2:4 a7f2ff13bc495cf2:5 "
            "a7f2ff13bc495cf2:6 a7f2ff1481e87703:1 a9cf91f7bbf1862b:1 55ec222b86bcae53:1 cc97dc7b1d7d8f7b:1 "
            "c129715d7a2bc9a3:1",
        ),
    ],
)
def test_line_hashes_are_those_of_the_upload_action(text: str, hashes: str) -> None:
    assert line_hashes(text) == dict(enumerate(hashes.split(), 1))


def test_sarif() -> None:
    silent = finding("a:B", suppressed=Suppression("comment", "because", "a.py:1"))
    made = report(finding(path="a b/ü.py"), silenced=(silent,), problems=(Problem("x.py", 3, "syntax", "broken"),))
    run = json.loads(render("sarif", made, Look(prefix="service/")))["runs"][0]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "SL101"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "service/a%20b/%C3%BC.py"
    assert result["partialFingerprints"]["statelint/v1"] == finding().id
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 3
    for number in map(int, re.findall(r"\]\((\d+)\)", result["message"]["text"])):
        assert result["relatedLocations"][number - 1]["id"] == number
    assert run["invocations"][0]["toolExecutionNotifications"][0]["locations"]
    both = json.loads(render("sarif", made, Look(suppressed=True)))["runs"][0]["results"]
    assert both[1]["suppressions"] == [{"kind": "inSource", "justification": "because"}]


def test_sarif_keeps_to_the_limits() -> None:
    from statelint.report import sarif

    many = [
        finding(f"m:C{n}", severity=Severity.ERROR if n == 25_000 else Severity.NOTE, trace=()) for n in range(25_001)
    ]
    results = json.loads(sarif.render(report(*many), Look()))["runs"][0]["results"]
    assert len(results) == 25_000 and results[0]["level"] == "error"


def test_github_shows_ten_a_level_worst_first_and_counts_the_rest() -> None:
    levels = [Severity.NOTE] * 12 + [Severity.ERROR] * 12
    many = [finding(f"m:C{n}", severity=level, confidence=Confidence.LOW if n % 2 else Confidence.HIGH)
            for n, level in enumerate(levels)]  # fmt: skip
    lines = render("github", report(*many), Look()).splitlines()
    assert [sum(line.startswith(f"::{c} ") for line in lines) for c in ("error", "notice")] == [10, 10]
    assert lines[0].startswith("::error file=shop/cart.py,line=1,") and "5 further findings" in lines[-1]


def test_github_escapes() -> None:
    line = render("github", report(finding(path="a,b:c%.py", message="50% more", trace=(), help="")), Look())
    assert line == (
        "::error file=a%2Cb%3Ac%25.py,line=1,endLine=1,title=SL101 mutable-module-state,col=1,endColumn=6::50%25 more\n"
    )


def test_gitlab() -> None:
    (issue,) = json.loads(render("gitlab", report(finding()), Look()))
    assert issue == {
        "description": "SL101: `CARTS` is kept",
        "check_name": "mutable-module-state",
        "fingerprint": finding().id,
        "severity": "major",
        "location": {"path": "shop/cart.py", "lines": {"begin": 1}},
    }


def test_junit_counts_and_parses() -> None:
    root = ET.fromstring(render("junit", evil_report(), Look()))
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "1")
    assert [case[0].tag for case in suite] == ["failure", "error"]


def test_checkstyle_parses() -> None:
    root = ET.fromstring(render("checkstyle", report(finding(), finding("a:B", "a<b>.py")), Look()))
    assert [file.get("name") for file in root] == ["a<b>.py", "shop/cart.py"]
    assert root[1][0].attrib["source"] == "statelint.mutable-module-state"


def test_rdjson() -> None:
    document = json.loads(render("rdjson", report(finding()), Look()))
    (diagnostic,) = document["diagnostics"]
    assert diagnostic["location"]["range"] == {"start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 6}}
    assert [place["message"] for place in diagnostic["related_locations"]] == ["written by add()", "runs on POST /cart"]


def test_planned_patches_are_handed_on() -> None:
    edits = (TextEdit(Span("a b/x.tf", 3, 22, 3, 31), "NONE"),)
    mended = replace(finding(path="a b/x.tf"), fix=Fix("taking it out", True, Edit(set="NONE"), edits))
    (result,) = json.loads(render("sarif", report(mended), Look()))["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    region = {"startLine": 3, "startColumn": 22, "endLine": 3, "endColumn": 31}
    assert change["artifactLocation"]["uri"] == "a%20b/x.tf"
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "NONE"}}]
    (diagnostic,) = json.loads(render("rdjson", report(mended), Look()))["diagnostics"]
    place = {"start": {"line": 3, "column": 22}, "end": {"line": 3, "column": 31}}
    assert diagnostic["suggestions"] == [{"range": place, "text": "NONE"}]
    plain = json.loads(render("rdjson", report(finding()), Look()))["diagnostics"][0]
    assert "suggestions" not in plain and "fixes" not in render("sarif", report(finding()), Look())


def test_azure_and_teamcity_escape() -> None:
    odd = finding(path="a;b].py", message="it's [odd] | 50%\nü", trace=())
    assert render("azure", report(odd), Look()) == (
        "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.py;linenumber=1;columnnumber=1;code=SL101;]"
        "it's [odd] | 50%AZP25\\nü\n"
    )
    assert "message='it|'s |[odd|] || 50%|n|0x00fc'" in render("teamcity", report(odd), Look())


def test_sonarqube_counts_columns_from_zero() -> None:
    document = json.loads(render("sonarqube", report(finding()), Look()))
    extent = document["issues"][0]["primaryLocation"]["textRange"]
    assert extent == {"startLine": 1, "endLine": 1, "startColumn": 0, "endColumn": 5}
    assert {rule["id"] for rule in document["rules"]} == {issue["ruleId"] for issue in document["issues"]}


def test_markdown_keeps_its_table() -> None:
    odd = finding(message="`A|B` keeps <b>*x*</b> | y", trace=())
    row = render("markdown", report(odd), Look()).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5 and "`A\\|B`" in row and "&lt;b&gt;\\*x\\*" in row


def test_html_is_one_file_and_escapes() -> None:
    text = render("html", evil_report(), Look())
    assert "<script" not in text and "<b>" not in text and not re.search(r'(src|href)="(?!https://github|#)', text)
    assert '<html lang="en">' in text and 'name="viewport"' in text and "prefers-color-scheme:dark" in text


def test_printable() -> None:
    assert printable("a\x1bb\tc\u202e") == "a\\x1bb\\tc\\u202e"
    assert printable("ü猫") == "ü猫"


def test_more_than_asked_for_is_counted() -> None:
    text = render("full", report(finding(), finding("a:B")), Look(most=1))
    assert "1 more are not shown" in text and text.count("error[") == 1


def test_a_finding_of_another_rule_keeps_its_own_page() -> None:
    other: Finding = finding(rule=rule("SL102", "process-local-cache", "cache"))
    assert "docs/rules/process-local-cache.md" in render(
        "full", report(other, sources={"shop/cart.py": SOURCE}), Look()
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=12,
)


@given(VALUES)
def test_json_is_what_the_standard_library_writes(value: object) -> None:
    plain = json.dumps(value, indent=2, ensure_ascii=False)
    escaped = "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in plain)
    assert json_text(value) == escaped + "\n"
