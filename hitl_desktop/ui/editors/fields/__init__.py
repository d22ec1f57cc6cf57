"""The kinds of field of a form. A new one is a class in a module here, and a line in `FIELDS`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hitl_desktop.core.schema import JsonSchema, first_value
from hitl_desktop.core.values import Json, same
from hitl_desktop.ui.editors.fields.arrays import ArrayField
from hitl_desktop.ui.editors.fields.base import ABSENT, ANY_JSON, FieldEntry, Place
from hitl_desktop.ui.editors.fields.choice import BooleanField, ChecklistField, ChoiceField, ConstantField
from hitl_desktop.ui.editors.fields.choice_or_text import ChoiceOrTextField, choices_or_text
from hitl_desktop.ui.editors.fields.dates import DATE_FORMATS, DateField
from hitl_desktop.ui.editors.fields.json_field import JsonField, LargeField
from hitl_desktop.ui.editors.fields.kinds import UnionField
from hitl_desktop.ui.editors.fields.number import NumberField
from hitl_desktop.ui.editors.fields.objects import ObjectField
from hitl_desktop.ui.editors.fields.rules import help_text
from hitl_desktop.ui.editors.fields.schema_parts import (
    allows_null,
    applied,
    choices,
    item_schema,
    kind_of,
    options,
    without_null,
)
from hitl_desktop.ui.editors.fields.tagged import TaggedField
from hitl_desktop.ui.editors.fields.text import LONG, TextField
from hitl_desktop.ui.editors.fields.wrappers import NullableField
from hitl_desktop.ui.editors.json_values import is_tagged

__all__ = ["ABSENT", "ANY_JSON", "FIELDS", "FieldEntry", "Place", "choose_field", "top_place"]

MOST_VALUES = 200
"""Values within one field above which it is edited as JSON: thousands of widgets would take seconds."""

_MOST_LOOKED_AT = 20_000

_MOST_BITS = 14_000
"""Python writes no whole number of more than 4,300 digits. One that has more is shown by its size, and kept."""

DEEPEST = 6
"""Levels of a form below which a value is edited as JSON: frames within frames cannot be read any more."""


def _is_too_much(place: Place, schema: JsonSchema, value: Json) -> bool:
    if not isinstance(value, dict | list):
        return False
    if len(place.path) >= DEEPEST or len(schema.get("properties") or ()) > MOST_VALUES:
        return True
    return _fields_needed(value, len(place.path), iter(range(_MOST_LOOKED_AT))) > MOST_VALUES


def _fields_needed(value: Json, level: int, looks: Iterator[int]) -> int:
    """How many fields show the value, where a part that is too much itself is only one, with JSON."""
    if level >= DEEPEST or len(value) > MOST_VALUES:
        return MOST_VALUES + 1
    needed = 0
    for part in value.values() if isinstance(value, dict) else value:
        if next(looks, None) is None:
            return MOST_VALUES + 1
        of_part = _fields_needed(part, level + 1, looks) if isinstance(part, dict | list) else 1
        needed += of_part if of_part <= MOST_VALUES else 1
    return needed


def _is_tagged(place: Place, schema: JsonSchema, value: Json) -> bool:
    return is_tagged(value)


def _is_constant(place: Place, schema: JsonSchema, value: Json) -> bool:
    return "const" in schema and same(schema["const"], value)


def _has_choices(place: Place, schema: JsonSchema, value: Json) -> bool:
    return bool(choices(schema, place.root))


def _is_nullable(place: Place, schema: JsonSchema, value: Json) -> bool:
    return allows_null(schema, place.root)


def _is_choice_or_text(place: Place, schema: JsonSchema, value: Json) -> bool:
    return isinstance(value, str) and choices_or_text(schema, place.root) is not None


def _is_union(place: Place, schema: JsonSchema, value: Json) -> bool:
    return bool(options(schema, place.root))


def _is_boolean(place: Place, schema: JsonSchema, value: Json) -> bool:
    return kind_of(schema) == "boolean" and isinstance(value, bool)


def _is_number(place: Place, schema: JsonSchema, value: Json) -> bool:
    fits_kind = kind_of(schema) in ("integer", "number") and type(value) in (int, float)
    return fits_kind and (isinstance(value, float) or value.bit_length() <= _MOST_BITS)


def _is_text(place: Place, schema: JsonSchema, value: Json) -> bool:
    return kind_of(schema) == "string" and isinstance(value, str)


def _is_date(place: Place, schema: JsonSchema, value: Json) -> bool:
    return _is_text(place, schema, value) and schema.get("format") in DATE_FORMATS and len(value) <= LONG


def _is_object(place: Place, schema: JsonSchema, value: Json) -> bool:
    return kind_of(schema) == "object" and isinstance(value, dict)


def _is_list(place: Place, schema: JsonSchema, value: Json) -> bool:
    return kind_of(schema) == "array" and isinstance(value, list)


def _is_checklist(place: Place, schema: JsonSchema, value: Json) -> bool:
    if not _is_list(place, schema, value) or "prefixItems" in schema:
        return False
    known = [choice for _label, choice in choices(item_schema(schema, place.root), place.root)]
    if not schema.get("uniqueItems") and not all(isinstance(choice, str) for choice in known):
        return False  # several choices of texts are meant to be chosen once; of numbers, the order may matter
    each_once = all(not same(one, other) for i, one in enumerate(value) for other in value[:i])
    return bool(known) and each_once and all(any(same(item, choice) for choice in known) for item in value)


def _anything(place: Place, schema: JsonSchema, value: Json) -> bool:
    return True


def _always(place: Place, schema: JsonSchema) -> bool:
    return True


def _if_its_value_may(place: Place, schema: JsonSchema) -> bool:
    inner = without_null(schema, place.root)
    entry, its_schema = choose_field(place, inner, first_value(inner, place.root))
    return entry.may_be_blank(place, its_schema)


# The first that fits is taken. A value that is not of its schema's kind gets JSON, where nothing is lost.
FIELDS: Final = (
    FieldEntry("large", _is_too_much, LargeField),
    FieldEntry("tagged", _is_tagged, TaggedField),
    FieldEntry("constant", _is_constant, ConstantField),
    FieldEntry("choice", _has_choices, ChoiceField, _always),
    FieldEntry("nullable", _is_nullable, NullableField, _if_its_value_may),
    FieldEntry("choice or text", _is_choice_or_text, ChoiceOrTextField, _always),
    FieldEntry("union", _is_union, UnionField),
    FieldEntry("boolean", _is_boolean, BooleanField, _always),
    FieldEntry("number", _is_number, NumberField, _always),
    FieldEntry("date", _is_date, DateField, _always),
    FieldEntry("text", _is_text, TextField, _always),
    FieldEntry("object", _is_object, ObjectField),
    FieldEntry("checklist", _is_checklist, ChecklistField, _always),
    FieldEntry("list", _is_list, ArrayField),
    FieldEntry("json", _anything, JsonField),
)


def choose_field(place: Place, schema: JsonSchema, value: Json) -> tuple[FieldEntry, JsonSchema]:
    """The kind of field for this value of this schema, and the schema that applies once references are followed."""
    if schema == ANY_JSON:
        return FIELDS[-1], schema
    schema = applied(schema, place.root, value)
    return next(entry for entry in FIELDS if entry.fits(place, schema, value)), schema


def top_place(schema: JsonSchema, title: str = "Value") -> Place:
    """The place of the whole value of a form."""
    return Place((), title, schema, choose_field, help_text)
