"""Each kind of field, from its schema to the value that comes out."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema, problems
from hitl_desktop.core.values import from_json
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.fields import FIELDS, choose_field, top_place
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.json_values import same
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.plain_text import GrowingText, PlainLabel
from tests.ui.editors.form_actions import click, find, is_there, marked, retype


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    made = SchemaForm()
    qtbot.addWidget(made)
    made.resize(500, 700)
    made.show()
    return made


def of(name: str, schema: Any, **more: Any) -> JsonSchema:
    return {"type": "object", "properties": {name: schema}, "required": [name], **more}


def choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    """Choose an entry with the keyboard."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _step in range(box.findText(text)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


PERSON = {"type": "object", "title": "Person", "properties": {"name": {"type": "string"}}, "required": ["name"]}
NODE = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}, "required": ["v"]}


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


def test_null_is_a_choice_of_its_own(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"a": None}, of("a", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}))
    assert find(form, QCheckBox, "none:a").isChecked()
    assert not find(form, QLineEdit, "field:a").isEnabled()
    click(qtbot, form, "none:a")
    assert form.value() == {"a": ""}
    retype(qtbot, form, "a", "x")
    assert form.value() == {"a": "x"}
    click(qtbot, form, "none:a")
    assert form.value() == {"a": None}
    click(qtbot, form, "none:a")
    assert form.value() == {"a": "x"}, "what was typed comes back"
    click(qtbot, form, "reset:a")
    assert form.value() == {"a": None}


def test_absent_null_and_empty_are_three_things(form: SchemaForm, qtbot: QtBot) -> None:
    schema: JsonSchema = {"type": "object", "properties": {"a": {"type": ["string", "null"], "default": None}}}
    form.load({}, schema)
    assert form.value() == {}
    click(qtbot, form, "none:a")
    assert form.value() == {"a": None}
    click(qtbot, form, "none:a")
    assert form.value() == {"a": ""}
    click(qtbot, form, "remove:a")
    assert form.value() == {}
    retype(qtbot, form, "a", "x")
    assert form.value() == {"a": "x"}


def test_null_of_an_object(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"p": None}, of("p", {"anyOf": [PERSON, {"type": "null"}]}))
    click(qtbot, form, "none:p")
    retype(qtbot, form, "p.name", "Ana")
    assert form.value() == {"p": {"name": "Ana"}}


def test_choice_of_values_that_are_no_texts(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"c": 1}, of("c", {"enum": [1, 1.0, True, "1", None, {"a": 1}]}))
    box = find(form, QComboBox, "field:c")
    seen = []
    for index in range(box.count()):
        box.setCurrentIndex(index)
        box.activated.emit(index)
        seen.append(form.value()["c"])
    assert same(seen, [1, 1.0, True, "1", None, {"a": 1}])


def test_choice_with_a_value_that_is_none_of_them(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"c": "purple"}, of("c", {"enum": ["red", "blue"], "enumNames": ["Red", "Blue"]}))
    box = find(form, QComboBox, "field:c")
    assert box.currentText() == "purple (not one of the choices)"
    assert "'purple' is not one of" in marked(form, "c")[0]
    choose(qtbot, box, "Blue")
    assert form.value() == {"c": "blue"}
    assert marked(form, "c") == ()


def test_optional_choice_is_not_set_until_chosen(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({}, {"properties": {"c": {"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]}}})
    box = find(form, QComboBox, "field:c")
    assert box.currentIndex() == -1
    choose(qtbot, box, "One")
    assert form.value() == {"c": 1}
    click(qtbot, form, "remove:c")
    assert form.value() == {}


def test_wheel_over_a_choice_scrolls_the_page(form: SchemaForm, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    form.load({"c": "a"}, of("c", {"enum": ["a", "b"]}))
    box = find(form, QComboBox, "field:c")
    box.setFocus()
    none = Qt.MouseButton.NoButton
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), none, keys, phase, False)
    QApplication.sendEvent(box, wheel)
    assert form.value() == {"c": "a"}


def test_yes_or_no(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"b": True}, of("b", {"type": "boolean"}))
    box = find(form, QCheckBox, "field:b")
    assert box.text() == "Yes"
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert form.value() == {"b": False}
    assert box.text() == "No"


def test_checklist_keeps_the_order_of_what_stays(form: SchemaForm, qtbot: QtBot) -> None:
    schema = of("t", {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b", "c"]}})
    form.load({"t": ["c", "a"]}, schema)
    click(qtbot, form, "field:t.1")
    assert form.value() == {"t": ["c", "a", "b"]}
    click(qtbot, form, "field:t.2")
    assert form.value() == {"t": ["a", "b"]}


def test_constant_is_shown_and_kept(form: SchemaForm) -> None:
    form.load({"k": "mail"}, of("k", {"const": "mail"}))
    assert find(form, PlainLabel, "field:k").text() == "mail"
    assert form.value() == {"k": "mail"}


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
    assert "too long" in marked(form, "l")[0]
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


def test_union_offers_its_kinds_and_keeps_each(form: SchemaForm, qtbot: QtBot) -> None:
    schema = of("t", {"oneOf": [{"type": "string", "title": "Name"}, PERSON]})
    form.load({"t": {"name": "Ana"}}, schema)
    kinds = find(form, QComboBox, "kind:t")
    assert kinds.currentText() == "Person"
    retype(qtbot, form, "t.name", "Ben")
    choose(qtbot, kinds, "Name")
    retype(qtbot, form, "t", "Cleo")
    assert form.value() == {"t": "Cleo"}
    choose(qtbot, kinds, "Person")
    assert form.value() == {"t": {"name": "Ben"}}
    choose(qtbot, kinds, "Another value (JSON)")
    find(form, JsonArea, "field:t").selectAll()
    qtbot.keyClicks(find(form, JsonArea, "field:t"), "[1]")
    assert form.value() == {"t": [1]}
    assert form.problems()
    form.reset()
    assert form.value() is form.start


def test_union_shows_what_fits_none_of_its_kinds(form: SchemaForm) -> None:
    form.load({"t": [5]}, of("t", {"anyOf": [{"type": "string"}, PERSON]}))
    assert find(form, QComboBox, "kind:t").currentText() == "Another value (JSON)"
    assert form.value() is form.start


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
