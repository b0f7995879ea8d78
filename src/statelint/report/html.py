"""One HTML file with all findings: no script, no network, readable on a phone, on paper, in the dark and aloud."""

from __future__ import annotations

from html import escape
from itertools import groupby

from statelint.findings import Finding, Report
from statelint.report import Look, by_path, count, page, printable, shown_path

PATHS = "repository"
STYLE = """
:root{color-scheme:light dark;--text:#1c2024;--soft:#5b6570;--line:#d5dae0;--paper:#fff;--card:#f6f7f9;
--error:#b3261e;--warning:#8a5300;--note:#1a5fb4}
@media(prefers-color-scheme:dark){:root{--text:#e6e8ea;--soft:#a3adb8;--line:#3a424b;--paper:#15181b;--card:#1d2125;
--error:#ff8f86;--warning:#f3b95f;--note:#8ab8ff}}
body{font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--paper);max-width:60rem;margin:0 auto;
padding:1rem}
h2{font-size:1.05rem;overflow-wrap:anywhere;border-bottom:1px solid var(--line)}
article{background:var(--card);border-left:.3rem solid var(--line);padding:.5rem 1rem;margin:1rem 0}
article.error{border-color:var(--error)}article.warning{border-color:var(--warning)}
article.note{border-color:var(--note)}
h3{font-size:1rem;margin:.2rem 0;overflow-wrap:anywhere}
.level{font-weight:700}.error .level{color:var(--error)}.warning .level{color:var(--warning)}
.note .level{color:var(--note)}
pre{overflow-x:auto;padding:.3rem .5rem;margin:.2rem 0;border:1px solid var(--line)}
code{font:.875rem/1.4 ui-monospace,monospace}mark{background:none;color:inherit;text-decoration:underline 2px}
ol{padding-left:1.4rem}.soft{color:var(--soft)}a{color:var(--note)}
@media print{body{max-width:none}article{break-inside:avoid;background:none}}
"""


def render(report: Report, look: Look) -> str:
    """The page."""
    title = f"statelint: {count(len(report.findings), 'finding') if report.findings else 'no findings'}"
    body = [f"<h1>{title}</h1>", f'<p class="soft">{count(report.files, "file")} analysed</p>']
    for path, findings in by_path(report):
        body.append(f"<section><h2>{_text(shown_path(path, look))}</h2>")
        body += [_article(f, report, look) for f in findings]
        body.append("</section>")
    if report.problems:
        rows = "".join(
            f"<li><code>{_text(shown_path(p.path, look))}:{p.line}</code> {_text(p.message)}</li>"
            for p in report.problems
        )
        body.append(f"<section><h2>Not analysed</h2><ul>{rows}</ul></section>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _article(f: Finding, report: Report, look: Look) -> str:
    steps = [
        f"<li>{_text(step.note)} <span class='soft'>{_text(shown_path(step.span.path, look))}:{step.span.line}</span>"
        f"{_source(report, step.span.path, step.span.line)}</li>"
        for step in (key for key, _ in groupby(f.trace))
    ]
    level = f.severity.value
    return (
        f'<article class="{level}" id="{f.id}"><h3><span class="level">{level}</span> '
        f'<a href="{page(f)}">{f.rule.code}</a> {_text(f.message.replace("`", ""))}</h3>'
        + (f"<ol>{''.join(steps)}</ol>" if steps else _source(report, f.span.path, f.span.line))
        + f"<p>{_text(f.why)}</p>"
        + (f"<p><strong>Help:</strong> {_text(f.help)}</p>" if f.help else "")
        + f'<p class="soft">{f.rule.name}, category {f.rule.category}, confidence {f.confidence.value}</p></article>'
    )


def _source(report: Report, path: str, line: int) -> str:
    lines = report.sources.get(path, "").splitlines()
    return f"<pre><code>{_text(lines[line - 1].strip())}</code></pre>" if line <= len(lines) else ""
