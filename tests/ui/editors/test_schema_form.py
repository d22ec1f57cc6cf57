"""The form: what is not touched stays, what is absent stays absent, and the keyboard goes through it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema, infer, problems
from hitl_desktop.core.values import Json, same
from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.schema_form import SchemaForm, kind_of_form
from hitl_desktop.ui.plain_text import GrowingText, PlainLabel
from tests.ui.editors.form_actions import click, delete_discarded, find, is_there, retype
from tests.ui.editors.samples import LETTER, MAIL
from tests.ui.editors.values import AWKWARD, OBJECTS, short_id


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(OBJECTS)
def test_untouched_object_comes_back_as_it_was(form: SchemaForm, value: Json) -> None:
    form.load(value, infer(value))
    delete_discarded()
    assert form.value() is value
    assert not form.is_changed()
    assert form.problems() == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(OBJECTS)
def test_change_and_change_back_gives_the_same_value(form: SchemaForm, value: Json) -> None:
    """Every field is read from its widget once any field was touched, and must read as what it was."""
    whole = {**value, "touched": True}
    form.load(whole, None)
    delete_discarded()
    box = form.findChild(QWidget, "field:touched")
    box.click()
    assert same(form.value(), {**whole, "touched": False})
    box.click()
    assert same(form.value(), whole)
    assert not form.is_changed()


@pytest.mark.parametrize("value", AWKWARD, ids=short_id)
def test_awkward_values_survive_beside_an_edited_field(form: SchemaForm, qtbot: QtBot, value: Any) -> None:
    form.load({"awkward": value, "other": "x"}, None)
    assert form.value() is form.start
    retype(qtbot, form, "other", "y")
    assert same(form.value(), {"awkward": value, "other": "y"})
    assert form.value()["awkward"] is value or type(value) in (str, int, float, bool)


def test_fields_stand_close_together_in_a_high_window(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"a": "x", "b": "y"}, None)
    form.resize(500, 2_000)

    def heights() -> list[int]:
        return [find(form, QLineEdit, f"field:{name}").mapTo(form, QPoint()).y() for name in "ab"]

    qtbot.waitUntil(lambda: 0 < heights()[0] < heights()[1] < 200)


def test_fields_are_what_the_schema_asks_for(form: SchemaForm) -> None:
    form.load(LETTER, MAIL)
    assert find(form, QLineEdit, "field:to").text() == "ana@example.com"
    assert find(form, GrowingText, "field:body").raw_text() == "Dear Ana,\nsee you."
    assert find(form, QLineEdit, "field:attempts").text() == "2"
    assert find(form, QLineEdit, "field:cc").placeholderText() == "Not set · For example: ben@example.com"
    assert find(form, QLineEdit, "field:weight").placeholderText() == "Not set · Default: 1.5"
    assert find(form, QLineEdit, "field:to").accessibleName() == "To"
    assert find(form, QLineEdit, "field:to").accessibleDescription() == "Who gets it · An e-mail address"


def test_typing(form: SchemaForm, qtbot: QtBot) -> None:
    form.load(LETTER, MAIL)
    with qtbot.waitSignal(form.changed):
        retype(qtbot, form, "attempts", "4")
    retype(qtbot, form, "subject", "Greetings")
    value = form.value()
    assert value == {**LETTER, "attempts": 4, "subject": "Greetings"}
    assert type(value["attempts"]) is int
    assert list(value) == list(LETTER)
    assert problems(value, MAIL) == ()


def test_keys_keep_the_order_of_the_value(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"x": 0, **dict(reversed(LETTER.items()))}, MAIL)
    retype(qtbot, form, "weight", "2")
    retype(qtbot, form, "to", "ben")
    assert list(form.value()) == ["x", "attempts", "body", "subject", "to", "weight"]


def test_absent_fields_stay_absent_until_they_are_set(form: SchemaForm, qtbot: QtBot) -> None:
    form.load(LETTER, MAIL)
    assert not is_there(form, "remove:cc")
    retype(qtbot, form, "cc", "b")
    assert form.value() == {**LETTER, "cc": "b"}
    retype(qtbot, form, "cc", "")
    assert form.value() == {**LETTER, "cc": ""}, "an empty text is a value"
    click(qtbot, form, "remove:cc")
    assert form.value() == LETTER
    retype(qtbot, form, "weight", "2")
    assert form.value() == {**LETTER, "weight": 2}
    retype(qtbot, form, "weight", "")
    assert form.value() == LETTER, "an empty line is no number, so there is none"
    assert not form.is_changed()


def test_unknown_keys_survive_and_can_be_taken_out(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({**LETTER, "x-trace": [1, {"a": None}], "x": 1.0}, MAIL)
    retype(qtbot, form, "subject", "Other")
    assert same(form.value(), {**LETTER, "subject": "Other", "x-trace": [1, {"a": None}], "x": 1.0})
    click(qtbot, form, "remove:x-trace")
    assert "x-trace" not in form.value()
    form.reset()
    assert form.value() is form.start


def test_fields_can_be_added_where_the_schema_allows(form: SchemaForm, qtbot: QtBot) -> None:
    schema: JsonSchema = {"type": "object", "additionalProperties": {"type": "integer"}}
    form.load({"a": 1}, schema)
    qtbot.keyClicks(find(form, QLineEdit, "new_name:"), "b")
    click(qtbot, form, "new:")
    retype(qtbot, form, "b", "7")
    assert form.value() == {"a": 1, "b": 7}
    form.load(LETTER, MAIL)
    assert not is_there(form, "new:")


def test_read_only(form: SchemaForm, qtbot: QtBot) -> None:
    value = {"s": "x", "b": True, "e": "one", "n": 1, "l": ["a"], "j": None, "long": "a\nb"}
    form.set_read_only(True)
    form.load(value, {"properties": {"e": {"enum": ["one", "two"]}, "absent": {"type": "object"}}})
    for widget in form.findChildren(QWidget):
        if widget.objectName().startswith("field:") and widget.isVisibleTo(form):
            assert widget.isEnabled(), "what cannot be changed can still be read"
            qtbot.keyClicks(widget, "x2")
            qtbot.keyClick(widget, Qt.Key.Key_Space)
            qtbot.keyClick(widget, Qt.Key.Key_Down)
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    assert form.value() is value
    assert not any(is_there(form, name) for name in ("add_item:l", "remove:l.0", "add:absent", "remove:s"))
    form.set_read_only(False)
    retype(qtbot, form, "s", "y")
    assert form.value() == {**value, "s": "y"}
    assert is_there(form, "add_item:l")


def test_tab_goes_through_the_form_as_it_is_read(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"a": "1", "b": {"c": "2"}, "d": 3}, {"properties": {"opt": {"type": "object", "properties": {"x": {}}}}})
    retype(qtbot, form, "a", "new")
    click(qtbot, form, "add:opt")
    form.activateWindow()
    form.findChild(QWidget, "field:a").setFocus()
    visited = []
    for _stop in range(8):
        visited.append(form.focusWidget().objectName())
        qtbot.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    assert visited.index("field:a") < visited.index("remove:a") < visited.index("field:b.c")
    assert "reset:a" not in visited
    assert visited.index("field:b.c") < visited.index("field:d")


def test_large_and_deep_values_are_json_within_the_form(form: SchemaForm) -> None:
    wide = {f"k{i}": i for i in range(5_000)}
    deep: Json = "end"
    for _level in range(600):
        deep = {"in": deep}
    form.load({"wide": wide, "deep": deep, "to": "a"}, None)
    assert find(form, JsonArea, "field:wide")
    assert len(form.findChildren(Slot)) < 20
    assert form.value() is form.start
    assert kind_of_form(wide, None) == "large"


def test_schema_that_requires_itself_ends(form: SchemaForm) -> None:
    node: JsonSchema = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}
    form.load({"next": {"next": None}}, {"$ref": "#/$defs/node", "$defs": {"node": node}})
    assert form.value() is form.start


def test_what_is_said_of_a_whole_value_stands_above_its_fields(form: SchemaForm) -> None:
    form.load({"to": "ana@example.com"}, {**MAIL, "description": "One mail."})
    (about,) = (label for label in form.findChildren(PlainLabel) if label.text() == "One mail.")
    field = find(form, QWidget, "field:to")
    assert about.mapTo(form, QPoint()).y() < field.mapTo(form, QPoint()).y()
