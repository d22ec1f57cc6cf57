"""What follows from a decision, in words; and exactly what will be sent, behind a fold."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from hitl_desktop.core.preview import json_text, python_text
from hitl_desktop.core.review import Delivery
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.plain_text import ReadOnlyText
from hitl_desktop.ui.scroll_manners import StillComboBox
from hitl_desktop.ui.theme import fixed_font, set_kind

_FORMS = (("Python", python_text), ("JSON", json_text))


class AnswerPreview(QFrame):
    """The answer that LangGraph would receive, or the reason why there is none yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer_preview")
        self._delivery: Delivery | None = None
        self._reason = ""
        self._fold = QToolButton()
        self._fold.setObjectName("preview_fold")
        self._fold.setText("Exactly what will be sent")
        self._fold.setCheckable(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.toggled.connect(self._refresh)
        self._form = StillComboBox()
        self._form.setObjectName("preview_form")
        self._form.setAccessibleName("Form of the preview")
        self._form.addItems([name for name, _ in _FORMS])
        self._form.currentIndexChanged.connect(self._refresh)
        self._words = ReadOnlyText(most=5)
        self._words.setObjectName("preview_consequences")
        self._words.setAccessibleName("What follows from it")
        set_kind(self._words, "muted")
        self._text = ReadOnlyText()
        self._text.setObjectName("preview_text")
        self._text.setAccessibleName("Exactly what will be sent")
        self._text.setFont(fixed_font(self._text.font()))
        top = QHBoxLayout()
        top.addWidget(self._fold)
        top.addStretch(1)
        top.addWidget(self._form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 4, 16, 4)
        layout.setSpacing(4)
        layout.addWidget(self._words)
        layout.addLayout(top)
        layout.addWidget(self._text)
        self._refresh()

    def show_answer(self, delivery: Delivery | None, reason: str = "") -> None:
        """Show what this would send and what follows; without one, say why there is none."""
        self._delivery = delivery
        self._reason = reason
        self._refresh()

    def _refresh(self) -> None:
        is_open = self._fold.isChecked()
        set_icon(self._fold, "collapse" if is_open else "expand")
        self._text.setVisible(is_open)
        self._form.setVisible(is_open)
        lines = self._delivery.consequences if self._delivery is not None else ()
        told = is_open or (self._delivery is not None and self._delivery.changes_something)
        self._words.setVisible(bool(lines) and told)
        self._set(self._words, "\n".join(lines) if told else "")
        if is_open:
            write = _FORMS[self._form.currentIndex()][1]
            self._set(self._text, write(self._delivery.resumption) if self._delivery is not None else self._reason)

    @staticmethod
    def _set(view: ReadOnlyText, text: str) -> None:
        if view.plain_text() != text:  # else it would scroll back to its beginning under the reader's eyes
            view.setPlainText(text)
