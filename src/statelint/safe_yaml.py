"""libyaml's safe loader where the platform has it; the only way this project constructs values from YAML."""

from __future__ import annotations

from typing import Any

import yaml

SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: bytes | str) -> Any:
    """The single document in `text`; for our own rules and configuration, never for analysed files."""
    return yaml.load(text, Loader=SafeLoader)
