"""What stands below a field before anything is wrong, and what its label and its height follow from."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.editors.fields.rules import help_text
from hitl_desktop.ui.editors.fields.slot_parts import SlotHeader
from hitl_desktop.ui.editors.schema_form import SchemaForm
from hitl_desktop.ui.plain_text import GrowingText, PlainLabel
from tests.ui.editors.form_actions import find
from tests.ui.editors.samples import PERSON, of


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 10}, "From 1 to 10"),
        ({"type": "integer", "minimum": 1, "description": "How many"}, "How many · At least 1"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 2.5}, "At most 2.5 · more than 0"),
        ({"type": "integer", "multipleOf": 5}, "A multiple of 5"),
        ({"type": ["integer", "null"], "minimum": 1}, "At least 1"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "A date"),
        ({"type": "string", "minLength": 3, "maxLength": 40}, "3 to 40 characters"),
        ({"type": "string", "minLength": 5, "maxLength": 5}, "Exactly 5 characters"),
        ({"type": "string", "maxLength": 1}, "At most 1 character"),
        ({"type": "string", "pattern": "^a$"}, "Pattern: ^a$"),
        ({"enum": ["a"], "type": "string", "pattern": "^a$"}, ""),
        (
            {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}},
            "At least 1 item · each at least 0",
        ),
        ({"type": "array", "uniqueItems": True}, "No item twice"),
        ({"type": "string", "description": " "}, ""),
        ({"type": "integer", "minimum": "1"}, ""),
    ],
)
def test_what_is_asked_of_a_value(schema: Any, words: str) -> None:
    assert help_text(schema, schema) == words


def test_rules_stand_below_the_field_and_are_read_out(form: SchemaForm) -> None:
    form.load({"n": 5}, of("n", {"type": "integer", "maximum": 9}))
    assert [label.plain_text() for label in form.findChildren(PlainLabel)].count("At most 9") == 1
    assert find(form, QLineEdit, "field:n").accessibleDescription() == "At most 9"


def test_label_is_the_name_of_the_field_and_not_of_its_kind(form: SchemaForm) -> None:
    schema = {
        "$defs": {"Person": PERSON},
        "properties": {"buyer": {"$ref": "#/$defs/Person"}, "seller": {"$ref": "#/$defs/Person", "title": "Seller"}},
    }
    form.load({"buyer": {}, "seller": {}, "": 1, " b ": 2}, schema)
    labels = [header.findChild(PlainLabel) for header in form.findChildren(SlotHeader)]
    titles = [label.plain_text() for label in labels if label is not None]
    assert titles == ["buyer", "name", "Seller", "name", "“”", "“ b ”"]


@pytest.mark.parametrize(
    ("schema", "is_area"),
    [({}, True), ({"maxLength": 10}, False), ({"maxLength": 500}, True), ({"pattern": "^x"}, False)],
)
def test_what_is_short_by_its_schema_has_one_line(form: SchemaForm, qtbot: QtBot, schema: Any, is_area: bool) -> None:
    form.load({"code": "x"}, of("code", {"type": "string", **schema}))
    find(form, GrowingText if is_area else QLineEdit, "field:code")
    form.load({"code": "x\ny"}, of("code", {"type": "string", **schema}))
    find(form, GrowingText, "field:code")
