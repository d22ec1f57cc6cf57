"""Whatever the schema and whatever a person does to the form: what comes out is valid, or what is wrong is marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.core.formats import FORMATS
from hitl_desktop.core.schema import first_value
from hitl_desktop.core.values import Json, same
from hitl_desktop.ui.editors.base import EditorError
from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.plain_text import GrowingText
from tests.ui.editors.form_actions import delete_discarded
from tests.ui.editors.schemas import SCHEMAS
from tests.ui.editors.values import JSON

BUTTONS = ("field:", "none:", "add:", "remove:", "add_item:", "up:", "down:", "reset:", "new:")
TYPED = st.sampled_from(["", "a", "abc", "7", "-3", "2.5", "1x", "2026-11-21", "ana@example.com", "null", '{"a": 1}'])


@pytest.fixture
def tabs(qtbot: QtBot) -> ValueEditorTabs:
    made = ValueEditorTabs()
    qtbot.addWidget(made)
    made.resize(500, 700)
    made.show()
    return made


def _parts(tabs: ValueEditorTabs) -> list[QWidget]:
    """What a person can type into, press or choose in, of the form as it is now."""
    found = []
    for widget in tabs.form.findChildren(QWidget):
        if not widget.isVisibleTo(tabs) or not widget.isEnabled():
            continue
        presses = isinstance(widget, QAbstractButton) and widget.objectName().startswith(BUTTONS)
        types = isinstance(widget, QLineEdit | GrowingText) and not widget.isReadOnly() and widget.objectName()
        if presses or types or isinstance(widget, QComboBox):
            found.append(widget)
    return found


def _act(widget: QWidget, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    match widget:
        case QAbstractButton():
            widget.click()
        case QComboBox() if widget.count():
            index = draw(st.integers(0, widget.count() - 1))
            widget.setCurrentIndex(index)
            widget.activated.emit(index)
        case QLineEdit():
            widget.setText(draw(TYPED))
            widget.textEdited.emit(widget.text())
        case GrowingText():
            widget.selectAll()
            widget.insertPlainText(draw(TYPED))


def _is_valid(value: Json, schema: Any) -> bool:
    checker = jsonschema.FormatChecker(formats=())
    for name, known in FORMATS.items():
        checker.checks(name)(lambda text, fits=known.fits: not isinstance(text, str) or fits(text))
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(value)


def _is_marked(tabs: ValueEditorTabs) -> bool:
    lines = tabs.form.findChildren(MarkedLines)
    areas = tabs.form.findChildren(JsonArea)
    return any(each.lines() for each in lines if each.isVisibleTo(tabs)) or any(each.underlined() for each in areas)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(SCHEMAS, st.data())
def test_what_the_form_makes_is_valid_or_marked(tabs: ValueEditorTabs, schema: Any, data: st.DataObject) -> None:
    start = first_value(schema)
    tabs.load(start, schema)
    delete_discarded()
    assert tabs.side == "form"
    assert tabs.value() is start
    for _edit in range(data.draw(st.integers(1, 6))):
        parts = _parts(tabs)
        if parts:
            _act(parts[data.draw(st.integers(0, len(parts) - 1))], data.draw)
            delete_discarded()
    found = tabs.problems()
    assert bool(found) <= (_is_marked(tabs) or not tabs.is_changed())
    if tabs.unreadable():
        with pytest.raises(EditorError):
            tabs.value()
        assert not tabs.show_side("json")
        return
    value = tabs.value()
    assert found or _is_valid(value, schema), "what is not valid is said to be wrong"
    assert tabs.show_side("json")
    assert same(tabs.value(), value)
    tabs.json.area.appendPlainText(" ")
    assert same(tabs.value(), value), "also when it is read from the text"
    assert tabs.show_side("form")
    assert same(tabs.value(), value)
    assert bool(tabs.problems()) == bool(found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(SCHEMAS, st.data())
def test_everything_can_be_taken_back_and_done_again(tabs: ValueEditorTabs, schema: Any, data: st.DataObject) -> None:
    start = first_value(schema)
    tabs.load(start, schema)
    delete_discarded()
    for _edit in range(data.draw(st.integers(1, 5))):
        parts = _parts(tabs)
        if parts:
            _act(parts[data.draw(st.integers(0, len(parts) - 1))], data.draw)
            delete_discarded()
    last = tabs.form.moment()
    while tabs.can_step(-1):
        tabs.step(-1)
        delete_discarded()
    assert not tabs.unreadable()
    assert same(tabs.value(), start)
    while tabs.can_step(1):
        tabs.step(1)
        delete_discarded()
    now = tabs.form.moment()
    assert same(now.value, last.value)
    assert [(each.path, each.typed) for each in now.typed] == [(each.path, each.typed) for each in last.typed]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(JSON)
def test_any_value_goes_through_form_and_json_unchanged(tabs: ValueEditorTabs, value: Json) -> None:
    tabs.load(value, None)
    delete_discarded()
    assert tabs.value() is value
    tabs.show_side("json")
    tabs.json.area.appendPlainText(" ")
    assert same(tabs.value(), value), "read from the text"
    if tabs.tabs.isVisibleTo(tabs):
        assert tabs.show_side("form")
        assert same(tabs.value(), value)
    assert not tabs.is_changed()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(JSON, st.integers(1, 600), st.booleans())
def test_deep_values_go_through_both_sides(tabs: ValueEditorTabs, inner: Json, levels: int, lists: bool) -> None:
    value: Json = inner
    for _level in range(levels):
        value = [value] if lists else {"a": value}
    value = {"deep": value, "beside": 1}
    tabs.load(value, None)
    delete_discarded()
    assert tabs.value() is value
    assert tabs.show_side("json")
    tabs.json.area.appendPlainText(" ")
    assert same(tabs.value(), value)
    assert tabs.show_side("form")
    assert same(tabs.value(), value)
