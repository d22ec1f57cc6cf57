"""Fields to choose in: one of several values or kinds, none, yes or no."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.values import same
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.plain_text import PlainLabel
from tests.ui.editors.form_actions import choose, click, find, marked, retype
from tests.ui.editors.samples import PERSON, of


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
    assert "Must be one of: red, blue" in marked(form, "c")[0]
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
