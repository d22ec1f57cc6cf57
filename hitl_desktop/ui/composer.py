"""The text that goes with a rejection, or that answers in a tool's place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.requests import Item
from hitl_desktop.ui.plain_text import PlainLabel


class Composer(QFrame):
    """A text field that appears when a decision needs words.

    Signals:
        changed(): the text changed.
        cancelled(): Esc, the decision is not taken after all.
    """

    changed = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self.kind: DecisionKind | None = None
        self._label = PlainLabel("", selectable=False)
        self._text = QPlainTextEdit()
        self._text.setObjectName("composer_text")
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(72)
        self._text.textChanged.connect(self.changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(4)
        layout.addWidget(self._label)
        layout.addWidget(self._text)
        self.hide()

    @property
    def text(self) -> str:
        """What was written."""
        return self._text.toPlainText()

    def ask(self, kind: DecisionKind, item: Item, text: str | None = None) -> None:
        """Appear for this decision, with this text or what was written before."""
        rejecting = kind is DecisionKind.REJECT
        label = "Why not? The model reads this (optional)." if rejecting else f"Your answer in place of {item.title}:"
        self.kind = kind
        self._label.setText(label)
        self._text.setAccessibleName(label)
        self._text.setPlaceholderText("Reason" if rejecting else "Answer")
        if text is not None:
            self._text.setPlainText(text)
        self.show()
        self.changed.emit()

    def take_focus(self) -> None:
        """Put the keyboard into the field."""
        self._text.setFocus()

    def close_up(self, *, clear: bool = True) -> None:
        """Disappear, and forget the text unless it may be wanted again."""
        self.kind = None
        self.hide()
        if clear:
            self._text.clear()
        self.changed.emit()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes the decision back."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
