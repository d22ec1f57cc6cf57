"""A large value is written into the JSON area in pieces, and nothing is lost or changed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import Problem
from hitl_desktop.core.values import parse_json, same
from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs
from hitl_desktop.ui.editors.json_escapes import write_json
from hitl_desktop.ui.editors.json_text import JsonEditor
from tests.ui.editors.values import short_id

ROWS = [{"n": i, "s": "half \ud83d \u202e"} for i in range(15_000)]


@pytest.fixture
def editor(qtbot: QtBot) -> JsonEditor:
    made = JsonEditor()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    return made


@pytest.mark.parametrize("value", [ROWS, "👩‍👩‍👧" * 120_000], ids=short_id)
def test_whole_text_is_that_of_the_value(editor: JsonEditor, qtbot: QtBot, value: Any) -> None:
    sent: list[None] = []
    editor.changed.connect(lambda: sent.append(None))
    editor.load(value)
    assert editor.area.isReadOnly()
    assert editor.value() is value
    assert not editor.is_changed()
    qtbot.keyClicks(editor.area, "lost")
    qtbot.waitUntil(lambda: not editor.area.isReadOnly(), timeout=20_000)
    assert editor.area.raw_text() == write_json(value)
    assert same(parse_json(editor.area.raw_text()), value)
    assert editor.value() is value
    assert sent == []
    assert not editor.area.can_step(-1), "that it was filled is nothing to undo"
    qtbot.keyClick(editor.area, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor.area, " ")
    assert same(editor.value(), value)
    assert editor.area.can_step(-1)


def test_another_value_takes_the_place_of_one_that_is_being_written(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load(ROWS)
    editor.load({"small": 1})
    assert not editor.area.isReadOnly()
    assert editor.value() == {"small": 1}
    qtbot.keyClick(editor.area, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor.area, " ")
    assert editor.area.raw_text() == '{\n  "small": 1\n} '
    assert editor.area.can_step(-1)


def test_reset_while_and_after_it_is_written(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.load(ROWS)
    editor.reset()
    qtbot.waitUntil(lambda: not editor.area.isReadOnly(), timeout=20_000)
    qtbot.keyClicks(editor.area, "1")
    assert editor.is_changed()
    editor.reset()
    assert not editor.is_changed()
    qtbot.waitUntil(lambda: not editor.area.isReadOnly(), timeout=20_000)
    assert editor.area.raw_text() == write_json(ROWS)


def test_what_cannot_be_written_is_kept_and_said(editor: JsonEditor, qtbot: QtBot) -> None:
    value = {"n": 10**5_000, "rows": ROWS}
    editor.load(value)
    qtbot.waitUntil(lambda: editor.lines.lines() != (), timeout=20_000)
    assert editor.lines.lines() == ("Cannot be shown as JSON: a number in it has too many digits. It is kept as it is",)
    assert editor.value() is value
    assert editor.area.isReadOnly()


def test_problem_is_gone_to_once_its_place_is_there(editor: JsonEditor, qtbot: QtBot) -> None:
    editor.activateWindow()
    editor.load(ROWS, {"items": {"properties": {"n": {"maximum": 14_998}}}})
    problem = Problem((14_999, "n"), "is too large")
    editor.focus_problem(problem)
    qtbot.waitUntil(lambda: editor.area.textCursor().block().text() == '    "n": 14999,', timeout=20_000)
    qtbot.waitUntil(lambda: editor.area.underlined() == ["14999"], timeout=20_000)


def test_side_can_be_left_while_it_is_written(qtbot: QtBot) -> None:
    tabs = ValueEditorTabs()
    qtbot.addWidget(tabs)
    tabs.show()
    value = {"rows": ROWS, "a": "x"}
    tabs.load(value, None)
    assert tabs.show_side("json")
    assert tabs.show_side("form")
    assert tabs.value() is value
    assert tabs.show_side("json")
    qtbot.waitUntil(lambda: not tabs.json.area.isReadOnly(), timeout=20_000)
    assert tabs.value() is value
