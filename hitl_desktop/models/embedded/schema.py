"""Gives JSON schemas an end before the engine turns them into a grammar, so that a small model always finishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

LONGEST_STRING = 300
"""Characters of a string whose schema sets no limit."""

LONGEST_LIST = 8
"""Items of a list whose schema sets no limit."""

_ALREADY_BOUND = ("maxLength", "enum", "const", "pattern", "format")
_BY_NAME = ("properties", "$defs", "definitions")
_SINGLE = ("items", "additionalProperties")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")


def bounded(schema: Mapping[str, Any]) -> Schema:
    """Return `schema` with an end to every string and list that has none.

    What fits the result also fits `schema`. Without this a small model may repeat itself inside a string
    until the context is full, and the JSON is never closed.
    """
    return {key: _bounded_part(key, value) for key, value in _with_bounds(schema).items()}


def _with_bounds(schema: Mapping[str, Any]) -> Schema:
    kind = schema.get("type")
    if kind == "string" and not any(key in schema for key in _ALREADY_BOUND):
        return {**schema, "maxLength": max(LONGEST_STRING, _integer(schema.get("minLength")))}
    if kind == "array" and "maxItems" not in schema:
        return {**schema, "maxItems": max(LONGEST_LIST, _integer(schema.get("minItems")))}
    if kind == "object" and schema.get("properties") and "additionalProperties" not in schema:
        return {**schema, "additionalProperties": False}
    return dict(schema)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bounded_part(key: str, value: Any) -> Any:
    if key in _BY_NAME and isinstance(value, Mapping):
        return {name: _bounded_schema(part) for name, part in value.items()}
    if key in _SINGLE:
        return _bounded_schema(value)
    if key in _SEVERAL and isinstance(value, Sequence):
        return [_bounded_schema(part) for part in value]
    return value


def _bounded_schema(part: Any) -> Any:
    return bounded(part) if isinstance(part, Mapping) else part
