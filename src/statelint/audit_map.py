"""The state map as an inline picture: ways in on the left, functions that write in the middle, state on the right.

The picture has a title and a description, and the same content follows as a list, for those who do not see it. Boxes
stand beside what they are joined to, so that few arrows cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from statelint.audit import Edge, Map
from statelint.report import printable

ROW, BOX, WIDTH, GAP, TOP = 34, 24, 270, 110, 30
LONGEST = 31
ROUNDS = 4
"""How often the columns are put in order by each other; more changes little."""
Spots = dict[tuple[int, str], int]


def drawn(state: Map) -> str:
    """The section of the page; empty when there is no state."""
    if not state.objects:
        return ""
    columns = in_order(state)
    height = TOP + ROW * max(map(len, columns)) + 8
    width = 3 * WIDTH + 2 * GAP
    spots = {
        (number, name): TOP + ROW * row + (height - TOP - ROW * len(names)) // 2 + BOX // 2
        for number, names in enumerate(columns)
        for row, name in enumerate(names)
    }
    shapes = [_arrow(0, 1 if (1, e.target) in spots else 2, e, spots) for e in state.reaches]
    shapes += [_arrow(1, 2, e, spots) for e in state.writes]
    shapes += [_box(number, name, y, dict(state.objects)) for (number, name), y in spots.items()]
    heads = "".join(
        f'<text class="head" x="{n * (WIDTH + GAP)}" y="14">{name}</text>'
        for n, name in enumerate(("Ways in", "Written by", "State"))
    )
    says = "; ".join(f"{e.source} writes {e.target}" for e in state.writes)
    return (
        '<section><h2>State map</h2><div class="wide" tabindex="0" role="region" aria-label="State map">'
        f'<svg role="img" aria-labelledby="map-title map-text" viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="map-title">State map</title><desc id="map-text">{_text(says)}'
        f"</desc>{heads}{''.join(shapes)}</svg></div>"
        f"<details><summary>The map as a list</summary><ul>{_listed(state)}</ul></details></section>"
    )


def in_order(state: Map) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """The three columns, each ordered by the mean place of what its boxes are joined to."""
    categories = dict(state.objects)
    entries, writers = list(state.entries), list(state.writers)
    objects = sorted(categories, key=lambda name: (categories[name], name))
    backwards = [Edge(e.target, e.source) for e in (*state.reaches, *state.writes)]
    for _ in range(ROUNDS):
        writers = _beside(writers, objects, state.writes)
        entries = _beside(entries, [*writers, *objects], state.reaches)
        writers = _beside(writers, entries, backwards)
        objects = _beside(objects, [*writers, *entries], backwards)
    return entries, writers, objects


def _beside(names: Sequence[str], others: Sequence[str], edges: Iterable[Edge]) -> list[str]:
    places = {name: number / max(1, len(others)) for number, name in enumerate(others)}
    joined: dict[str, list[float]] = {name: [] for name in names}
    for edge in edges:
        if edge.source in joined and edge.target in places:
            joined[edge.source].append(places[edge.target])
    own = {name: number / max(1, len(names)) for number, name in enumerate(names)}
    return sorted(names, key=lambda n: (sum(joined[n]) / len(joined[n]) if joined[n] else own[n], own[n]))


def _text(text: str) -> str:
    return escape(printable(text))


def _box(number: int, name: str, y: int, categories: dict[str, str]) -> str:
    x = number * (WIDTH + GAP)
    label = f"{name} ({categories[name]})" if number == 2 else name
    short = label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
    kind = "box state" if number == 2 else "box"
    return (
        f'<g><title>{_text(label)}</title><rect class="{kind}" x="{x + 1}" y="{y - BOX // 2}" width="{WIDTH - 2}" '
        f'height="{BOX}" rx="4"/><text x="{x + 8}" y="{y + 4}">{_text(short)}</text></g>'
    )


def _arrow(left: int, right: int, edge: Edge, spots: Spots) -> str:
    x1, x2 = left * (WIDTH + GAP) + WIDTH, right * (WIDTH + GAP)
    y1, y2 = spots[left, edge.source], spots[right, edge.target]
    bend = (x1 + x2) // 2
    return (
        f'<path class="arrow" d="M{x1} {y1} C{bend} {y1} {bend} {y2} {x2 - 5} {y2}"/>'
        f'<path class="arrow" d="M{x2 - 9} {y2 - 4} L{x2 - 2} {y2} L{x2 - 9} {y2 + 4}"/>'
    )


def _listed(state: Map) -> str:
    return "".join(
        f"<li><code>{_text(e.source)}</code> writes <code>{_text(e.target)}</code>; reached from "
        + (
            ", ".join(f"<code>{_text(r.source)}</code>" for r in state.reaches if r.target == e.source)
            or "nothing found"
        )
        + "</li>"
        for e in state.writes
    )
