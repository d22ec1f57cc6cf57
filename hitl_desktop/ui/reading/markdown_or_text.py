"""A text that is Markdown, rendered or as it was written, one click apart."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.ui.editors.marks import FlatButton, MarkedLines
from hitl_desktop.ui.editors.widget_lifetime import show_added
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.reading.markdown_text import QUICKLY_RENDERED, why_not_rendered
from hitl_desktop.ui.reading.markdown_view import MarkdownView
from hitl_desktop.ui.theme import set_kind


class MarkdownOrText(QWidget):
    """Shows a Markdown text rendered, and on request as text, which is what the agent wrote and gets.

    Longer texts are shown as text first, and those that cannot be rendered in time as text only; that is said.
    `switch` stands below the text; an owner may place it elsewhere.
    """

    def __init__(self, text: str, make_plain: Callable[[str], QWidget], *, most: int | None = None) -> None:
        """`make_plain` makes the widget that shows a text as it is; `most` is the rendered text's height in lines."""
        super().__init__()
        self._text, self._make_plain, self._most = text, make_plain, most
        self._plain: QWidget | None = None
        self._rendered: MarkdownView | None = None
        self.switch = FlatButton("As text", "Show the text as it was written", self)
        self.switch.setObjectName("markdown_switch")
        self.switch.clicked.connect(self._on_switched)
        self._left_out = MarkedLines("warning", self)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._rows.addWidget(self._left_out)
        self._rows.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignRight)
        if refusal := why_not_rendered(text):
            self.switch.hide()
            self._show_plain()
            note = PlainLabel(refusal)
            set_kind(note, "muted")
            leave_out_of_tab_order(note)
            self._rows.addWidget(note)
        elif len(text) > QUICKLY_RENDERED:
            self._show_plain()
        else:
            self._show_rendered()

    def is_rendered(self) -> bool:
        """Whether the text is shown rendered now."""
        return self._rendered is not None and not self._rendered.isHidden()

    def _on_switched(self) -> None:
        if self.is_rendered():
            self._show_plain()
        else:
            self._show_rendered()

    def _show_plain(self) -> None:
        if self._plain is None:
            self._plain = self._make_plain(self._text)
            self._rows.insertWidget(0, self._plain)
            show_added(self._plain)
        self._change(self._rendered, self._plain, "Rendered", "Show the text as rendered Markdown", "")

    def _show_rendered(self) -> None:
        if self._rendered is None:
            self._rendered = MarkdownView(self._text, most=self._most)
            self._rows.insertWidget(0, self._rendered)
            show_added(self._rendered)
        note = self._rendered.note()
        self._change(self._plain, self._rendered, "As text", "Show the text as it was written", note)

    def _change(self, gone: QWidget | None, come: QWidget, words: str, tip: str, note: str) -> None:
        if gone is not None:
            gone.hide()
        come.show()
        self.switch.setText(words)
        self.switch.setToolTip(tip)
        self.switch.setAccessibleName(tip)
        self._left_out.show_lines([note] if note else [])
