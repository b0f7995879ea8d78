"""statelint finds accidental statefulness in Python services and their deployment files."""

__version__ = "0.1.0"
