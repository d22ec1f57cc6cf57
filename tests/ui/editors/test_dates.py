"""Dates: typed or chosen in a calendar, and never written in another way than they were."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.ui.editors.fields.dates import Calendar
from hitl_desktop.ui.editors.schema_form import SchemaForm
from tests.ui.editors.form_actions import click, find, is_there, marked, retype
from tests.ui.editors.samples import of

# Of a popup window, the offscreen plugin says that it can neither raise it nor grab the keyboard for it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DATE: JsonSchema = {"type": "string", "format": "date"}
MOMENT: JsonSchema = {"type": "string", "format": "date-time"}


def calendar(qtbot: QtBot, form: SchemaForm, name: str) -> Calendar:
    click(qtbot, form, f"calendar:{name}")
    opened = QApplication.activePopupWidget()
    assert isinstance(opened, Calendar)
    return opened


@pytest.mark.parametrize(
    ("schema", "before", "after"),
    [
        (DATE, "2026-11-21", "2026-12-24"),
        (DATE, "", "2026-12-24"),
        (DATE, "soon", "2026-12-24"),
        (MOMENT, "2026-11-21T07:30:00.5+02:00", "2026-12-24T07:30:00.5+02:00"),
        (MOMENT, "2026-11-21 07:30", "2026-12-24 07:30"),
        (MOMENT, "", "2026-12-24T00:00:00Z"),
        ({}, {"__type__": "date", "value": "2026-11-21"}, {"__type__": "date", "value": "2026-12-24"}),
        (
            {},
            {"__type__": "datetime", "value": "2026-11-21T07:30:00"},
            {"__type__": "datetime", "value": "2026-12-24T07:30:00"},
        ),
    ],
)
def test_calendar_changes_the_day_and_nothing_else(
    form: SchemaForm, qtbot: QtBot, schema: JsonSchema, before: Any, after: Any
) -> None:
    form.load({"d": before}, of("d", schema))
    assert form.value() is form.start
    opened = calendar(qtbot, form, "d")
    with qtbot.waitSignal(form.changed):
        opened.month.activated.emit(QDate(2026, 12, 24))
    assert form.value() == {"d": after}
    assert form.problems() == ()
    assert not opened.isVisible()


def test_calendar_begins_with_the_day_that_is_there(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"d": "0987-06-05", "no": "2026-02-31"}, {"properties": {"d": DATE, "no": DATE}})
    opened = calendar(qtbot, form, "d")
    assert opened.month.selectedDate() == QDate(987, 6, 5)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.isVisible()
    assert form.value() is form.start
    assert calendar(qtbot, form, "no").month.selectedDate().isValid()


def test_date_that_is_not_set_is_set_by_the_calendar(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({}, {"properties": {"d": DATE}})
    calendar(qtbot, form, "d").month.activated.emit(QDate(2026, 12, 24))
    assert form.value() == {"d": "2026-12-24"}


def test_what_is_typed_stays_and_is_marked(form: SchemaForm, qtbot: QtBot) -> None:
    form.load({"d": "2026-11-21"}, of("d", DATE))
    retype(qtbot, form, "d", "21.11.2026")
    assert find(form, QLineEdit, "field:d").text() == "21.11.2026"
    assert form.value() == {"d": "21.11.2026"}
    assert marked(form, "d") == ("Must be a date, such as 2026-11-21",)


def test_date_to_read_has_no_calendar(form: SchemaForm) -> None:
    form.set_read_only(True)
    form.load({"d": "2026-11-21"}, of("d", DATE))
    assert not is_there(form, "calendar:d")
