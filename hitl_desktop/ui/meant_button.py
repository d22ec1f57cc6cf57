"""A button that a person alone can press."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton, QWidget

from hitl_desktop.ui.steady_place import SteadyPlace

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

    Graphs run in this process: what their code clicks is not what a person decided. Nor is a press of the mouse on a
    button that has just come under it: the second one of a double click, or one that was aimed at what stood there.

    Signals:
        meant(): it was pressed with the mouse, a pen, a finger or a key. To be used instead of `clicked`.
        refused(str): code pressed it, and nothing came of it; the text is for the person.
    """

    meant = Signal()
    refused = Signal(str)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._by_a_person = False
        self._place = SteadyPlace(self)
        self.clicked.connect(self._on_clicked)

    @property
    def takes_presses(self) -> bool:
        """Whether it has stood where it stands for long enough to be aimed at."""
        return self._place.is_steady

    # Qt overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take no press that cannot have been aimed at this button."""
        if self.takes_presses:
            super().mousePressEvent(event)

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
