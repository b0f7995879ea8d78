"""Which parameter of a function gets what a call hands over, and what a call gives for one of an outside function."""

from __future__ import annotations

from statelint import facts as f


def positional(node: f.Function) -> list[str]:
    """The parameters that a call may fill by position, in order."""
    return [p.name for p in node.params if p.kind in ("positional", "positional-only")]


def matched(call: f.Call, node: f.Function, skipped: int) -> dict[str, f.Expr]:
    """Parameter → what a call gives it for sure: nothing by position from the first unpacked argument on.

    `skipped` parameters are filled already: one, the receiver, for a bound method.
    """
    given: dict[str, f.Expr] = {}
    for name, arg in zip(positional(node)[skipped:], call.args):  # noqa: B905 - surplus arguments go to *args
        if isinstance(arg, f.Star):
            break
        given[name] = arg
    known = {p.name for p in node.params}
    return given | {keyword: value for keyword, value in call.keywords if keyword in known}


def spread(call: f.Call) -> bool:
    """Whether a call unpacks arguments, so that a parameter which seems to get nothing may get something."""
    return any(isinstance(a, f.Star) for a in call.args) or any(keyword == "**" for keyword, _ in call.keywords)


def argument(call: f.Call, keyword: str, position: int | None) -> f.Expr | None:
    """The expression given for a parameter, by keyword or by position."""
    if keyword:
        for name, value in call.keywords:
            if name == keyword:
                return value
    if position is not None and position < len(call.args):
        found = call.args[position]
        return None if isinstance(found, f.Star) else found
    return None


def handed_to(call: f.Call) -> tuple[f.Expr, ...]:
    """All that a call hands over, by position and by keyword."""
    return (*call.args, *(value for _, value in call.keywords))
