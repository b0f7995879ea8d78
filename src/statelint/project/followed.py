"""What is read again when a file changes: each replica does so for itself, and all find the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from statelint import facts as f
from statelint.project.first_use import TAKING
from statelint.project.resolution.scopes import Scope
from statelint.project.writes import Write

FOLLOWS: Final = "it follows a file, which is read again when that changes"


def follows_a_file(
    needs: Collection[str],
    writes: Sequence[Write],
    values: Callable[[Write], Iterable[tuple[f.Expr, Scope]]],
    times: Collection[str],
) -> bool:
    """Whether what is set comes from files alone, and each function that sets it asks when one was changed.

    `needs` is what the values depend on and can change, `values` tells them and where they are made; `times` are the
    names of what tells when a file was changed.
    """
    given = [w for w in writes if not (w.method in TAKING or w.how == "delete" or isinstance(w.value, f.Const))]
    return (
        set(needs) == {"file"}
        and bool(given)
        and all(
            any(read.name in times for scope in (w.scope, *(made for _, made in values(w))) for read, _ in scope.reads)
            for w in given
        )
    )
