"""A button that a person alone can press."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QPushButton, QWidget

_INPUT = {
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,
    QEvent.Type.TouchEnd,
    QEvent.Type.TabletRelease,
}
_REFUSED = "Nothing was done: this was pressed by a program. Press it with the mouse, or use a key."


class MeantButton(QPushButton):
    """For what cannot be undone. A `click()` of code, here or through an accessibility interface, is refused.

    Graphs run in this process: what their code clicks is not what a person decided.

    Signals:
        meant(): it was pressed with the mouse, a pen, a finger or a key. To be used instead of `clicked`.
        refused(str): code pressed it, and nothing came of it; the text is for the person.
    """

    meant = Signal()
    refused = Signal(str)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._by_a_person = False
        self.clicked.connect(self._on_clicked)

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """Know while a press is carried out whether it came from outside; Qt calls such an event spontaneous."""
        before = self._by_a_person
        self._by_a_person = before or (event.spontaneous() and event.type() in _INPUT)
        try:
            return super().event(event)
        finally:
            self._by_a_person = before

    def _on_clicked(self) -> None:
        if self._by_a_person:
            self.meant.emit()
        else:
            self.refused.emit(_REFUSED)
