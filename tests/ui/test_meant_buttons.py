"""What a person presses decides; what code clicks does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from hitl_desktop.core.threads import ThreadState
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
    heard = QSignalSpy(button.meant)
    press(button)
    qtbot.waitUntil(lambda: not button.isDown())
    assert heard.count() == meant
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard.count() == meant + 1, "a person can press it afterwards"


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
