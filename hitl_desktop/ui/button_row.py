"""A row of buttons in two groups, left and right, that takes more lines where one is too narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

_FULL_WIDTH = Qt.AlignmentFlag(0)
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class ButtonRow(QWidget):
    """Two layouts to put buttons into, `left` and `right`. Where both do not fit beside each other, the right one goes
    below; where one does not fit, its buttons stand below each other. So no text is cut.
    """

    def __init__(self, spacing: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._both, self.left, self.right = QBoxLayout(_ACROSS, self), QBoxLayout(_ACROSS), QBoxLayout(_ACROSS)
        self._both.setContentsMargins(0, 0, 0, 0)
        for layout in (self._both, self.left, self.right):
            layout.setSpacing(spacing)
        self._both.addLayout(self.left)
        self._both.addStretch(1)
        self._both.addLayout(self.right)

    def _fit(self) -> None:
        left, right = _width(self.left), _width(self.right)
        between = self._both.spacing() if left and right else 0
        _turn(self.left, left <= self.width())
        _turn(self.right, right <= self.width())
        self._align(self.left, Qt.AlignmentFlag.AlignLeft)
        self._align(self.right, Qt.AlignmentFlag.AlignRight)
        _turn(self._both, left + between + right <= self.width())

    def _align(self, group: QBoxLayout, side: Qt.AlignmentFlag) -> None:
        alignment = side if group.direction() == _ACROSS else _FULL_WIDTH
        if group.alignment() != alignment:  # else each fit would ask for the next one, for ever
            self._both.setAlignment(group, alignment)

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """Fit again when a button came, went, or got another text."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again at another width."""
        super().resizeEvent(event)
        self._fit()


def _width(layout: QBoxLayout) -> int:
    """What its visible buttons take beside each other."""
    items = [item for index in range(layout.count()) if (item := layout.itemAt(index)) and not item.isEmpty()]
    return sum(item.sizeHint().width() for item in items) + layout.spacing() * max(0, len(items) - 1)


def _turn(layout: QBoxLayout, fits: bool) -> None:
    direction = _ACROSS if fits else _DOWN
    if layout.direction() != direction:
        layout.setDirection(direction)
