"""How editors mark a value: accent colours that read well on any palette, and lines of words with an icon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from hitl_desktop.ui.editors.widget_lifetime import discard
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip
from hitl_desktop.ui.theme import contrast, is_dark

Accent: TypeAlias = Literal["error", "warning", "changed", "muted", "key", "text", "number", "literal"]

READABLE = 4.5
"""The least contrast of text, WCAG 2.2, success criterion 1.4.3."""

# Hue and saturation; the lightness follows from the palette.
_HUES: dict[Accent, tuple[float, float]] = {
    "error": (0.0, 0.75),
    "warning": (0.09, 0.9),
    "changed": (0.58, 0.75),
    "muted": (0.6, 0.06),
    "key": (0.58, 0.6),
    "text": (0.36, 0.55),
    "number": (0.78, 0.5),
    "literal": (0.06, 0.7),
}


def accent(palette: QPalette, kind: Accent) -> QColor:
    """The colour of this meaning that reads on the palette's window and base alike, with a contrast of 4.5 or more."""
    base, window = (palette.color(role).rgb() for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window))
    return QColor(_accent(base, window, is_dark(palette), kind))


@lru_cache
def _accent(base: int, window: int, dark: bool, kind: Accent) -> QColor:
    grounds = (QColor(base), QColor(window))
    hue, saturation = _HUES[kind]
    steps = [step / 100 for step in range(101)]
    # From the middle towards the end that the ground leaves: the first that reads is the most colourful.
    for lightness in steps[50:] if dark else reversed(steps[:51]):
        colour = QColor.fromHslF(hue, saturation, lightness)
        if min(contrast(colour, ground) for ground in grounds) >= READABLE + 0.1:
            return colour
    extremes = (QColor(Qt.GlobalColor.white), QColor(Qt.GlobalColor.black))
    return max(extremes, key=lambda colour: min(contrast(colour, ground) for ground in grounds))


def paint_mark(painter: QPainter, area: QRectF, palette: QPalette, kind: Accent) -> None:
    """Draw the sign of the meaning: a round one for an error, a triangle for a warning, a dot for a change."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent(palette, kind))
    centre, size = area.center(), area.width()
    if kind == "changed":
        painter.drawEllipse(centre, size * 0.28, size * 0.28)
        return
    if kind == "warning":
        top, bottom = area.top() + size * 0.06, area.bottom() - size * 0.08
        painter.drawPolygon(
            QPolygonF([QPointF(centre.x(), top), QPointF(area.right(), bottom), QPointF(area.left(), bottom)])
        )
        centre += QPointF(0, size * 0.1)
    else:
        painter.drawEllipse(area)
    painter.setPen(QPen(palette.color(QPalette.ColorRole.Base), size * 0.13, c=Qt.PenCapStyle.RoundCap))
    painter.drawLine(centre - QPointF(0, size * 0.22), centre + QPointF(0, size * 0.05))
    painter.drawPoint(centre + QPointF(0, size * 0.25))


class Mark(QWidget):
    """The sign of one meaning, as high as a line of text. The words beside it say the same to a screen reader."""

    def __init__(self, kind: Accent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    # Qt overrides

    def sizeHint(self) -> QSize:
        """A square as high as a line of text."""
        side = self.fontMetrics().height()
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sign in the colours of the palette."""
        painter = QPainter(self)
        paint_mark(painter, QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), self.palette(), self._kind)


class AccentLabel(PlainLabel):
    """A plain label in an accent colour, which follows the palette."""

    def __init__(self, text: str, kind: Accent, parent: QWidget | None = None, *, selectable: bool = False) -> None:
        self._kind: Accent = kind
        super().__init__(text, parent, selectable=selectable)
        self._colour()

    def _colour(self) -> None:
        colour = accent(self.palette(), self._kind)
        if self.palette().color(self.foregroundRole()) != colour:
            palette = self.palette()
            palette.setColor(self.foregroundRole(), colour)
            self.setPalette(palette)

    # Qt overrides

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()


class MarkedLines(QWidget):
    """Lines of words, each with the sign of its meaning; takes no room while there are none."""

    MOST = 6

    def __init__(self, kind: Accent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: Accent = kind
        self._lines: tuple[str, ...] = ()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 2, 0, 0)
        self._rows.setSpacing(2)
        self.setVisible(False)

    def lines(self) -> tuple[str, ...]:
        """What is shown, all of it, also the lines that are only counted."""
        return self._lines

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these lines; beyond `MOST` the rest is counted, because the place of each is marked as well."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        while row := self._rows.takeAt(0):
            if widget := row.widget():
                discard(widget)
        shown = list(self._lines[: self.MOST])
        if len(self._lines) > self.MOST:
            shown.append(f"and {len(self._lines) - self.MOST} more")
        for line in shown:
            self._rows.addWidget(self._row(line))
        self.setVisible(bool(shown))

    def _row(self, line: str) -> QWidget:
        row = QWidget(self)
        columns = QHBoxLayout(row)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(6)
        columns.addWidget(Mark(self._kind, row), 0, Qt.AlignmentFlag.AlignTop)
        columns.addWidget(AccentLabel(line, self._kind, row), 1)
        return row


class FlatButton(QToolButton):
    """A small text button beside a field."""

    def __init__(self, text: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(plain_tooltip(tip))
        self.setAccessibleName(tip)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # As low as the text beside it; the theme makes buttons as high as a line to type into.
        self.setStyleSheet("QToolButton { min-height: 0; padding: 1px 6px; } QToolButton:focus { padding: 0px 5px; }")


class NestedFrame(QFrame):
    """A frame around the parts of one value, in the colour of the borders of the palette."""

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a rounded border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def mark_icon(palette: QPalette, kind: Accent, side: int = 16) -> QIcon:
    """The sign of a meaning as an icon, `side` pixels wide."""
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_mark(painter, QRectF(1, 1, side - 2, side - 2), palette, kind)
    painter.end()
    return QIcon(picture)
