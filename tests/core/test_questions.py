"""Questions with a schema, and raw ones: the value that the reviewer chose arrives with its Python types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hitl_desktop.core.decisions import (
    Approve,
    Continue,
    Decision,
    Edit,
    Ignore,
    InvalidAnswerError,
    Respond,
    Submit,
)
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.requests import Request, Resume
from hitl_desktop.core.schema import problems
from hitl_desktop.core.values import Foreign, to_json
from tests.core.samples import question, same_types

APPROVAL = {
    "type": "object",
    "properties": {"approved": {"type": "boolean"}, "reason": {"type": "string", "default": ""}},
    "required": ["approved"],
    "additionalProperties": False,
}
TYPED: list[Any] = [
    *("text", "", True, False, 0, 5, -2.5, 1e300, None, [], {}),
    {"a": [1, {"b": None}]},
    datetime(2026, 11, 21, 7, 30, tzinfo=UTC),
    date(2026, 11, 21),
    time(7, 30),
    timedelta(days=-1, microseconds=3),
    Decimal("1.10"),
    UUID(int=5),
    Path("a/b"),
    b"\x00\xff",
    (1, (2,)),
    {1, 2},
    frozenset({"a"}),
    {1: "one", None: 0, ("a", 2): 3},
    {"__type__": "datetime", "value": "not a date"},
    {"deep": [{"when": {date(2026, 1, 1): {b"x"}}}]},
]


def submit(request: Request, value: Any) -> Any:
    sent = answer_request(request, [Submit(value)])
    assert isinstance(sent, Resume)
    return sent.value


@pytest.mark.parametrize("value", TYPED, ids=repr)
def test_a_raw_payload_sent_back_unchanged_is_the_same_value(value: Any) -> None:
    request = read_request(question(value))
    whole = next(shape for shape in request.items[0].shapes if shape.label == "The payload, edited")
    sent = submit(request, whole.start)
    assert sent == value
    assert same_types(sent, value)


@pytest.mark.parametrize("value", TYPED, ids=repr)
def test_a_raw_question_takes_any_value_with_its_type(value: Any) -> None:
    sent = submit(read_request(question("Which?")), to_json(value))
    assert sent == value
    assert same_types(sent, value)


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: [x], lambda x: (x,), lambda x: {"k": x}, lambda x: {"k": ({"n": [x]},)}]
)
def test_objects_of_other_programs_are_sent_as_their_fields(wrap: Callable[[Any], Any]) -> None:
    order = Foreign("shop.Order", {"id": 7, "parts": [Foreign("shop.Part", {"n": 1})]})
    request = read_request(question({"order": wrap(order), "other": 1}))
    sent = submit(request, request.items[0].shapes[0].start)
    assert sent == {"order": wrap({"id": 7, "parts": [{"n": 1}]}), "other": 1}


@pytest.mark.parametrize(
    ("payload", "labels"),
    [
        ({"draft": "Hello"}, ["The value of “draft”, edited", "The payload, edited"]),
        ({"a": 1, "b": 2}, ["The payload, edited", "The value of “a”, edited", "The value of “b”, edited"]),
        ({}, ["The payload, edited"]),
        ("Dear Ana,\nhello", ["The payload, edited"]),
        ({7: "x"}, ["The payload, edited"]),
    ],
)
def test_a_raw_question_offers_its_fields_and_then_the_usual_answers(payload: Any, labels: list[str]) -> None:
    shapes = read_request(question(payload)).items[0].shapes
    usual = ["Text", "Yes or no", "Approved, with a reason", "Number", "Any JSON"]
    assert [shape.label for shape in shapes] == [*labels, *usual]


@pytest.mark.parametrize("payload", ["May I?", "Your name:", "Go on\n", "", {"question": "A?\nOr B? "}])
def test_a_line_of_text_is_a_question_and_not_its_own_answer(payload: str) -> None:
    request = read_request(question(payload))
    shape = request.items[0].shapes[0]
    assert (shape.label, shape.start) == ("Text", "")
    assert problems("", shape.schema), "sent without a word it would be an answer by accident"
    assert submit(request, "Bo") == "Bo"


def test_a_raw_question_says_that_the_shape_must_be_chosen() -> None:
    assert any("does not say what it wants back" in note for note in read_request(question("Which?")).notes)


@pytest.mark.parametrize(
    ("payload", "schema", "proposed", "alone"),
    [
        ({"text": "A draft."}, {"type": "string", "default": "A draft."}, True, True),
        ("A draft.", {"anyOf": [{"type": "string", "default": "A draft."}, {"type": "object"}]}, True, False),
        ({"text": "A draft.", "for": "Ana"}, {"type": "string", "default": "A draft."}, True, False),
        ({"text": "Another."}, {"type": "string", "default": "A draft."}, False, False),
        ({"text": ""}, {"type": "string"}, False, False),
        ({"number": 5}, {"type": "integer", "default": 5}, False, False),
    ],
)
def test_a_text_that_the_answer_begins_with_is_a_proposal_and_shown_once(
    payload: Any, schema: Any, proposed: bool, alone: bool
) -> None:
    (item,) = read_request(question(payload, schema)).items
    assert (item.shapes[0].is_proposal, item.is_form) == (proposed, alone)


def test_an_answer_begins_with_what_the_schema_offers() -> None:
    request = read_request(question({"message": "Pay?"}, APPROVAL))
    (shape,) = request.items[0].shapes
    assert shape.start == {"approved": False, "reason": ""}
    assert request.items[0].payload == {"message": "Pay?"}
    assert request.items[0].title == "ask"


@pytest.mark.parametrize("value", [{"approved": True}, {"approved": False, "reason": "Paid in May."}])
def test_a_value_that_fits_the_schema_is_sent_as_it_is(value: Any) -> None:
    assert submit(read_request(question("Pay?", APPROVAL)), value) == value


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({}, ("approved",)),
        ({"approved": "true"}, ("approved",)),
        ({"approved": 1}, ("approved",)),
        ({"approved": None}, ("approved",)),
        ({"approved": True, "reason": 5}, ("reason",)),
        ({"approved": True, "why": "x"}, ()),
        (True, ()),
        (None, ()),
    ],
)
def test_a_value_that_does_not_fit_the_schema_is_refused_at_its_place(value: Any, place: tuple[str, ...]) -> None:
    request = read_request(question("Pay?", APPROVAL))
    with pytest.raises(InvalidAnswerError) as refused:
        submit(request, value)
    assert refused.value.problems[0].path == place


def test_a_schema_may_ask_for_anything_at_all() -> None:
    values: list[Any] = [None, 5, "x", {"a": []}]
    for value in values:
        assert submit(read_request(question("Well?", {})), value) == value


def test_a_schema_that_is_none_says_so_and_lets_nothing_pass() -> None:
    request = read_request(question("Pay?", {"type": "no such type"}))
    with pytest.raises(InvalidAnswerError, match="own schema is not valid"):
        submit(request, 5)


@pytest.mark.parametrize("schema", [None, APPROVAL])
@pytest.mark.parametrize("decision", [Approve(), Respond("Yes."), Ignore(), Continue(), Edit({"approved": True})])
def test_only_a_value_answers_a_question(decision: Decision, schema: Any) -> None:
    with pytest.raises(InvalidAnswerError, match="only: submit"):
        answer_request(read_request(question("Pay?", schema)), [decision])


@pytest.mark.parametrize("schema", [None, APPROVAL])
@pytest.mark.parametrize("count", [0, 2])
def test_one_value_answers_a_question(count: int, schema: Any) -> None:
    with pytest.raises(InvalidAnswerError, match="1 decisions are asked for"):
        answer_request(read_request(question("Pay?", schema)), [Submit({"approved": True})] * count)


@pytest.mark.parametrize("spoilt", [{"__type__": "UUID", "value": 5}, [{"__type__": "date", "value": "x"}]])
def test_a_spoilt_tagged_value_is_refused(spoilt: Any) -> None:
    for request in (read_request(question("Which?")), read_request(question("Which?", {}))):
        with pytest.raises(InvalidAnswerError, match="is not a "):
            submit(request, spoilt)
