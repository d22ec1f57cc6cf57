"""Colours for code, by Pygments, which is loaded when the first code is shown. Nothing is run and nothing guessed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QPalette, QTextCharFormat, QTextCursor, QTextDocument

from hitl_desktop.ui.editors.marks import Accent, accent
from hitl_desktop.ui.reading.utf16 import units

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MOST_COLORED: Final = 100_000
"""Characters of a code that is coloured; a longer one is shown without."""

LONGEST_LINE: Final = 2_000

# What a token means, by the beginning of its type's name; the first that fits.
_ACCENTS: Final[tuple[tuple[str, Accent], ...]] = (
    ("Token.Comment", "muted"),
    ("Token.Generic.Deleted", "error"),
    ("Token.Generic.Inserted", "text"),
    ("Token.Generic.Subheading", "key"),
    ("Token.Keyword.Constant", "literal"),
    ("Token.Keyword", "key"),
    ("Token.Operator.Word", "key"),
    ("Token.Literal.String", "text"),
    ("Token.Literal.Number", "number"),
    ("Token.Name.Builtin", "literal"),
    ("Token.Name.Function", "changed"),
    ("Token.Name.Class", "changed"),
    ("Token.Name.Decorator", "number"),
    ("Token.Name.Tag", "key"),
    ("Token.Name.Attribute", "literal"),
    ("Token.Name.Variable", "number"),
)


def can_be_colored(code: str) -> bool:
    """Whether a code is short enough, and its lines as well: some lexers take quadratic time for a line."""
    return len(code) <= MOST_COLORED and max(map(len, code.split("\n"))) <= LONGEST_LINE


def tokens(code: str, language: str) -> Iterator[tuple[int, str, Accent]]:
    """Where something coloured begins, its text, and the accent; nothing for a language that Pygments does not know."""
    lexer = _lexer(language)
    if lexer is not None:
        for start, kind, text in lexer.get_tokens_unprocessed(code):
            if (color := _accent_of(str(kind))) is not None:
                yield start, text, color


def color_code(document: QTextDocument, start: int, code: str, language: str, palette: QPalette) -> Iterator[None]:
    """Colour a code that stands in a document from `start` on; yields after each token.

    Does nothing for a code that cannot be coloured. The document must not change until it is done.
    """
    if not can_be_colored(code):
        return
    cursor, at, place = QTextCursor(document), 0, start
    formats: dict[Accent, QTextCharFormat] = {}
    for begin, text, color in tokens(code, language):
        if color not in formats:
            formats[color] = QTextCharFormat()
            formats[color].setForeground(accent(palette, color))
        place += units(code[at:begin])
        cursor.setPosition(place)
        place += units(text)
        at = begin + len(text)
        cursor.setPosition(place, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(formats[color])
        yield


@lru_cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@cache
def _accent_of(kind: str) -> Accent | None:
    return next((color for start, color in _ACCENTS if kind.startswith(start)), None)
