"""The line of text above every page."""

_text = "Welcome!"  # expect: SL107


def show(text: str) -> None:
    global _text
    _text = text


def current() -> str:
    return _text
