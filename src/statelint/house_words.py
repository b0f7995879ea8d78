"""The vocabulary of a house, from `models` of its configuration, in the shapes that knowledge has.

Names are qualified: `shop.rpc.expose` or `shop.rpc:expose`, with globs such as `shop.handlers.*`. They may name what
the project defines, or what a library without a table does.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

from statelint.config import Models
from statelint.entry_rows import Decorated, Handlers, Passed, Spelled
from statelint.vocabulary import Benign, Container, Library, Mutator

NAME: Final = "models"
"""What the house's own words are called among the libraries."""


def library(models: Models) -> Library:
    """What the house says, as if it were one more library that the project imports."""
    writers = [dotted(name).rpartition(".") for name in models.writers]
    methods = [(owner, method) for owner, _, method in writers if owner.rpartition(".")[2][:1].isupper()]
    return Library(
        always=True,
        handlers=_handlers(models.entrypoints),
        startup=_handlers(models.startup),
        benign=tuple(Benign((dotted(name),), "external") for name in models.external),
        containers=tuple(Container((owner,), (method,)) for owner, method in methods),
        mutators=tuple(
            Mutator((f"{owner}.{name}",)) for owner, _, name in writers if (owner, name) not in methods
        ),
    )  # fmt: skip


def _handlers(given: tuple[str, ...]) -> Handlers:
    """The functions themselves, those that a decorator of that name marks, and those that such a call is handed."""
    names = tuple(dotted(name) for name in given)
    return Handlers(
        decorators=(Decorated(names, "hook", "{name}"),),
        arguments=(Passed(names, 0, entry="hook", label="{name}"),),
        spelled=(Spelled(names),),
    )


def dotted(name: str) -> str:
    """A qualified name with dots only."""
    return name.replace(":", ".")


def is_named(full_name: str, names: Iterable[str]) -> bool:
    """Whether a thing of the project, or the class or module that it belongs to, is among some names or globs."""
    whole = dotted(full_name)
    return any(fnmatchcase(whole, wanted) or whole.startswith(wanted + ".") for wanted in map(dotted, names))
