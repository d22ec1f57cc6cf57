"""Form and JSON are two sides of one value, and the table of editors leads to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.requests import Shape
from hitl_desktop.core.schema import JsonSchema, Problem, infer
from hitl_desktop.core.values import Json, JsonSyntaxError, same
from hitl_desktop.ui.editors import EDITORS, ValueEditor, editor_for
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs
from hitl_desktop.ui.editors.json_area import JsonArea
from tests.ui.editors.form_actions import click, delete_discarded, find, is_there, marked, retype
from tests.ui.editors.values import AWKWARD, OBJECTS, short_id

SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {"to": {"type": "string"}, "n": {"type": "integer", "maximum": 5}, "opt": {"type": "string"}},
    "required": ["to", "n"],
}


@pytest.fixture
def tabs(qtbot: QtBot) -> ValueEditorTabs:
    made = ValueEditorTabs()
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(OBJECTS)
def test_switching_to_and_fro_changes_nothing(tabs: ValueEditorTabs, value: Json) -> None:
    tabs.load(value, infer(value))
    delete_discarded()
    for side in ("json", "form", "json", "form"):
        assert tabs.show_side(side)
        assert same(tabs.value(), value)
        assert not tabs.is_changed()


@pytest.mark.parametrize("value", AWKWARD, ids=short_id)
def test_every_value_has_an_editor_that_gives_it_back(qtbot: QtBot, value: Any) -> None:
    editor = editor_for(Shape("Answer", value))
    qtbot.addWidget(editor)
    assert editor.value() is value
    assert editor.problems() == ()


def test_edits_go_along_to_the_other_side(tabs: ValueEditorTabs, qtbot: QtBot) -> None:
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    retype(qtbot, tabs.form, "to", "ben")
    assert tabs.show_side("json")
    assert tabs.value() == {"to": "ben", "n": 1}
    assert tabs.is_changed()
    tabs.json.area.selectAll()
    tabs.json.area.insertPlainText('{"to": "ben",\n\n "n": 7, "x": null}')
    assert tabs.show_side("form")
    assert tabs.value() == {"to": "ben", "n": 7, "x": None}
    assert marked(tabs.form, "n") == ("7 is greater than the maximum of 5",)
    assert is_there(tabs.form, "reset:to"), "the start stays the start"
    tabs.show_side("json")
    assert '\n\n "n": 7' in tabs.json.area.raw_text(), "how it is written stays while the value stays"
    tabs.reset()
    assert tabs.value() is tabs.start
    tabs.show_side("form")
    assert tabs.value() == {"to": "ana", "n": 1}
    assert not is_there(tabs, "reset_all")


def test_json_with_an_error_keeps_its_side_and_says_why(tabs: ValueEditorTabs, qtbot: QtBot) -> None:
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    tabs.tabs.setCurrentIndex(1)
    assert tabs.side == "json"
    tabs.json.area.selectAll()
    tabs.json.area.insertPlainText('{"to": ')
    tabs.tabs.setCurrentIndex(0)
    assert tabs.side == "json"
    assert tabs.tabs.currentIndex() == 1
    assert "not JSON yet" in tabs.refusal.lines()[0]
    assert tabs.json.area.raw_text() == '{"to": '
    with pytest.raises(JsonSyntaxError):
        tabs.value()
    assert tabs.json.area.underlined() == [":"]
    assert tabs.json.area.textCursor().position() == 5, "the cursor is at the error"
    tabs.json.area.moveCursor(QTextCursor.MoveOperation.End)
    tabs.json.area.insertPlainText('"ben", "n": 2}')
    assert tabs.refusal.lines() == ()
    assert tabs.show_side("form")
    assert tabs.value() == {"to": "ben", "n": 2}


def test_form_with_an_error_keeps_its_side_and_says_why(tabs: ValueEditorTabs, qtbot: QtBot) -> None:
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    retype(qtbot, tabs.form, "n", "one")
    assert not tabs.show_side("json")
    assert tabs.side == "form"
    assert "does not hold a value yet" in tabs.refusal.lines()[0]
    with pytest.raises(EditorError):
        tabs.value()
    assert tabs.problems() == (Problem(("n",), "must be a whole number, such as 5"),)
    retype(qtbot, tabs.form, "n", "2")
    assert tabs.show_side("json")


def test_draft_keeps_the_start(tabs: ValueEditorTabs, qtbot: QtBot) -> None:
    sent: list[None] = []
    tabs.changed.connect(lambda: sent.append(None))
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    tabs.show_value({"to": "ben", "n": 9})
    assert sent == []
    assert tabs.start == {"to": "ana", "n": 1}
    assert tabs.is_changed()
    assert marked(tabs.form, "n")
    click(qtbot, tabs, "reset_all")
    assert sent == [None]
    assert tabs.value() == {"to": "ana", "n": 1}


def test_json_alone_where_there_is_no_form(tabs: ValueEditorTabs) -> None:
    tabs.load(None, None)
    assert tabs.side == "json"
    assert not tabs.tabs.isVisibleTo(tabs)
    tabs.load("text", None)
    assert tabs.side == "form"
    assert tabs.tabs.isVisibleTo(tabs)


def test_what_the_json_side_makes_of_an_object_can_be_anything(tabs: ValueEditorTabs) -> None:
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    tabs.show_side("json")
    tabs.json.area.selectAll()
    tabs.json.area.insertPlainText("[1, 2.0]")
    assert tabs.show_side("form")
    assert same(tabs.value(), [1, 2.0])
    assert tabs.problems() == (Problem((), "must be an object, not a list"),)
    assert find(tabs.form, JsonArea, "field:").underlined() == ["["]


def test_read_only_has_both_sides_to_read(tabs: ValueEditorTabs, qtbot: QtBot) -> None:
    tabs.set_read_only(True)
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    for side in ("form", "json"):
        assert tabs.show_side(side)
        for widget in tabs.findChildren(QWidget):
            if widget.isVisibleTo(tabs) and widget.objectName().startswith("field:"):
                qtbot.keyClicks(widget, "x")
        qtbot.keyClicks(tabs.json.area, "x")
    assert tabs.value() is tabs.start


def test_focus_goes_to_the_value(tabs: ValueEditorTabs, qtbot: QtBot) -> None:
    tabs.load({"to": "ana", "n": 1}, SCHEMA)
    tabs.activateWindow()
    tabs.setFocus()
    qtbot.waitUntil(lambda: tabs.focusWidget() is not None and tabs.focusWidget().objectName() == "field:to")
    tabs.focus_problem(Problem(("n",), "is wrong"))
    assert tabs.focusWidget().objectName() == "field:n"
    tabs.show_side("json")
    assert tabs.json.area.hasFocus()
    qtbot.keyClick(tabs.json.area, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert tabs.tabs.hasFocus()


def test_table_of_editors_ends_with_one_for_everything() -> None:
    assert EDITORS[-1].suits(Shape("Any", object()))


def test_editor_is_loaded_with_its_shape(qtbot: QtBot) -> None:
    editor = editor_for(Shape("Arguments", {"to": "ana", "n": 9}, SCHEMA))
    qtbot.addWidget(editor)
    assert isinstance(editor, ValueEditor)
    assert editor.schema is SCHEMA
    assert editor.problems() == (Problem(("n",), "9 is greater than the maximum of 5"),)
