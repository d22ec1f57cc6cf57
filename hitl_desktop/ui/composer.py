"""The text that goes with a rejection, or that answers in a tool's place, and the form that a rejection takes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.requests import Item
from hitl_desktop.ui.editors.marks import FlatButton
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.scroll_manners import StillComboBox


class Composer(QFrame):
    """A text field that appears when a decision needs words.

    Signals:
        changed(): the text changed.
        cancelled(): Esc, the decision is not taken after all.
        end_requested(): the person may rather want to end the thread than to send a rejection.
    """

    changed = Signal()
    cancelled = Signal()
    end_requested = Signal()

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
        self._forms_label = PlainLabel("The graph receives", selectable=False)
        self._forms = StillComboBox()
        self._forms.setObjectName("composer_form")
        self._forms.setAccessibleName("What the graph receives as a rejection")
        self._forms.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._forms.currentIndexChanged.connect(self.changed)
        forms = QHBoxLayout()
        forms.setSpacing(8)
        forms.addWidget(self._forms_label)
        self._end = FlatButton("End the thread instead…", "Send nothing, and end the thread")
        self._end.setObjectName("composer_end")
        self._end.clicked.connect(self.end_requested)
        forms.addWidget(self._forms)
        forms.addStretch(1)
        forms.addWidget(self._end)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(4)
        layout.addWidget(self._label)
        layout.addWidget(self._text)
        layout.addLayout(forms)
        self.hide()

    @property
    def text(self) -> str:
        """What was written."""
        return self._text.toPlainText()

    @property
    def form(self) -> int:
        """Which of the item's forms of a rejection was chosen."""
        return max(0, self._forms.currentIndex())

    def ask(self, kind: DecisionKind, item: Item, text: str | None = None, form: int = 0) -> None:
        """Appear for this decision, with this text and form of a rejection, or what was written before."""
        rejecting = kind is DecisionKind.REJECT
        label = _label_of(kind, item)
        self.kind = kind
        self._label.setText(label)
        self._text.setAccessibleName(label)
        self._text.setPlaceholderText("Reason" if rejecting else "Answer")
        offers = rejecting and len(item.refusals) > 1
        labels = [refusal.label for refusal in item.refusals] if offers else []
        if labels != [self._forms.itemText(i) for i in range(self._forms.count())]:
            self._forms.clear()
            self._forms.addItems(labels)
        self._forms.setVisible(offers)
        self._forms_label.setVisible(offers)
        self._end.setVisible(offers)
        if text is not None:
            self._text.setPlainText(text)
            self._forms.setCurrentIndex(min(form, self._forms.count() - 1))
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


def _label_of(kind: DecisionKind, item: Item) -> str:
    if kind is not DecisionKind.REJECT:
        return f"Your answer in place of {item.title}:"
    return "Why not? (optional)" if item.refusals else "Why not? The model reads this (optional)."
