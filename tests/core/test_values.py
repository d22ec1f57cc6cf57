"""Python values as JSON and back: nothing loses its type, and no JSON text is taken for another."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitl_desktop.core.values import Foreign, JsonSyntaxError, dump_json, from_json, parse_json, to_json
from tests.core.samples import same_types

keys = st.text(max_size=3) | st.sampled_from(["__type__", "value", "datetime", "dict"])
hashable = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | keys
    | st.binary(max_size=4)
    | st.datetimes().map(lambda at: at.replace(fold=0))
    | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0))
    | st.dates()
    | st.times().map(lambda at: at.replace(fold=0))
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.uuids()
    | st.sampled_from([Path("a/b"), Path("/"), Path()])
)
values = st.recursive(
    hashable,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.dictionaries(hashable | st.tuples(hashable), inner, max_size=3)
        | st.fixed_dictionaries({"__type__": keys | inner, "value": inner})
        | st.sets(hashable, max_size=3)
        | st.frozensets(hashable, max_size=3)
        | st.builds(Foreign, st.just("shop.Order"), inner)
    ),
    max_leaves=15,
)


@given(values)
@example({"__type__": "date", "value": "2026-11-21"})
@example({"__type__": "dict", "value": [[1, 2]]})
@example([{"__type__": "set", "value": [{"__type__": "tuple", "value": []}]}])
@example({"__type__": "Order"})
@example({("__type__", 1): {"value": {None: {True: ()}}}})
def test_a_value_comes_back_from_json_text_with_its_types(value: Any) -> None:
    text = dump_json(to_json(value))
    back = from_json(parse_json(text))
    assert back == value
    assert same_types(back, value)


@given(values)
def test_writing_twice_and_reading_twice_is_the_same(value: Any) -> None:
    assert from_json(from_json(to_json(to_json(value)))) == value


def test_values_without_an_equal_keep_their_type() -> None:
    nan = from_json(parse_json(dump_json(to_json({"x": math.nan}))))["x"]
    assert math.isnan(nan)
    assert from_json(parse_json(dump_json(to_json([math.inf, -math.inf])))) == [math.inf, -math.inf]


class Colour(Enum):
    RED = "red"


def test_a_value_of_an_unknown_class_is_written_as_what_it_says_of_itself() -> None:
    written = to_json({"c": Colour.RED})
    assert written["c"]["__type__"].endswith("test_values.Colour")
    assert "RED" in written["c"]["value"]


@pytest.mark.parametrize(
    "tagged",
    [
        ("datetime", "soon"),
        ("datetime", 5),
        ("date", "2026-02-30"),
        ("time", None),
        ("timedelta", "abc"),
        ("timedelta", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("timedelta", [10**12, 0, 0]),
        ("Decimal", "five"),
        ("Decimal", [1]),
        ("UUID", 5),
        ("UUID", "xyz"),
        ("Path", 5),
        ("bytes", "?"),
        ("bytes", 5),
        ("set", [[]]),
        ("set", None),
        ("frozenset", [{}]),
        ("tuple", 5),
        ("dict", [1]),
        ("dict", [[[], 1]]),
        ("dict", {"a": 1}),
    ],
)
def test_a_tagged_value_that_does_not_fit_its_type_is_refused(tagged: tuple[str, Any]) -> None:
    name, content = tagged
    for value in ({"__type__": name, "value": content}, [{"deep": {"__type__": name, "value": content}}]):
        with pytest.raises(ValueError, match=f"is not a {name}"):
            from_json(value)


@pytest.mark.parametrize(
    "plain",
    [{"__type__": "date"}, {"value": "x"}, {"__type__": 5, "value": 1}, {"__type__": "date", "value": 1, "more": 2}],
)
def test_an_object_that_only_looks_tagged_is_a_plain_one(plain: Any) -> None:
    assert from_json(plain) == plain


# JSON texts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (' {"a": [1, 2.5, "x", null, true]} ', {"a": [1, 2.5, "x", None, True]}),
        ('"ä\\u00e4"', "ää"),
        ('{"a": {"k": 1}, "b": {"k": 1}}', {"a": {"k": 1}, "b": {"k": 1}}),
        ('[{"k": 1}, {"k": "k"}]', [{"k": 1}, {"k": "k"}]),
        ("12345678901234567890123", 12345678901234567890123),
    ],
)
def test_json_is_read(text: str, value: Any) -> None:
    assert repr(parse_json(text)) == repr(value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("  ", 1, 3),
        ("{", 1, 2),
        ('{"a": 1}\n{"b": 2}', 2, 1),
        ("{'a': 1}", 1, 2),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3),
        ('["tab\there"]', 1, 6),
        ("nul", 1, 1),
        ("01", 1, 2),
        ("\ufeff{}", 1, 1),
    ],
)
def test_a_text_that_is_no_json_is_refused_at_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(JsonSyntaxError) as refused:
        parse_json(text)
    error = refused.value
    assert (error.line, error.column) == (line, column)
    assert error.position == sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1
    assert f"line {line}, column {column}" in str(error)


@pytest.mark.parametrize(
    ("text", "key", "second"),
    [
        ('{"a": 1, "a": 2}', "a", '"a": 2'),
        ('{"a": 1, "a": "a"}', "a", '"a": "a"'),
        ('{"x": {"a": 1,\n "a": 2}, "a": 3}', "a", '"a": 2'),
        ('{"ä": 1, "ä": 2}', "ä", '"ä": 2'),
        ('{"a": 1, "\\u0061": 2}', "a", '"\\u0061"'),
        ('{"a\\"b": 1, "c": "{", "a\\"b": 2}', 'a"b', '"a\\"b": 2'),
        ('{"": 1, "": 2}', "", '"": 2'),
        ('[{"a": 1}, {"b": [{"c": "c", "c": []}]}]', "c", '"c": []'),
        ('{"a": {"b": 1}, "b": 2, "a": 3}', "a", '"a": 3'),
        ('{"a": 1, "b": 2, "b": 3, "a": 4}', "b", '"b": 3'),
    ],
)
def test_a_key_that_stands_twice_is_refused_where_it_stands_again(text: str, key: str, second: str) -> None:
    with pytest.raises(JsonSyntaxError) as refused:
        parse_json(text)
    error = refused.value
    assert error.message == f'The key "{key}" stands twice in one object'
    assert text[error.position :].startswith(second)
    before = text[: error.position]
    assert (error.line, error.column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)


def write_object(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in pairs) + "}"


json_objects = st.recursive(
    st.just("1"), lambda inner: st.lists(st.tuples(keys, inner), max_size=4).map(write_object), max_leaves=8
)


@given(json_objects)
def test_a_text_is_refused_exactly_if_a_key_stands_twice(text: str) -> None:
    repeated: list[Any] = []
    json.loads(text, object_pairs_hook=lambda pairs: repeated.append(1) if len(dict(pairs)) < len(pairs) else None)
    if repeated:
        with pytest.raises(JsonSyntaxError, match="twice"):
            parse_json(text)
    else:
        assert parse_json(text) == json.loads(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5000, '{"a":' * 100_000])
def test_what_python_cannot_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(JsonSyntaxError) as refused:
        parse_json(text)
    assert refused.value.message


def parsing_error(text: str) -> JsonSyntaxError | None:
    try:
        parse_json(text)
    except JsonSyntaxError as error:
        return error
    return None


@given(st.text(alphabet='{}[]":,\\ \n01a-.eENIu'))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    if error := parsing_error(text):
        assert 0 <= error.position <= len(text)
        assert 1 <= error.line <= text.count("\n") + 1
        assert error.column >= 1


def test_json_for_people_keeps_characters() -> None:
    assert dump_json({"ä": [1, "→"]}) == '{\n  "ä": [\n    1,\n    "→"\n  ]\n}'
    assert dump_json({"ä": [1]}, indent=None) == '{"ä": [1]}'
    assert (
        dump_json(to_json(datetime(2026, 11, 21)))
        == '{\n  "__type__": "datetime",\n  "value": "2026-11-21T00:00:00"\n}'
    )
