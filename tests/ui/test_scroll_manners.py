"""A page that scrolls: the field with the keyboard stays in sight, and the wheel never changes what it passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.editors.fields.base import QuietComboBox
from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs
from hitl_desktop.ui.layouts import ScrolledColumn, ScrollingColumn, scrolling
from hitl_desktop.ui.scroll_manners import StillComboBox, StillTabBar


class _Page(QWidget):
    """An area that scrolls, with a line at its end, and below it what takes room when it is shown."""

    def __init__(self, area: QScrollArea, column: QVBoxLayout, field: QWidget) -> None:
        super().__init__()
        self.area, self.field = area, field
        self.box = QLabel("explains")
        self.box.setFixedHeight(120)
        self.box.hide()
        above = QLabel("above")
        above.setFixedHeight(900)
        column.addWidget(above)
        column.addWidget(field)
        rows = QVBoxLayout(self)
        rows.addWidget(area, 1)
        rows.addWidget(self.box)
        self.resize(400, 400)

    def in_sight(self) -> bool:
        """Whether the whole field can be seen, or the line with the cursor of one that is too high."""
        place = self.field.rect()
        if isinstance(self.field, QPlainTextEdit):
            place = self.field.cursorRect()
        shown = QRect(self.field.mapTo(self.area.viewport(), place.topLeft()), place.size())
        return self.area.viewport().rect().contains(shown)


def _review(field: QWidget) -> _Page:
    body = ScrolledColumn()
    return _Page(scrolling(body, "area", "Area"), body.column, field)


def _new_run(field: QWidget) -> _Page:
    area = ScrollingColumn()
    return _Page(area, area.column, field)


def _long_text() -> QPlainTextEdit:
    text = QPlainTextEdit("\n".join(str(number) for number in range(80)))
    text.setFixedHeight(1600)
    return text


@pytest.mark.parametrize("make", [_review, _new_run])
@pytest.mark.parametrize("make_field", [QLineEdit, _long_text])
def test_field_with_the_keyboard_is_in_sight(
    qtbot: QtBot, make: Callable[[QWidget], _Page], make_field: Callable[[], QWidget]
) -> None:
    page = make(make_field())
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    assert not page.in_sight()
    page.field.setFocus()
    qtbot.waitUntil(page.in_sight)
    page.box.show()
    qtbot.waitUntil(lambda: page.area.height() < 300)
    qtbot.waitUntil(page.in_sight)


def test_what_was_scrolled_away_on_purpose_stays_away(qtbot: QtBot) -> None:
    page = _review(QLineEdit())
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.field.setFocus()
    qtbot.waitUntil(page.in_sight)
    page.area.verticalScrollBar().setValue(0)
    page.box.show()
    qtbot.waitUntil(lambda: page.area.height() < 300)
    QApplication.processEvents()
    assert page.area.verticalScrollBar().value() == 0


def _roll(widget: QWidget) -> bool:
    """Turn the wheel down over the widget; whether it took that for itself."""
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize("focused", [False, True])
@pytest.mark.parametrize("kind", [StillComboBox, QuietComboBox])
def test_wheel_passes_by_choices(qtbot: QtBot, kind: type[StillComboBox], focused: bool) -> None:
    combo = kind()
    qtbot.addWidget(combo)
    combo.addItems(["one", "two"])
    combo.show()
    if focused:
        combo.setFocus()
    assert not _roll(combo)
    assert combo.currentText() == "one"


def test_wheel_passes_by_form_and_json(qtbot: QtBot) -> None:
    editor = ValueEditorTabs()
    qtbot.addWidget(editor)
    editor.load({"route": "finish"}, None)
    editor.show()
    assert isinstance(editor.tabs, StillTabBar)
    assert not _roll(editor.tabs)
    assert editor.side == "form"
