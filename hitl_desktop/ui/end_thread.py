"""Ending a thread: what it leaves behind, and why the person ends it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.review import Delivery, Review, ending
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.meant_button import MeantButton
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import set_kind

_HEADING = "End this thread without an answer?"


def can_end(review: Review) -> bool:
    """Whether there is something to end, and the graph that LangGraph needs for it."""
    return review.graph is not None and review.detail.summary.state not in (ThreadState.DONE, ThreadState.RUNNING)


class EndThread(QFrame):
    """Asks once more, beside the thread, with all that stays undone.

    Signals:
        confirmed(Delivery): end it; checked and not yet sent.
        dismissed(): leave it as it is.
    """

    confirmed = Signal(object)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("end_thread")
        set_kind(self, "card")
        self._review: Review | None = None
        heading = PlainLabel(_HEADING, selectable=False)
        self._words = PlainLabel("")
        self._words.setObjectName("end_thread_words")
        set_kind(self._words, "muted")
        leave_out_of_tab_order(heading, self._words)
        self._reason = QLineEdit()
        self._reason.setObjectName("end_thread_reason")
        self._reason.setPlaceholderText("Reason, for your records (optional)")
        self._reason.setAccessibleName("Reason for ending the thread")
        self._cancel = QPushButton("Keep it")
        self._cancel.setObjectName("end_thread_cancel")
        self._cancel.clicked.connect(self.close_up)
        self._confirm = MeantButton("End the thread")
        self._confirm.setObjectName("end_thread_confirm")
        set_kind(self._confirm, "danger")
        set_icon(self._confirm, "stop")
        self._confirm.meant.connect(self._on_confirmed)
        for button in (self._cancel, self._confirm):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reason, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._confirm)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(8)
        for widget in (heading, self._words):
            rows.addWidget(widget)
        rows.addLayout(buttons)
        self.hide()

    def ask(self, review: Review) -> None:
        """Appear for this thread. Does nothing for one that cannot be ended."""
        if not can_end(review):
            return
        self._review = review
        self._words.setText("\n".join(ending(review).consequences))
        self._reason.clear()
        self.show()
        self._reason.setFocus()

    def close_up(self) -> None:
        """Disappear."""
        was_open = not self.isHidden()
        self._review = None
        self.hide()
        if was_open:
            self.dismissed.emit()

    def _on_confirmed(self) -> None:
        if self._review is not None:
            delivery: Delivery = ending(self._review, self._reason.text().strip())
            self.close_up()
            self.confirmed.emit(delivery)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the thread as it is."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
        else:
            super().keyPressEvent(event)
