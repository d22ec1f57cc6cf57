"""A text that can be read in another way than as it was written, with both ways one click apart."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.ui.editors.marks import FlatButton, MarkedLines
from hitl_desktop.ui.editors.widget_lifetime import show_added


class TwoWays(QWidget):
    """Shows a text in another way, and on request as text, which is what was written and what counts.

    Each way is made when it is first shown. `switch` stands below; an owner may place it elsewhere.
    """

    def __init__(self, make_text: Callable[[], QWidget], make_other: Callable[[], QWidget], other: str) -> None:
        """`other` is what the other way is called on the button."""
        super().__init__()
        self._make_text, self._make_other, self._name = make_text, make_other, other
        self._text: QWidget | None = None
        self._other: QWidget | None = None
        self.switch = FlatButton("As text", "Show the text as it was written", self)
        self.switch.setObjectName("as_text_switch")
        self.switch.clicked.connect(self._on_switched)
        self._left_out = MarkedLines("warning", self)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._rows.addWidget(self._left_out)
        self._rows.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignRight)

    def is_other(self) -> bool:
        """Whether the text is shown in the other way now."""
        return self._other is not None and not self._other.isHidden()

    def show_as_text(self) -> None:
        """Show the text as it was written."""
        if self._text is None:
            self._text = self._add(self._make_text())
        self._change(self._other, self._text, self._name, f"Show the text {self._name.lower()}")

    def show_other(self) -> QWidget:
        """Show the text in the other way; gives the widget that does."""
        if self._other is None:
            self._other = self._add(self._make_other())
        self._change(self._text, self._other, "As text", "Show the text as it was written")
        return self._other

    def warn(self, note: str) -> None:
        """Say what is not to be seen in the way that is shown; nothing if the note is empty."""
        self._left_out.show_lines([note] if note else [])

    def _add(self, widget: QWidget) -> QWidget:
        self._rows.insertWidget(0, widget)
        show_added(widget)
        return widget

    def _on_switched(self) -> None:
        if self.is_other():
            self.show_as_text()
        else:
            self.show_other()

    def _change(self, gone: QWidget | None, come: QWidget, words: str, tip: str) -> None:
        if gone is not None:
            gone.hide()
        come.show()
        self.switch.setText(words)
        self.switch.setToolTip(tip)
        self.switch.setAccessibleName(tip)
        self.warn("")
