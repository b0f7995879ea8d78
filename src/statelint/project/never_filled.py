"""Containers that are made empty, and into which nothing is ever put: to empty them again changes nothing.

What asks for one entry to take it out is no such emptying: it tells that code which nobody sees puts some in.
"""

from __future__ import annotations

from collections.abc import Sequence

from statelint import facts as f
from statelint.project.first_use import TAKING
from statelint.project.homes import Home, Homes
from statelint.project.resolution.classes import CONSTRUCTORS
from statelint.project.resolution.names import Names
from statelint.project.resolution.values import Heap
from statelint.project.walking import walk
from statelint.project.writes import Write


def never_filled(home: Home, writes: Sequence[Write], homes: Homes, names: Names) -> bool:
    """Whether all `writes` to a home, those of the start too, empty a container that nothing is put into."""
    if not all(w.method in TAKING and not w.element and _empties(w) for w in writes):
        return False
    given, held = names.given(), homes.values.get(home, ())
    made = [v.site for v in held if isinstance(v, Heap)]
    stored = given.stored if given is not None else {}
    return (
        bool(made)
        and len(made) == len(held)
        and all(_is_empty(site.expr) and not stored.get(site) for site in made)
        and not _is_filled_by_its_constructor(home)
    )


def _empties(write: Write) -> bool:
    """Whether a write takes out all that there is, or what something finished then hands to it, as a callback does."""
    calls = (site.call for site in write.scope.calls if site.call.at == write.at)
    named = [c.func.name for c in calls if isinstance(c.func, f.Attr)]
    return write.method == "clear" or (bool(named) and write.method not in named)


def _is_empty(e: f.Expr) -> bool:
    if isinstance(e, f.Call):
        return not e.args and not e.keywords
    return (isinstance(e, f.Table) and not e.pairs) or (isinstance(e, f.Group) and not e.items)


def _is_filled_by_its_constructor(home: Home) -> bool:
    """Whether a constructor does more with an attribute than to give it its value, which is no write to state."""
    name = home.name.rpartition(".")[2]
    bodies = [s.node.body for s in home.scope.children if s.name in CONSTRUCTORS and isinstance(s.node, f.Function)]
    return any(sum(isinstance(e, f.Attr) and e.name == name for e in walk(body)) > 1 for body in bodies)
