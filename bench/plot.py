"""Draws the results as pictures for bench/README.md: plain SVG, written here, the same bytes for the same results.

    python bench/plot.py

Only ratios are drawn: they differ little between machines. What was not measured is not drawn, nor shown in the README.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from results import RESULTS

README = RESULTS.parent / "README.md"
WIDTH, LEFT, RIGHT, ROW, TOP, FLOOR = 760, 140, 90, 26, 64, 320
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2024}.soft{fill:#57616b}.title{font-weight:600;font-size:15px}"
    ".line{stroke:#d5dae0;fill:none}.own{fill:#1a5fb4}.other{fill:#9aa5b1}.curve{fill:none;stroke:#1a5fb4;stroke-width:2}"
    ".second{stroke:#8a5300;stroke-dasharray:6 4}.dot{fill:#1a5fb4}.paper{fill:#fff}"
)


def picture(title: str, note: str, height: int, shapes: Sequence[str]) -> str:
    """A whole SVG with a title that is also read aloud."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="'
        f'{escape(title)}"><style>{STYLE}</style><rect class="paper" width="{WIDTH}" height="{height}"/>'
        f'<text class="title" x="12" y="24">{escape(title)}</text>'
        f'<text class="soft" x="12" y="44">{escape(note)}</text>' + "".join(shapes) + "</svg>\n"
    )


def bars(title: str, note: str, groups: Sequence[tuple[str, Sequence[tuple[str, float, bool]]]]) -> str:
    """Horizontal bars on a logarithmic scale, in groups with a heading: (label, value, whether it is one of ours)."""
    values = [value for _, rows in groups for _, value, _ in rows]
    low, high = math.log10(min([*values, 1]) / 1.5), math.log10(max([*values, 2]))

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(value) - low) / (high - low)

    shapes = []
    y = TOP
    for heading, rows in groups:
        shapes.append(f'<text x="12" y="{y + 14}">{escape(heading)}</text>')
        for label, value, ours in rows:
            y += ROW
            shapes += [
                f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>',
                f'<rect class="{"own" if ours else "other"}" x="{LEFT}" y="{y}" height="{ROW - 8}" '
                f'width="{max(1.0, across(value) - LEFT):.1f}"/>',
                f'<text x="{across(value) + 6:.1f}" y="{y + 14}">{value:g}</text>',
            ]
        y += ROW + 10
    unit = f'<path class="line" d="M{across(1):.1f} {TOP - 8}V{y - 10}"/>'
    return picture(title, note, y, [unit, *shapes])


def curves(title: str, note: str, lines: Sequence[tuple[str, Sequence[tuple[float, float]]]]) -> str:
    """Curves over a logarithmic number of lines, from zero upwards: (name, points)."""
    points = [point for _, series in lines for point in series]
    low, high = math.log10(min(x for x, _ in points)), math.log10(max(x for x, _ in points))
    top = 1.15 * max(y for _, y in points)

    def place(x: float, y: float) -> tuple[float, float]:
        share = (math.log10(x) - low) / (high - low) if high > low else 0.5
        return 60 + (WIDTH - 180) * share, FLOOR - (FLOOR - TOP) * y / top

    shapes = [f'<path class="line" d="M60 {TOP}V{FLOOR}H{WIDTH - 100}"/>']
    for x in sorted({x for x, _ in points}):
        shapes.append(
            f'<text class="soft" x="{place(x, 0)[0]:.1f}" y="{FLOOR + 20}" text-anchor="middle">{x / 1e6:.2g} M</text>'
        )
    for number, (name, series) in enumerate(lines):
        spots = [place(*point) for point in sorted(series)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
        shapes.append(f'<path class="curve{" second" if number else ""}" d="{path}"/>')
        shapes += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in spots]
        shapes += [
            f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{point[1]:g}</text>'
            for (x, y), point in zip(spots, sorted(series), strict=True)
        ]
        x, y = spots[-1]
        shapes.append(f'<text x="{x + 26:.1f}" y="{y + 4:.1f}">{escape(name)}</text>')
    return picture(title, note, FLOOR + 36, shapes)


def known(name: str) -> Any:
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def trees() -> str:
    """All trees beside ruff."""
    groups = []
    found = [json.loads(file.read_text()) for file in sorted(RESULTS.glob("*.json"))]
    for result in sorted((r for r in found if "application" in r and "lines" in r), key=lambda r: int(r["lines"])):
        if "to_ruff" in result.get("rows", [{}])[0]:
            heading = f"{result['application'].replace('==', ' ')}, {result['lines'] // 1000} thousand lines"
            rows = [(r["name"], r["to_ruff"], r["name"].startswith("statelint")) for r in result["rows"]]
            groups.append((heading, [row for row in rows if row[0] != "ruff"]))
    return bars("Time beside ruff", "ruff check --no-cache = 1 (the line); logarithmic", groups) if groups else ""


def growth() -> str:
    """Time by line."""
    result = known("growth")
    if not result:
        return ""
    series = [("time by line", [(row["lines"], row["time_by_line"]) for row in result["rows"]])]
    return curves("Growth: cold time by line", "the middle size = 1; a level line is linear growth", series)


def memory() -> str:
    """Memory by line."""
    result = known("growth")
    if not result:
        return ""
    rows = [row for row in result["rows"] if row.get("kilobytes_by_line")]
    series = [("KB by line", [(row["lines"], row["kilobytes_by_line"]) for row in rows])]
    return curves("Memory: kilobytes at the peak, by line", "all processes of a cold run", series) if rows else ""


PICTURES: dict[str, Callable[[], str]] = {"trees": trees, "growth": growth, "memory": memory}


def shown(readme: str) -> str:
    """The README with the pictures of all that was measured."""
    before, begin, rest = readme.partition("<!-- begin pictures: generated by `python bench/plot.py` -->\n")
    end = "<!-- end pictures -->"
    links = "\n".join(f"![{name}](results/{name}.svg)\n" for name, draw in PICTURES.items() if draw())
    return before + begin + links + end + rest.partition(end)[2]


def main() -> None:
    """Write what can be drawn."""
    for name, draw in PICTURES.items():
        text, target = draw(), RESULTS / f"{name}.svg"
        if text:
            target.write_text(text)
        else:
            target.unlink(missing_ok=True)
        print(f"{'wrote' if text else 'no results for'} {target}")
    README.write_text(shown(README.read_text()))


if __name__ == "__main__":
    main()
