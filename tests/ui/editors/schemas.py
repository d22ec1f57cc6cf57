"""Hypothesis strategies for schemas, of the kinds that people and libraries write."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
TITLES = st.sampled_from([{}, {}, {"title": "A title"}, {"description": "What it is for"}])
NAMES = st.sampled_from(["a", "b", "name", "body", "", "x.y"])


def _sometimes(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.fixed_dictionaries({}, optional=parts)


NUMBERS = _sometimes(minimum=st.integers(-9, 3), maximum=st.integers(3, 9), multipleOf=st.sampled_from([1, 2, 0.5]))
LEAVES = st.one_of(
    _sometimes(minLength=st.integers(0, 3), maxLength=st.integers(3, 9)).map(lambda more: {"type": "string", **more}),
    st.sampled_from(["date", "date-time", "email", "uri", "time"]).map(lambda name: {"type": "string", "format": name}),
    st.just({"type": "string", "pattern": "^[a-c]*$"}),
    NUMBERS.map(lambda more: {"type": "integer", **more}),
    NUMBERS.map(lambda more: {"type": "number", **more}),
    st.just({"type": "boolean"}),
    st.just({"enum": ["one", 2, None]}),
    st.just({"type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"], "default": "b"}),
    st.just({"oneOf": [{"const": "s", "title": "Small"}, {"const": "l", "title": "Large"}]}),
    st.just({"const": 5}),
    st.just({"type": ["string", "null"]}),
    st.just({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+$"}]}),
    st.just({"$ref": "#/$defs/Person"}),
    st.just({"allOf": [{"$ref": "#/$defs/Person"}], "description": "Whose"}),
    st.just({"type": "array", "items": {"type": "string", "enum": ["x", "y", "z"]}, "minItems": 1}),
    st.just({"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2}),
    st.just({}),
)


def _objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    def made(properties: Schema, required: list[str], others: Any) -> Schema:
        needed = [name for name in required if name in properties]
        return {"type": "object", "properties": properties, "required": needed, **others}

    others = st.sampled_from([{}, {"additionalProperties": False}, {"additionalProperties": {"type": "integer"}}])
    return st.builds(made, st.dictionaries(NAMES, inner, max_size=4), st.lists(NAMES, unique=True, max_size=3), others)


def _around(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.one_of(
        _objects(inner),
        inner.map(lambda items: {"type": "array", "items": items}),
        inner.map(lambda option: {"anyOf": [option, {"type": "null"}]}),
        st.lists(inner, min_size=2, max_size=3).map(lambda kinds: {"oneOf": kinds}),
    )


PERSON: Schema = {
    "type": "object",
    "title": "Person",
    "properties": {"name": {"type": "string", "minLength": 1}, "boss": {"$ref": "#/$defs/Person"}},
    "required": ["name"],
}
SCHEMAS = st.tuples(_objects(st.recursive(LEAVES, _around, max_leaves=4)), TITLES).map(
    lambda parts: {**parts[0], **parts[1], "$defs": {"Person": PERSON}}
)
"""Schemas of objects. Not all of them allow any value."""
