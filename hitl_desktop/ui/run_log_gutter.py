"""The column of icons beside the text of the run log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hitl_desktop.ui.icons import pixmap
from hitl_desktop.ui.theme import SPACE

_ICON: Final = 16
GUTTER_WIDTH: Final = 2 * SPACE + _ICON + 4


class Gutter(QWidget):
    """Paints an icon at the first line of each row in view.

    `icons` gives them: the icon's name, its colour, and where the line stands.
    """

    def __init__(self, parent: QWidget, icons: Callable[[], Iterable[tuple[str, QColor, QRect]]]) -> None:
        super().__init__(parent)
        self._icons = icons

    def follow(self, area: QRect, moved: int) -> None:
        """Scroll with the text by some pixels, or paint what stands beside an area of it anew."""
        if moved:
            self.scroll(0, moved)
        else:
            self.update(0, area.y(), GUTTER_WIDTH, area.height())

    # Qt overrides

    def sizeHint(self) -> QSize:
        """As wide as an icon with room at its sides."""
        return QSize(GUTTER_WIDTH, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icons on the ground that the text has."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().base())
        line = self.fontMetrics().height()
        for name, color, place in self._icons():
            drawn = pixmap(name, color, _ICON, self.devicePixelRatioF())
            painter.drawPixmap(SPACE + 4, place.top() + max(0, line - _ICON) // 2 + 1, drawn)
        painter.end()
