"""On what terms hits are judged: what the configuration, options and the day say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from statelint.config import Config
from statelint.findings import Rule
from statelint.triage_baseline import Entry


class Terms(NamedTuple):
    config: Config
    rules: tuple[Rule, ...]
    today: dt.date = dt.date.max
    comments: bool = True
    """Whether suppression comments count."""
    baseline: Mapping[str, Entry] = MappingProxyType({})
