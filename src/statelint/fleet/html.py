"""The report on a fleet as one HTML file, with the findings of each repository folded below the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from statelint.audit_html import page_of, table, text
from statelint.findings import Finding
from statelint.fleet import Fleet, Row
from statelint.fleet.text import HEADS, MEANING, by_category, cells, coverage, problems, ranked, verdict, with_state
from statelint.report import count, page

STYLE = """.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
@media(max-width:40rem){.number{text-align:left}td[data-head]::before{content:attr(data-head) ": ";color:var(--soft);
font-weight:400}}
"""
KINDS = ("repositories", "findings", "rule", "category", "name")


def html(fleet: Fleet) -> str:
    """The page."""
    sentence = verdict(fleet)
    parts = [
        "<header><h1>State of a fleet</h1></header>",
        f'<main id="main"><p class="verdict{" blocked" if with_state(fleet) else ""}">'
        f"{text(sentence[:1].upper() + sentence[1:])}</p>",
        f'<p class="soft">{text(coverage(fleet))}.</p>',
        _ranking(fleet),
        _kinds(fleet),
        _findings(fleet),
        _problems(fleet),
        "</main>",
    ]
    return page_of("State of a fleet", parts, STYLE)


def _ranking(fleet: Fleet) -> str:
    if not ranked(fleet):
        return ""
    rows = []
    for row in ranked(fleet):
        *numbers, name, mostly = cells(row)
        rows.append([*numbers, f'<a href="#{_anchor(row)}"><code>{text(name)}</code></a>', text(mostly)])
    return table("Repositories", f"By {fleet.order}: {MEANING}", _head(HEADS, 6), _body(HEADS, 6, rows))


def _kinds(fleet: Fleet) -> str:
    if not fleet.rules:
        return ""
    rows = [(str(k.repositories), str(k.findings), k.code, k.category, k.name) for k in fleet.rules]
    caption = f"By repositories; by category: {text(', '.join(by_category(fleet)))}"
    return table("Commonest state", caption, _head(KINDS, 2), _body(KINDS, 2, rows))


def _head(names: Sequence[str], numbers: int) -> str:
    return "".join(
        f'<th scope="col"{_number(n < numbers)}>{name[:1].upper()}{name[1:]}</th>' for n, name in enumerate(names)
    )


def _body(names: Sequence[str], numbers: int, rows: Iterable[Sequence[str]]) -> str:
    return "".join(
        "<tr>"
        + "".join(
            f'<td data-head="{name}"{_number(n < numbers)}>{cell}</td>'
            for n, (name, cell) in enumerate(zip(names, row, strict=True))
        )
        + "</tr>"
        for row in rows
    )


def _number(yes: bool) -> str:
    return ' class="number"' if yes else ""


def _anchor(row: Row) -> str:
    """A name for a place of the page, of letters that need no escape."""
    return "of-" + row.name.encode().hex()


def _findings(fleet: Fleet) -> str:
    if not ranked(fleet):
        return ""
    parts = [
        f'<article id="{_anchor(row)}"><details><summary><code>{text(row.name)}</code>: '
        f"{count(len(row.report.findings), 'finding')}</summary><ul>{''.join(map(_finding, row.report.findings))}</ul>"
        "</details></article>"
        for row in ranked(fleet)
    ]
    return f"<section><h2>Findings</h2>{''.join(parts)}</section>"


def _finding(f: Finding) -> str:
    return (
        f'<li><span class="{f.verdict.value}">{f.severity.value}</span> <a href="{page(f)}">{f.rule.code}</a> '
        f"{text(f.message.replace('`', ''))} <code>{text(f.span.path)}:{f.span.line}</code></li>"
    )


def _problems(fleet: Fleet) -> str:
    found = problems(fleet)
    if not found:
        return ""
    rows = "".join(
        f"<li><code>{text(name)}</code>: {f'<code>{text(place)}</code> ' if place else ''}{text(reason)}</li>"
        for name, place, reason in found
    )
    return f"<section><h2>Not analysed</h2><ul>{rows}</ul></section>"
