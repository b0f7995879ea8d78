"""The paths that a call writes which adds an ending of its own to the path that it is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statelint import facts as f
from statelint.flow_rows import Sink
from statelint.project.flow.events import Activation
from statelint.project.flow.given import Given
from statelint.project.flow.values import Loc, literal, locs, shape, written


def extended(act: Activation, row: Sink, given: Given, places: Iterable[Loc]) -> frozenset[Loc]:
    """The paths beside others that begin like them, as code may spell them elsewhere."""
    base = given.expr(row.destination, row.destination_keyword)
    form = given.expr(row.format, row.format_keyword)
    value = given.value(row.format, row.format_keyword)
    endings = [row.endings[text] for text in (written(form), *map(literal, locs(value))) if text in row.endings]
    found = set()
    for loc in places:
        found.add(Loc(f"{loc.site}.*", loc.exact, "" if loc.exact else loc.temp, loc.shared))
        owner, mark, rest = loc.site.partition("#")
        stem, at, way = rest.rpartition("@")
        if loc.exact and mark and at:
            found.update(Loc(f"{owner}#{end}@{way}", shared=loc.shared) for end in _spelled(stem, form, endings))
    while isinstance(base, f.Call) and len(base.args) == 1:  # made to text
        base = base.args[0]
    if base is not None:
        where = f"{act.scope.full_name}#"
        found.update(Loc(f"{where}{end}@{act.way}") for end in _spelled(shape(base), form, endings))
    return frozenset(found)


def _spelled(stem: str, form: f.Expr | None, endings: Iterable[str]) -> Iterator[str]:
    """The shapes of expressions that add an ending to what has a shape."""
    for ending in endings:
        end = repr(ending)
        yield from (f"f{stem}{end}", f"{stem}{end}", f"({stem}+{end})", f"{stem}.with_suffix({end})")
        if stem[:1] in "'\"" and stem[-1:] == stem[:1]:
            yield f"{stem[:-1]}{ending}{stem[-1]}"
    if isinstance(form, f.Name):
        yield from (f"f{stem}'.'{form.id}", f"{stem}'.'{form.id}", f"(({stem}+'.')+{form.id})")
    before, comma, last = stem.rpartition(",")
    if comma and last.endswith(")") and "(" not in last:
        yield from (f"{before},{end})" for end in _spelled(last[:-1], form, endings))
