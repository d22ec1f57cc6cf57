"""What is wrong or changed stands beside its field, in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema, Problem
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.schema_form import SchemaForm
from tests.ui.editors.form_actions import click, find, is_there, marked, retype
from tests.ui.editors.samples import LETTER, MAIL


def test_required_field_cannot_be_left_out(form: SchemaForm) -> None:
    form.load(LETTER, MAIL)
    assert not is_there(form, "remove:to")
    form.load({"to": "ana@example.com"}, MAIL)
    assert marked(form, "subject") == ("Is required",)


def test_problems_stand_beside_their_fields(form: SchemaForm, qtbot: QtBot) -> None:
    form.load(LETTER, MAIL)
    assert form.problems() == ()
    retype(qtbot, form, "subject", "Hi")
    retype(qtbot, form, "attempts", "9")
    assert marked(form, "attempts") == ("9 is greater than the maximum of 5",)
    assert marked(form, "subject") == ("Must have at least 3 characters; this has 2",)
    assert marked(form, "to") == ()
    retype(qtbot, form, "attempts", "five")
    assert marked(form, "attempts") == ("Must be a whole number, such as 5",)
    assert marked(form, "subject") == ("Must have at least 3 characters; this has 2",)
    with pytest.raises(EditorError, match="attempts: must be a whole number"):
        form.value()
    form.load({**LETTER, "attempts": 9}, MAIL)
    retype(qtbot, form, "attempts", "five")
    assert len(form.problems()) == 1, "what stood there before is not checked in its stead"
    form.focus_problem(form.problems()[0])
    assert form.focusWidget().objectName() == "field:attempts"
    retype(qtbot, form, "attempts", "3")
    retype(qtbot, form, "subject", "Hello")
    assert form.problems() == ()
    assert marked(form, "attempts") == ()


def test_marks_from_outside_are_shown_where_they_belong(form: SchemaForm) -> None:
    form.load({"to": [{"name": "Ana"}], "n": 1}, None)
    form.mark([Problem(("to", 0, "name"), "is on leave"), Problem(("gone",), "is unknown"), Problem((), "is old")])
    assert marked(form, "to.0.name") == ("Is on leave",)
    assert marked(form, "") == ("gone: is unknown", "Is old") or marked(form, "") == ("Is old", "gone: is unknown")


def test_a_proposal_is_marked_at_once_and_an_empty_beginning_is_not(form: SchemaForm) -> None:
    schema: JsonSchema = {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}, "required": ["a"]}
    form.load({"a": ""}, schema)
    assert marked(form, "a") == ()
    assert form.problems()
    schema_with_example = {**schema, "properties": {"a": {"type": "string", "minLength": 1, "examples": ["x"]}}}
    form.load({"a": ""}, schema_with_example)
    assert marked(form, "a")


def test_a_key_resets_the_field_with_the_cursor_and_no_other(form: SchemaForm, qtbot: QtBot) -> None:
    value = {"a": "1", "b": {"c": "2", "d": "3\n4"}}
    form.load(value)
    for name in ("a", "b.c", "b.d"):
        retype(qtbot, form, name, "new")
    reset = Qt.Key.Key_Backspace, Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(form.findChild(QWidget, "field:b.c"), *reset)
    assert form.value() == {"a": "new", "b": {"c": "2", "d": "new"}}
    qtbot.keyClick(form.findChild(QWidget, "field:b.c"), *reset)
    assert form.value() == {"a": "new", "b": {"c": "2", "d": "new"}}, "it is as proposed already"
    qtbot.keyClick(form.findChild(QWidget, "field:b.d"), *reset)
    assert form.value() == {"a": "new", "b": {"c": "2", "d": "3\n4"}}
    form.set_read_only(True)
    qtbot.keyClick(form.findChild(QWidget, "field:a"), *reset)
    assert form.value() != value


def test_changed_fields_are_marked_and_reset_one_by_one(form: SchemaForm, qtbot: QtBot) -> None:
    form.load(LETTER, MAIL)
    assert not is_there(form, "reset:subject")
    retype(qtbot, form, "subject", "Other")
    retype(qtbot, form, "cc", "c")
    assert form.is_changed()
    click(qtbot, form, "reset:subject")
    assert form.value() == {**LETTER, "cc": "c"}
    assert not is_there(form, "reset:subject")
    click(qtbot, form, "reset:cc")
    assert form.value() == LETTER
    retype(qtbot, form, "attempts", "x")
    with qtbot.waitSignal(form.changed):
        form.reset()
    assert form.value() == LETTER
    assert marked(form, "attempts") == ()


def test_value_of_the_wrong_kind_is_kept_and_edited_as_json(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({**LETTER, "attempts": "two"}, MAIL)
    area = find(form, JsonArea, "field:attempts")
    assert area.raw_text() == '"two"'
    assert form.value() is form.start
    area.selectAll()
    qtbot.keyClicks(area, "3")
    assert form.value() == {**LETTER, "attempts": 3}
    assert form.problems() == ()


def test_json_within_a_form_marks_its_errors(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"any": None}, {"properties": {"any": {"properties": {"n": {"type": "integer"}}}}})
    area = find(form, JsonArea, "field:any")
    area.selectAll()
    qtbot.keyClicks(area, '{"n": tru')
    with pytest.raises(EditorError):
        form.value()
    qtbot.keyClicks(area, "e}")
    (problem,) = form.problems()
    assert problem.path == ("any", "n")
    pause = area.parentWidget().findChild(QTimer)
    qtbot.waitUntil(lambda: not pause.isActive())
    assert area.underlined() == ["true"], "the field does not take back what the form marked"


def test_large_value_is_written_as_json_only_when_asked_for(form: SchemaForm, qtbot: QtBot) -> None:
    rows = [{"n": i} for i in range(20_000)]
    form.load({"rows": rows, "to": "a"}, None)
    assert not is_there(form, "field:rows")
    retype(qtbot, form, "to", "b")
    assert form.value()["rows"] is rows
    form.mark([Problem(("rows", 3, "n"), "is odd")])
    assert marked(form, "rows") == ("[3].n: is odd",)
    form.focus_problem(Problem(("rows", 3, "n"), "is odd"))
    area = find(form, JsonArea, "field:rows")
    qtbot.waitUntil(lambda: not area.isReadOnly())
    assert area.textCursor().block().text() == '    "n": 3'
    qtbot.keyClicks(area, "1")
    assert form.value()["rows"][3] == {"n": 13}
