"""A state as a form: which fields come first, and which of them are choices."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.graphs import GraphInfo, StateField
from hitl_desktop.core.requests import Shape
from hitl_desktop.core.schema import JsonSchema, infer, problems, resolve
from hitl_desktop.core.state_form import for_form
from hitl_desktop.core.values import Json

_ROUTE: JsonSchema = {"enum": ["finish", "call_tools"], "type": "string"}
_NULL: JsonSchema = {"type": "null"}


def _of(state: Json, **declared: JsonSchema | None) -> JsonSchema:
    fields = {name: StateField(schema) for name, schema in declared.items()}
    shaped = for_form(Shape("The state", state, infer(state), True), GraphInfo("g", state=fields))
    assert shaped.start is state
    assert shaped.schema is not None
    return shaped.schema


def test_single_values_come_before_messages() -> None:
    when = {"__type__": "datetime", "value": "2026-11-21T07:30:00"}
    message = {"__type__": "langchain_core.messages.human.HumanMessage", "value": {"content": "Hi"}}
    state = {"messages": [message], "verdict": "allow", "last": message, "when": when, "count": 2, "gone": None}
    assert list(_of(state)["properties"]) == ["verdict", "when", "count", "gone", "messages", "last"]
    assert _of(state)["required"] == list(state), "what is asked for stays the same"


@pytest.mark.parametrize(
    ("declared", "value", "field"),
    [
        (_ROUTE, "finish", _ROUTE),
        ({"const": "finish"}, "finish", {"const": "finish"}),
        ({"anyOf": [_ROUTE, _NULL], "default": None}, "finish", _ROUTE),
        ({"enum": ["finish", None]}, "finish", {"enum": ["finish"]}),
        ({"anyOf": [_ROUTE, _NULL]}, None, {"anyOf": [_ROUTE, _NULL]}),
        ({"type": "integer", "minimum": 1}, 3, {"type": "integer", "minimum": 1}),
        ({"type": "string", "title": "Where to"}, "x", {"type": "string", "title": "Where to"}),
    ],
)
def test_declared_field_is_what_the_graph_says(declared: JsonSchema, value: Json, field: JsonSchema) -> None:
    assert _of({"v": value}, v=declared)["properties"]["v"] == field


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (_ROUTE, "somewhere else"),  # not of the schema: the form must not call it wrong
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "x"),  # would let a number pass
        ({"enum": ["a", 1]}, "a"),
        ({"type": "integer"}, 2.5),
        ({"type": "array", "items": _ROUTE}, ["finish"]),
        ({}, "x"),
        (None, "x"),
    ],
)
def test_other_fields_stay_as_they_were_inferred(declared: JsonSchema | None, value: Any) -> None:
    assert _of({"v": value}, v=declared)["properties"]["v"] == infer(value)


def test_choices_behind_a_reference_are_found() -> None:
    declared = {"$ref": "#/$defs/Route", "$defs": {"Route": {"title": "Route", **_ROUTE}}}
    schema = _of({"route": "finish", "note": "x"}, route=declared)
    assert resolve(schema["properties"]["route"], schema)["enum"] == _ROUTE["enum"]
    assert problems({"route": "finsh", "note": "x"}, schema)[0].path == ("route",)
    assert problems({"route": "call_tools", "note": "x"}, schema) == ()
