"""Bytes of an HCL source → one document for each top-level block, with the places of every attribute.

A small reader of blocks, attributes and literals: what is not literal becomes a setting of form `template` with its
text. It reads what a file says and never evaluates an expression. A syntax error costs the block it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from statelint.extract import readable
from statelint.facts import Comment, Document, Facts, Setting, Trouble
from statelint.spans import Place

LARGEST = 4 * 1024 * 1024
DEEPEST = 60
TOKEN = re.compile(
    r"(?P<space>[ \t\r\f\v]+)|(?P<line>\n)|(?P<comment>#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r"|<<-?(?P<tag>[A-Za-z_][\w-]*)[ \t\r]*\n(?P<heredoc>.*?)(?:\n|^)[ \t]*(?P=tag)(?=\s|$)"
    # each character is taken in one way alone, or strings without an end would be tried in all ways
    r"|(?P<string>\"(?:\\.|[$%]\{[^{}]*\}|[$%](?!\{[^{}]*\})|[^\"\\\n$%])*\")"
    r"|(?P<word>[A-Za-z_][\w.-]*)|(?P<number>-?\d[\w.]*)|(?P<mark>=>|==|!=|[{}\[\]()=,:?]|.)",
    re.DOTALL | re.MULTILINE,
)
MARK = re.compile(r"^(?:#|//|/\*)\s*statelint:\s*(?P<text>.*?)\s*(?:\*/)?$", re.DOTALL)
ESCAPE = re.compile(r"\\(.)")


class Token(NamedTuple):
    kind: str
    text: str
    at: int


class Broken(Exception):
    """The rest of a block cannot be read."""


def extract(source: bytes) -> Facts:
    """The facts of one HCL source. Never raises for any bytes."""
    text = readable(source, "HCL", LARGEST)
    if isinstance(text, Facts):
        return text
    reader = Reader(text.replace("\r\n", "\n"))
    documents = tuple(reader.file())
    return Facts(
        documents=documents,
        comments=tuple(reader.comments),
        troubles=tuple(reader.troubles),
        lines=text.count("\n") + 1,
    )


class Reader:
    """A source as tokens, read from first to last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._tokens: list[Token] = []
        self.comments: list[Comment] = []
        self.troubles: list[Trouble] = []
        self._line = 0
        for match in TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if kind == "comment":
                self._comment(match)
            elif kind != "space":
                body = match["heredoc"] if kind in ("heredoc", "tag") else match.group()
                self._tokens.append(Token("heredoc" if kind in ("heredoc", "tag") else kind, body or "", match.start()))
        self._tokens.append(Token("end", "", len(text)))
        self._now = 0

    def _comment(self, match: re.Match[str]) -> None:
        mark = MARK.match(match.group())
        if mark:
            place = self._place(match.start(), match.end())
            before = self._text[self._starts[place.line - 1] : match.start()]
            lines = (place.line, place.line) if before.strip() else (place.end_line + 1, place.end_line + 1)
            self.comments.append(Comment(mark["text"], not before.strip(), lines, place))

    def _place(self, start: int, end: int) -> Place:
        return Place(*self._point(start), *self._point(end))

    def _point(self, offset: int) -> tuple[int, int]:
        while self._line + 1 < len(self._starts) and self._starts[self._line + 1] <= offset:
            self._line += 1
        while self._starts[self._line] > offset:
            self._line -= 1
        return self._line + 1, offset - self._starts[self._line] + 1

    def _peek(self) -> Token:
        return self._tokens[self._now]

    def _next(self) -> Token:
        token = self._tokens[self._now]
        self._now = min(self._now + 1, len(self._tokens) - 1)
        return token

    def _skip_lines(self) -> None:
        while self._peek().kind == "line" or self._peek().text == ",":
            self._next()

    @property
    def line(self) -> int:
        """Where the reader stands."""
        return self._point(self._peek().at)[0]

    @property
    def ended(self) -> bool:
        """Whether nothing is left to read."""
        return self._peek().kind == "end"

    def value(self, out: list[Setting]) -> None:
        """The settings of one value that is the whole source. Raises Broken."""
        self._skip_lines()
        if self._peek().kind != "end":
            self._expression((), out, self._peek(), 0)

    def file(self) -> Iterator[Document]:
        """Each top-level block, and one document for the attributes beside them."""
        loose: list[Setting] = []
        while True:
            self._skip_lines()
            token = self._peek()
            if token.kind == "end":
                break
            start = self._now
            try:
                if token.kind not in ("word", "string"):
                    raise Broken
                head = self._head()
                if self._peek().text == "{":
                    settings: list[Setting] = []
                    at = self._place(token.at, self._peek().at)
                    settings.append(Setting((), "", "map", at, at))
                    self._next()
                    self._body((), settings, 0)
                    yield self._document(head, settings, token)
                else:
                    self._attribute(head, (), loose, 0)
            except Broken:
                self.troubles.append(Trouble("syntax", self.line, "not valid HCL here; the block was left out"))
                self._recover(start)
        if loose:
            yield Document("terraform", "", "", "", "", tuple(loose))

    def _document(self, head: list[Token], settings: list[Setting], first: Token) -> Document:
        words = [_plain(token) for token in head]
        kind = words[1] if len(words) > 2 else ""
        name = words[-1] if len(words) > 1 else ""
        at = self._place(first.at, self._tokens[self._now - 1].at + 1)
        return Document("terraform", kind, words[0], name, "", tuple(settings), at)

    def _recover(self, start: int) -> None:
        """Go on at the next line that begins at the margin with a word."""
        self._now = max(self._now, start + 1)
        while self._peek().kind != "end":
            token = self._peek()
            if token.kind == "word" and self._point(token.at)[1] == 1:
                return
            self._next()

    def _head(self) -> list[Token]:
        head = [self._next()]
        while self._peek().kind in ("word", "string"):
            head.append(self._next())
        return head

    def _body(self, path: tuple[str, ...], out: list[Setting], depth: int, generated: bool = False) -> None:
        """The inside of `{ … }`: attributes with `=` or `:`, and blocks; `content` of a generated block is itself."""
        if depth > DEEPEST:
            raise Broken
        counts: dict[str, int] = {}
        while True:
            self._skip_lines()
            token = self._peek()
            if token.text == "}" and token.kind == "mark":
                self._next()
                return
            if token.text == "(" and token.kind == "mark":
                self._expression((*path, "()"), out, token, depth)
                if self._peek().text in ("=", ":"):
                    self._next()
                    self._expression((*path, "()"), out, token, depth)
                continue
            if token.kind not in ("word", "string", "number"):
                raise Broken
            head = self._head() if token.kind != "number" else [self._next()]
            if self._peek().text == "{" and self._peek().kind == "mark":
                self._block([_plain(part) for part in head], token, path, out, depth, counts, generated)
            else:
                self._attribute(head, path, out, depth)

    def _block(
        self,
        names: list[str],
        token: Token,
        path: tuple[str, ...],
        out: list[Setting],
        depth: int,
        counts: dict[str, int],
        generated: bool,
    ) -> None:
        """A block inside a block; what a loop or a condition makes is guarded, for it may not be there."""
        at = self._place(token.at, self._peek().at)
        self._next()
        if generated and names == ["content"]:
            self._body(path, out, depth + 1)
            return
        dynamic = names[0] == "dynamic" and len(names) == 2
        names = names[1:] if dynamic else names
        number = counts[names[0]] = counts.get(names[0], -1) + 1
        inner = (*path, names[0], str(number), *names[1:])
        start = len(out)
        out.append(Setting(inner, "", "map", at, at, dynamic))
        self._body(inner, out, depth + 1, dynamic)
        if dynamic:
            out[start:] = [Setting(s.path, s.value, s.form, s.at, s.key_at, True) for s in out[start:]]

    def _attribute(self, head: list[Token], path: tuple[str, ...], out: list[Setting], depth: int) -> None:
        if len(head) != 1 or self._peek().text not in ("=", ":"):
            raise Broken
        self._next()
        self._expression((*path, _plain(head[0])), out, head[0], depth)

    def _expression(self, path: tuple[str, ...], out: list[Setting], key: Token, depth: int) -> None:
        if depth > DEEPEST:
            raise Broken
        key_at = self._place(key.at, key.at + len(key.text))
        while self._peek().kind == "line":
            self._next()
        first = self._peek()
        single = self._alone()
        if first.text == "{" and single and not self._generates():
            self._next()
            out.append(Setting(path, "", "map", key_at, key_at))
            self._body(path, out, depth + 1)
        elif first.text == "[" and single and not self._generates():
            self._next()
            self._list(path, out, key, depth)
        elif single and first.kind in ("string", "heredoc", "word", "number"):
            self._next()
            value = _plain(first)
            literal = first.kind != "word" or value in ("true", "false", "null")
            form = {"string": "quoted", "heredoc": "block"}.get(first.kind, "plain")
            if not literal or "${" in value or "%{" in value:
                form = "template"
            elif value == "null" and first.kind == "word":
                form = "null"
            out.append(Setting(path, value, form, self._place(first.at, first.at + len(first.text)), key_at))
        else:
            self._opaque(path, out, key_at, depth)

    def _alone(self) -> bool:
        """Whether the expression is one literal or collection: nothing but an end follows it."""
        now, depth = self._now, 0
        while now < len(self._tokens):
            token = self._tokens[now]
            if token.kind == "mark" and token.text in "{[(":
                depth += 1
            elif token.kind == "mark" and token.text in "}])":
                depth -= 1
            now += 1
            if depth <= 0:
                break
        after = self._tokens[min(now, len(self._tokens) - 1)]
        return after.kind in ("line", "end") or after.text in (",", "}", "]", ")")

    def _generates(self) -> bool:
        """Whether the collection that begins here is made by a loop."""
        now = self._now + 1
        while self._tokens[now].kind == "line":
            now += 1
        return self._tokens[now].text == "for"

    def _list(self, path: tuple[str, ...], out: list[Setting], key: Token, depth: int) -> None:
        number = 0
        while True:
            self._skip_lines()
            token = self._peek()
            if token.text == "]" and token.kind == "mark":
                self._next()
                if not number:
                    key_at = self._place(key.at, key.at + len(key.text))
                    out.append(Setting(path, "", "empty-list", key_at, key_at))
                return
            if token.kind == "end":
                raise Broken
            self._expression((*path, str(number)), out, token, depth + 1)
            number += 1

    def _opaque(self, path: tuple[str, ...], out: list[Setting], key_at: Place, depth: int) -> None:
        """A call, a condition, a reference …: its text, and the settings of the literal maps inside its brackets."""
        start, level = self._peek().at, 0
        while True:
            token = self._peek()
            if token.kind == "end" or (
                level == 0 and (token.kind == "line" or (token.kind == "mark" and token.text in ",}])"))
            ):
                break
            if token.kind == "mark" and token.text in "([":
                level += 1
            elif token.kind == "mark" and token.text in ")]":
                level -= 1
            elif token.kind == "mark" and token.text == "{":
                if self._generates() or _ternary(self._tokens, self._now):
                    self._braces()
                else:
                    self._inside(path, out, depth)
                continue
            self._next()
        end = self._peek().at
        text = self._text[start:end].strip()
        out.append(Setting(path, text[:200], "template", self._place(start, start + len(text)), key_at))

    def _inside(self, path: tuple[str, ...], out: list[Setting], depth: int) -> None:
        """The settings of a literal map inside an expression; one that cannot be read is passed over."""
        now, length = self._now, len(out)
        try:
            self._next()
            self._body(path, out, depth + 1)
        except Broken:
            self._now = now
            del out[length:]
            self._braces()

    def _braces(self) -> None:
        level = 0
        while self._peek().kind != "end":
            text = self._next()
            level += (text.kind == "mark") * ((text.text == "{") - (text.text == "}"))
            if level <= 0:
                return


def _ternary(tokens: list[Token], now: int) -> bool:
    return now > 0 and tokens[now - 1].text in ("?", ":")


def _plain(token: Token) -> str:
    if token.kind == "string":
        return ESCAPE.sub(lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), token.text[1:-1])
    return token.text
