"""Modules that a call names as text."""

from __future__ import annotations

import pytest

from statelint import facts as f
from statelint.extract.python import extract
from statelint.project import Project, link
from statelint.project.resolution.values import Ext, Mod

FILES = {
    "shop/__init__.py": "",
    "shop/kinds/__init__.py": "",
    "shop/kinds/book.py": "price = 1\n",
    "shop/kinds/film.py": "price = 2\n",
    "shop/kinds/film_old.py": "price = 3\n",
    "shop/loader.py": "from importlib import import_module\nfound = import_module({})\n",
}


def project(argument: str) -> Project:
    texts = {path: text.format(argument) if "{}" in text else text for path, text in FILES.items()}
    return link({path: extract(text.encode()) for path, text in texts.items()}, {})


@pytest.mark.parametrize(
    ("argument", "meant"),
    [
        ('"shop.kinds.book"', ["shop.kinds.book"]),
        ('"json"', ["json"]),
        ('"shop.kinds." + kind', ["shop.kinds.book", "shop.kinds.film", "shop.kinds.film_old"]),
        ('f"shop.kinds.film{ending}"', ["shop.kinds.film", "shop.kinds.film_old"]),
        ('f".{kind}", "shop.kinds"', ["shop.kinds.book", "shop.kinds.film", "shop.kinds.film_old"]),
        ('".kinds.book", __package__', ["shop.kinds.book"]),
        ('f".kinds.{kind}", package=__package__', ["shop.kinds.book", "shop.kinds.film", "shop.kinds.film_old"]),
        ('f"{__package__}.kinds.{kind}"', ["shop.kinds.book", "shop.kinds.film", "shop.kinds.film_old"]),
        ("kind", []),
        ('f"elsewhere.{kind}"', []),
    ],
)
def test_what_is_meant(argument: str, meant: list[str]) -> None:
    made = project(argument)
    top = made.scopes["shop/loader.py"]
    found = made.names.denote(f.Name("found", top.calls[0].call.at), top)
    names = [v.module.name if isinstance(v, Mod) else v.name for v in found if isinstance(v, Mod | Ext)]
    assert sorted(names) == meant
