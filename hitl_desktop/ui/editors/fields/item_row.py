"""The row of one item of a list."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from hitl_desktop.ui.editors.fields.base import Place, line_height
from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.marks import AccentLabel

_WIDEST_TITLE = 160


class ItemRow(QWidget):
    """One item with its number or title, and its buttons. Alt+Up and Alt+Down move it from wherever the cursor is.

    Signals:
        moved(ItemRow, int): a person wants it moved down by this many places (up, if less than 0).
        removed(ItemRow): a person wants it removed.
    """

    moved = Signal(object, int)
    removed = Signal(object)

    def __init__(self, slot: Slot, parent: QWidget) -> None:
        super().__init__(parent)
        self.slot = slot
        self._as_numbered: tuple[Place, int, int, bool] | None = None
        self._number = AccentLabel("", "muted", self)
        self._number.setWordWrap(False)
        self._number.setMinimumWidth(self.fontMetrics().horizontalAdvance("00."))
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._number.setFixedHeight(line_height())
        self._up = _arrow(Qt.ArrowType.UpArrow, self)
        self._down = _arrow(Qt.ArrowType.DownArrow, self)
        self._remove = QToolButton(self)
        self._remove.setText("Remove")
        self._remove.setAutoRaise(True)
        self._remove.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._remove.setToolTip("Remove this item")
        self._up.clicked.connect(lambda: self.moved.emit(self, -1))
        self._down.clicked.connect(lambda: self.moved.emit(self, 1))
        self._remove.clicked.connect(lambda: self.removed.emit(self))
        self._cells = QGridLayout(self)
        self._cells.setContentsMargins(0, 0, 0, 0)
        self._cells.setSpacing(4)
        self._cells.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        self._cells.addWidget(self._number, 0, 0, top)
        self._cells.addWidget(slot, 0, 1)
        for column, button in enumerate((self._up, self._down, self._remove), 2):
            button.setFixedHeight(line_height())
            button.setStyleSheet("QToolButton:disabled { background: transparent; }")
            self._cells.addWidget(button, 0, column, top)
        self._is_below = False
        self.setFocusProxy(slot)

    def number(self, place: Place, position: int, count: int, *, movable: bool) -> None:
        """Show the position, and offer to move it where it can be moved."""
        self._place_slot()
        if (place, position, count, movable) == self._as_numbered:
            return
        self._as_numbered = (place, position, count, movable)
        self.slot.set_place(place)
        self._number.setText(f"{position + 1}.")
        for button, name, possible in ((self._up, "up", position > 0), (self._down, "down", position < count - 1)):
            button.setEnabled(possible and movable)
            button.setVisible(movable)
            button.setObjectName(f"{name}:{place.name}")
            button.setToolTip(f"Move {name} (Alt+{name.title()})")
            button.setAccessibleName(f"Move {place.title} {name}")
        self._remove.setObjectName(f"remove:{place.name}")
        self._remove.setAccessibleName(f"Remove {place.title}")

    def show_title(self, title: str, titles: Iterable[str]) -> None:
        """Show a title instead of the position, if there is one; all of `titles` are to stand in one column."""
        if title:
            self._number.setText(title)
            width = max(self._number.fontMetrics().horizontalAdvance(each) for each in titles)
            self._number.setMinimumWidth(min(width, _WIDEST_TITLE))
            self._number.setWordWrap(width > _WIDEST_TITLE)
            self._number.setMinimumHeight(line_height())
            self._number.setMaximumHeight(2**24 - 1)

    def _place_slot(self) -> None:
        """Beside its number; below it if it has parts, which would grow narrow between numbers and buttons."""
        if self._is_below == self.slot.has_parts:
            return
        self._is_below = self.slot.has_parts
        self._cells.removeWidget(self.slot)
        self._cells.addWidget(self.slot, *((1, 0, 1, -1) if self._is_below else (0, 1)))

    def show_remove(self, removable: bool) -> None:
        """Offer to remove it, or not."""
        self._remove.setVisible(removable)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with Alt+Up and Alt+Down."""
        button = {int(Qt.Key.Key_Up): self._up, int(Qt.Key.Key_Down): self._down}.get(event.key())
        if button is None or not event.modifiers() & Qt.KeyboardModifier.AltModifier or not button.isVisibleTo(self):
            super().keyPressEvent(event)
        elif button.isEnabled():
            button.click()


def _arrow(direction: Qt.ArrowType, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setArrowType(direction)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
