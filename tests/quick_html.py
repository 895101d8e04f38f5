"""html5lib, quicker at what is written as it should be: pages are read by every other test.

Tags, attributes and text in their plainest form are taken whole; whatever is not in that form is
left to html5lib letter by letter, so that the same mistakes are found in the same places.
"""

from __future__ import annotations

import re
from typing import Any

import html5lib
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes

_SPACE = re.compile(r"[\t\n\x0c ]+")
_TEXT = re.compile(r"[^\t\n\x0c <&\0\r][^<&\0]*")
_START = re.compile(r'<([a-z][a-z0-9]*)((?:[\n ]+[a-z][a-z0-9-]*(?:="[^"&\0]*")?)*)[\n ]*>')
_END = re.compile(r"</([a-z][a-z0-9]*)>")
_ATTRIBUTE = re.compile(r'([a-z][a-z0-9-]*)(?:="([^"]*)")?')


class _Tokenizer(HTMLTokenizer):
    """Takes what it can at one go."""

    def dataState(self) -> bool:  # noqa: N802
        taken = self._text() or self._tag()
        return taken or bool(super().dataState())

    def _text(self) -> bool:
        chunk, at = self.stream.chunk, self.stream.chunkOffset
        for kind, form in (("Characters", _TEXT), ("SpaceCharacters", _SPACE)):
            found = form.match(chunk, at)
            # What reaches the end of what has been read may go on.
            if found and found.end() < len(chunk):
                self.tokenQueue.append({"type": tokenTypes[kind], "data": found[0]})
                self.stream.chunkOffset = found.end()
                return True
        return False

    def _tag(self) -> bool:
        chunk, at = self.stream.chunk, self.stream.chunkOffset
        found = _START.match(chunk, at)
        kind = "StartTag" if found else "EndTag"
        found = found or _END.match(chunk, at)
        if found is None:
            return False
        written = found[2] if kind == "StartTag" else ""
        attributes = [list(each) for each in _ATTRIBUTE.findall(written)]
        if len({name for name, _ in attributes}) < len(attributes):
            return False
        token: Any = {
            "type": tokenTypes[kind],
            "name": found[1],
            "data": attributes,
            "selfClosing": False,
            "selfClosingAcknowledged": False,
        }
        self.currentToken = token
        self.stream.chunkOffset = found.end()
        self.emitCurrentToken()
        return True


class QuickParser(html5lib.HTMLParser):
    """Reads a text as html5lib does."""

    def _parse(self, stream: str, *fragment: Any, scripting: bool = False) -> None:
        self.innerHTMLMode, self.container = fragment
        self.scripting = scripting
        self.tokenizer = _Tokenizer(stream, parser=self)
        self.reset()
        self.mainLoop()
