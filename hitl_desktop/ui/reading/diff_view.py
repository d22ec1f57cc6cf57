"""The lines that go and come, to read whole: each with its sign, its colour, and its numbers where it has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget

from hitl_desktop.core.differences import DiffLine
from hitl_desktop.ui.plain_text import SOFT_BREAK, GrowingText, break_long_lines
from hitl_desktop.ui.reading.diff_look import DiffColors, LineNumbers, line_ground
from hitl_desktop.ui.reading.diff_rows import DiffRow, diff_rows
from hitl_desktop.ui.theme import fixed_font

_SECONDS = 0.012
"""What the window waits for at a time, while a long difference is filled in."""

_BORDER = 2  # the ring of the focus lies over the edge of the viewport


class DiffView(GrowingText):
    """A difference as text: ``- `` before what goes, ``+ `` before what comes. Filled in piece by piece, never cut.

    Signals:
        completed(): all lines have been filled in.
    """

    completed = Signal()

    def __init__(self, parent: QWidget | None = None, *, most: int = 24, numbers: bool = False) -> None:
        """`most` is the greatest height in lines; `numbers` shows the numbers of the lines beside them."""
        super().__init__(parent, most=most)
        self.setObjectName("diff")
        self.setAccessibleName("Lines that change")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(fixed_font(self.font()))
        self._rows: Iterator[DiffRow] = iter(())
        self._blocks: list[DiffRow] = []
        self._counts = {"removed": 0, "added": 0}
        self._is_complete = True
        self._colors = DiffColors(self.document(), self.palette(), self.row_at)
        self._numbers = LineNumbers(self, self) if numbers else None
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self._filling = QTimer(self)
        self._filling.setInterval(0)
        self._filling.timeout.connect(self._fill_more)

    def show_lines(self, lines: Iterable[DiffLine]) -> None:
        """Show these lines instead of those before. They are taken a few at a time, while the event loop runs."""
        self._rows = diff_rows(lines)
        self._blocks.clear()
        self._counts.update(removed=0, added=0)
        self._is_complete = False
        self.fill("")
        self._fill_more()
        if not self._is_complete:
            self._filling.start()

    def is_complete(self) -> bool:
        """Whether all lines have been filled in."""
        return self._is_complete

    def counts(self) -> tuple[int, int]:
        """How many lines go and come, of those that have been filled in."""
        return self._counts["removed"], self._counts["added"]

    def row_at(self, block: QTextBlock) -> DiffRow | None:
        """The row that a block of the text belongs to."""
        number = block.blockNumber()
        return self._blocks[number] if 0 <= number < len(self._blocks) else None

    def fill_all(self) -> None:
        """Fill in the rest at once, before all of it is selected or copied."""
        while not self._is_complete:
            self._fill_more()

    def blocks_in(self, area: QRect) -> Iterator[tuple[QTextBlock, QRectF]]:
        """The blocks of the text that are seen in an area of the viewport, and where each stands."""
        block = self.firstVisibleBlock()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > area.bottom():
                return
            if place.bottom() >= area.top():
                yield block, place
            block = block.next()

    def _fill_more(self) -> None:
        until, pieces, is_first = perf_counter() + _SECONDS, list[str](), not self._blocks
        self._is_complete = True
        for row in self._rows:
            text = break_long_lines(row.text)
            pieces += [SOFT_BREAK if row.goes_on else "\n" if self._blocks else "", text]
            self._blocks += [row] * (text.count("\n") + 1)
            if row.kind in self._counts and not row.goes_on:
                self._counts[row.kind] += 1
            if perf_counter() > until:
                self._is_complete = False
                break
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText("".join(pieces))
        if is_first:
            self.moveCursor(QTextCursor.MoveOperation.Start)
        if self._numbers is not None:
            self._numbers.make_room(self._blocks[-1:])
        if self._is_complete:
            self._filling.stop()
            self.completed.emit()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fill in the rest before everything is selected or the end is sought."""
        standard = QKeySequence.StandardKey
        if event.matches(standard.SelectAll) or event.matches(standard.MoveToEndOfDocument):
            self.fill_all()
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colors.set_palette(self.palette())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers beside the lines."""
        super().resizeEvent(event)
        if self._numbers is not None:
            self._numbers.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the grounds of the lines, and the text on them."""
        painter = QPainter(self.viewport())
        palette, width = self.palette(), self.viewport().width() - 2 * _BORDER
        for block, place in self.blocks_in(event.rect()):
            row = self.row_at(block)
            if row is not None and row.kind != "same":
                height = block.layout().boundingRect().height()  # without the margin below the last one
                painter.fillRect(QRectF(_BORDER, place.top(), width, height), line_ground(palette, row.kind))
        painter.end()
        super().paintEvent(event)
