"""Undo and redo, with the keys as a window gets them: its own Ctrl+Z must not be reached from within an editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.values import Json, same
from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs
from hitl_desktop.ui.editors.json_area import JsonArea
from tests.ui.editors.form_actions import choose, click, find, is_there, marked, retype
from tests.ui.editors.samples import PERSON, of

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Window(QMainWindow):
    """A window with an editor, whose own Ctrl+Z counts."""

    def __init__(self) -> None:
        super().__init__()
        self.tabs = ValueEditorTabs()
        self.setCentralWidget(self.tabs)
        self.undone = 0
        action = QAction("Undo the held decision", self)
        action.setShortcuts([QKeySequence("Ctrl+Z"), QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
        action.triggered.connect(self._on_undone)
        self.addAction(action)

    def _on_undone(self) -> None:
        self.undone += 1


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.resize(600, 600)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def undo(qtbot: QtBot, window: Window) -> None:
    focus = window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Z, CONTROL)


def redo(qtbot: QtBot, window: Window) -> None:
    focus = window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Z, CONTROL | SHIFT)


def _type(qtbot: QtBot, tabs: ValueEditorTabs) -> None:
    find(tabs, QLineEdit, "field:v").setFocus()
    retype(qtbot, tabs, "v", "7")


def _check(qtbot: QtBot, tabs: ValueEditorTabs) -> None:
    click(qtbot, tabs, "field:v")


def _choose(qtbot: QtBot, tabs: ValueEditorTabs) -> None:
    choose(qtbot, find(tabs, QComboBox, "field:v"), "b")


def _press(name: str) -> Callable[[QtBot, ValueEditorTabs], None]:
    return lambda qtbot, tabs: click(qtbot, tabs, name)


def _json(qtbot: QtBot, tabs: ValueEditorTabs) -> None:
    area = find(tabs, JsonArea, "field:v")
    area.setFocus()
    area.selectAll()
    qtbot.keyClicks(area, "5")


STRINGS: JsonSchema = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("schema", "value", "act", "after"),
    [
        (of("v", {"type": "string"}), {"v": "x"}, _type, {"v": "7"}),
        (of("v", {"type": "integer"}), {"v": 1}, _type, {"v": 7}),
        (of("v", {"type": "boolean"}), {"v": True}, _check, {"v": False}),
        (of("v", {"enum": ["a", "b"]}), {"v": "a"}, _choose, {"v": "b"}),
        (of("v", {"type": ["string", "null"]}), {"v": "a"}, _press("none:v"), {"v": None}),
        (of("v", STRINGS), {"v": ["a"]}, _press("add_item:v"), {"v": ["a", ""]}),
        (of("v", STRINGS), {"v": ["a", "b"]}, _press("remove:v.0"), {"v": ["b"]}),
        (of("v", STRINGS), {"v": ["a", "b"]}, _press("down:v.0"), {"v": ["b", "a"]}),
        ({"properties": {"v": PERSON}}, {}, _press("add:v"), {"v": {"name": ""}}),
        ({"properties": {"v": PERSON}}, {"v": {"name": "Ana"}}, _press("remove:v"), {}),
        (of("v", {}), {"v": None}, _json, {"v": 5}),
    ],
)
def test_every_change_is_taken_back_and_done_again(
    window: Window, qtbot: QtBot, schema: JsonSchema, value: Any, act: Callable[..., None], after: Any
) -> None:
    tabs = window.tabs
    tabs.load(value, schema)
    assert not is_there(tabs, "step_undo")
    act(qtbot, tabs)
    assert same(tabs.value(), after)
    assert is_there(tabs, "step_undo")
    undo(qtbot, window)
    assert same(tabs.value(), value)
    assert not tabs.is_changed()
    redo(qtbot, window)
    assert same(tabs.value(), after)
    click(qtbot, tabs, "step_undo")
    assert same(tabs.value(), value)
    click(qtbot, tabs, "step_redo")
    assert same(tabs.value(), after)
    assert window.undone == 0


def test_keys_of_the_window_stay_in_the_editor_even_when_nothing_is_left(window: Window, qtbot: QtBot) -> None:
    window.tabs.load({"b": True, "t": "x", "l": ["a"], "j": None}, None)
    for widget in window.tabs.findChildren(QWidget):
        if widget.isVisibleTo(window) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled():
            widget.setFocus()
            for key, modifiers in ((Qt.Key.Key_Z, CONTROL), (Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_Y, CONTROL)):
                qtbot.keyClick(widget, key, modifiers)
                assert window.undone == 0, f"{type(widget).__name__} {widget.objectName()}"
    assert not window.tabs.is_changed()
    window.tabs.set_read_only(True)
    qtbot.keyClick(find(window.tabs, QCheckBox, "field:b"), Qt.Key.Key_Z, CONTROL)
    assert window.undone == 1, "what can only be read has nothing to undo"


def test_text_that_is_no_value_comes_back(window: Window, qtbot: QtBot) -> None:
    tabs = window.tabs
    tabs.load({"n": 1, "t": "x", "w": {"__type__": "date", "value": "2026-11-21"}}, None)
    find(tabs, QLineEdit, "field:n").setFocus()
    retype(qtbot, tabs, "n", "one")
    find(tabs, QLineEdit, "field:t").setFocus()
    retype(qtbot, tabs, "t", "y")
    undo(qtbot, window)
    assert find(tabs, QLineEdit, "field:t").text() == "x"
    assert find(tabs, QLineEdit, "field:n").text() == "one"
    assert marked(tabs, "n")
    undo(qtbot, window)
    assert tabs.value() == tabs.start
    redo(qtbot, window)
    assert find(tabs, QLineEdit, "field:n").text() == "one"
    assert tabs.unreadable()
    undo(qtbot, window)
    find(tabs, QLineEdit, "field:w").setFocus()
    retype(qtbot, tabs, "w", "soon")
    find(tabs, QLineEdit, "field:t").setFocus()
    retype(qtbot, tabs, "t", "z")
    undo(qtbot, window)
    assert marked(tabs, "w"), "it is still no date"
    assert tabs.unreadable()


def test_cursor_goes_where_the_change_was(window: Window, qtbot: QtBot) -> None:
    window.tabs.load({"a": "x", "b": "y", "c": "z"}, None)
    find(window.tabs, QLineEdit, "field:b").setFocus()
    retype(qtbot, window.tabs, "b", "other")
    find(window.tabs, QLineEdit, "field:c").setFocus()
    undo(qtbot, window)
    focus = window.focusWidget()
    assert focus is not None
    assert focus.objectName() == "field:b"


def test_one_history_for_both_sides(window: Window, qtbot: QtBot) -> None:
    tabs = window.tabs
    tabs.load({"a": "x", "n": 1}, None)
    find(tabs, QLineEdit, "field:a").setFocus()
    retype(qtbot, tabs, "a", "form")
    assert tabs.show_side("json")
    area = tabs.json.area
    for text in ('{"a": "json", "n": 1}', '{"a": "json", "n": 2}'):
        area.selectAll()
        area.insertPlainText(text)
    assert tabs.show_side("form")
    assert is_there(tabs, "step_undo")
    tabs.form.setFocus()
    values: list[Json] = [tabs.value()]
    while tabs.can_step(-1):
        undo(qtbot, window)
        values.append(tabs.value())
    assert values == [{"a": "json", "n": 2}, {"a": "form", "n": 1}, {"a": "x", "n": 1}]
    for _step in range(2):
        redo(qtbot, window)
    assert tabs.value() == {"a": "json", "n": 2}


def test_json_side_takes_back_typing_first_and_then_what_was_done_in_the_form(window: Window, qtbot: QtBot) -> None:
    tabs = window.tabs
    tabs.load({"a": "x"}, None)
    find(tabs, QLineEdit, "field:a").setFocus()
    retype(qtbot, tabs, "a", "form")
    tabs.show_side("json")
    tabs.json.area.selectAll()
    qtbot.keyClicks(tabs.json.area, "[1")
    assert tabs.unreadable()
    values = []
    while tabs.can_step(-1):
        undo(qtbot, window)
        values.append(None if tabs.unreadable() else tabs.value())
    assert values[-2:] == [{"a": "form"}, {"a": "x"}]
    assert tabs.side == "json"
    redo(qtbot, window)
    assert tabs.value() == {"a": "form"}
    assert tabs.show_side("form")
    assert tabs.value() == {"a": "form"}


def test_reset_of_all_is_a_step(window: Window, qtbot: QtBot) -> None:
    tabs = window.tabs
    tabs.load({"a": "x", "b": "y"}, None)
    for name in "ab":
        find(tabs, QLineEdit, f"field:{name}").setFocus()
        retype(qtbot, tabs, name, "other")
    click(qtbot, tabs, "reset_all")
    assert not tabs.is_changed()
    click(qtbot, tabs, "step_undo")
    assert tabs.value() == {"a": "other", "b": "other"}
    tabs.load({"c": 1}, None)
    assert not tabs.can_step(-1), "another value has another history"
