"""Decisions on tool calls that are refused before anything is sent: each would have spoilt the thread."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.decisions import (
    Approve,
    Continue,
    Decision,
    DecisionKind,
    Edit,
    InvalidAnswerError,
    Reject,
    Respond,
    Submit,
)
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.requests import Request
from tests.core.samples import ALL_FOUR, MAIL, batch, decision_schema, question, tool_approval
from tests.core.tool_calls import EVERY_DECISION, GRAPH, answer

NOT_FOR_TOOL_CALLS: list[Decision] = [Submit({"to": "x"}), Continue()]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_decisions_is_refused(count: int) -> None:
    request = read_request(question(batch(ALL_FOUR, ALL_FOUR)))
    with pytest.raises(InvalidAnswerError, match=f"2 decisions are asked for, {count} were made"):
        answer_request(request, [Approve()] * count)


@pytest.mark.parametrize("allowed", ALL_FOUR)
@pytest.mark.parametrize("decision", [decision for decision, _ in EVERY_DECISION] + NOT_FOR_TOOL_CALLS)
def test_a_decision_that_is_not_allowed_is_refused(allowed: str, decision: Decision) -> None:
    for asked in (question(batch([allowed])), question(tool_approval(), decision_schema(allowed))):
        request = read_request(asked, GRAPH)
        if decision.kind == allowed:
            answer_request(request, [decision])
        else:
            with pytest.raises(InvalidAnswerError, match=f'"{decision.kind}" is not allowed here, only: {allowed}'):
                answer_request(request, [decision])


BAD_ARGUMENTS: list[tuple[Any, tuple[Any, ...]]] = [
    ({"to": 5, "copies": 1}, ("to",)),
    ({"to": "ana", "copies": "1"}, ("copies",)),
    ({"to": "ana", "copies": 1.5}, ("copies",)),
    ({"to": "ana", "copies": True}, ("copies",)),
    ({"copies": 1}, ("to",)),
    ({}, ("to",)),
    ("ana", ()),
    (None, ()),
    ([], ()),
    ({"name": "delete", "args": {"to": "ana", "copies": 1}}, ("to",)),
]


@pytest.mark.parametrize(("args", "place"), BAD_ARGUMENTS)
def test_arguments_that_the_tool_does_not_take_are_refused_at_their_place(args: Any, place: tuple[Any, ...]) -> None:
    second_of_two = read_request(question(batch(ALL_FOUR, ALL_FOUR)), GRAPH)
    alone = read_request(question(tool_approval(), decision_schema(*ALL_FOUR)))
    for request, before in ((second_of_two, [Approve()]), (alone, [])):
        with pytest.raises(InvalidAnswerError) as refused:
            answer_request(request, [*before, Edit(args)])
        problem = refused.value.problems[0]
        assert (problem.item, problem.path) == (len(before), place)
        assert problem.message


@pytest.mark.parametrize("args", [None, "text", [1]])
def test_arguments_stay_an_object_even_if_the_payload_has_something_else(args: Any) -> None:
    request = read_request(question({"action_requests": [{"name": "send", "args": args}]}))
    with pytest.raises(InvalidAnswerError, match="must be an object"):
        answer_request(request, [Edit(args)])


def test_without_a_schema_the_arguments_keep_their_own_types() -> None:
    request = read_request(question(batch(ALL_FOUR)))
    with pytest.raises(InvalidAnswerError) as refused:
        answer_request(request, [Edit({"to": "ana", "copies": "1"})])
    assert refused.value.problems[0].path == ("copies",)


def test_an_edit_cannot_rename_the_tool(one_of_a_batch: Request, one_by_itself: Request) -> None:
    edit = Edit({"to": "ana", "copies": 1, "name": "delete"})
    assert answer(one_of_a_batch, edit)["decisions"][0]["edited_action"]["name"] == "send"
    assert answer(one_by_itself, edit)["edited_action"]["name"] == "send"


def test_a_name_that_the_response_schema_does_not_know_is_refused() -> None:
    request = read_request(question(tool_approval(name="delete"), decision_schema(*ALL_FOUR)))
    answer_request(request, [Approve()])
    with pytest.raises(InvalidAnswerError, match="send"):
        answer_request(request, [Edit(MAIL)])


@pytest.mark.parametrize("message", ["", "   ", "\n"])
def test_an_empty_response_is_refused(message: str, one_of_a_batch: Request, one_by_itself: Request) -> None:
    for request in (one_of_a_batch, one_by_itself):
        with pytest.raises(InvalidAnswerError, match="Write the answer"):
            answer_request(request, [Respond(message)])


@pytest.mark.parametrize(
    "spoilt",
    [
        {"__type__": "datetime", "value": "soon"},
        {"__type__": "UUID", "value": 5},
        {"__type__": "dict", "value": [[[], 1]]},
        {"__type__": "bytes", "value": "?"},
    ],
)
def test_a_spoilt_tagged_value_is_refused(spoilt: Any) -> None:
    request = read_request(question(tool_approval(args={"x": None})))
    with pytest.raises(InvalidAnswerError, match=f"is not a {spoilt['__type__']}"):
        answer_request(request, [Edit({"x": spoilt})])


def test_all_that_is_wrong_is_said_at_once() -> None:
    request = read_request(question(batch(["approve"], ALL_FOUR, ALL_FOUR)), GRAPH)
    with pytest.raises(InvalidAnswerError) as refused:
        answer_request(request, [Reject(), Edit({"to": 1, "copies": "x"}), Respond("")])
    assert [problem.item for problem in refused.value.problems] == [0, 1, 1, 2]


def test_only_decisions_that_cannot_be_taken_back_are_held() -> None:
    held = {kind for kind in DecisionKind if kind.lets_something_happen}
    assert held == {DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.SUBMIT, DecisionKind.CONTINUE}
