"""The readiness report as one HTML file: no network, no script; for all screens, for paper, the dark, and aloud."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from statelint.audit import Audit
from statelint.audit_map import drawn
from statelint.audit_text import coverage, outside, service, several
from statelint.findings import Finding
from statelint.report import count, page, printable

STYLE = """
:root{color-scheme:light dark;--text:#1c2024;--soft:#57616b;--line:#d5dae0;--paper:#fff;--card:#f6f7f9;--bad:#b3261e;
--unsure:#8a5300;--good:#1b6e3c;--link:#1a5fb4}
@media(prefers-color-scheme:dark){:root{--text:#e6e8ea;--soft:#a9b3bd;--line:#3a424b;--paper:#15181b;--card:#1d2125;
--bad:#ff8f86;--unsure:#f3b95f;--good:#7fd8a0;--link:#8ab8ff}}
*{box-sizing:border-box}
body{font:1rem/1.55 system-ui,sans-serif;color:var(--text);background:var(--paper);margin:0}
main,header,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
h1{font-size:1.5rem;margin:1.2rem 0 .2rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2rem 0 .5rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.3rem}
.verdict{font-size:1.25rem;font-weight:650;border-left:.4rem solid var(--good);padding:.3rem .8rem;
background:var(--card)}
.verdict.blocked{border-color:var(--bad)}
.soft{color:var(--soft)}a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
td code{overflow-wrap:anywhere}td:first-child{font-weight:600}
.inventory td:nth-child(3),.inventory td:nth-child(4){min-width:15rem}
.inventory td:nth-child(-n+2){white-space:nowrap}
.definite{color:var(--bad)}.arguable{color:var(--unsure)}.benign,.declared,.accepted{color:var(--good)}
code,pre{font:.875rem/1.45 ui-monospace,SFMono-Regular,Menlo,monospace}
pre{background:var(--card);border:1px solid var(--line);padding:.6rem;overflow-x:auto}
details{margin:.4rem 0}summary{cursor:pointer}
li{margin:.2rem 0;overflow-wrap:anywhere}
svg{display:block;max-width:100%;height:auto;min-width:40rem}
svg text{font:13px ui-monospace,SFMono-Regular,Menlo,monospace;fill:var(--text)}
svg .box{fill:var(--card);stroke:var(--line)}svg .state{stroke:var(--bad)}
svg .arrow{fill:none;stroke:var(--soft);stroke-width:1.3}svg .head{fill:var(--soft);font-weight:600}
@media(max-width:40rem){thead{position:absolute;left:-99rem}
tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}td{display:block;border:0;padding:.1rem 0}}
@media print{body{font-size:10pt}details::details-content{content-visibility:visible;display:block}
svg{min-width:0}.wide{overflow:visible}pre{white-space:pre-wrap}article,tr{break-inside:avoid}}
"""


def html(audit: Audit) -> str:
    """The page."""
    blocked = " blocked" if audit.blocking else ""
    parts = [
        f"<header><h1>State audit of {text(audit.title)}</h1></header>",
        f'<main id="main"><p class="verdict{blocked}">{text(audit.verdict[:1].upper() + audit.verdict[1:])}</p>',
        f"<p>Score <strong>{audit.score}</strong> of 100.",
        f'<span class="soft">{text(coverage(audit))}.</span></p>',
        "".join(f"<p>Deployed: {text(copy)}</p>" for copy in audit.copies),
        "".join(f"<p>{text(service(part))}</p>" for part in audit.services if len(audit.services) > 1),
        drawn(audit.map),
        _plan(audit),
        _outside(audit),
        _inventory(audit),
        _findings(audit),
        _problems(audit),
        "</main>",
    ]
    return page_of(f"State audit of {audit.title}", parts)


def page_of(title: str, parts: Iterable[str], style: str = "") -> str:
    """A whole page of parts, those that are empty left out."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(title)}</title><style>{STYLE}{style}</style></head>\n"
        '<body><a class="skip" href="#main">To the content</a>\n'
        + "\n".join(filter(None, parts))
        + "\n</body></html>\n"
    )


def text(words: str) -> str:
    """Text of the project, in which nothing is markup."""
    return escape(printable(words))


def _plan(audit: Audit) -> str:
    if not audit.plan:
        return ""
    rows = []
    for change in audit.plan:
        objects = ", ".join(f"<code>{text(name)}</code>" for name in several(change.objects))
        rows.append(
            f"<li><strong>{text(change.title[:1].upper() + change.title[1:])}</strong>: removes "
            f"{count(len(change.removes), 'finding')} ({objects}). "
            f'<span class="soft">Cost: {text(change.cost or "not known")}.</span>'
            f"<details><summary>How</summary><pre><code>{_text_lines(change.snippet)}</code></pre></details></li>"
        )
    return f"<section><h2>Plan</h2><ol>{''.join(rows)}</ol></section>"


def _text_lines(snippet: str) -> str:
    return "\n".join(text(line) for line in snippet.rstrip().splitlines())


def _outside(audit: Audit) -> str:
    if not audit.external:
        return ""
    rows = "".join(
        f"<li><strong>{text(what)}</strong>: {', '.join(f'<code>{text(spot)}</code>' for spot in places)}</li>"
        for what, places in outside(audit)
    )
    return f"<section><h2>Outside already</h2><ul>{rows}</ul></section>"


def _inventory(audit: Audit) -> str:
    if not audit.rows:
        return ""
    body = "".join(
        f'<tr><td class="{row.verdict}">{row.verdict}</td><td>{row.category}</td>'
        f"<td><code>{text(row.short)}</code></td>"
        f"<td><code>{text(row.path)}:{row.line}</code></td><td>{text(row.reason)}</td></tr>"
        for row in audit.rows
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Verdict", "Category", "Object", "Where", "Why"))
    caption = "Everything that code changes after start-up, and what pins clients or data to a place"
    return table("Inventory", caption, head, body)


def table(title: str, caption: str, head: str, body: str) -> str:
    """A section with one table that can be moved sideways where it is too wide."""
    return (
        f'<section><h2>{title}</h2><div class="wide" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="{title.split()[0].lower()}"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _findings(audit: Audit) -> str:
    findings = (*audit.blocking, *audit.arguable)
    if not findings:
        return ""
    return f"<section><h2>Findings</h2>{''.join(map(_finding, findings))}</section>"


def _finding(f: Finding) -> str:
    steps = "".join(
        f"<li>{text(s.note.replace('`', ''))} <code>{text(s.span.path)}:{s.span.line}</code></li>" for s in f.trace
    )
    return (
        f'<article id="{f.id}"><details><summary><span class="{f.verdict.value}">{f.verdict.value}</span> '
        f'<a href="{page(f)}">{f.rule.code}</a> {text(f.message.replace("`", ""))}</summary>'
        f"<ol>{steps}</ol><p>{text(f.why)}</p></details></article>"
    )


def _problems(audit: Audit) -> str:
    if not audit.problems:
        return ""
    rows = "".join(f"<li><code>{text(p.path)}:{p.line}</code> {text(p.message)}</li>" for p in audit.problems)
    return f"<section><h2>Not analysed</h2><ul>{rows}</ul></section>"
