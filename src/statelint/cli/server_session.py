"""One session with an editor: what is open, the last report on the project, and the answers made of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import msgspec
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from statelint import __version__
from statelint.cli.server_words import at_line, diagnostic, hover, mending, suppression, uri
from statelint.config import Config, ConfigError, find_root, load
from statelint.findings import Finding, Report
from statelint.run import Way, run
from statelint.triage_baseline import entry
from statelint.triage_baseline import load as load_baseline
from statelint.triage_baseline import render as render_baseline

PAUSE = 0.3
"""Seconds without typing before the project is analysed again."""
TO_BASELINE = "statelint.addToBaseline"


class Session:
    """The state of one editor's session; analyses never overlap, and the last one asked for wins."""

    def __init__(self, editor: LanguageServer) -> None:
        self._editor = editor
        self.root = Path.cwd()
        self.config = Config()
        self.report = Report(())
        self._published: set[str] = set()
        self._asked = 0
        self._busy = asyncio.Lock()

    def begin(self, folder: str | None) -> None:
        """Find the project around the folder that the editor has opened."""
        start = path_of(folder) if folder else Path.cwd()
        loaded = load(find_root(start.resolve()))
        self.root, self.config = loaded.root, loaded.config

    def relative(self, address: str) -> str | None:
        """The path of a document inside the project; None for one outside."""
        path = path_of(address).resolve()
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None

    async def refresh(self, pause: float = 0.0) -> None:
        """Analyse the project with the texts of the open documents and publish what is found."""
        self._asked += 1
        mine = self._asked
        await asyncio.sleep(pause)
        async with self._busy:
            if mine != self._asked:
                return
            texts = self._texts()
            try:
                self.report = await asyncio.to_thread(run, self.root, self.config, Way(jobs=1, texts=texts))
            except (ConfigError, OSError) as error:
                self._editor.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, f"statelint: {error}"))
                return
            self._publish()

    def _texts(self) -> dict[str, bytes]:
        documents = self._editor.workspace.text_documents.items()
        return {path: d.source.encode() for address, d in documents if (path := self.relative(address)) is not None}

    def _publish(self) -> None:
        groups: dict[str, list[lsp.Diagnostic]] = {}
        for finding in self.report.findings:
            address = uri(self.root, finding.span.path)
            groups.setdefault(address, []).append(diagnostic(finding, self.report, self.root))
        for address in sorted(self._published | groups.keys()):
            found = lsp.PublishDiagnosticsParams(address, groups.get(address, []))
            self._editor.text_document_publish_diagnostics(found)
        self._published = set(groups)

    def actions(self, asked: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """The quick fixes for the findings whose diagnostics the editor names."""
        by_id = {finding.id: finding for finding in self.report.findings}
        found: list[lsp.CodeAction] = []
        for told in asked.context.diagnostics:
            finding = by_id.get(told.data.get("id", "")) if isinstance(told.data, dict) else None
            if finding is None or not finding.rule.check:
                continue
            document = self._editor.workspace.get_text_document(asked.text_document.uri)
            if finding.fix and (pieces := mending(finding, self.report, document.source)):
                unsafe = (
                    "" if finding.fix.safe else f", not safe: {finding.fix.note or 'it changes what the code does'}"
                )
                change = lsp.WorkspaceEdit(changes={asked.text_document.uri: pieces})
                title = f"Fix {finding.rule.code} by {finding.fix.name}{unsafe}"
                found.append(_fix(title, told, edit=change, is_preferred=finding.fix.safe))
            if edits := suppression(finding, document.source):
                change = lsp.WorkspaceEdit(changes={asked.text_document.uri: edits})
                found.append(_fix(f"Suppress {finding.rule.code} with a reason", told, edit=change))
            command = lsp.Command("Add to the baseline", TO_BASELINE, arguments=[finding.id])
            found.append(_fix(f"Add {finding.rule.code} to the baseline", told, command=command))
        return found

    def accept(self, wanted: str) -> bool:
        """Write a finding into the baseline; false when there is no such finding."""
        finding = next((f for f in self.report.findings if f.id == wanted), None)
        if finding is None:
            return False
        file = self.root / (self.config.baseline or "statelint-baseline.json")
        known = load_baseline(file) or {}
        file.write_text(render_baseline([*known.values(), entry(finding)]), encoding="utf-8")
        self.config = msgspec.structs.replace(self.config, baseline=file.name)
        return True

    def at(self, address: str, line: int) -> Finding | None:
        """The finding that a line (from 1) of a document is about."""
        path = self.relative(address)
        return next(at_line(self.report, path, line), None) if path is not None else None


def path_of(address: str) -> Path:
    """The file that a `file:` address names."""
    return Path(url2pathname(unquote(urlsplit(address).path)))


def _fix(title: str, told: lsp.Diagnostic, **rest: Any) -> lsp.CodeAction:
    return lsp.CodeAction(title, kind=lsp.CodeActionKind.QuickFix, diagnostics=[told], **rest)


def server() -> LanguageServer:
    """A server with all that it answers to."""
    editor = LanguageServer("statelint", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
    session = Session(editor)

    @editor.feature(lsp.INITIALIZED)
    async def begin(_: lsp.InitializedParams) -> None:
        try:
            session.begin(editor.workspace.root_uri)
        except ConfigError as error:
            editor.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, f"statelint: {error}"))
            return
        await session.refresh()

    @editor.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(_: lsp.DidOpenTextDocumentParams) -> None:
        await session.refresh()

    @editor.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(_: lsp.DidChangeTextDocumentParams) -> None:
        await session.refresh(PAUSE)

    @editor.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(_: lsp.DidSaveTextDocumentParams) -> None:
        await session.refresh()

    @editor.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(_: lsp.DidCloseTextDocumentParams) -> None:
        await session.refresh()

    @editor.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(asked: lsp.HoverParams) -> lsp.Hover | None:
        finding = session.at(asked.text_document.uri, asked.position.line + 1)
        return hover(finding, session.report, session.root) if finding else None

    @editor.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    def mended(asked: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return session.actions(asked)

    @editor.command(TO_BASELINE)
    async def accepted(wanted: str) -> bool:
        done = session.accept(wanted)
        await session.refresh()
        return done

    return editor
