"""How the lines of a difference look: their grounds, what changed within them, and their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPalette,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from hitl_desktop.core.differences import LineKind
from hitl_desktop.ui.editors.marks import Accent, accent
from hitl_desktop.ui.reading.diff_rows import DiffRow
from hitl_desktop.ui.reading.utf16 import units
from hitl_desktop.ui.theme import SPACE, blend

_TINTS: dict[LineKind, Accent] = {"removed": "error", "added": "text"}
_LINE, _WORD = 0.1, 0.26


def line_ground(palette: QPalette, kind: LineKind, *, marked: bool = False) -> QColor:
    """The ground of a line of this kind, or of what changed within it; text reads on all of them."""
    base = palette.color(QPalette.ColorRole.Base)
    if kind in _TINTS:
        return blend(base, accent(palette, _TINTS[kind]), _WORD if marked else _LINE)
    return palette.color(QPalette.ColorRole.AlternateBase) if kind == "note" else base


class DiffColors(QSyntaxHighlighter):
    """Marks what changed within lines, and mutes the notes. `row_at` gives the row of a block."""

    def __init__(
        self, document: QTextDocument, palette: QPalette, row_at: Callable[[QTextBlock], DiffRow | None]
    ) -> None:
        super().__init__(document)
        self._row_at, self._palette = row_at, palette

    def set_palette(self, palette: QPalette) -> None:
        """Take the colours that read on this palette."""
        self._palette = palette
        self.rehighlight()

    # Qt overrides

    def highlightBlock(self, text: str) -> None:
        """Mark one block."""
        row = self._row_at(self.currentBlock())
        if row is None:
            return
        if row.kind == "note":
            muted = QTextCharFormat()
            muted.setForeground(accent(self._palette, "muted"))
            self.setFormat(0, units(text), muted)
        for start, end in row.marked:
            form = QTextCharFormat()
            form.setBackground(line_ground(self._palette, row.kind, marked=True))
            # Underlined as well: the tints of two marks are hard to tell apart for some eyes.
            form.setFontUnderline(True)
            first = units(text, start)
            self.setFormat(first, units(text, end) - first, form)


class NumberedText(Protocol):
    """What line numbers ask of the text that they stand beside."""

    def row_at(self, block: QTextBlock) -> DiffRow | None:
        """The row of a block."""

    def blocks_in(self, area: QRect) -> Iterator[tuple[QTextBlock, QRectF]]:
        """The blocks in an area of the viewport."""


class LineNumbers(QWidget):
    """The old and the new number of each line, in two columns beside the text."""

    def __init__(self, text: QPlainTextEdit, rows: NumberedText) -> None:
        super().__init__(text)
        self._text, self._rows, self._digits = text, rows, 1
        text.updateRequest.connect(self._on_update)
        self.make_room(())

    def make_room(self, rows: Iterable[DiffRow]) -> None:
        """Be as wide as the numbers of these rows need."""
        highest = max((number for row in rows for number in (row.old, row.new) if number is not None), default=0)
        self._digits = max(self._digits, len(str(highest)))
        self._text.setViewportMargins(self._width(), 0, 0, 0)
        self.place()

    def place(self) -> None:
        """Stand beside the viewport."""
        view = self._text.viewport().geometry()
        self.setGeometry(view.left() - self._width(), view.top(), self._width(), view.height())

    def _column(self) -> int:
        return self._text.fontMetrics().horizontalAdvance("0" * self._digits) + SPACE

    def _width(self) -> int:
        return 2 * self._column() + SPACE // 2

    def _on_update(self, area: QRect, moved: int) -> None:
        if moved:
            self.scroll(0, moved)
        else:
            self.update(0, area.y(), self.width(), area.height())

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the numbers at the first line of each row in view."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().base())
        painter.setFont(self._text.font())
        painter.setPen(accent(self.palette(), "muted"))
        column, before = self._column(), None
        for block, place in self._rows.blocks_in(event.rect()):
            row = self._rows.row_at(block)
            if row is None or row is before or row is self._rows.row_at(block.previous()):
                continue
            before = row
            for left, number in ((0, row.old), (column, row.new)):
                if number is not None:
                    area = QRectF(left, place.top(), column - SPACE / 2, self._text.fontMetrics().lineSpacing())
                    painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, str(number))
        painter.end()
