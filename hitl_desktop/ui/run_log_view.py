"""The scrolling part of the run log: text with an icon and a time beside each row, and folds to open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QWidget

from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.plain_text import join_long_lines
from hitl_desktop.ui.run_log_gutter import GUTTER_WIDTH, Gutter
from hitl_desktop.ui.run_log_look import LogLook
from hitl_desktop.ui.run_log_row import LogRow
from hitl_desktop.ui.run_log_rows import Changes
from hitl_desktop.ui.run_log_text import LogText
from hitl_desktop.ui.theme import SPACE, set_kind

_OPENS_FOLD: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class LogView(QPlainTextEdit):
    """Shows rows and keeps their end in view, unless somebody scrolled up.

    Signals:
        fold_toggled(): a row shows more or less than before.
    """

    fold_toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_log_view")
        self.setAccessibleName(self.tr("Run log"))
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        set_kind(self, "pane")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setPlaceholderText(
            self.tr("Nothing has run in this thread since the program started. Steps, text and tool calls show here.")
        )
        self.document().setDocumentMargin(SPACE)
        self._follows = True
        self._writing = False
        self._text = LogText(self.document())
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._fill_up)
        self._restyling = QTimer(self, singleShot=True, interval=0)
        self._restyling.timeout.connect(self._restyle)
        self._gutter = Gutter(self, self._icons)
        self._jump = QPushButton(self.tr("Jump to end"), self)
        self._jump.setObjectName("run_log_jump")
        set_icon(self._jump, "jump-to-end")
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        self.setViewportMargins(GUTTER_WIDTH, 0, 0, 0)
        self.viewport().setMouseTracking(True)
        self.updateRequest.connect(self._gutter.follow)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._keep_following)
        self.show_rows([])

    def show_rows(self, rows: Iterable[LogRow]) -> None:
        """Show these rows instead of all others: the last at once, the others bit by bit."""
        self._writing = True
        self._text.write_anew(rows, LogLook(self.palette(), self.font()))
        self._writing = False
        self.jump_to_end()
        self._filling.start()

    def apply(self, changes: Changes, node: str, first: int) -> None:
        """Show what a batch of events did, of this node or all for an empty name; `first` is the oldest row kept."""
        self._writing = True
        self._text.apply(changes, node)
        if changes.dropped:
            lines = self._text.drop_before(first)
            if not self._follows:
                bar = self.verticalScrollBar()
                bar.setValue(bar.value() - lines)
        self._writing = False
        self._keep_following()

    def follows(self) -> bool:
        """Whether the end is kept in view."""
        return self._follows

    def jump_to_end(self) -> None:
        """Go to the end, and keep it in view from now on."""
        self._set_follows(True)
        self._keep_following()

    def toggle_details(self, number: int) -> bool:
        """Show or hide what this row keeps behind its fold, and bring it into view; False if it keeps nothing."""
        block = self._text.fold_of(number)
        if block is None or not self._toggle(block):
            return False
        block = self.textCursor().block()
        while block.previous().isValid() and self._text.row_starting(block) is None:
            block = block.previous()
        self.verticalScrollBar().setValue(block.firstLineNumber())
        return True

    def find_next(self, text: str, *, backward: bool = False) -> bool:
        """Select the next place with this text, going round at the end; False where there is none."""
        flag = QTextDocument.FindFlag.FindBackward if backward else QTextDocument.FindFlag(0)
        if not text:
            return False
        self._set_follows(False)
        if self.find(text, flag):
            return True
        start = QTextCursor(self.document())
        if backward:
            start.movePosition(QTextCursor.MoveOperation.End)
        found = self.document().find(text, start, flag)
        if not found.isNull():
            self.setTextCursor(found)
        return not found.isNull()

    def rows_in_view(self) -> Iterator[tuple[LogRow, QTextBlock, QRect]]:
        """The rows whose first line is in view, with that line's block and place in the viewport."""
        block, offset = self.firstVisibleBlock(), self.contentOffset()
        bottom = self.viewport().height()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(offset).toAlignedRect()
            if place.top() > bottom:
                return
            if (row := self._text.row_starting(block)) is not None:
                yield row, block, place
            block = block.next()

    def _fill_up(self) -> None:
        bar, lines = self.verticalScrollBar(), self.document().lineCount()
        self._writing = True
        if not self._text.write_earlier():
            self._filling.stop()
        if not self._follows:
            bar.setValue(bar.value() + self.document().lineCount() - lines)
        self._writing = False
        self._keep_following()

    def _restyle(self) -> None:
        bar, follows = self.verticalScrollBar(), self._follows
        from_end = bar.maximum() - bar.value()
        self.show_rows(self._text.all_rows())
        if not follows:
            self._set_follows(False)
            while bar.maximum() < from_end and self._text.write_earlier():
                pass
            bar.setValue(bar.maximum() - from_end)

    def _icons(self) -> Iterator[tuple[str, QColor, QRect]]:
        return ((row.icon, self._look().color(row), place) for row, _, place in self.rows_in_view())

    def _look(self) -> LogLook:
        assert self._text.look is not None
        return self._text.look

    def _toggle(self, block: QTextBlock) -> bool:
        """Open or close this fold where it stands, instead of following the end; False where there is none."""
        if self._text.folding_row(block) is None:
            return False
        self._set_follows(False)
        start, cursor = block.position(), self.textCursor()
        self._text.toggle(block)
        cursor.setPosition(start)  # the text that was inserted has moved it on
        self.setTextCursor(cursor)
        self._on_scrolled(self.verticalScrollBar().value())
        self.fold_toggled.emit()
        return True

    def _set_follows(self, follows: bool) -> None:
        self._follows = follows
        self._jump.setVisible(not follows)

    def _keep_following(self) -> None:
        if self._follows and not self._writing:
            self._writing = True
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
            self._writing = False

    def _on_scrolled(self, value: int) -> None:
        if not self._writing:
            self._set_follows(value >= self.verticalScrollBar().maximum())

    def _place_parts(self) -> None:
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), GUTTER_WIDTH, inside.height())
        size = self._jump.sizeHint()
        self._jump.setGeometry(
            self.viewport().geometry().right() - size.width() - SPACE,
            inside.bottom() - size.height() - SPACE,
            size.width(),
            size.height(),
        )

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the time at the right of each row's first line, where there is room."""
        super().paintEvent(event)
        look, width = self._look(), self.viewport().width() - SPACE
        painter = QPainter(self.viewport())
        painter.setFont(look.small_font)
        painter.setPen(look.muted)
        metrics = QFontMetrics(look.small_font)
        for row, block, place in self.rows_in_view():
            text = f"{row.time:%H:%M:%S}"
            room = width - metrics.horizontalAdvance(text)
            line = block.layout().lineAt(0)
            if line.isValid() and SPACE + line.naturalTextWidth() + SPACE < room:
                painter.drawText(room, place.top() + round(line.ascent()), text)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the end in view, and the parts beside the text in place."""
        self._writing = True
        super().resizeEvent(event)
        self._writing = False
        self._place_parts()
        self._keep_following()

    def showEvent(self, event: QShowEvent) -> None:
        """Go to the end of what was written while nobody looked."""
        super().showEvent(event)
        self._keep_following()

    def changeEvent(self, event: QEvent) -> None:
        """Write everything anew in the colours and the font of another theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_restyling"):
            self._restyling.start()  # several such events come in a row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open or close the fold that the cursor is on with Enter or Space; Ctrl+End follows the end again."""
        if event.key() in _OPENS_FOLD and self._toggle(self.textCursor().block()):
            return
        super().keyPressEvent(event)
        if event.matches(QKeySequence.StandardKey.MoveToEndOfDocument):
            self.jump_to_end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open or close a fold that was clicked."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self._toggle(self.cursorForPosition(event.position().toPoint()).block())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over a fold."""
        super().mouseMoveEvent(event)
        block = self.cursorForPosition(event.position().toPoint()).block()
        over_fold = self._text.folding_row(block) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over_fold else Qt.CursorShape.IBeamCursor)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy as text only, without the breaks that only Qt needs."""
        data = QMimeData()
        data.setText(join_long_lines(self.textCursor().selectedText().replace("\u2029", "\n").replace("\u2028", "\n")))
        return data
