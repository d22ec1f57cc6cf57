"""What was decided on a thread before the program ended, and was not delivered: to deliver it after all, or not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.decision_records import decision_from_json
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.undelivered import CUT_SHORT, Undelivered, deliver_after_all
from hitl_desktop.core.values import dump_json
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.meant_button import MeantButton
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.theme import fixed_font, set_kind
from hitl_desktop.ui.thread_words import at_local_time
from hitl_desktop.ui.wording import decision_text


class UndeliveredCard(QFrame):
    """Says what was decided and when, and offers to deliver or to discard it.

    Signals:
        confirmed(Delivery): deliver it; checked anew, and the same as it was decided.
        discarded(): it is not to be delivered.
    """

    confirmed = Signal(object)
    discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undelivered")
        set_kind(self, "card")
        self._review: Review | None = None
        heading = PlainLabel("Decided, and not delivered", selectable=False)
        self._words = PlainLabel("")
        self._words.setObjectName("undelivered_words")
        self._answer = ReadOnlyText(most=6)
        self._answer.setObjectName("undelivered_answer")
        self._answer.setAccessibleName("Exactly what will be sent")
        self._answer.setFont(fixed_font(self._answer.font()))
        warning = PlainLabel(CUT_SHORT)
        set_kind(warning, "muted")
        self._problem = PlainLabel("")
        self._problem.setObjectName("undelivered_problem")
        set_kind(self._problem, "danger")
        leave_out_of_tab_order(heading, self._words, warning, self._problem)
        self._discard = MeantButton("Discard")
        self._discard.setObjectName("undelivered_discard")
        self._discard.meant.connect(self.discarded)
        self._deliver = MeantButton("Deliver now")
        self._deliver.setObjectName("undelivered_deliver")
        set_kind(self._deliver, "primary")
        set_icon(self._deliver, "submit")
        self._deliver.meant.connect(self._on_deliver)
        for button in (self._discard, self._deliver):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._discard)
        buttons.addWidget(self._deliver)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(8)
        for widget in (heading, self._words, self._answer, warning, self._problem):
            rows.addWidget(widget)
        rows.addLayout(buttons)
        self.hide()

    def show_review(self, review: Review | None) -> None:
        """Appear for a thread with such decisions, else disappear."""
        self._review = review if review is not None and review.undelivered is not None else None
        if self._review is not None and self._review.undelivered is not None:
            self._words.setText(_words(self._review.undelivered))
            answers = [dump_json(entry.fields.get("answer")) for entry in self._review.undelivered.entries]
            self._answer.setPlainText("\n".join(answers))
            self._show_problem("")
        self.setVisible(self._review is not None)

    def _show_problem(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def _on_deliver(self) -> None:
        if self._review is None or self._review.undelivered is None:
            return
        try:
            delivery: Delivery = deliver_after_all(self._review, self._review.undelivered)
        except ValueError as error:
            self._show_problem(f"{error}")
        else:
            self.confirmed.emit(delivery)


def _words(undelivered: Undelivered) -> str:
    """Who decided what and when, a line for each decision."""
    first = undelivered.entries[0].fields
    lines = [f"{first.get('reviewer') or first.get('user') or 'Somebody'}, {at_local_time(undelivered.time)}:"]
    for entry in undelivered.entries:
        for kept in entry.fields.get("decision") or ():
            lines.append(f"{entry.fields.get('node', '')}: {decision_text(decision_from_json(kept))}")
    return "\n".join(lines)
