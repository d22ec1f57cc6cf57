"""The payload view: whole, plain, lazy, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.values import Json, parse_json, same
from hitl_desktop.ui.editors.json_tree import JsonTree, JsonTreeModel
from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.editors.payload_view import PayloadView
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from tests.ui.editors.form_actions import click
from tests.ui.editors.values import AWKWARD, short_id


@pytest.fixture
def view(qtbot: QtBot) -> PayloadView:
    made = PayloadView()
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    return made


def words(view: PayloadView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view)]


def deep(levels: int) -> Json:
    value: Json = "end"
    for level in range(levels):
        value = {"in": value} if level % 2 else [value]
    return value


@pytest.mark.parametrize("value", AWKWARD, ids=short_id)
def test_any_value_is_shown_and_copied(view: PayloadView, qtbot: QtBot, value: Any) -> None:
    view.show_value(value)
    assert view.value() is value
    click(qtbot, view, "copy_json")
    assert same(parse_json(QGuiApplication.clipboard().text()), value)


def test_flat_object_is_rows(view: PayloadView) -> None:
    view.show_value({"action": "transfer", "amount": 5.0, "urgent": True, "note": None, "list": [], "empty": ""})
    assert words(view)[::2] == ["action", "amount", "urgent", "note", "list", "empty"]
    assert words(view)[1::2] == ["transfer", "5.0", "Yes", "None", "Empty list", "Empty text"]
    assert not view.findChildren(JsonTree)


def test_texts_are_plain_and_nothing_in_them_hides(view: PayloadView) -> None:
    view.show_value({"html": "<b>bold</b>", "name": "pay\u200bpal"})
    assert "<b>bold</b>" in words(view)
    assert "pay⟨U+200B⟩pal" in words(view)
    (warning,) = [lines for lines in view.findChildren(MarkedLines) if lines.lines()]
    assert "zero width space" in warning.lines()[0]
    for label in view.findChildren(QLabel):
        assert isinstance(label, PlainLabel)


def test_long_text_is_whole(view: PayloadView, qtbot: QtBot) -> None:
    text = "many words " * 1_000
    view.show_value({"text": text})
    area = view.findChild(ReadOnlyText)
    assert area.raw_text() == text
    assert area.isReadOnly()


def test_nested_value_is_a_tree_with_its_first_levels_open(view: PayloadView) -> None:
    view.show_value({"files": [{"path": "a.txt", "tags": ["x"]}], "when": {"__type__": "date", "value": "2026-11-21"}})
    tree = view.findChild(JsonTree)
    model = tree.model()
    first = model.index(0, 0)
    assert tree.isExpanded(first)
    assert model.index(0, 1, first).data() == "a.txt"
    assert model.index(1, 1, first).data() == "1 item"
    assert "2026-11-21" in words(view)
    assert "date" in words(view)


def test_long_text_in_a_tree_says_that_it_is_cut_and_is_whole_beside_it(view: PayloadView) -> None:
    text = "word " * 1_000
    view.show_value([text, "short"])
    tree = view.findChild(JsonTree)
    assert tree.model().index(0, 1).data().endswith("… (5,000 characters; choose this row to read them all)")
    tree.setCurrentIndex(tree.model().index(0, 0))
    whole = view.findChild(ReadOnlyText)
    assert whole.isVisibleTo(view)
    assert whole.raw_text() == text
    tree.setCurrentIndex(tree.model().index(1, 0))
    assert not whole.isVisibleTo(view)


@pytest.mark.parametrize("value", [{"a": [1, {"b": None}], "c": {}}, [], list(range(500)), deep(30)], ids=short_id)
def test_model_is_sound(qtbot: QtBot, value: Json) -> None:
    model = JsonTreeModel()
    model.show_value(value)
    stack = [QModelIndex()]
    while stack:
        index = stack.pop()
        while model.canFetchMore(index):
            model.fetchMore(index)
        stack += [model.index(row, 0, index) for row in range(model.rowCount(index))]
    # Only now: the tester itself asks for more while rows are being inserted, which no model allows.
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    assert tester.model() is model


def test_six_hundred_levels_open_without_recursion(qtbot: QtBot) -> None:
    value = deep(5_000)
    tree = JsonTree()
    qtbot.addWidget(tree)
    tree.show()
    tree.show_value(value)
    model, index = tree.model(), QModelIndex()
    for _level in range(600):
        while model.canFetchMore(index):
            model.fetchMore(index)
        index = model.index(0, 0, index)
        tree.expand(index)
    assert len(model.path_of(index)) == 600
    QApplication.processEvents()
    tree.grab()


def test_what_is_too_deep_to_copy_says_so(view: PayloadView, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("before")
    view.show_value(deep(5_000))
    click(qtbot, view, "copy_json")
    assert QGuiApplication.clipboard().text() == "before"
    assert any("Nothing was copied" in line for lines in view.findChildren(MarkedLines) for line in lines.lines())


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 10_000_000, id="one line"),
        pytest.param({"text": "some words\n" * 900_000}, id="lines"),
        pytest.param([{"n": i} for i in range(200_000)], id="list"),
        pytest.param({str(i): i for i in range(100_000)}, id="object"),
    ],
)
def test_ten_megabytes_open_a_little_at_a_time(view: PayloadView, qtbot: QtBot, value: Json) -> None:
    """Only a small part is made at first; the rest of a text follows while the event loop runs."""
    view.show_value(value)
    view.grab()
    for tree in view.findChildren(JsonTree):
        assert tree.model().rowCount() < 2_000
    for area in view.findChildren(ReadOnlyText):
        if area.isVisibleTo(view):
            assert not area.is_complete()
            assert len(area.raw_text()) < 100_000
    view.show_value(None)


def test_a_tree_can_be_walked_with_the_keyboard(view: PayloadView, qtbot: QtBot) -> None:
    before = QLineEdit(view)
    before.show()
    view.show_value([{"a": 1}, {"b": 2}])
    tree = view.findChild(JsonTree)
    view.activateWindow()
    QWidget.setTabOrder(before, view.findChild(QWidget, "copy_json"))
    view.show_value([{"a": 1}, {"b": 2}])
    tree = next(each for each in view.findChildren(JsonTree) if each.isVisibleTo(view))
    tree.setFocus()
    tree.setCurrentIndex(tree.model().index(0, 0))
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert tree.currentIndex().data() == "a"
    qtbot.keyClick(tree, Qt.Key.Key_Tab)
    assert view.focusWidget().objectName() == "copy_json"
    qtbot.keyClick(view.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert tree.hasFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert before.hasFocus()
