"""The form: what is not touched stays, what is typed keeps its type, and each problem stands at its field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema, Problem, infer, problems
from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.json_values import same
from hitl_desktop.ui.editors.schema_form import SchemaForm, has_form
from hitl_desktop.ui.plain_text import GrowingText
from tests.ui.editors.form_actions import click, delete_discarded, find, is_there, marked, noted, retype
from tests.ui.editors.values import AWKWARD, OBJECTS, short_id

MAIL: JsonSchema = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "title": "To", "description": "Who gets it", "format": "email"},
        "subject": {"type": "string", "minLength": 3},
        "body": {"type": "string"},
        "attempts": {"type": "integer", "maximum": 5},
        "cc": {"type": "string", "examples": ["ben@example.com"]},
        "weight": {"type": "number", "default": 1.5},
    },
    "required": ["to", "subject", "body", "attempts"],
}
LETTER: dict[str, Json] = {"to": "ana@example.com", "subject": "Hello", "body": "Dear Ana,\nsee you.", "attempts": 2}


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    made = SchemaForm()
    qtbot.addWidget(made)
    made.resize(500, 700)
    made.show()
    return made


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
    box.click()  # type: ignore[attr-defined]
    assert same(form.value(), {**whole, "touched": False})
    box.click()  # type: ignore[attr-defined]
    assert same(form.value(), whole)
    assert not form.is_changed()


@pytest.mark.parametrize("value", AWKWARD, ids=short_id)
def test_awkward_values_survive_beside_an_edited_field(form: SchemaForm, qtbot: QtBot, value: Any) -> None:
    form.load({"awkward": value, "other": "x"}, None)
    assert form.value() is form.start
    retype(qtbot, form, "other", "y")
    assert same(form.value(), {"awkward": value, "other": "y"})
    assert form.value()["awkward"] is value or type(value) in (str, int, float, bool)


@pytest.mark.parametrize("text", [each for each in AWKWARD if isinstance(each, str)], ids=short_id)
def test_only_the_typed_part_of_a_text_changes(form: SchemaForm, qtbot: QtBot, text: str) -> None:
    form.load({"x": text}, None)
    widget = next(each for each in form.findChildren(QWidget, "field:x") if each.isVisibleTo(form))
    assert isinstance(widget, QLineEdit | GrowingText)
    if isinstance(widget, QLineEdit):
        qtbot.keyClick(widget, Qt.Key.Key_End)
    else:
        qtbot.keyClick(widget, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(widget, "!")
    assert form.value() == {"x": text + "!"}


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
    assert find(form, QLineEdit, "field:to").accessibleDescription() == "Who gets it"


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
    assert marked(form, "subject") == ("'Hi' is too short",)
    assert marked(form, "to") == ()
    retype(qtbot, form, "attempts", "five")
    assert marked(form, "attempts") == ("Must be a whole number, such as 5",)
    assert marked(form, "subject") == ("'Hi' is too short",)
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


def test_hidden_characters_are_shown_and_warned_of(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"to": "bob\u202e@example.com", "half": "\ud83d"}, None)
    assert find(form, QLineEdit, "field:to").text() == "bob⟨U+202E⟩@example.com"
    assert "right-to-left override" in noted(form, "to")[0]
    retype(qtbot, form, "to", "bob@example.com")
    assert noted(form, "to") == ()
    assert form.value() == {"to": "bob@example.com", "half": "\ud83d"}


def test_pasting_lines_and_hidden_characters_into_a_line_loses_nothing(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"a": "x", "b": "y"}, None)
    QGuiApplication.clipboard().setText("one\ntwo")
    line = find(form, QLineEdit, "field:a")
    line.selectAll()
    line.paste()
    assert find(form, GrowingText, "field:a").raw_text() == "one\ntwo"
    QGuiApplication.clipboard().setText("pay\u200bpal")
    line = find(form, QLineEdit, "field:b")
    line.selectAll()
    line.paste()
    assert line.text() == "pay⟨U+200B⟩pal"
    QGuiApplication.clipboard().setText("z" * 50_000)
    line.end(False)
    line.paste()
    assert form.value()["b"] == "pay\u200bpal" + "z" * 50_000, "a line of Qt ends at 32,767 by default"
    line.setText("pay⟨U+200B⟩pal")
    assert form.value() == {"a": "one\ntwo", "b": "pay\u200bpal"}


def test_line_breaks_of_a_mail_stay_what_they_were(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"body": "one\r\ntwo"}, None)
    area = find(form, GrowingText, "field:body")
    qtbot.keyClick(area, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(area, Qt.Key.Key_Return)
    qtbot.keyClicks(area, "three")
    qtbot.keyClick(area, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert form.value() == {"body": "one\r\ntwo\r\nthree\r\n"}


def test_huge_text_is_laid_out_only_when_asked_for(form: SchemaForm, qtbot: QtBot) -> None:
    text = "x" * 2_000_000
    form.load({"body": text, "to": "a"}, None)
    assert not is_there(form, "field:body")
    retype(qtbot, form, "to", "b")
    assert form.value()["body"] is text
    click(qtbot, form, "open:body")
    qtbot.keyClicks(find(form, GrowingText, "field:body"), "y")
    assert form.value() == {"body": "y" + text, "to": "b"}


def test_numbers_are_exact_at_any_size(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"i": 2**70, "f": 0.1, "s": 1}, {"properties": {"i": {"type": "integer"}, "f": {"type": "number"}}})
    retype(qtbot, form, "s", str(2**90))
    retype(qtbot, form, "f", "5.0")
    assert same(form.value(), {"i": 2**70, "f": 5.0, "s": 2**90})
    retype(qtbot, form, "f", "5")
    assert type(form.value()["f"]) is int
    retype(qtbot, form, "f", "nan")
    assert repr(form.value()["f"]) == "nan"
    for text, words in (
        ("1,5", "Must be a number, such as 2.5"),
        ("007", "Must be written without zeros in front"),
        ("true", "Must be a number, such as 2.5"),
        ("", "Must be a number; this is empty"),
        ("9" * 5_000, "Has more digits than can be read"),
    ):
        form.load({"f": 1.5}, None)
        line = find(form, QLineEdit, "field:f")
        line.setText("")
        line.insert(text[:-1])
        qtbot.keyClicks(line, text[-1:]) if text else qtbot.keyClick(line, Qt.Key.Key_Backspace)
        form.mark(form.problems())
        assert marked(form, "f") == (words,)


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
    assert visited.index("field:a") < visited.index("reset:a") < visited.index("remove:a") < visited.index("field:b.c")
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
    assert not has_form(wide, None)


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
    assert area.textCursor().block().text() == '    "n": 3'
    qtbot.keyClicks(area, "1")
    assert form.value()["rows"][3] == {"n": 13}


def test_schema_that_requires_itself_ends(form: SchemaForm) -> None:
    node: JsonSchema = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}
    form.load({"next": {"next": None}}, {"$ref": "#/$defs/node", "$defs": {"node": node}})
    assert form.value() is form.start
