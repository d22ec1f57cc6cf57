"""The text area of the JSON editor: line numbers, indentation, underlines, and a way out for the keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent, QTextCursor
from PySide6.QtGui import QTextCharFormat as CharFormat
from PySide6.QtWidgets import QTextEdit, QWidget

from hitl_desktop.ui.editors.json_escapes import escape_hidden
from hitl_desktop.ui.editors.json_highlighter import JsonHighlighter
from hitl_desktop.ui.editors.json_places import Range
from hitl_desktop.ui.editors.marks import Accent, accent
from hitl_desktop.ui.editors.undo_keys import UNDO, step_of
from hitl_desktop.ui.plain_text import SOFT_BREAK, GrowingText, break_long_lines, join_long_lines

HIGHLIGHT_LIMIT = 500_000
"""Characters up to which the text is coloured; 500 kB take about 160 ms."""

_INDENT = "  "
_MOST_UNDERLINES = 100


class JsonArea(GrowingText):
    """Where JSON is typed. Tab indents; Ctrl+Tab goes on to the next field and Shift+Tab back."""

    def __init__(self, parent: QWidget | None = None, *, least: int = 3, most: int = 24) -> None:
        self._numbers: _LineNumbers | None = None
        super().__init__(parent, least=least, most=most)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setTabChangesFocus(False)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(_INDENT))
        self._highlighter = JsonHighlighter(self.document(), self.palette())
        self._underlined: list[tuple[QTextCursor, Accent]] = []
        self._soft_breaks = (-1, False)
        self._numbers = _LineNumbers(self)
        self.blockCountChanged.connect(self._fit_numbers)
        self.updateRequest.connect(self._scroll_numbers)
        self._fit_numbers()

    def fill(self, text: str) -> None:
        """Replace the text and forget the undo history."""
        self._highlighter.setDocument(self.document() if len(text) <= HIGHLIGHT_LIMIT else None)
        super().fill(text)

    def begin_filling(self, *, coloured: bool) -> None:
        """Empty the area for a text that comes in pieces."""
        self._highlighter.setDocument(self.document() if coloured else None)
        super().fill("")
        self.setUndoRedoEnabled(False)

    def end_filling(self) -> None:
        """The text is whole; from here on what is typed can be undone."""
        self.setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def replace_all(self, text: str) -> None:
        """Replace the text as one step that can be undone."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(break_long_lines(text))

    def can_step(self, by: int) -> bool:
        """Whether there is a step of typing to take back (-1) or to do again (1)."""
        document = self.document()
        can = document.isUndoAvailable() if by == UNDO else document.isRedoAvailable()
        return can and not self.isReadOnly()

    def step(self, by: int) -> bool:
        """Take back the last step of typing (-1) or do it again (1); False where there is none."""
        if not self.can_step(by):
            return False
        if by == UNDO:
            self.undo()
        else:
            self.redo()
        return True

    def incoming(self, text: str) -> str:
        """Pasted text with hidden characters as JSON escapes."""
        return escape_hidden(text)

    def underline(self, places: Iterable[tuple[Range, Accent]]) -> None:
        """Underline these places of `raw_text`, instead of those that were; at most a hundred."""
        chosen = list(places)[:_MOST_UNDERLINES]
        shown = self._shown_text() if chosen else ""
        self._underlined = []
        for (start, end), kind in chosen:
            cursor = QTextCursor(self.document())
            cursor.setPosition(_document_position(shown, start))
            cursor.setPosition(_document_position(shown, end), QTextCursor.MoveMode.KeepAnchor)
            self._underlined.append((cursor, kind))
        self._draw_underlines()

    def underlined(self) -> list[str]:
        """The parts of the text that are underlined, in the order in which they were given."""
        return [join_long_lines(cursor.selectedText().replace("\u2029", "\n")) for cursor, _kind in self._underlined]

    def _draw_underlines(self) -> None:
        selections = []
        for cursor, kind in self._underlined:
            colour = accent(self.palette(), kind)
            form = CharFormat()
            form.setUnderlineStyle(CharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(colour)
            colour.setAlphaF(0.16)
            form.setBackground(colour)
            selection = QTextEdit.ExtraSelection()
            selection.format = form
            selection.cursor = cursor
            selections.append(selection)
        self.setExtraSelections(selections)

    def go_to(self, position: int) -> None:
        """Put the cursor at this place of `raw_text`, in view and with the focus."""
        cursor = self.textCursor()
        cursor.setPosition(_document_position(self._shown_text(), position))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _shown_text(self) -> str:
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    # Line numbers

    def numbers_width(self) -> int:
        """How wide the line numbers are, in pixels; a few lines within a form need none."""
        if self._least < 3 and self.blockCount() < 5:
            return 0
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 18

    def paint_numbers(self, painter: QPainter, area: QRect) -> None:
        """Paint the numbers of the lines in this area. A line that is only broken softly has one number."""
        palette = self.palette()
        painter.setFont(self.font())
        painter.setPen(accent(palette, "muted"))
        block = self.firstVisibleBlock()
        number = block.blockNumber()
        if self._has_soft_breaks():
            number = self._shown_text()[: block.position()].replace(SOFT_BREAK, "").count("\n")
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            if block.isVisible() and not block.previous().text().endswith(SOFT_BREAK[0]):
                number += 1
                line = QRect(0, int(top), self.numbers_width() - 10, self.fontMetrics().height())
                painter.drawText(line, Qt.AlignmentFlag.AlignRight, str(number))
            top += height
            block = block.next()

    def _has_soft_breaks(self) -> bool:
        if self._soft_breaks[0] != self.document().revision():
            self._soft_breaks = (self.document().revision(), SOFT_BREAK in self._shown_text())
        return self._soft_breaks[1]

    def _fit_numbers(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        if self._numbers is not None:
            inside, width = self.viewport().geometry(), self.numbers_width()
            self._numbers.setGeometry(QRect(inside.left() - width, inside.top(), width, inside.height()))

    def _scroll_numbers(self, area: QRect, by: int) -> None:
        if self._numbers is None:
            return
        if by:
            self._numbers.scroll(0, by)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    # Typing

    def _indent_selection(self) -> None:
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart()).blockNumber()
        last = self.document().findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1)).blockNumber()
        cursor.beginEditBlock()
        if first == last:
            cursor.insertText(_INDENT)
        else:
            for number in range(first, last + 1):
                QTextCursor(self.document().findBlockByNumber(number)).insertText(_INDENT)
        cursor.endEditBlock()

    def _leave(self, forward: bool) -> None:
        self.setTabChangesFocus(True)
        self.focusNextPrevChild(forward)
        self.setTabChangesFocus(False)

    def _new_line(self) -> None:
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        after = cursor.block().text()[cursor.positionInBlock() :].lstrip()
        margin = line[: len(line) - len(line.lstrip())]
        opens = line.rstrip().endswith(("{", "["))
        cursor.beginEditBlock()
        cursor.insertText("\n" + margin + (_INDENT if opens else ""))
        if opens and after.startswith(("}", "]")):
            place = cursor.position()
            cursor.insertText("\n" + margin)
            cursor.setPosition(place)
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _close(self, bracket: str) -> None:
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        cursor.beginEditBlock()
        if not cursor.hasSelection() and line and not line.strip() and line.endswith(_INDENT):
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(_INDENT))
        cursor.insertText(bracket)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+Tab for leaving the field, where a tab widget around it would take it as a shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _leaves(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Indent, undo what was typed here, and leave with Ctrl+Tab and Ctrl+Shift+Tab."""
        key, shift = event.key(), Qt.KeyboardModifier.ShiftModifier
        if step := step_of(event):
            event.setAccepted(self.step(step))
        elif _leaves(event):
            self._leave(forward=key == Qt.Key.Key_Tab and not event.modifiers() & shift)
        elif self.isReadOnly() or event.modifiers() & ~shift:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Tab:
            self._indent_selection()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._new_line()
        elif event.text() in ("}", "]"):
            self._close(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line numbers at the left."""
        super().resizeEvent(event)
        self._place_numbers()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._numbers is not None:
            self._highlighter.set_palette(self.palette())
            self._draw_underlines()


class _LineNumbers(QWidget):
    def __init__(self, area: JsonArea) -> None:
        super().__init__(area)
        self._area = area

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(self._area.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Window))
        self._area.paint_numbers(painter, event.rect())


def _leaves(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and bool(
        event.modifiers() & Qt.KeyboardModifier.ControlModifier
    )


def _document_position(shown: str, position: int) -> int:
    """The place in Qt's document, counted in UTF-16 and with soft breaks, of a place in the text without them."""
    start = 0
    while (found := shown.find(SOFT_BREAK, start)) >= 0 and found < position:
        position += len(SOFT_BREAK)
        start = found + len(SOFT_BREAK)
    part = shown[:position]
    return position if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2
