"""X11 sends a key that is held down as releases and presses of the same time, which Qt may take for new presses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.commands import COMMANDS, add_commands
from hitl_desktop.ui.held_keys import HeldKeys

Key, Type = Qt.Key, QEvent.Type


class Keyboard:
    """A window with all commands, which notes what was called, and the keys that X11 would send it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.called: list[str] = []
        self._keys = HeldKeys(self.window)
        slots = {command.name: lambda name=command.name: self.called.append(name) for command in COMMANDS}
        self.actions = add_commands(self.window, slots, {}, self._keys, letters=False)
        self.window.show()
        self._keys.watch(self.window.windowHandle())

    def press(self, key: Qt.Key, action: QAction, time: int) -> None:
        self._send(Type.ShortcutOverride, key, time)
        action.trigger()

    def release(self, key: Qt.Key, time: int) -> None:
        self._send(Type.KeyRelease, key, time)

    def _send(self, kind: QEvent.Type, key: Qt.Key, time: int) -> None:
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.ControlModifier)
        event.setTimestamp(time)
        QCoreApplication.sendEvent(self.window.windowHandle(), event)


@pytest.fixture
def keyboard(qtbot: QtBot) -> Keyboard:
    return Keyboard(qtbot)


def test_a_decision_is_not_repeated_while_its_key_is_down(keyboard: Keyboard) -> None:
    agree = keyboard.actions["agree"]
    keyboard.press(Key.Key_Return, agree, 1000)
    for time in (1660, 1693, 1726):
        keyboard.release(Key.Key_Return, time)
        keyboard.press(Key.Key_Return, agree, time)
    assert keyboard.called == ["agree"]


def test_presses_in_quick_succession_all_count(keyboard: Keyboard) -> None:
    agree = keyboard.actions["agree"]
    for time in (1000, 1045, 1090):
        keyboard.press(Key.Key_Return, agree, time)
        keyboard.release(Key.Key_Return, time + 30)
    assert keyboard.called == ["agree"] * 3


def test_the_menu_works_after_a_key_was_held(keyboard: Keyboard) -> None:
    agree = keyboard.actions["agree"]
    keyboard.release(Key.Key_Return, 1660)
    keyboard.press(Key.Key_Return, agree, 1660)
    keyboard.release(Key.Key_Return, 1700)
    agree.trigger()
    assert keyboard.called == ["agree"]


def test_reading_on_is_repeated(keyboard: Keyboard) -> None:
    following = keyboard.actions["next"]
    keyboard.press(Key.Key_J, following, 1000)
    keyboard.release(Key.Key_J, 1660)
    keyboard.press(Key.Key_J, following, 1660)
    assert keyboard.called == ["next", "next"]
