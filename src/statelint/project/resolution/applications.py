"""Paths below application objects: what `app.state.jobs` and `app["jobs"]` have in common with what a request reads."""

from __future__ import annotations

from statelint import facts as f
from statelint.knowledge import Knowledge
from statelint.project.resolution.values import Ext, Member, Obj, Value, qualified


def below_application(value: Value, knowledge: Knowledge) -> str | None:
    """Where below an application object a value is: empty for the object itself, `.state` for that attribute of it.

    The class of the application is left out: the request may know it by another one of the same lineage.
    """
    if isinstance(value, Member):
        inner = below_application(value.of, knowledge)
        return None if inner is None else f"{inner}.{value.name}"
    if isinstance(value, Obj) and isinstance(value.cls, Ext):
        known = any(name in knowledge.application_classes for name in knowledge.lineage(value.cls.name))
        return "" if known else None
    return None


def step_of(e: f.Attr | f.Item) -> str | None:
    """The last step of an access path: `.jobs` or `[jobs]`; None for a key that is computed."""
    if isinstance(e, f.Attr):
        return f".{e.name}"
    key = key_text(e.key)
    return None if key is None else f"[{key}]"


def key_text(key: f.Expr) -> str | None:
    """A constant key, or a named key, as text."""
    if isinstance(key, f.Const):
        return str(key.value)
    if isinstance(key, f.Name | f.Attr):
        return key.id if isinstance(key, f.Name) else key.name
    return None


def shown_place(value: Member, knowledge: Knowledge) -> str | None:
    """The name under which a start-up hook shows something to requests, if a value is there."""
    of = qualified(value.of)
    if of is None or not knowledge.shown_in:
        return None
    return next((f"{s}.{value.name}" for s in knowledge.spellings(of) if s in knowledge.shown_in), None)
