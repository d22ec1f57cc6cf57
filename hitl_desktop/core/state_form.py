"""How a state is edited as a form: short fields before messages, and choices where the graph declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Shape
from hitl_desktop.core.schema import JsonSchema, mapping, problems, properties_of, resolve
from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json


def for_form(shape: Shape, graph: GraphInfo) -> Shape:
    """The shape of a state for its form, with the same start: what it allows is the same, or less.

    Single values come before lists and objects, whatever the order in the state, which stays the order of what is
    sent. One that the graph declares gets the declared schema, such as the choices of a ``Literal``, where its value
    fits that and every value of it would be taken.
    """
    if not isinstance(shape.start, dict) or shape.schema is None:
        return shape
    state, fields = shape.start, mapping(shape.schema.get("properties"))
    names = sorted(fields, key=lambda name: _has_parts(state.get(name)))
    declared = {
        name: found
        for name in names
        if name in state and name in graph.state
        if (found := _declared(state[name], mapping(fields[name]), mapping(graph.state[name].schema)))
    }
    described = properties_of(declared)
    properties = {name: described["properties"].get(name, fields[name]) for name in names}
    definitions = {**mapping(shape.schema.get("$defs")), **mapping(described.get("$defs"))}
    schema = {**shape.schema, "properties": properties, **({"$defs": definitions} if definitions else {})}
    return replace(shape, schema=schema)


def _has_parts(value: Json) -> bool:
    content = value[VALUE_TAG] if isinstance(value, dict) and value.keys() == {TYPE_TAG, VALUE_TAG} else value
    return isinstance(content, dict | list)


def _declared(value: Json, inferred: JsonSchema, schema: JsonSchema) -> JsonSchema:
    """The declared schema of a single value; empty where it does not fit or would let more pass than the inferred."""
    if not schema or isinstance(value, dict | list):
        return {}
    if value is not None:
        schema = _without_null(schema)
    known = _choices(schema)
    if known:
        stays_within = not any(problems(choice, inferred) for choice in known)
    else:
        kind, its_kind = resolve(schema, schema).get("type"), inferred.get("type")
        stays_within = its_kind is None or kind == its_kind or (kind, its_kind) == ("integer", "number")
    return schema if stays_within and not problems(value, schema) else {}


def _choices(schema: JsonSchema) -> list[Any]:
    own = resolve(schema, schema)
    if isinstance(values := own.get("enum"), list):
        return values
    if "const" in own:
        return [own["const"]]
    options = own.get("anyOf") or own.get("oneOf")
    found = [_choices({**_definitions(schema), **mapping(each)}) for each in options or () if isinstance(each, Mapping)]
    return [choice for choices in found for choice in choices] if all(found) else []


def _without_null(schema: JsonSchema) -> JsonSchema:
    """The schema of a value that is there; taking it away is not what the form of a state offers."""
    if isinstance(values := schema.get("enum"), list):
        return {**schema, "enum": [each for each in values if each is not None]}
    if not isinstance(options := schema.get("anyOf"), list):
        return schema
    left = [each for each in options if mapping(each).get("type") != "null"]
    rest = {key: part for key, part in schema.items() if key not in ("anyOf", "default")}
    return {**rest, **mapping(left[0])} if len(left) == 1 else {**rest, "anyOf": left}


def _definitions(schema: JsonSchema) -> JsonSchema:
    return {"$defs": schema["$defs"]} if "$defs" in schema else {}
