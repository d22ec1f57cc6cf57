"""What a person presses decides; what code clicks does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.meant_button import MeantButton
from hitl_desktop.ui.plain_text import PlainLabel
from tests.ui.asking import answered, asked, asking_window


def press_through_accessibility(button: QPushButton) -> None:
    interface = QAccessible.queryAccessibleInterface(button)
    actions = interface.actionInterface()
    assert isinstance(actions, QAccessibleActionInterface)
    actions.doAction(QAccessibleActionInterface.pressAction())


BY_A_PERSON: list[Callable[[QPushButton], object]] = [
    lambda button: QTest.mouseClick(button, Qt.MouseButton.LeftButton),
    lambda button: QTest.keyClick(button, Qt.Key.Key_Space),
]
BY_CODE: list[Callable[[QPushButton], object]] = [QPushButton.click, press_through_accessibility]


@pytest.mark.parametrize(
    ("press", "meant"), [*((press, 1) for press in BY_A_PERSON), *((press, 0) for press in BY_CODE)]
)
def test_a_button_is_meant_where_a_person_presses_it(
    qtbot: QtBot, press: Callable[[QPushButton], object], meant: int
) -> None:
    button = MeantButton("Send")
    qtbot.addWidget(button)
    button.show()
    qtbot.waitUntil(lambda: button.takes_presses)
    heard = QSignalSpy(button.meant)
    press(button)
    qtbot.waitUntil(lambda: not button.isDown())
    assert heard.count() == meant
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard.count() == meant + 1, "a person can press it afterwards"


@pytest.mark.parametrize("comes", ["shown", "moved", "moved with what it stands in"])
def test_a_button_that_has_just_come_under_the_pointer_takes_no_press(qtbot: QtBot, comes: str) -> None:
    window = QWidget()
    around = QWidget(window)
    button = MeantButton("Send", around)
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    qtbot.waitUntil(lambda: button.takes_presses)
    if comes == "shown":
        button.hide()
        button.show()
    else:
        (button if comes == "moved" else around).move(50, 40)
    heard = QSignalSpy(button.meant)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(button, Qt.MouseButton.LeftButton)
    assert heard.count() == 0
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert heard.count() == 1, "a key is not aimed at a place"
    qtbot.waitUntil(lambda: button.takes_presses)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard.count() == 2


def click_at(driver: Driver, place: QPoint) -> None:
    """Click where the pointer is, whatever stands there now."""
    hit = driver.window.childAt(place)
    assert hit is not None
    QTest.mouseClick(hit, Qt.MouseButton.LeftButton, pos=hit.mapFrom(driver.window, place))


def place_of(driver: Driver, name: str) -> QPoint:
    button = driver.find(QPushButton, name)
    return button.mapTo(driver.window, button.rect().center())


async def test_a_second_click_at_the_same_place_neither_sends_nor_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The buttons change their places when a decision is held, and again when it is sent."""
    async with asking_window(tmp_path, monkeypatch) as driver:
        waits = await asked(driver, "raw", {"payload": 1})
        sent = await asked(driver, "raw", {"payload": 2})
        await driver.may_decide()
        deciding = place_of(driver, "decision_submit")
        await driver.click("decision_submit")
        click_at(driver, deciding)
        await driver.shown("held_bar")
        click_at(driver, deciding)
        assert len(driver.program.controller.held.deliveries) == 1, "sent by the second click"
        await driver.may_decide()
        sending = place_of(driver, "held_send_now")
        await driver.click("held_send_now")
        await until(lambda: not driver.is_shown("held_bar"))
        for place in (sending, deciding):
            click_at(driver, place)
        assert not driver.is_shown("held_bar"), "the next one was decided"
        assert not driver.is_shown("composer_text")

        def state_of(thread_id: str) -> ThreadState | None:
            summary = driver.window.inbox.model.summary(thread_id)
            return summary.state if summary is not None else None

        await until(lambda: state_of(sent) is ThreadState.DONE, 30)
        assert state_of(waits) is ThreadState.WAITING


async def test_code_that_clicks_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        await asked(driver, "batch", {"task": "Go"})
        await driver.may_decide()
        for name in ("decision_approve", "decision_reject"):
            driver.find(QPushButton, name).click()
        assert "pressed by a program" in driver.find(PlainLabel, "decision_message").plain_text()
        assert driver.is_shown("decision_approve")
        assert not driver.is_shown("composer_text")
    (tmp_path / "held").mkdir()
    async with asking_window(tmp_path / "held", monkeypatch) as driver:
        await asked(driver, "raw", {"payload": 5})
        await driver.may_decide()
        driver.find(QPushButton, "decision_submit").click()
        assert not driver.is_shown("held_bar")
        await driver.decide("decision_submit")
        await driver.shown("held_bar")
        driver.find(QPushButton, "held_send_now").click()
        assert driver.is_shown("held_bar")
        assert (await answered(driver, ThreadState.DONE))["answers"] == [5]
