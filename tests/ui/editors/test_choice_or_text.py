"""A union of given texts with any text: all choices are seen, none is made for the person, and none is the only way."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QRadioButton
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import Problem
from hitl_desktop.ui.editors.fields.choice_or_text import choices_or_text
from hitl_desktop.ui.editors.schema_form import SchemaForm

CHOICES = {"type": "string", "enum": ["Economy", "Business"]}
OTHER = {"title": "In other words", "type": "string", "minLength": 1}
FIELD = {"title": "Which class?", "anyOf": [CHOICES, OTHER]}
SCHEMA = {"type": "object", "properties": {"class": FIELD}, "required": ["class"]}


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm()
    qtbot.addWidget(form)
    form.show()
    return form


def press(form: SchemaForm, number: int) -> None:
    button = form.findChild(QRadioButton, f"choice:class:{number}")
    assert button is not None
    button.click()


def test_nothing_is_chosen_until_somebody_chooses(form: SchemaForm) -> None:
    form.load({}, SCHEMA)
    assert form.value() == {}
    assert [str(problem) for problem in form.problems()] == ["class: is required"]
    press(form, 1)
    assert form.value() == {"class": "Business"}
    assert not form.problems()


def test_another_text_is_typed_under_the_last_choice(form: SchemaForm) -> None:
    form.load({"class": "Economy"}, SCHEMA)
    line = form.findChild(QLineEdit, "field:class")
    assert line is not None
    assert not line.isVisible()
    press(form, 2)
    assert line.isVisible()
    assert form.problems(), "an empty text is none of the answers"
    QTest.keyClicks(line, "By boat")
    assert form.value() == {"class": "By boat"}
    press(form, 0)
    assert form.value() == {"class": "Economy"}
    assert not line.isVisible()


@pytest.mark.parametrize(
    ("value", "keys", "chosen"),
    [
        ({}, [Qt.Key.Key_Down], "Business"),
        ({}, [Qt.Key.Key_Down, Qt.Key.Key_Up], "Economy"),
        ({"class": "Economy"}, [Qt.Key.Key_Down], "Business"),
        ({"class": "Business"}, [Qt.Key.Key_Up], "Economy"),
    ],
)
def test_arrow_keys_choose(form: SchemaForm, qtbot: QtBot, value: Any, keys: list[Qt.Key], chosen: str) -> None:
    form.load(value, SCHEMA)
    form.grab()  # Qt goes by where the choices stand
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.focus_problem(Problem(("class",), ""))
    for key in keys:
        reached = form.focusWidget()
        assert isinstance(reached, QRadioButton)
        QTest.keyClick(reached, key)
    assert form.value() == {"class": chosen}
    form.set_read_only(True)
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Down)
    assert form.value() == {"class": chosen}


@pytest.mark.parametrize("value", ["Economy", "By boat", "", "a\u202eb"])
def test_a_value_comes_back_as_it_was(form: SchemaForm, value: str) -> None:
    form.load({"class": value}, SCHEMA)
    assert form.value() == {"class": value}


def test_what_is_read_only_cannot_be_chosen(form: SchemaForm) -> None:
    form.load({"class": "Economy"}, SCHEMA)
    form.set_read_only(True)
    button = form.findChild(QRadioButton, "choice:class:1")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert form.value() == {"class": "Economy"}


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [CHOICES, {"type": "integer"}]},
        {"anyOf": [CHOICES, CHOICES]},
        {"anyOf": [{"enum": [1, 2]}, OTHER]},
        {"anyOf": [CHOICES, OTHER, {"type": "integer"}]},
        {"anyOf": [{"enum": [str(i) for i in range(13)]}, OTHER]},
    ],
)
def test_other_unions_are_something_else(schema: Any) -> None:
    assert choices_or_text(FIELD, FIELD) is not None
    assert choices_or_text(schema, schema) is None
