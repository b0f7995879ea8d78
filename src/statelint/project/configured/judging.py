"""Whether a value keeps something local, by the patterns of a row and by what deployment files set."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from statelint.project.configured.settings import Given, Settings
from statelint.project.configured.worth import Worth
from statelint.project.resolution.scopes import Context
from statelint.spans import Span
from statelint.store_rows import Judgement, Store


class Judged(NamedTuple):
    """The judgement of one alternative. `unless` names the variable or setting whose absence selects it."""

    judgement: Judgement
    text: str
    span: Span | None
    unless: str = ""
    context: Context = Context()


@lru_cache(maxsize=4096)
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def judge_text(row: Store, text: str, bases: tuple[str, ...] = ()) -> Judgement:
    """What a known value means."""
    if any(pattern(p).search(text) for p in row.shared):
        return "shared"
    if any(pattern(p).search(text) for p in row.local) or (text == "none" and row.absent == "local"):
        return "local"
    if text in row.local_calls or any(base in row.local_calls for base in bases):
        return "local"
    return row.other if text not in ("", "{}") else "unknown"


class Judge:
    """Judges alternatives with what the rest of the project says about the variables they come from."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def worth(self, row: Store, w: Worth, depth: int = 0, own: str = "") -> Judged:
        """One alternative. A fallback is dropped where a deployment file sets its variable to something else.

        `own` is the setting itself: the other places that give it are judged by themselves.
        """
        if w.text is None:
            return self._from_elsewhere(row, w, depth, own)
        found = judge_text(row, w.text, w.bases)
        if found == "local" and w.unless:
            set_to = self.variable(row, w.unless) or self._given_shared(row, w, depth, own)
            if set_to is None and w.filed and self._settings.filed(w.filed):
                set_to = "unknown"  # what the file says is judged by itself
            if set_to is not None:
                return Judged(set_to, w.text, w.span, "", w.context)
        return Judged(found, w.text, w.span, w.unless, w.context)

    def _from_elsewhere(self, row: Store, w: Worth, depth: int, own: str) -> Judged:
        if w.env:
            set_to = self.variable(row, w.env)
            if set_to is not None:
                return Judged(set_to, w.env, w.span, "", w.context)
            for given in self._settings.filed(w.filed) if w.filed else ():
                return Judged(judge_text(row, given.text or ""), given.text or "", given.span, "", w.context)
            if depth < 3 and w.env != own:
                for given in self._settings.find(w.env):
                    if given.span != w.span and given.stage not in ("development", "test"):
                        for judged in self.given(row, given, depth + 1):
                            if judged.judgement != "unknown":
                                return judged
        return Judged(row.unknown, w.env, w.span, w.unless, w.context)

    def _given_shared(self, row: Store, w: Worth, depth: int, own: str) -> Judgement | None:
        """Whether a setting of that name, which a value falls back from, is given elsewhere as a shared one."""
        for given in self._settings.find(w.unless) if depth < 3 and w.unless != own else ():
            told = given.span != w.span and given.stage in ("base", "production")
            if told and any(judged.judgement == "shared" for judged in self.given(row, given, depth + 1)):
                return "shared"
        return None

    def variable(self, row: Store, name: str) -> Judgement | None:
        """What deployment files set a variable to; None when none of them sets it."""
        for v in self._settings.variables.named(name):
            return judge_text(row, v.value) if v.known and v.value else "shared" if not v.known else "unknown"
        return None

    def given(self, row: Store, given: Given, depth: int = 0) -> list[Judged]:
        """The alternatives of a setting."""
        if given.expr is None:
            if given.text is None:
                return [Judged("unknown", "", given.span)]
            return [Judged(judge_text(row, given.text), given.text, given.span)]
        return [self.worth(row, w, depth, given.key[-1]) for w in self._settings.worths(given)]
