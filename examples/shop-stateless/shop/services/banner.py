"""The line of text above every page."""

from shop.external import server

DEFAULT = "Welcome!"


def show(text: str) -> None:
    server.set("banner", text)


def current() -> str:
    text = server.get("banner")
    return DEFAULT if text is None else text.decode()
