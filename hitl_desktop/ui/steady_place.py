"""Knows for how long a widget has stood where it stands: what comes under the pointer in between was not aimed at."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

_LEAST_MS = 500
_MOVES = {QEvent.Type.Show, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.ParentChange}


def aim_ms() -> int:
    """Milliseconds for which something must be on the screen until a press on it is meant: more than a double click."""
    return max(_LEAST_MS, QApplication.doubleClickInterval() + 100)


class SteadyPlace(QObject):
    """Watches one widget and all that it stands in."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._around: list[QObject] = []
        self._place = QRect()
        self._since = QElapsedTimer()
        self._since.start()
        widget.installEventFilter(self)

    @property
    def is_steady(self) -> bool:
        """Whether the widget has stood at its place in the window for long enough to be aimed at."""
        return self._since.elapsed() >= aim_ms()

    def _watch_around(self) -> None:
        """Watch what the widget stands in now, up to the window."""
        for each in self._around:
            each.removeEventFilter(self)
        self._around = []
        around = self._widget.parentWidget()
        while around is not None and not around.isWindow():
            around.installEventFilter(self)
            self._around.append(around)
            around = around.parentWidget()

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin anew when the widget comes, or is somewhere else."""
        if event.type() in _MOVES:
            if watched is self._widget and event.type() in (QEvent.Type.Show, QEvent.Type.ParentChange):
                self._watch_around()
            place = QRect(self._widget.mapTo(self._widget.window(), QPoint()), self._widget.size())
            if place != self._place or event.type() is QEvent.Type.Show:
                self._place = place
                self._since.restart()
        return False
