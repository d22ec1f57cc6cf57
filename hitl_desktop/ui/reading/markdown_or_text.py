"""A text that is Markdown, rendered or as it was written, one click apart."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.reading.markdown_text import QUICKLY_RENDERED, why_not_rendered
from hitl_desktop.ui.reading.markdown_view import MarkdownView
from hitl_desktop.ui.reading.two_ways import TwoWays
from hitl_desktop.ui.theme import set_kind


class MarkdownOrText(TwoWays):
    """Shows a Markdown text rendered, and on request as text, which is what the agent wrote and gets.

    Longer texts are shown as text first, and those that cannot be rendered in time as text only; that is said.
    """

    def __init__(self, text: str, make_plain: Callable[[str], QWidget], *, most: int | None = None) -> None:
        """`make_plain` makes the widget that shows a text as it is; `most` is the rendered text's height in lines."""
        super().__init__(lambda: make_plain(text), lambda: MarkdownView(text, most=most), "Rendered")
        if refusal := why_not_rendered(text):
            self.switch.hide()
            self.show_as_text()
            note = PlainLabel(refusal)
            set_kind(note, "muted")
            leave_out_of_tab_order(note)
            self._rows.addWidget(note)
        elif len(text) > QUICKLY_RENDERED:
            self.show_as_text()
        else:
            self.show_other()

    def show_other(self) -> QWidget:
        """Show the text rendered, and say if that leaves something out."""
        view = super().show_other()
        if isinstance(view, MarkdownView):
            self.warn(view.note())
        return view
