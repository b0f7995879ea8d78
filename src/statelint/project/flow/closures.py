"""What a nested function sees of the variables of the function around it, as far as it uses them."""

from __future__ import annotations

from collections.abc import Mapping

from statelint import facts as f
from statelint.project.flow.values import Value
from statelint.project.resolution.scopes import Scope
from statelint.project.walking import walk


class Closures:
    """Looks at each nested function once."""

    def __init__(self) -> None:
        self._named: dict[Scope, frozenset[str]] = {}
        """The names that stand in a function."""
        self._used: dict[Scope, frozenset[str]] = {}
        """The same, with those in the functions beside it that it names."""

    def captured(self, scope: Scope, around: Mapping[str, Value]) -> dict[str, Value]:
        """The variables of the function around that a function uses, itself or by way of functions beside it."""
        used = self._uses(scope)
        return {name: value for name, value in around.items() if name in used}

    def _uses(self, scope: Scope) -> frozenset[str]:
        known = self._used.get(scope)
        if known is None:
            used: set[str] = set()
            seen, todo = {scope}, [scope]
            while todo:
                used |= (own := self._written(todo.pop()))
                for beside in scope.parent.children if scope.parent is not None else ():
                    if beside.name in own and beside not in seen:
                        seen.add(beside)
                        todo.append(beside)
            known = self._used[scope] = frozenset(used)
        return known

    def _written(self, scope: Scope) -> frozenset[str]:
        known = self._named.get(scope)
        if known is None:
            known = self._named[scope] = frozenset(part.id for part in walk(scope.node) if type(part) is f.Name)
        return known
