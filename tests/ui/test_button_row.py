"""Buttons in a row that breaks: no text is cut, and the groups keep their sides."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.button_row import ButtonRow

LEFT, RIGHT = ("Reject…", "Answer instead…"), ("Send mail as edited", "Send only 2 of 3 decisions")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def row(window: QWidget) -> ButtonRow:
    layout, row = QVBoxLayout(window), ButtonRow(8)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch(1)
    layout.addWidget(row)
    for group, texts in ((row.left, LEFT), (row.right, RIGHT)):
        for text in texts:
            group.addWidget(QPushButton(text))
    window.resize(1_000, 300)
    window.show()
    return row


def lines(row: ButtonRow) -> list[list[str]]:
    """The texts by line, from the left."""
    found: dict[int, list[tuple[int, str]]] = {}
    for button in row.findChildren(QPushButton):
        if button.isVisible():
            found.setdefault(button.y(), []).append((button.x(), button.text()))
    return [[text for _, text in sorted(found[y])] for y in sorted(found)]


def needed(*texts: str) -> int:
    return sum(QPushButton(text).sizeHint().width() for text in texts) + 8 * (len(texts) - 1)


def test_everything_stands_on_one_line_where_it_fits(row: ButtonRow) -> None:
    assert lines(row) == [[*LEFT, *RIGHT]]
    buttons = row.findChildren(QPushButton)
    assert buttons[0].x() == 0
    assert buttons[-1].geometry().right() == 999


def test_the_groups_part_where_it_does_not(row: ButtonRow, qtbot: QtBot) -> None:
    width = needed(*LEFT, *RIGHT) - 1
    row.window().resize(width, 300)
    qtbot.waitUntil(lambda: lines(row) == [[*LEFT], [*RIGHT]])
    row.window().resize(width + 1, 300)
    qtbot.waitUntil(lambda: lines(row) == [[*LEFT, *RIGHT]])


@pytest.mark.parametrize("width", [240, 300, 360, 420, 500])
def test_nothing_is_cut_and_nothing_overlaps(row: ButtonRow, qtbot: QtBot, width: int) -> None:
    row.window().resize(width, 300)
    buttons = row.findChildren(QPushButton)

    def fits() -> None:
        for number, button in enumerate(buttons):
            assert button.width() >= button.sizeHint().width()
            assert button.height() >= button.sizeHint().height()
            assert row.rect().contains(button.geometry())
            assert not any(button.geometry().intersects(other.geometry()) for other in buttons[number + 1 :])

    qtbot.waitUntil(fits)
    assert [text for line in lines(row) for text in line] == [*LEFT, *RIGHT]


def test_a_button_that_gets_a_longer_text_is_not_cut(row: ButtonRow, qtbot: QtBot) -> None:
    row.window().resize(needed(*LEFT, *RIGHT), 300)
    button = row.findChildren(QPushButton)[2]
    button.setText(button.text() + " to Ana")
    qtbot.waitUntil(lambda: len(lines(row)) == 2)
    button.hide()
    qtbot.waitUntil(lambda: lines(row) == [[*LEFT, RIGHT[1]]])


@pytest.mark.parametrize("width", [240, 400, 1_000])
def test_once_it_fits_it_asks_for_nothing(row: ButtonRow, qtbot: QtBot, width: int) -> None:
    row.window().resize(width, 300)
    qtbot.wait(50)
    seen = _LayoutRequests()
    row.installEventFilter(seen)
    qtbot.wait(50)
    assert seen.count == 0


class _LayoutRequests(QObject):
    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False
