"""Bytes of a proxy's configuration or of a shell script → one document of directives, by what the text looks like.

Each directive is a setting: its path is the blocks around it and its name, its value the rest of the line. Templates
around the text are masked with every line kept; what they decide has the form `template`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from statelint.extract import readable
from statelint.extract.conf_blocks import blocks
from statelint.extract.conf_lines import lines, markup, sections, statements
from statelint.facts import Comment, Document, Facts, Setting
from statelint.spans import Place

M = re.MULTILINE
LARGEST = 4 * 1024 * 1024
ACTION = re.compile(r"\{%.*?%\}|\{#.*?#\}|<%(?!=).*?%>", re.DOTALL)
EXPRESSION = re.compile(r"\{\{.*?\}\}|<%=.*?%>", re.DOTALL)
MARK = re.compile(r"#\s*statelint:\s*(?P<text>.*)$")
# what a text looks like is part of reading it: it must not depend on the rules, since facts are kept by bytes alone
LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("markup", re.compile(r"\A\s*(?:<\?xml|<!--|<[a-zA-Z][\w.:-]*(?:\s+[\w:.-]+\s*=\s*[\"']|\s*/?>))")),
    ("script", re.compile(r"\A#!")),
    ("bicep", re.compile(r"^(?:resource|module)\s+\w+\s+'", M)),
    ("vcl", re.compile(r"^\s*(?:vcl\s+4\.\d\s*;|sub\s+vcl_\w+|import\s+directors\s*;|director\s+\w+\s+\w+\s*\{)", M)),
    ("haproxy", re.compile(r"^(?:global|defaults|(?:frontend|backend|listen)\s+\S+)\s*(?:#.*)?$", M)),
    ("keepalived", re.compile(r"^\s*(?:virtual_server(?:_group)?|vrrp_instance|global_defs)\b[^;\n]*\{", M)),
    ("httpd", re.compile(
        r"^\s*(?:<(?:VirtualHost|Proxy|Location|Directory|IfModule)\b|(?:LoadModule|ProxyPass(?:Match)?|ProxySet|"
        r"BalancerMember)\s)", M | re.I,
    )),
    ("squid", re.compile(r"^(?:cache_peer|http_port|acl|http_access)\s", M)),
    ("properties", re.compile(r"^\s*(?:worker|spring)\.[\w.-]+\s*=", M)),
    ("caddy", re.compile(
        r"^\s*(?:reverse_proxy|php_fastcgi|forward_auth|handle|route|file_server|import|tls|encode)\b[^;\n]*$", M,
    )),
    ("nginx", re.compile(r"(?:^|[{;\s])(?:upstream|server|location|http|stream|map)\b[^;{}]*\{|;\s*(?:#.*)?$", M)),
)  # fmt: skip


def extract(source: bytes) -> Facts:
    """The facts of one file. Never raises for any bytes."""
    text = readable(source, largest=LARGEST)
    if isinstance(text, Facts):
        return text
    text = text.replace("\r\n", "\n")
    masked = EXPRESSION.sub(lambda m: _blank(m.group(), "x"), ACTION.sub(lambda m: _blank(m.group(), " "), text))
    look = next((name for name, pattern in LOOKS if pattern.search(masked)), "script")
    settings = tuple(_read(look, masked))
    document = Document(look, "", "", "", "", settings)
    return Facts(
        documents=(document,) if settings else (),
        comments=tuple(_comments(text)),
        lines=text.count("\n") + 1,
    )


def _read(look: str, text: str) -> Iterator[Setting]:
    if look in ("nginx", "caddy", "keepalived"):
        return blocks(text, look == "nginx")
    if look == "haproxy":
        return sections(text)
    if look == "markup":
        return markup(text)
    if look == "vcl":
        return statements(text)
    return lines(text, look)


def _blank(text: str, fill: str) -> str:
    return re.sub(r"[^\n]", fill, text)


def _comments(text: str) -> Iterator[Comment]:
    if "statelint:" not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        mark = MARK.search(line)
        if mark:
            alone = not line[: mark.start()].strip()
            covered = number + alone
            yield Comment(
                mark["text"].strip(), alone, (covered, covered), Place(number, mark.start() + 1, number, len(line) + 1)
            )
