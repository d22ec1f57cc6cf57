"""Each kind of field, from its schema to the value that comes out."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema, problems
from hitl_desktop.core.values import from_json
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.fields import FIELDS, choose_field, top_place
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.plain_text import GrowingText
from tests.ui.editors.form_actions import click, find, is_there, marked, retype
from tests.ui.editors.samples import NODE, PERSON, of


@pytest.mark.parametrize(
    ("schema", "value", "kind"),
    [
        ({"type": "string"}, "x", "text"),
        ({"type": "string"}, 5, "json"),
        ({"type": "integer"}, 5, "number"),
        ({"type": "integer"}, True, "json"),
        ({"type": "number"}, 5, "number"),
        ({"type": "boolean"}, True, "boolean"),
        ({"type": "boolean"}, 1, "json"),
        ({"enum": [1, None, "a"]}, None, "choice"),
        ({"const": "mail"}, "mail", "constant"),
        ({"const": "mail", "type": "string"}, "post", "text"),
        ({"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]}, 1, "choice"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, "nullable"),
        ({"type": ["string", "null"]}, "x", "nullable"),
        ({"type": ["string", "integer"]}, "x", "union"),
        ({"oneOf": [PERSON, {"type": "string"}]}, "x", "union"),
        ({"anyOf": [PERSON]}, {"name": "Ana"}, "object"),
        ({"allOf": [PERSON, {"properties": {"age": {"type": "integer"}}}]}, {"name": "Ana"}, "object"),
        ({"properties": {"a": {}}}, {}, "object"),
        ({"items": {"type": "string"}}, [], "list"),
        ({"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}, ["b"], "checklist"),
        ({"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}, ["c"], "list"),
        ({}, "x", "text"),
        ({}, None, "json"),
        ({}, {"a": 1}, "object"),
        (True, "x", "text"),
        ({"description": "Anything"}, 1.5, "number"),
        ({}, {"__type__": "datetime", "value": "2026-11-21T07:30:00"}, "tagged"),
        ({}, {"__type__": "datetime", "value": 1, "more": 2}, "object"),
        ({"$ref": "#/$defs/nowhere"}, "x", "text"),
    ],
)
def test_kind_of_field(schema: Any, value: Any, kind: str) -> None:
    assert choose_field(top_place({}), schema, value)[0].name == kind


def test_every_kind_of_field_is_reached_by_some_schema() -> None:
    names = [entry.name for entry in FIELDS]
    assert len(set(names)) == len(names)
    assert names[-1] == "json", "the last one takes everything"


def test_list_items_are_added_removed_and_moved(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"l": ["a", "b", "c"]}, of("l", {"type": "array", "items": {"type": "string"}, "maxItems": 3}))
    click(qtbot, form, "down:l.0")
    assert form.value() == {"l": ["b", "a", "c"]}

    def heights() -> list[int]:
        return [find(form, QLineEdit, f"field:l.{item}").mapTo(form, QPoint()).y() for item in range(3)]

    qtbot.waitUntil(lambda: heights() == sorted(heights()))
    click(qtbot, form, "up:l.2")
    assert form.value() == {"l": ["b", "c", "a"]}
    click(qtbot, form, "remove:l.1")
    assert form.value() == {"l": ["b", "a"]}
    retype(qtbot, form, "l.1", "z")
    assert form.value() == {"l": ["b", "z"]}
    for _item in range(2):
        click(qtbot, form, "add_item:l")
    assert form.focusWidget().objectName() == "field:l.3"
    assert form.value() == {"l": ["b", "z", "", ""]}
    assert "at most 3 items" in marked(form, "l")[0]
    assert not find(form, QWidget, "up:l.0").isEnabled()
    assert find(form, QLineEdit, "field:l.0").accessibleName() == "l, item 1"
    click(qtbot, form, "reset:l")
    assert form.value() == {"l": ["a", "b", "c"]}
    assert not form.is_changed()


def test_what_is_no_number_yet_moves_along(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"l": [1, 2]}, None)
    retype(qtbot, form, "l.0", "one")
    click(qtbot, form, "down:l.0")
    assert find(form, QLineEdit, "field:l.1").text() == "one"
    assert marked(form, "l.1") == ("Must be a number, such as 2.5",)
    with pytest.raises(EditorError, match=r"l\[1\]"):
        form.value()
    click(qtbot, form, "remove:l.1")
    assert form.value() == {"l": [2]}


def test_list_of_objects_and_of_nothing(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"p": [{"name": "Ana"}], "empty": []}, of("p", {"type": "array", "items": PERSON}))
    click(qtbot, form, "add_item:p")
    retype(qtbot, form, "p.1.name", "Ben")
    click(qtbot, form, "add_item:empty")
    assert form.value() == {"p": [{"name": "Ana"}, {"name": "Ben"}], "empty": [None]}


def test_items_by_position(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"l": ["a", 1]}, of("l", {"prefixItems": [{"type": "string"}, {"type": "integer"}]}))
    retype(qtbot, form, "l.1", "2")
    assert form.value() == {"l": ["a", 2]}


def test_python_value_keeps_its_type(form: SchemaForm, qtbot: QtBot) -> None:
    when = {"__type__": "datetime", "value": "2026-11-21T07:30:00"}
    form.load({"when": when, "tags": {"__type__": "set", "value": ["a"]}}, None)
    retype(qtbot, form, "when", "2026-12-24T18:00:00")
    assert form.value()["when"] == {"__type__": "datetime", "value": "2026-12-24T18:00:00"}
    assert from_json(form.value())["tags"] == {"a"}
    retype(qtbot, form, "when", "soon")
    assert "is not a datetime" in marked(form, "when")[0]
    with pytest.raises(EditorError):
        form.value()


def test_schema_that_refers_to_itself_is_built_as_far_as_the_value_goes(form: SchemaForm, qtbot: QtBot) -> None:
    schema: JsonSchema = {"$ref": "#/$defs/node", "$defs": {"node": NODE}}
    form.load({"v": 1, "next": {"v": 2}}, schema)
    assert is_there(form, "field:next.v")
    click(qtbot, form, "add:next.next")
    retype(qtbot, form, "next.next.v", "3")
    assert form.value() == {"v": 1, "next": {"v": 2, "next": {"v": 3}}}
    assert problems(form.value(), schema) == ()


def test_absent_object_is_added_and_left_out_again(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({}, {"properties": {"p": PERSON}})
    assert form.value() == {}
    click(qtbot, form, "add:p")
    assert form.focusWidget().objectName() == "field:p.name"
    assert form.value() == {"p": {"name": ""}}
    click(qtbot, form, "remove:p")
    assert form.value() == {}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": "string"}, "a\nb"),
        ({"type": "number"}, 1.0),
        ({"type": "boolean"}, False),
        ({"enum": ["a", "b"]}, "b"),
        ({"type": "array", "items": {"type": "string"}}, ["a"]),
        (None, "text"),
        (None, 5),
        (None, True),
        (None, ["a", "b"]),
    ],
)
def test_a_value_that_is_no_object_has_a_form_too(form: SchemaForm, schema: JsonSchema | None, value: Any) -> None:
    form.load(value, schema)
    assert form.value() is value
    assert not form.findChildren(JsonArea)
    assert not form.findChildren(QPushButton, "new:")


def test_plain_text_answer_is_an_area_that_takes_the_focus(form: SchemaForm, qtbot: QtBot) -> None:
    form.load("", {"type": "string"})
    form.activateWindow()
    form.setFocus()
    area = find(form, GrowingText, "field:")
    qtbot.waitUntil(area.hasFocus)
    qtbot.keyClicks(area, "Yes.")
    assert form.value() == "Yes."
