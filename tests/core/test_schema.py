"""What a JSON schema says of a value: problems in words at their places, a value to begin with, references."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.schema import Problem, first_value, infer, path_text, problems, properties_of, resolve

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)
TREE = {
    "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}, "required": ["next"]}},
    "$ref": "#/$defs/Node",
}


# several schemas in one


def test_schemas_with_equal_definitions_can_be_fields_of_one() -> None:
    number = {"$defs": {"Node": {"type": "integer"}}, "type": "array", "items": {"$ref": "#/$defs/Node"}}
    schema = {"type": "object", **properties_of({"a/b~": TREE, "n": number, "plain": {"type": "string"}})}
    jsonschema.Draft202012Validator.check_schema(schema)
    assert problems({"n": [1], "plain": "x"}, schema) == ()
    assert [each.path for each in problems({"n": ["x"], "a/b~": {"next": {}}, "plain": 5}, schema)] == [
        ("n", 0),
        ("a/b~", "next", "next"),
        ("plain",),
    ]
    assert resolve(schema["properties"]["a/b~"], schema)["required"] == ["next"]


# infer


@given(json_values)
def test_any_value_satisfies_the_schema_inferred_from_it(value: Any) -> None:
    schema = infer(value)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert problems(value, schema) == ()


@pytest.mark.parametrize(
    ("value", "edited", "place"),
    [
        ({"a": 1}, {"a": "1"}, ("a",)),
        ({"a": 1}, {"a": True}, ("a",)),
        ({"a": 1}, {"a": None}, ("a",)),
        ({"a": True}, {"a": 1}, ("a",)),
        ({"a": 1}, {}, ("a",)),
        ({"a": [1, 2]}, {"a": [1, "2"]}, ("a", 1)),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}, {}]}, ("a", 1, "b")),
        ({"a": {"b": "x"}}, {"a": []}, ("a",)),
        ("x", 5, ()),
    ],
)
def test_an_edit_keeps_the_types(value: Any, edited: Any, place: tuple[Any, ...]) -> None:
    (problem,) = problems(edited, infer(value))
    assert problem.path == place


@pytest.mark.parametrize(
    ("value", "edited"),
    [
        ({"a": 1}, {"a": 2.5}),
        ({"a": None}, {"a": "now something"}),
        ({"a": []}, {"a": [1, "x"]}),
        ({"a": [1, "x"]}, {"a": [None]}),
        ({"a": 1}, {"a": 1, "more": 2}),
    ],
)
def test_an_edit_may_change_what_the_value_does_not_say(value: Any, edited: Any) -> None:
    assert problems(edited, infer(value)) == ()


def test_deep_values_have_a_schema_at_once() -> None:
    deep: Any = 1
    for _ in range(250):
        deep = [deep]
    assert problems(deep, infer(deep)) == ()


# problems


@pytest.mark.parametrize(
    ("value", "schema", "found"),
    [
        (5, None, []),
        (5, {}, []),
        (5, {"type": "string"}, ["must be text, not a whole number"]),
        (True, {"type": "integer"}, ["must be a whole number, not yes or no (true or false)"]),
        (None, {"type": ["string", "number"]}, ["must be text or a number, not empty (null)"]),
        ({"a": []}, {"properties": {"a": {"type": "object"}}}, ["a: must be an object, not a list"]),
        ({}, {"required": ["a"]}, ["a: is required"]),
        ({}, {"required": ["a", "b"]}, ["a: is required", "b: is required"]),
        ({"b": 1}, {"required": ["a", "ab", "b"]}, ["a: is required", "ab: is required"]),
        ({"x": {}}, {"properties": {"x": {"required": ["a"]}}}, ["x.a: is required"]),
        ({"x": [{"n": "1"}]}, {"properties": {"x": {"items": {"properties": {"n": {"type": "number"}}}}}}, None),
        (5, {"$ref": "#/$defs/Gone"}, ["The request's schema refers to something that is not in it"]),
        (
            5,
            {"$ref": "https://example.com/schema.json"},
            ["The request's schema refers to something that is not in it"],
        ),
        (5, {"type": "none such"}, ["The request's own schema is not valid"]),
        ("x", {"pattern": "("}, ["The request's own schema is not valid"]),
        (5, {"$ref": "#"}, ["is nested too deeply to be checked"]),
    ],
)
def test_problems_are_said_in_words(value: Any, schema: Any, found: list[str] | None) -> None:
    said = [str(problem) for problem in problems(value, schema)]
    if found is None:
        assert said == ["x[0].n: must be a number, not text"]
    else:
        assert len(said) == len(found)
        assert all(text.startswith(start) for text, start in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        ("x", {"format": "email"}, "must be an e-mail address, such as name@example.com"),
        ("x\n\\", {"pattern": r"^\d{5}$"}, r"does not match the pattern ^\d{5}$"),
        ("Hi", {"minLength": 3}, "must have at least 3 characters; this has 2"),
        ("Hi", {"maxLength": 1}, "must have at most 1 character; this has 2"),
        ([1], {"minItems": 2}, "must have at least 2 items; this has 1"),
        ([1, 2], {"maxItems": 1}, "must have at most 1 item; this has 2"),
        ([1, 1], {"uniqueItems": True}, "must not hold the same item twice"),
        ("x", {"enum": ["a", 1, None, ""]}, 'must be one of: a, 1, null, ""'),
        ("x", {"const": {"a": 1}}, 'must be {"a": 1}'),
        (9, {"maximum": 5}, "9 is greater than the maximum of 5"),
        (float("inf"), {"multipleOf": 0.5}, "inf is not a multiple of 0.5"),
        (float("nan"), {"multipleOf": 0.5}, "nan is not a multiple of 0.5"),
    ],
)
def test_constraints_are_said_in_words(value: Any, schema: Any, said: str) -> None:
    assert [problem.message for problem in problems(value, schema)] == [said]


@pytest.mark.parametrize(
    "part",
    [
        {"properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "none such"}}},
        {"properties": {"properties": {"title": 1, "type": 1}}},
        {"properties": {"properties": {"default": 5, "type": 5}}},
        {"$defs": {"a": {}, "b": {"items": {"anyOf": [{}, {"minLength": "x"}]}}}},
    ],
)
def test_one_part_that_is_not_valid_among_many_is_found(part: Any) -> None:
    (problem,) = problems({}, part)
    assert problem.message.startswith("The request's own schema is not valid")


def test_definitions_that_many_schemas_share_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[int] = []
    check = jsonschema.Draft202012Validator.check_schema

    def count(schema: Any) -> None:
        checked.append(len(repr(schema)))
        check(schema)

    monkeypatch.setattr(jsonschema.Draft202012Validator, "check_schema", count)
    shared = {f"kind {n}": {"const": n} for n in range(100)}
    for n in range(10):
        schema = {"$defs": shared, "$ref": f"#/$defs/kind {n}"}
        assert [bool(problems(each, schema)) for each in range(10)] == [each != n for each in range(10)]
    assert (len(checked), max(checked[1:])) == (10, len(repr({"$ref": "#/$defs/kind 1"})))


def test_definitions_that_are_not_valid_are_found_each_time() -> None:
    wrong = {"a": {"type": "none such"}}
    for other in ({}, {"maximum": 5}):
        (problem,) = problems(1, {"$defs": wrong, **other})
        assert problem.message.startswith("The request's own schema is not valid")


def test_unknown_fields_are_named() -> None:
    (problem,) = problems({"a": 1, "why": 2}, {"properties": {"a": {}}, "additionalProperties": False})
    assert "'why'" in problem.message


def test_problems_come_in_the_order_of_the_value() -> None:
    numbers = {"type": "object", "properties": {"z": {"items": {"type": "number"}}, "a": {"type": "number"}}}
    value = {"z": [*([1] * 9), "nine", "ten"], "a": "x"}
    assert [problem.path for problem in problems(value, numbers)] == [("z", 9), ("z", 10), ("a",)]


def test_in_a_union_the_place_that_is_wrong_is_named() -> None:
    schema = {"properties": {"to": {"anyOf": [{"properties": {"zip": {"type": "string"}}}, {"type": "null"}]}}}
    (problem,) = problems({"to": {"zip": 5}}, schema)
    assert str(problem) == "to.zip: must be text, not a whole number"


def test_in_a_union_with_a_schema_that_allows_nothing_the_value_is_named() -> None:
    (problem,) = problems({"a": 5}, {"anyOf": [False, {"properties": {"a": {"type": "string"}}}]})
    assert problem.path == ("a",)
    (problem,) = problems(5, {"oneOf": [False]})
    assert problem.path == ()


def test_in_a_union_of_types_all_of_them_are_named() -> None:
    (problem,) = problems("x", {"anyOf": [{"type": "integer"}, {"type": "null"}]})
    assert problem.message == "must be a whole number or empty (null), not text"


def test_in_a_union_that_nothing_comes_close_to_the_value_is_named() -> None:
    (problem,) = problems("x", {"oneOf": [{"const": "a"}, {"const": "b"}]})
    assert problem.path == ()
    assert problem.message == "must be one of: a, b"
    (problem,) = problems("x", {"anyOf": [{"const": "a"}, {"type": "object"}]})
    assert problem.message == "is none of the kinds that it may be"
    (problem,) = problems("x", {"oneOf": [{"type": "string"}, {"minLength": 1}]})
    assert problem.message.startswith("fits more than one")


def test_a_value_too_deep_to_be_checked_has_a_problem_that_says_so() -> None:
    value: Any = {}
    for _ in range(900):
        value = {"next": value}
    (problem,) = problems(value, TREE)
    assert "nested too deeply" in problem.message


@given(json_values, json_values)
def test_whatever_stands_in_the_place_of_a_schema_is_no_crash(value: Any, schema: Any) -> None:
    for each in (schema, {"properties": {"a": schema}}, {"oneOf": [schema]}, {"required": schema, "type": schema}):
        assert all(isinstance(problem, Problem) for problem in problems(value, each))
        first_value(each)


@pytest.mark.parametrize(
    ("path", "text"), [((), ""), (("to",), "to"), (("to", 0, "name"), "to[0].name"), ((0, "a"), "[0].a")]
)
def test_a_place_is_written_as_people_write_it(path: tuple[Any, ...], text: str) -> None:
    assert path_text(path) == text


# resolve


@pytest.mark.parametrize(
    ("schema", "resolved"),
    [
        ({"type": "string"}, {"type": "string"}),
        ({"$ref": "#/$defs/Text"}, {"type": "string"}),
        ({"$ref": "#/$defs/Text", "title": "T"}, {"type": "string", "title": "T"}),
        ({"$ref": "#/$defs/Indirect", "title": "T"}, {"type": "string", "title": "T"}),
        ({"$ref": "#/$defs/odd~1na~0me"}, {"type": "null"}),
        ({"$ref": "#/$defs/Gone"}, {}),
        ({"$ref": "#/$defs/Text/type"}, {}),
        ({"$ref": "https://example.com/x"}, {"$ref": "https://example.com/x"}),
        ({"$ref": "#/$defs/Loop"}, {"$ref": "#/$defs/Loop"}),
        ({"$ref": 5}, {"$ref": 5}),
        (True, {}),
        (None, {}),
    ],
)
def test_references_are_followed_inside_the_schema_only(schema: Any, resolved: Any) -> None:
    text = {"type": "string"}
    loop = {"$ref": "#/$defs/Loop"}
    definitions = {"Text": text, "Indirect": {"$ref": "#/$defs/Text"}, "odd/na~me": {"type": "null"}, "Loop": loop}
    assert resolve(schema, {"$defs": definitions}) == resolved


# first_value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (None, None),
        ({}, None),
        ({"type": "string"}, ""),
        ({"type": "integer"}, 0),
        ({"type": "boolean"}, False),
        ({"type": "array"}, []),
        ({"type": "null"}, None),
        ({"type": ["integer", "null"]}, 0),
        ({"type": "string", "default": "x", "examples": ["y"]}, "x"),
        ({"type": "string", "examples": ["y", "z"]}, "y"),
        ({"default": None, "type": "string"}, None),
        ({"const": 5}, 5),
        ({"enum": ["a", "b"]}, "a"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, ""),
        ({"oneOf": [{"$ref": "#/$defs/T"}], "$defs": {"T": {"const": 7}}}, 7),
        (
            {
                "properties": {
                    "a": {"type": "string"},
                    "b": {"type": "string"},
                    "c": {"default": 3},
                    "d": {"examples": [4]},
                },
                "required": ["a"],
            },
            {"a": "", "c": 3, "d": 4},
        ),
        (
            {
                "type": "object",
                "required": ["to"],
                "properties": {"to": {"$ref": "#/$defs/A"}},
                "$defs": {"A": {"type": "object", "required": ["zip"], "properties": {"zip": {"type": "string"}}}},
            },
            {"to": {"zip": ""}},
        ),
        (TREE, {"next": None}),
        ({"anyOf": [{"$ref": "#/$defs/L"}], "$defs": {"L": {"anyOf": [{"$ref": "#/$defs/L"}]}}}, None),
        ({"properties": {"a": True}, "required": ["a"]}, {"a": None}),
        ({"oneOf": [True]}, None),
        ({"type": []}, None),
        ({"properties": 5, "type": "object"}, {}),
    ],
)
def test_an_answer_begins_with_something(schema: Any, value: Any) -> None:
    assert first_value(schema) == value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 1}, 1),
        ({"type": "integer", "minimum": 0.5, "maximum": 9.5}, 1),
        ({"type": "integer", "exclusiveMaximum": 0}, -1),
        ({"type": "integer", "exclusiveMinimum": 10**400}, 10**400 + 1),
        ({"type": "number", "exclusiveMinimum": 0}, 1),
        ({"type": "number", "maximum": -2.5}, -2.5),
        ({"type": "integer", "minimum": 1, "multipleOf": 5}, 5),
        ({"type": "number", "minimum": 5, "maximum": 4}, 0),
        ({"type": "number", "multipleOf": 0}, 0),
        ({"prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2}, ["", 0]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, ["", ""]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True}, []),
        ({"type": "array", "items": {"type": "string"}, "minItems": 10**9}, [""] * 20),
        ({"type": "array", "items": {"type": "string"}}, []),
    ],
)
def test_a_value_to_begin_with_keeps_to_bounds(schema: Any, value: Any) -> None:
    found = first_value(schema)
    assert found == value
    assert type(found) is type(value)


def test_a_schema_that_doubles_at_every_step_is_given_up_in_time() -> None:
    definitions = {
        f"L{n}": {
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {"$ref": f"#/$defs/L{n + 1}"}, "b": {"$ref": f"#/$defs/L{n + 1}"}},
        }
        for n in range(60)
    }
    assert set(first_value({"$defs": definitions, "$ref": "#/$defs/L0"})) == {"a", "b"}
