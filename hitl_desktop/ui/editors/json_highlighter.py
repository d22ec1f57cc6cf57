"""Colours for JSON: keys, texts, numbers and literals, in the accents of the palette."""

from __future__ import annotations

import re
from typing import cast

from PySide6.QtGui import QPalette, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from hitl_desktop.ui.editors.marks import Accent, accent
from hitl_desktop.ui.plain_text import SOFT_BREAK

_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*(?:"|$))(?P<colon>\s*:)?'
    r"|(?P<number>-?\d[\d.eE+-]*)"
    r"|(?P<literal>\b(?:true|false|null|NaN)\b|-?\bInfinity\b)"
)
_REST_OF_TEXT = re.compile(r'(?:[^"\\]|\\.)*(?:"|$)')
_IN_TEXT = 1


class JsonHighlighter(QSyntaxHighlighter):
    """Highlights one document; `set_palette` when light and dark change."""

    def __init__(self, document: QTextDocument, palette: QPalette) -> None:
        super().__init__(document)
        self._formats: dict[Accent, QTextCharFormat] = {}
        self.set_palette(palette)

    def set_palette(self, palette: QPalette) -> None:
        """Take the colours that read on this palette."""
        for kind in ("key", "text", "number", "literal"):
            form = QTextCharFormat()
            form.setForeground(accent(palette, kind))
            self._formats[kind] = form
        self.rehighlight()

    # Qt overrides

    def highlightBlock(self, text: str) -> None:
        """Colour one block. A text that goes on behind a soft break is remembered in the block's state."""
        position = 0
        in_text = False
        if self.previousBlockState() == _IN_TEXT:
            rest = _REST_OF_TEXT.match(text)
            position = rest.end() if rest else 0
            self.setFormat(0, _units(text, position), self._formats["text"])
            in_text = position == len(text) and not text.endswith('"')
        for match in _TOKEN.finditer(text, position):
            kind: Accent = "key" if match["colon"] else cast(Accent, match.lastgroup)
            self.setFormat(_units(text, match.start()), _units(match[0]), self._formats[kind])
            in_text = kind == "text" and match.end() == len(text) and not match[0].endswith('"')
        self.setCurrentBlockState(_IN_TEXT if in_text and text.endswith(SOFT_BREAK[0]) else -1)


def _units(text: str, end: int | None = None) -> int:
    """How long the text is in UTF-16, which is how Qt counts."""
    part = text if end is None else text[:end]
    return len(part) if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2
