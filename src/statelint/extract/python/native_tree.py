"""The tree that the interpreter's parser makes of a text."""

from __future__ import annotations

import ast
import warnings
from typing import Final

from statelint.extract.python.native_places import Refused

GRAMMAR: Final = (3, 13)
"""The newest grammar of which all is read alike: an interpreter that knows more must not give more."""


def tree_of(text: str) -> ast.Module:
    """The tree, without a warning of what stands in it. Raises Refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing: not ours to judge
            return ast.parse(text, feature_version=GRAMMAR)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Refused from error
