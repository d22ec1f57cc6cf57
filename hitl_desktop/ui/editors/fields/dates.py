"""A date, or a date with a time: typed as text, or its day chosen in a calendar."""

from __future__ import annotations

import re

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPalette, QPen, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.ui.editors.fields.base import Place, line_height
from hitl_desktop.ui.editors.fields.text import TextField
from hitl_desktop.ui.editors.marks import accent

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MIDNIGHT = {"date-time": "T00:00:00Z", "local-date-time": "T00:00:00"}
DATE_FORMATS = frozenset({"date", *_MIDNIGHT})
"""Formats of texts that begin with a day. That of a Python datetime, `local-date-time`, needs no time zone."""


class DateField(TextField):
    """Edits a date as text, with a calendar beside it. The calendar changes the day and leaves the rest as it is."""

    def __init__(self, place: Place, schema: JsonSchema, parent: QWidget | None = None) -> None:
        super().__init__(place, schema, parent)
        self._button = _CalendarButton(self)
        self._button.clicked.connect(self._on_open)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(6)
        self._columns.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addLayout(self._columns)
        self._name_button()

    def set_read_only(self, read_only: bool) -> None:
        """Let the text be read and copied only."""
        super().set_read_only(read_only)
        self._button.setVisible(not read_only)

    def set_place(self, place: Place) -> None:
        """Name the button after its new place."""
        super().set_place(place)
        self._name_button()

    def _is_of_one_line(self) -> bool:
        return True

    def add_input(self, widget: QWidget) -> None:
        """To the left of the button."""
        self._columns.insertWidget(0, widget, 1)

    def _name_button(self) -> None:
        self._button.setObjectName(f"calendar:{self.place.name}")
        self._button.setAccessibleName(f"{self.place.title}: choose the day in a calendar")

    def _on_open(self) -> None:
        found = _DAY.match(self.value())
        calendar = Calendar(QDate.fromString(found[0], Qt.DateFormat.ISODate) if found else QDate(), self)
        calendar.picked.connect(self._on_picked)
        calendar.show_below(self._button)

    def _on_picked(self, day: QDate) -> None:
        text, written = self.value(), day.toString(Qt.DateFormat.ISODate)
        rest = _MIDNIGHT.get(str(self.schema.get("format")), "")
        if _DAY.match(text):
            rest = text[len(written) :]
        self.type_text(written + rest)
        self.focus_path(())


class Calendar(QWidget):
    """A small window with a month, for the keyboard and the mouse; Escape closes it.

    Signals:
        picked(QDate): the person chose a day; the window is closed.
    """

    picked = Signal(QDate)

    def __init__(self, day: QDate, parent: QWidget) -> None:
        """`day` is chosen at first; today if it is none."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAutoFillBackground(True)
        self.setObjectName("calendar")
        self.month = QCalendarWidget(self)
        self.month.setMinimumDate(QDate(1, 1, 1))
        self.month.setMaximumDate(QDate(9999, 12, 31))
        self.month.setSelectedDate(day if day.isValid() else QDate.currentDate())
        self.month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.month.setGridVisible(False)
        self.month.setMinimumWidth(self.fontMetrics().averageCharWidth() * 48)
        self._colour()
        self.month.activated.connect(self._pick)
        self.month.clicked.connect(self._pick)
        today = QPushButton("Today", self)
        today.setObjectName("calendar_today")
        today.clicked.connect(lambda: self._pick(QDate.currentDate()))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.addWidget(self.month)
        rows.addWidget(today)

    def show_below(self, widget: QWidget) -> None:
        """Open below a widget, within its screen."""
        self.adjustSize()
        place = widget.mapToGlobal(widget.rect().bottomRight())
        screen = widget.screen().availableGeometry()
        left = max(screen.left(), min(place.x() - self.width(), screen.right() - self.width()))
        top = place.y() + 2
        if top + self.height() > screen.bottom():
            top = widget.mapToGlobal(widget.rect().topLeft()).y() - self.height() - 2
        self.move(left, max(screen.top(), top))
        self.show()
        self.month.setFocus()

    def _colour(self) -> None:
        """All parts in the colours of the palette, where Qt has red weekends, black arrows and a bar of its own."""
        self.month.setStyleSheet("QWidget#qt_calendar_navigationbar { background: palette(window); }")
        arrows = {"qt_calendar_prevmonth": Qt.ArrowType.LeftArrow, "qt_calendar_nextmonth": Qt.ArrowType.RightArrow}
        for name, arrow in arrows.items():
            if (button := self.month.findChild(QToolButton, name)) is not None:
                button.setIcon(QIcon())
                button.setArrowType(arrow)
        palette = self.palette()
        words = QTextCharFormat()
        words.setForeground(accent(palette, "muted"))
        self.month.setHeaderTextFormat(words)
        plain = QTextCharFormat()
        plain.setForeground(palette.color(QPalette.ColorRole.Text))
        for weekday in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.month.setWeekdayTextFormat(weekday, plain)

    def _pick(self, day: QDate) -> None:
        self.picked.emit(day)
        self.close()


class _CalendarButton(QToolButton):
    """A button with the picture of a calendar sheet."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(line_height(), line_height())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Choose the day in a calendar")

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a sheet with two rings and a line, in the colour of the text."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour: QColor = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.setPen(QPen(colour, 1.4))
        x, y = self.width() / 2, self.height() / 2
        painter.drawRoundedRect(int(x) - 7, int(y) - 6, 14, 13, 2, 2)
        painter.drawLine(int(x) - 7, int(y) - 2, int(x) + 7, int(y) - 2)
        for ring in (-3, 3):
            painter.drawLine(int(x) + ring, int(y) - 9, int(x) + ring, int(y) - 5)
