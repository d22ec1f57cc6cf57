"""What is typed into a form is exactly what comes out: every character, every digit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.values import same
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.plain_text import GrowingText
from tests.ui.editors.form_actions import click, find, is_there, marked, noted, retype
from tests.ui.editors.values import AWKWARD, short_id


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
