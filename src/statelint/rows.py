"""What all rows of knowledge tables share."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of a knowledge table; an unknown key is refused."""
