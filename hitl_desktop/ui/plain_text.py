"""Text from agents, shown as plain text: nothing is guessed to be rich, nothing is hidden, nothing is cut."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import QMimeData, QSize, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QMenu, QPlainTextEdit, QSizePolicy, QWidget

from hitl_desktop.ui.hidden_characters import describe_hidden, from_visible, has_hidden, may_hide, spell_hidden, visible

__all__ = [
    "GrowingText",
    "PlainLabel",
    "ReadOnlyText",
    "describe_hidden",
    "from_visible",
    "has_hidden",
    "plain_tooltip",
    "spell_hidden",
    "visible",
]

LONGEST_LINE = 2_000
"""Characters in one text block. Qt lays a block out in quadratic time: a line of 1 MB took 37 s, measured."""

SOFT_BREAK = "\u2060\n"
"""A break that is not in the text. A word joiner of the text itself is always spelled out, so it cannot stand there."""

_CHUNK = 40_000
_LONG_LINE = re.compile(rf"[^\n]{{{LONGEST_LINE}}}(?=[^\n])")
_LONG_WORD = re.compile(r"\S{30}(?=\S)")
_WORD_BREAK = "\u200b"


def plain_tooltip(text: str) -> str:
    """The text as a tooltip that shows it literally. Qt would take a text with tags in it for rich text."""
    return f"<qt>{escape(visible(text)).replace(chr(10), '<br>')}</qt>" if text else ""


def break_long_lines(text: str) -> str:
    """The text with a soft break in lines that are too long for Qt. `join_long_lines` takes them out again."""
    return _LONG_LINE.sub(lambda match: match[0] + SOFT_BREAK, text)


def join_long_lines(text: str) -> str:
    """The text without soft breaks."""
    return text.replace(SOFT_BREAK, "")


class PlainLabel(QLabel):
    """A label for text that somebody else wrote: plain, wrapped, selectable by mouse and keyboard."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, selectable: bool = True) -> None:
        """`selectable` False is for captions of which a form has hundreds: it takes a tenth of the time."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)

    def plain_text(self) -> str:
        """The text as it was given, before anything was spelled out."""
        return self._plain

    def selected(self) -> str:
        """The selected part as it reads, without the places where a long word may break."""
        return self.selectedText().replace(_WORD_BREAK, "").replace("\u2029", "\n").replace("\u2028", "\n")

    # Qt overrides

    def setText(self, text: str) -> None:
        """Show the text with hidden characters spelled out; a very long word may break anywhere.

        A label is at least as wide as its longest word, so an unbroken token would push the window wide.
        """
        self._plain = text
        shown = visible(text)
        super().setText(_LONG_WORD.sub(lambda match: match[0] + _WORD_BREAK, shown))
        self.setAccessibleName(shown)

    def setToolTip(self, text: str) -> None:
        """Show the text literally as a tooltip."""
        super().setToolTip(plain_tooltip(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy without the places where a long word may break."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected())
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer Copy and Select all; Qt's own menu would copy the breaks of long words."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction("Copy")
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.selected()))
        copy.setEnabled(self.hasSelectedText())
        menu.addAction("Select all").triggered.connect(lambda: self.setSelection(0, len(self.text())))
        menu.popup(event.globalPos())


class GrowingText(QPlainTextEdit):
    """A plain text area that is as high as its text, within a least and a greatest number of lines."""

    def __init__(self, parent: QWidget | None = None, *, least: int = 1, most: int = 16) -> None:
        super().__init__(parent)
        self._least, self._most, self._height = least, most, 0
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(8)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)

    def raw_text(self) -> str:
        """The text, exactly. `toPlainText` would turn no-break spaces into spaces.

        U+2028 is what Shift+Enter puts in; one that belongs to the text is spelled out.
        """
        return join_long_lines(self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n"))

    def incoming(self, text: str) -> str:
        """Pasted text as it is put in: with hidden characters spelled out."""
        return spell_hidden(text)

    def fill(self, text: str) -> None:
        """Replace the text and forget the undo history; very long lines are broken where it makes no difference."""
        super().setPlainText(break_long_lines(text))

    # Qt overrides

    def setToolTip(self, text: str) -> None:
        """Show the text literally as a tooltip."""
        super().setToolTip(plain_tooltip(text))

    def sizeHint(self) -> QSize:
        """As high as the text, within the limits."""
        return self._height_of(self._most)

    def minimumSizeHint(self) -> QSize:
        """As high as the least number of lines."""
        return self._height_of(self._least)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another height where another width breaks the lines elsewhere; Qt tells nobody."""
        super().resizeEvent(event)
        if self._height != (height := self.sizeHint().height()):
            self._height = height
            self.updateGeometry()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text, with hidden characters spelled out."""
        self.insertPlainText(break_long_lines(self.incoming(source.text())))

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy the text without soft breaks, and as text only."""
        data = QMimeData()
        data.setText(join_long_lines(self.textCursor().selectedText().replace("\u2029", "\n").replace("\u2028", "\n")))
        return data

    def _height_of(self, most: int) -> QSize:
        lines = max(self._least, min(most, int(self.document().size().height())))
        margins = self.contentsMargins()
        around = 2 * int(self.document().documentMargin()) + 2 * self.frameWidth() + margins.top() + margins.bottom()
        return QSize(160, lines * self.fontMetrics().lineSpacing() + around + 2)


class ReadOnlyText(GrowingText):
    """A long text to read, whole: selectable, wrapped, filled piece by piece so that 10 MB do not hold the window."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, least: int = 1, most: int = 16) -> None:
        super().__init__(parent, least=least, most=most)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._plain, self._position = "", 0
        self._filling = QTimer(self)
        self._filling.setInterval(0)
        self._filling.timeout.connect(self._fill_more)
        self.setPlainText(text)

    def plain_text(self) -> str:
        """The whole text as it was given, whether all of it is on screen yet or not."""
        return self._plain

    def is_complete(self) -> bool:
        """Whether all of the text has been filled in."""
        return self._position >= len(self._plain)

    def fill_all(self) -> None:
        """Fill in the rest at once."""
        while not self.is_complete():
            self._fill_more()

    # Qt overrides

    def setPlainText(self, text: str) -> None:
        """Show this text whole, with hidden characters spelled out."""
        self._plain, self._position = text, 0
        self.fill("")
        self._fill_more()
        if not self.is_complete():
            self._filling.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fill in the rest before everything is selected or the end is sought."""
        standard = QKeySequence.StandardKey
        if event.matches(standard.SelectAll) or event.matches(standard.MoveToEndOfDocument):
            self.fill_all()
        super().keyPressEvent(event)

    def _fill_more(self) -> None:
        end = self._position + _CHUNK
        if end < len(self._plain):
            # At the end of a line if there is one; else nowhere near a joiner, which is judged by its neighbours.
            end = self._plain.rfind("\n", self._position + 1, end) + 1 or end
            while may_hide(self._plain[end - 2 : end + 2]) and end < len(self._plain):
                end += 1
        piece = visible(self._plain[self._position : end])
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(break_long_lines(piece))
        self._position = end
        if self.is_complete():
            self._filling.stop()
