"""What a page that scrolls owes to its fields: the one with the keyboard stays in sight, and the wheel scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QScrollArea, QTabBar, QWidget

_MARGIN = 24


class FocusInSight(QObject):
    """Scrolls an area to the field in it that takes the keyboard, and again where the area loses height around it.

    A click does not scroll: what is under the pointer would move away before the button is let go. Nor does an area
    that changes its size while the field was scrolled out of sight on purpose.
    """

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        area.viewport().installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        self._soon = QTimer(self, singleShot=True, interval=0)  # when the layouts know how high everything is
        self._soon.timeout.connect(self._reveal)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._field() is now and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._soon.start()

    def _field(self) -> QWidget | None:
        focus, content = self._area.window().focusWidget(), self._area.widget()
        if focus is None or content is None or not content.isAncestorOf(focus):
            return None
        return None if focus.layout() is not None else focus  # a card is no field

    def _reveal(self) -> None:
        content, field = self._area.widget(), self._field()
        if content is None or field is None or not field.isVisible():
            return
        place = self._place(field)
        if not QRect(QPoint(), self._area.viewport().size()).contains(place):
            middle = content.mapFrom(self._area.viewport(), place.center())
            half = min(place.height() // 2 + _MARGIN, self._area.viewport().height() // 2)
            self._area.ensureVisible(middle.x(), middle.y(), 0, half)

    def _place(self, field: QWidget) -> QRect:
        """Where the field is in the viewport; of one that is higher than that the line with the cursor."""
        shown = field.rect()
        if shown.height() > self._area.viewport().height():
            cursor = field.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
            shown = cursor.toAlignedRect() if isinstance(cursor, QRectF) else QRect(cursor)
        return QRect(field.mapTo(self._area.viewport(), shown.topLeft()), shown.size())

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at a change of the size."""
        if isinstance(event, QResizeEvent) and (field := self._field()) is not None:
            before = QRect(QPoint(), event.oldSize())
            if before.intersects(self._place(field)):
                self._soon.start()
        return False


class StillComboBox(QComboBox):
    """A list of choices that leaves the wheel to the page that it stands on."""

    # Qt overrides

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Choose nothing."""
        event.ignore()


class StillTabBar(QTabBar):
    """Tabs that leave the wheel to the page that they stand on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)  # `QTabWidget` says so to its own bar only: else there is a line above the tabs

    # Qt overrides

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Choose nothing."""
        event.ignore()
