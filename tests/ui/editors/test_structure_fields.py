"""Lists, tuples, objects with fields of any name, and Python values: what can be done to their parts."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema, problems
from hitl_desktop.core.values import from_json, same, to_json
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.plain_text import PlainLabel
from tests.ui.editors.form_actions import choose, click, find, is_there, marked, retype
from tests.ui.editors.samples import PERSON, of

ALT = Qt.KeyboardModifier.AltModifier
STRINGS: JsonSchema = {"type": "array", "items": {"type": "string"}}
COUNTS: JsonSchema = {"type": "object", "additionalProperties": {"type": "integer"}}


def test_items_move_with_the_keyboard_and_keep_the_cursor(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"l": ["a", "b", "c"]}, of("l", STRINGS))
    form.activateWindow()
    line = find(form, QLineEdit, "field:l.0")
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(line, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(line, Qt.Key.Key_Down, ALT)
    assert form.value() == {"l": ["b", "c", "a"]}
    assert form.focusWidget() is line
    qtbot.keyClick(line, Qt.Key.Key_Up, ALT)
    assert form.value() == {"l": ["b", "a", "c"]}
    form.set_read_only(True)
    qtbot.keyClick(line, Qt.Key.Key_Up, ALT)
    assert form.value() == {"l": ["b", "a", "c"]}


def test_in_a_list_of_lists_the_inner_item_moves(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"l": [["a", "b"], ["c"]]}, None)
    qtbot.keyClick(find(form, QLineEdit, "field:l.0.1"), Qt.Key.Key_Down, ALT)
    assert form.value() == {"l": [["a", "b"], ["c"]]}, "the last one stays, and so does its list"


@pytest.mark.parametrize(
    ("schema", "value", "buttons"),
    [
        (STRINGS, ["a", "b"], {"up:v.1", "down:v.0", "remove:v.0", "add_item:v"}),
        ({"prefixItems": [{}, {}], "items": False, "minItems": 2}, ["a", 1], set()),
        ({"prefixItems": [{}, {}], "maxItems": 2, "minItems": 2}, ["a", 1], set()),
        ({"prefixItems": [{}, {}], "items": False}, ["a"], {"remove:v.0", "add_item:v"}),
        ({"prefixItems": [{}]}, ["a"], {"remove:v.0", "add_item:v"}),
    ],
)
def test_tuple_offers_only_what_its_schema_allows(
    form: SchemaForm, schema: JsonSchema, value: Any, buttons: set[str]
) -> None:
    form.load({"v": value}, of("v", schema))
    every = {"up:v.0", "up:v.1", "down:v.0", "remove:v.0", "add_item:v"} & (buttons | {"up:v.1", "remove:v.0"})
    assert {name for name in every | {"add_item:v"} if is_there(form, name)} == buttons


@pytest.mark.parametrize("items", [{"enum": ["a", "b"]}, {"anyOf": [{"const": "a", "title": "A"}, {"const": "b"}]}])
def test_several_choices_are_check_boxes(form: SchemaForm, qtbot: QtBot, items: JsonSchema) -> None:
    schema: JsonSchema = {"properties": {"v": {"type": "array", "items": items}}}
    form.load({}, schema)
    assert form.value() == {}
    click(qtbot, form, "field:v.1")
    click(qtbot, form, "field:v.0")
    assert form.value() == {"v": ["b", "a"]}
    click(qtbot, form, "remove:v")
    assert form.value() == {}
    form.load({"v": ["a", "a"]}, schema)
    assert is_there(form, "add_item:v"), "what stands twice needs a list"


def test_yes_or_no_that_is_not_set(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({}, {"properties": {"v": {"type": "boolean"}}})
    box = find(form, QCheckBox, "field:v")
    assert box.text() == "Not set"
    assert form.value() == {}
    for answer in (True, False, True):
        qtbot.keyClick(box, Qt.Key.Key_Space)
        assert form.value() == {"v": answer}
    click(qtbot, form, "remove:v")
    assert form.value() == {}
    assert box.text() == "Not set"


def test_none_of_what_has_parts_shows_no_parts(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"p": None}, of("p", {"anyOf": [PERSON, {"type": "null"}]}))
    assert not is_there(form, "field:p.name")
    click(qtbot, form, "none:p")
    assert form.focusWidget().objectName() == "field:p.name"
    assert not is_there(form, "reset:p.name"), "what is new is changed as a whole"
    assert is_there(form, "reset:p")


def test_field_of_any_name_is_added_renamed_and_removed(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"o": {"a": 1, "b": 2}}, of("o", COUNTS))
    click(qtbot, form, "rename:o.a")
    line = find(form, QLineEdit, "name:o.a")
    assert form.focusWidget() is line
    qtbot.keyClicks(line, "first")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert list(form.value()["o"].items()) == [("first", 1), ("b", 2)], "it keeps its place"
    retype(qtbot, form, "o.first", "7")
    assert form.value() == {"o": {"first": 7, "b": 2}}
    click(qtbot, form, "remove:o.first")
    assert form.value() == {"o": {"b": 2}}


def test_name_that_is_taken_is_refused_in_words(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"o": {"a": 1, "b": 2}}, of("o", COUNTS))
    click(qtbot, form, "rename:o.a")
    qtbot.keyClicks(find(form, QLineEdit, "name:o.a"), "b")
    qtbot.keyClick(find(form, QLineEdit, "name:o.a"), Qt.Key.Key_Return)
    assert marked(form, "o.a") == ("There is a field of this name already; the name was not changed",)
    click(qtbot, form, "rename:o.a")
    qtbot.keyClicks(find(form, QLineEdit, "name:o.a"), "c")
    qtbot.keyClick(find(form, QLineEdit, "name:o.a"), Qt.Key.Key_Escape)
    assert form.value() is form.start

    def said() -> list[str]:
        return [label.plain_text() for label in form.findChildren(PlainLabel) if label.isVisibleTo(form)]

    click(qtbot, form, "new:o")
    assert "Type a name for the field first" in said()
    qtbot.keyClicks(find(form, QLineEdit, "new_name:o"), "b")
    assert "Type a name for the field first" not in said()
    click(qtbot, form, "new:o")
    assert "There is a field of this name already" in said()
    assert form.value() is form.start


def test_field_of_a_pattern_has_the_schema_of_the_pattern(form: SchemaForm, qtbot: QtBot) -> None:
    schema: JsonSchema = {"patternProperties": {"(": {}, "^n_": {"type": "integer"}}, "additionalProperties": False}
    form.load({"n_a": 1}, {"type": "object", **schema})
    qtbot.keyClicks(find(form, QLineEdit, "new_name:"), "n_b")
    click(qtbot, form, "new:")
    assert same(form.value(), {"n_a": 1, "n_b": 0})


def test_kind_that_was_left_keeps_even_what_is_no_value(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"v": 1}, of("v", {"anyOf": [{"type": "integer"}, {"type": "string"}]}))
    retype(qtbot, form, "v", "1x")
    kinds = find(form, QComboBox, "kind:v")
    choose(qtbot, kinds, "Text")
    assert form.value() == {"v": ""}
    choose(qtbot, kinds, "Whole number")
    assert find(form, QLineEdit, "field:v").text() == "1x"
    assert marked(form, "v") == ("Must be a whole number, such as 5",)


CAT = {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]}
DOG = {"properties": {"kind": {"const": "dog"}, "breed": {"type": "string"}}, "required": ["kind", "breed"]}


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ({"oneOf": [CAT, DOG]}, {"kind": "dog", "breed": 5}, "v.breed"),
        ({"oneOf": [CAT, DOG]}, {"kind": "cat"}, "v.lives"),
        ({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\d+$"}]}, "12,5", "v"),
    ],
)
def test_value_that_fits_no_kind_is_shown_as_the_one_that_was_meant(
    form: SchemaForm, schema: JsonSchema, value: Any, place: str
) -> None:
    form.load({"v": value}, of("v", schema))
    assert form.value() is form.start
    assert find(form, QComboBox, "kind:v").currentText() != "Another value (JSON)"
    assert form.problems()
    assert marked(form, place) or marked(form, "v") or find(form, JsonArea, f"field:{place}").underlined()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"hello world", "11 bytes as base64"),
        (b"", "0 bytes as base64"),
        (b"x" * 1_200_000, "about 1,200,000 bytes as base64"),
    ],
)
def test_bytes_say_how_many(form: SchemaForm, value: bytes, said: str) -> None:
    form.load({"b": to_json(value)}, None)
    assert said in [label.plain_text() for label in form.findChildren(PlainLabel)]


def test_duration_of_python_has_its_three_parts(form: SchemaForm, qtbot: QtBot) -> None:
    from datetime import timedelta

    form.load({"t": to_json(timedelta(days=1, seconds=30))}, None)
    assert not is_there(form, "add_item:t")
    assert find(form, QLineEdit, "field:t.0").accessibleName() == "t, Days"
    retype(qtbot, form, "t.0", "2")
    assert from_json(form.value())["t"] == timedelta(days=2, seconds=30)
    assert problems(form.value(), None) == ()


def test_messages_in_lists_fit_a_narrow_page(form: SchemaForm) -> None:
    name = "langchain_core.messages.human.HumanMessage"
    call = {"name": "search_documents", "args": {"query": "hotel"}, "id": "call-1"}
    message = {"__type__": name, "value": {"content": "Hi", "id": "b8088b14-852c", "tool_calls": [call, call]}}
    form.load({"messages": [message, message]}, None)
    assert form.minimumSizeHint().width() < 320
    (label, _second) = [each for each in form.findChildren(PlainLabel) if each.plain_text() == "HumanMessage"]
    assert label.accessibleName() == name
    assert name in label.toolTip()
    form.load({"when": {"__type__": "datetime", "value": "2026-11-21T07:30:00"}}, None)
    assert "datetime" in [each.plain_text() for each in form.findChildren(PlainLabel) if each.isVisibleTo(form)]


@pytest.mark.parametrize(("name", "said"), [("reason", "Leave “reason” out"), (" x ", "Leave “ x ” out")])
def test_button_says_what_it_leaves_out(form: SchemaForm, name: str, said: str) -> None:
    form.load({name: "late"}, {"type": "object", "properties": {name: {"type": "string"}}})
    button = find(form, QToolButton, f"remove:{name}")
    assert button.accessibleName() == said
    assert said in button.toolTip()
