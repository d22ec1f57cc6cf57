"""Decisions on tool calls: a batch of them, or one by one. Read as LangChain writes them, answered as it reads them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.decisions import (
    Approve,
    Decision,
    Edit,
    InvalidAnswerError,
    Reject,
)
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.requests import Request
from tests.core.samples import ALL_FOUR, MAIL, batch, decision_schema, question, tool_approval
from tests.core.tool_calls import EVERY_DECISION, GRAPH, answer


def kinds(request: Request) -> list[list[str]]:
    return [[kind.value for kind in item.allowed] for item in request.items]


# Reading


@pytest.mark.parametrize("camel", [False, True])
def test_a_batch_has_an_item_for_each_action_in_its_order(camel: bool) -> None:
    request = read_request(question(batch(["approve"], ["reject", "edit"], ALL_FOUR, camel=camel)), GRAPH)
    assert [item.title for item in request.items] == ["send"] * 3
    assert [item.payload["to"] for item in request.items] == ["ana", "bo", "cleo"]
    assert [item.description for item in request.items] == ["To ana", "To bo", "To cleo"]
    assert request.asks == "3 actions: send: to ana, copies 1"


def test_the_same_tool_twice_has_the_decisions_of_its_own_position() -> None:
    assert kinds(read_request(question(batch(["approve"], ["reject", "edit"], ALL_FOUR)))) == [
        ["approve"],
        ["edit", "reject"],
        ALL_FOUR,
    ]


def test_configurations_in_another_order_are_matched_by_name() -> None:
    configs = [
        {"action_name": "pay", "allowed_decisions": ["reject"]},
        {"action_name": "send", "allowed_decisions": ["approve"]},
    ]
    actions = [{"name": "send", "args": {}}, {"name": "pay", "args": {}}]
    assert kinds(read_request(question({"action_requests": actions, "review_configs": configs}))) == [
        ["approve"],
        ["reject"],
    ]


@pytest.mark.parametrize("configs", [None, [], "all", [None], [{"action_name": "other", "allowed_decisions": []}]])
def test_an_action_without_a_configuration_allows_what_the_middleware_knows(configs: Any) -> None:
    payload = {**batch(["approve"]), "review_configs": configs}
    assert kinds(read_request(question(payload))) == [ALL_FOUR]


@pytest.mark.parametrize("names", [None, [], "approve", ["accept", 5], ["submit", "continue"], 3])
def test_what_is_no_decision_on_a_tool_call_is_not_offered(names: Any) -> None:
    configs = [{"action_name": "send", "allowed_decisions": names}]
    request = read_request(question({**batch(ALL_FOUR), "review_configs": configs}))
    assert kinds(request) == [[]]
    for decision, _ in EVERY_DECISION:
        with pytest.raises(InvalidAnswerError, match="not allowed"):
            answer_request(request, [decision])


def test_an_early_spelling_of_the_arguments_is_read() -> None:
    request = read_request(question({"action_requests": [{"name": "send", "arguments": MAIL}]}))
    assert request.items[0].payload == MAIL
    assert request.asks == "send: to ana@example.com, copies 1"


@pytest.mark.parametrize("allowed", [ALL_FOUR, ["approve", "reject"], ["reject"], ["edit"], ["respond"]])
def test_a_single_approval_allows_what_its_response_schema_lists(allowed: list[str]) -> None:
    request = read_request(question(tool_approval(), decision_schema(*allowed)))
    assert kinds(request) == [allowed]
    assert (request.asks, request.items[0].description) == ("send: to ana@example.com, copies 1", "Sends it.")


@pytest.mark.parametrize(
    "schema", [None, {}, {"oneOf": []}, {"oneOf": [True, 5]}, {"properties": []}, {"oneOf": {"type": "x"}}]
)
def test_a_single_approval_without_a_list_allows_what_the_middleware_knows(schema: Any) -> None:
    assert kinds(read_request(question(tool_approval(), schema))) == [ALL_FOUR]


def test_the_arguments_of_a_single_approval_are_checked_as_its_response_schema_says(one_by_itself: Request) -> None:
    (shape,) = one_by_itself.items[0].shapes
    assert shape.start == MAIL
    assert shape.schema is not None
    assert shape.schema["properties"]["copies"]["type"] == "integer"


def test_definitions_that_the_arguments_refer_to_come_with_them() -> None:
    address = {"type": "object", "properties": {"zip": {"type": "string"}}, "required": ["zip"]}
    args = {"type": "object", "properties": {"to": {"$ref": "#/$defs/Address"}}}
    schema = decision_schema("approve", "edit", args=args)
    asked = question(
        tool_approval(args={"to": {"zip": "1"}}), {**schema, "$defs": {**schema["$defs"], "Address": address}}
    )
    request = read_request(asked)
    assert answer(request, Edit({"to": {"zip": "2"}}))["edited_action"]["args"] == {"to": {"zip": "2"}}
    with pytest.raises(InvalidAnswerError) as refused:
        answer(request, Edit({"to": {"zip": 2}}))
    assert refused.value.problems[0].path == ("to", "zip")


def test_arguments_can_be_edited_only_where_editing_is_allowed() -> None:
    requests = [
        read_request(question(batch(["approve"], ["edit"]))),
        read_request(question(tool_approval(), decision_schema("approve", "reject"))),
    ]
    assert [[len(item.shapes) for item in request.items] for request in requests] == [[0, 1], [0]]


# Answering


@pytest.mark.parametrize(("decision", "wire"), EVERY_DECISION)
def test_each_decision_in_a_batch(decision: Decision, wire: dict[str, Any], one_of_a_batch: Request) -> None:
    assert answer(one_of_a_batch, decision) == {"decisions": [wire]}


@pytest.mark.parametrize(("decision", "wire"), EVERY_DECISION)
def test_each_decision_by_itself(decision: Decision, wire: dict[str, Any], one_by_itself: Request) -> None:
    assert answer(one_by_itself, decision) == wire
    jsonschema.validate(wire, one_by_itself.question.response_schema or {})


@pytest.mark.parametrize("camel", [False, True])
def test_the_decisions_of_a_batch_stay_in_the_order_of_its_actions(camel: bool) -> None:
    request = read_request(question(batch(ALL_FOUR, ALL_FOUR, ALL_FOUR, camel=camel)), GRAPH)
    sent = answer(request, Reject("No."), Approve(), Edit({"to": "dan", "copies": 3}))
    assert [each["type"] for each in sent["decisions"]] == ["reject", "approve", "edit"]
    assert sent["decisions"][2]["edited_action"] == {"name": "send", "args": {"to": "dan", "copies": 3}}


@given(st.lists(st.sampled_from(EVERY_DECISION), min_size=1, max_size=3))
def test_any_mix_of_decisions_is_answered_one_to_one(chosen: list[tuple[Decision, dict[str, Any]]]) -> None:
    request = read_request(question(batch(*[ALL_FOUR] * len(chosen))), GRAPH)
    assert answer(request, *(decision for decision, _ in chosen)) == {"decisions": [wire for _, wire in chosen]}


def test_types_survive_editing(one_of_a_batch: Request) -> None:
    sent = answer(one_of_a_batch, Edit({"to": "5", "copies": 5, "extra": [None, True, 1.0]}))
    args = sent["decisions"][0]["edited_action"]["args"]
    assert repr(args) == "{'to': '5', 'copies': 5, 'extra': [None, True, 1.0]}"


def test_arguments_that_json_cannot_carry_come_back_as_they_were() -> None:
    args = {"data": b"\x00\xff", "pair": (1, 2), "odd": {"__type__": "x", "value": 1}}
    for asked in (question({"action_requests": [{"name": "send", "args": args}]}), question(tool_approval(args=args))):
        request = read_request(asked)
        sent = answer(request, Edit(request.items[0].shapes[0].start))
        decision = sent["decisions"][0] if "decisions" in sent else sent
        assert decision["edited_action"]["args"] == args
