"""Steps of a trace: how a function comes to run, told from the function back to the entry."""

from __future__ import annotations

from statelint.findings import Role, Step
from statelint.project.reach import Chain

SHOWN_CALLS = 3


def way_in(chain: Chain | None) -> tuple[Step, ...]:
    """The calls between the entry and the function, innermost first, then the entry. Long chains keep their ends."""
    if chain is None:
        return ()
    edges = list(reversed(chain.edges))
    if len(edges) > SHOWN_CALLS:
        edges = [edges[0], edges[-1]]
    steps = []
    for edge in edges:
        guess = " (a guess from the method's name)" if edge.how == "guess" else ""
        caller = edge.caller.qualname or "the module"
        note = f"{edge.callee.name}() called by {caller}(){guess}"
        steps.append(Step(edge.caller.span(edge.at), Role.CALLED, note))
    steps.append(Step(chain.entry.span, Role.ENTRY, f"runs on {chain.entry.label}"))
    return tuple(steps)
