"""The JSON editor: values come back exactly, errors are at their place, the keyboard gets out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import Problem, infer
from hitl_desktop.core.values import Json, JsonSyntaxError, same
from hitl_desktop.ui.editors.json_area import HIGHLIGHT_LIMIT
from hitl_desktop.ui.editors.json_text import LARGE, JsonEditor
from tests.ui.editors.values import AWKWARD, JSON, short_id


@pytest.fixture
def editor(qtbot: QtBot) -> JsonEditor:
    made = JsonEditor()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    return made


def type_instead(qtbot: QtBot, editor: JsonEditor, text: str) -> None:
    """Replace the text by hand, as a paste would."""
    editor.area.selectAll()
    editor.area.insertPlainText(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JSON)
def test_untouched_value_comes_back_as_it_was(editor: JsonEditor, value: Json) -> None:
    editor.load(value, infer(value))
    assert editor.value() is value
    assert editor.problems() == ()
    assert not editor.is_changed()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JSON)
def test_text_that_was_touched_still_reads_as_the_same_value(editor: JsonEditor, value: Json) -> None:
    editor.load(value)
    editor.area.appendPlainText(" ")
    read = editor.value()
    # Two halves of a character side by side are one character in JSON; no other text changes.
    assert same(read, value) or repr(read) == repr(_joined(value))


@pytest.mark.parametrize("value", AWKWARD, ids=short_id)
def test_awkward_values(editor: JsonEditor, value: Any) -> None:
    editor.load(value)
    assert editor.value() is value
    editor.area.appendPlainText(" ")
    assert same(editor.value(), value)
    assert not editor.is_changed()


def test_types_are_told_apart(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load(5)
    type_instead(qtbot, editor, "5.0")
    assert type(editor.value()) is float
    assert editor.is_changed()
    type_instead(qtbot, editor, "5")
    assert not editor.is_changed()


def test_syntax_error_is_underlined_and_named(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load({"a": 1, "b": 2})
    type_instead(qtbot, editor, '{\n  "a": 1\n  "b": 2\n}')
    with pytest.raises(JsonSyntaxError):
        editor.value()
    (problem,) = editor.problems()
    assert problem.message == "Line 3, column 3: a comma or the closing bracket is missing before this"
    qtbot.waitUntil(lambda: editor.area.underlined() == ['"b"'])
    assert editor.lines.lines() == (problem.message,)
    assert editor.is_changed()


def test_error_at_the_end_and_beyond_the_basic_plane(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load({"😀": "😀😀"})
    type_instead(qtbot, editor, '{"😀": "😀😀", "x": tru}')
    editor.mark(editor.problems())
    assert editor.area.underlined() == ["tru"]
    type_instead(qtbot, editor, '{"a": ')
    editor.mark(editor.problems())
    assert editor.area.underlined() == [":"]


def test_schema_problems_are_underlined_at_their_values(editor: JsonEditor) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "to": {"type": "array", "items": {"type": "string"}}},
        "required": ["n", "to", "subject"],
    }
    editor.load({"n": "five", "to": ["a", 7]}, schema)
    assert sorted(editor.area.underlined()) == ['"five"', "7", "{"]
    assert "Line 2, n: must be a whole number, not text" in editor.lines.lines()
    assert "Line 1, subject: is required" in editor.lines.lines()
    editor.focus_problem(Problem(("to", 1), ""))
    assert editor.area.textCursor().block().text() == "    7"


def test_underlines_stand_right_in_a_line_that_is_softly_broken(editor: JsonEditor) -> None:
    editor.load({"long": "é" * 9_000 + "😀", "n": "x"}, {"properties": {"n": {"type": "integer"}}})
    assert editor.area.underlined() == ['"x"']
    assert max(block.length() for block in _blocks(editor)) < 3_000
    assert "Line 3, n" in editor.lines.lines()[0]


def test_f8_goes_through_the_problems(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load({"a": 1, "b": 2}, {"additionalProperties": {"type": "string"}})
    qtbot.keyClick(editor.area, Qt.Key.Key_F8)
    assert '"a"' in editor.area.textCursor().block().text()
    qtbot.keyClick(editor.area, Qt.Key.Key_F8)
    assert '"b"' in editor.area.textCursor().block().text()


def test_tab_indents_and_there_is_a_way_out(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    before, editor, after = QLineEdit(), JsonEditor(resettable=False), QLineEdit()
    rows = QVBoxLayout(window)
    for widget in (before, editor, after):
        rows.addWidget(widget)
    editor.load([])
    window.show()
    window.activateWindow()
    editor.area.setFocus()
    qtbot.waitUntil(editor.area.hasFocus)
    qtbot.keyClick(editor.area, Qt.Key.Key_Tab)
    assert editor.area.raw_text() == "  []"
    qtbot.keyClick(editor.area, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert before.hasFocus()
    editor.area.setFocus()
    qtbot.keyClick(editor.area, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert after.hasFocus()
    editor.area.setFocus()
    editor.set_read_only(True)
    qtbot.keyClick(editor.area, Qt.Key.Key_Tab)
    assert after.hasFocus()
    assert "Ctrl+Tab" in editor.area.toolTip()
    assert "Ctrl+Tab" in editor.area.accessibleDescription()


def test_new_lines_are_indented_and_brackets_close_at_their_level(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load({})
    type_instead(qtbot, editor, "")
    qtbot.keyClicks(editor.area, "{")
    qtbot.keyClick(editor.area, Qt.Key.Key_Return)
    qtbot.keyClicks(editor.area, '"a": [')
    qtbot.keyClick(editor.area, Qt.Key.Key_Return)
    qtbot.keyClicks(editor.area, "1")
    qtbot.keyClick(editor.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(editor.area, "]")
    qtbot.keyClick(editor.area, Qt.Key.Key_Return)
    qtbot.keyClicks(editor.area, "}")
    assert editor.area.raw_text() == '{\n  "a": [\n    1\n  ]\n}'
    assert editor.value() == {"a": [1]}


def test_undo_redo_and_reset(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load({"a": 1})
    type_instead(qtbot, editor, '{"a": 2}')
    editor.area.undo()
    assert editor.value() == {"a": 1}
    editor.area.redo()
    assert editor.value() == {"a": 2}
    with qtbot.waitSignal(editor.changed):
        editor.reset()
    assert editor.value() is editor.start
    editor.area.undo()
    assert editor.value() == {"a": 2}


def test_changed_is_sent_for_typing_and_not_for_loading_or_colours(editor: JsonEditor, qtbot: QtBot) -> None:
    sent: list[None] = []
    editor.changed.connect(lambda: sent.append(None))
    editor.load({"a": 1})
    editor.show_value({"a": 2})
    second_line = editor.area.document().findBlockByNumber(1)
    qtbot.waitUntil(lambda: bool(second_line.layout().formats()))
    assert sent == []
    qtbot.keyClicks(editor.area, " ")
    assert sent == [None]


def test_pasted_characters_that_hide_become_escapes(editor: JsonEditor) -> None:
    from PySide6.QtGui import QGuiApplication

    QGuiApplication.clipboard().setText('"pay\u200bpal \U000e0041"')
    editor.load("")
    editor.area.selectAll()
    editor.area.paste()
    assert editor.area.raw_text() == '"pay\\u200bpal \\udb40\\udc41"'
    assert editor.value() == "pay\u200bpal \U000e0041"


def test_read_only(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load({"a": 1})
    editor.set_read_only(True)
    qtbot.keyClicks(editor.area, "x")
    qtbot.keyClick(editor.area, Qt.Key.Key_Tab)
    assert editor.value() == {"a": 1}
    editor.set_read_only(False)
    qtbot.keyClicks(editor.area, "x")
    assert editor.unreadable()


def test_what_cannot_be_written_is_kept(editor: JsonEditor, qtbot: QtBot) -> None:
    deep: Json = 1
    for _level in range(5_000):
        deep = [deep]
    editor.load(deep)
    assert editor.area.isReadOnly()
    assert editor.value() is deep
    qtbot.waitUntil(lambda: editor.lines.lines() != ())
    assert "kept as it is" in editor.lines.lines()[0]
    editor.load([1])
    assert not editor.area.isReadOnly()


def test_six_hundred_levels(editor: JsonEditor) -> None:
    deep: Json = "end"
    for level in range(600):
        deep = {"in": deep} if level % 2 else [deep]
    editor.load(deep)
    assert editor.value() is deep
    editor.area.appendPlainText(" ")
    assert same(editor.value(), deep)


def test_large_text_is_not_coloured_and_checked_after_a_pause(editor: JsonEditor, qtbot: QtBot) -> None:
    value = {"rows": [{"n": i, "text": "words " * 60} for i in range(1_500)]}
    schema = {"properties": {"rows": {"items": {"properties": {"n": {"type": "string"}}}}}}
    editor.load(value, schema)
    assert editor.value() is value, "it is whole before its text is"
    qtbot.waitUntil(lambda: not editor.area.isReadOnly())
    assert len(editor.area.raw_text()) > max(LARGE, HIGHLIGHT_LIMIT)
    assert editor.value() is value
    sent: list[None] = []
    editor.changed.connect(lambda: sent.append(None))
    qtbot.keyClicks(editor.area, "  ")
    assert sent == []
    assert len(editor.problems()) == 1_500
    qtbot.waitUntil(lambda: sent == [None])
    assert len(editor.area.underlined()) == 100
    assert editor.lines.lines()[0].startswith("Line 4, rows[0].n: must be text")


def _blocks(editor: JsonEditor) -> list[Any]:
    block, found = editor.area.document().begin(), []
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def _joined(value: Json) -> Json:
    """The value with two halves of a character side by side as one, which is how JSON reads its escapes."""
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        case list():
            return [_joined(item) for item in value]
        case dict():
            return {_joined(key): _joined(item) for key, item in value.items()}
    return value
