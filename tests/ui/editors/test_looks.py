"""What a person sees and a screen reader says: contrast, names, and no Qt warning in either theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.editors.form_or_json import ValueEditorTabs
from hitl_desktop.ui.editors.json_text import JsonEditor
from hitl_desktop.ui.editors.marks import READABLE, Accent, AccentLabel, accent
from hitl_desktop.ui.editors.payload_view import PayloadView
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.theme import contrast, make_palette
from tests.ui.editors.samples import PERSON

EVERYTHING = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "body": {"type": "string"},
        "number": {"type": "number"},
        "flag": {"type": "boolean"},
        "choice": {"enum": ["a", "b"]},
        "null": {"type": ["string", "null"]},
        "union": {"oneOf": [{"type": "string"}, PERSON]},
        "list": {"type": "array", "items": {"type": "string"}},
        "person": PERSON,
        "tags": {"type": "array", "uniqueItems": True, "items": {"enum": ["x", "y"]}},
        "any": {},
        "absent": PERSON,
        "blank": {"type": "string"},
    },
    "additionalProperties": True,
}
VALUE = {
    "text": "a\u202eb",
    "body": "two\nlines",
    "number": "wrong",
    "flag": True,
    "choice": "a",
    "null": None,
    "union": {"name": "Ana"},
    "list": ["one"],
    "person": {"name": "Ana"},
    "tags": ["x"],
    "any": None,
    "more": {"a": {"b": 1}},
    "when": {"__type__": "date", "value": "2026-11-21"},
}


def loaded(editor: SchemaForm | JsonEditor | ValueEditorTabs) -> QWidget:
    editor.load(VALUE, EVERYTHING)
    return editor


def payload() -> QWidget:
    view = PayloadView()
    view.show_value(VALUE)
    return view


PARTS: dict[str, Callable[[], QWidget]] = {
    "form": lambda: loaded(SchemaForm()),
    "json": lambda: loaded(JsonEditor()),
    "tabs": lambda: loaded(ValueEditorTabs(title="Arguments")),
    "payload": payload,
}


@pytest.fixture
def palette(qapp: QApplication) -> Iterator[Callable[[QPalette], None]]:
    before = qapp.palette()
    yield qapp.setPalette
    qapp.setPalette(before)


@pytest.mark.parametrize("kind", get_args(Accent))
@pytest.mark.parametrize("dark", [False, True])
def test_accents_are_readable_on_both_grounds(qapp: QApplication, kind: Accent, dark: bool) -> None:
    palette = make_palette(dark=dark)
    colour = accent(palette, kind)
    for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
        assert contrast(colour, palette.color(role)) >= READABLE


def test_accents_are_readable_on_a_palette_of_middle_grey(qapp: QApplication) -> None:
    palette = QPalette(QColor("#808080"))
    palette.setColor(QPalette.ColorRole.Base, QColor("#8a8a8a"))
    assert contrast(accent(palette, "error"), palette.color(QPalette.ColorRole.Window)) >= READABLE


def test_accent_follows_the_theme(qtbot: QtBot, palette: Callable[[QPalette], None]) -> None:
    label = AccentLabel("words", "error")
    qtbot.addWidget(label)
    label.show()
    for dark in (False, True, False):
        palette(make_palette(dark=dark))
        wanted = accent(make_palette(dark=dark), "error")
        qtbot.waitUntil(lambda wanted=wanted: label.palette().color(label.foregroundRole()) == wanted)


@pytest.mark.parametrize("name", PARTS)
def test_everything_that_takes_the_focus_has_a_name(qtbot: QtBot, name: str) -> None:
    part = PARTS[name]()
    qtbot.addWidget(part)
    part.show()
    found = 0
    for widget in part.findChildren(QWidget):
        if not widget.isVisibleTo(part) or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface.text(QAccessible.Text.Name), f"{type(widget).__name__} {widget.objectName()!r} has no name"
        found += 1
    assert found >= 1


@pytest.mark.parametrize("name", PARTS)
def test_painted_in_both_themes_at_any_width(qtbot: QtBot, palette: Callable[[QPalette], None], name: str) -> None:
    part = PARTS[name]()
    qtbot.addWidget(part)
    part.show()
    for dark in (True, False):
        palette(make_palette(dark=dark))
        for width in (320, 900):
            part.resize(width, part.sizeHint().height())
            assert not part.grab().isNull()
    assert part.minimumSizeHint().width() < 600, "no text pushes the window wide"
