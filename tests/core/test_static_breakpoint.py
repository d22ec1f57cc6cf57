"""Decisions at a breakpoint: go on, change the model's calls under the same id, or answer every call by a rejection."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.decisions import Approve, Continue, Decision, Edit, InvalidAnswerError, Reject, Respond, Submit
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.graphs import GraphInfo, StateField
from hitl_desktop.core.requests import GoOn, Request
from hitl_desktop.core.values import Foreign
from tests.core.samples import at_breakpoint, call, calling

HUMAN = {"type": "human", "content": "How much?", "id": "m1"}
SEARCH = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
ONE = {"messages": [HUMAN, calling(call(query="hotel"))]}
BYTES = {"__type__": "bytes", "value": "AA=="}
TWO = {"messages": [HUMAN, calling(call(query="hotel"), call("read", "c2", page=3))]}
GRAPH = GraphInfo("g", tools={"search": SEARCH})


def answer(request: Request, *decisions: Decision) -> GoOn:
    sent = answer_request(request, decisions)
    assert isinstance(sent, GoOn)
    return sent


def test_each_call_that_waits_is_an_item() -> None:
    request = read_request(at_breakpoint(TWO), GRAPH)
    assert [(item.title, item.payload) for item in request.items] == [
        ("search", {"query": "hotel"}),
        ("read", {"page": 3}),
    ]
    assert [[kind.value for kind in item.allowed] for item in request.items] == [["approve", "edit", "reject"]] * 2
    assert request.items[0].shapes[0].schema == SEARCH
    assert request.asks == "2 actions: search: query hotel"


def test_stored_messages_are_read_too() -> None:
    stored = Foreign("langchain_core.messages.ai.AIMessage", calling(call(query="hotel")))
    assert [item.title for item in read_request(at_breakpoint({"messages": [stored]})).items] == ["search"]


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"messages": []},
        {"messages": [HUMAN]},
        {"messages": [{"type": "ai", "content": "Done.", "id": "m2"}]},
        {"messages": [*ONE["messages"], {"type": "tool", "content": "120", "tool_call_id": "c1"}]},
        {"route": "finish"},
    ],
)
def test_without_calls_the_state_is_what_is_decided_on(state: Any) -> None:
    request = read_request(at_breakpoint(state, "draft", "check"))
    (item,) = request.items
    assert item.payload == item.shapes[0].start == state
    assert item.title == "Breakpoint before draft and check"
    assert [kind.value for kind in item.allowed] == ["continue", "edit"]
    assert request.asks == "Continue with draft, check?"
    assert answer(request, Continue()) == GoOn()


def test_calls_before_several_nodes_are_not_decided_one_by_one() -> None:
    request = read_request(at_breakpoint(ONE, "call_tools", "log"))
    assert answer(request, Continue()) == GoOn()


def test_a_breakpoint_after_a_node_names_it() -> None:
    request = read_request(at_breakpoint({}, "draft", when="after"))
    assert request.items[0].title == "Breakpoint after call_llm"
    assert "draft will read this state" in request.items[0].description


def test_a_breakpoint_that_may_be_a_crash_says_so() -> None:
    assert read_request(at_breakpoint(ONE)).notes == ()
    (note,) = read_request(at_breakpoint(ONE, certain=False)).notes
    assert note.startswith("Probably a breakpoint before call_tools")


def test_keys_of_a_free_mapping_can_be_taken_away_and_others_cannot() -> None:
    free = StateField({"type": "object", "additionalProperties": {"type": "integer"}})
    state = {"free": {"x": 1, "y": 2}, "other": {"x": 1}, "tagged": {1}}
    graph = GraphInfo("g", state={"free": free, "other": StateField({"type": "object"}), "tagged": free})
    request = read_request(at_breakpoint(state, "draft"), graph)
    payload = request.items[0].payload
    assert answer(request, Edit({**payload, "free": {"z": 3}})).update == {"free": {"z": 3}}
    for wrong in ({"free": {"x": "1"}}, {"other": {}}, {"tagged": {"value": []}}):
        with pytest.raises(InvalidAnswerError):
            answer(request, Edit({**payload, **wrong}))


def test_approving_all_calls_goes_on_without_a_change() -> None:
    assert answer(read_request(at_breakpoint(TWO)), Approve(), Approve()) == GoOn()


def test_an_edit_replaces_the_message_under_its_own_id_and_leaves_the_node_to_langgraph() -> None:
    sent = answer(read_request(at_breakpoint(TWO), GRAPH), Edit({"query": "laptop"}), Approve())
    assert sent.as_node is None
    assert sent.update == {
        "messages": [
            {
                "type": "ai",
                "content": "Let me look.",
                "id": "m2",
                "tool_calls": [call(query="laptop"), call("read", "c2", page=3)],
            }
        ]
    }


def test_calls_that_json_cannot_carry_stay_as_they_are_when_another_is_edited() -> None:
    state = {"messages": [calling(call(query="hotel"), call("read", "c2", data=b"\x00", pair=(1, 2)))]}
    request = read_request(at_breakpoint(state), GRAPH)
    for second in (Approve(), Edit(request.items[1].shapes[0].start)):
        update = answer(request, Edit({"query": "laptop"}), second).update
        assert update is not None
        assert update["messages"][0]["tool_calls"][1]["args"] == {"data": b"\x00", "pair": (1, 2)}


def test_rejecting_answers_every_call_in_the_name_of_the_node_that_would_run_them() -> None:
    sent = answer(read_request(at_breakpoint(TWO)), Reject("Secret."), Reject("  "))
    assert sent.as_node == "call_tools"
    assert sent.update is not None
    first, second = sent.update["messages"]
    assert first == {
        "type": "tool",
        "content": "Secret.",
        "tool_call_id": "c1",
        "name": "search",
        "status": "error",
    }
    assert second["tool_call_id"] == "c2"
    assert "rejected" in second["content"]


def test_rejecting_some_calls_gives_these_a_result_and_leaves_the_others_in_a_message_after_it() -> None:
    stop = at_breakpoint(TWO, last_node="call_llm")
    sent = answer(read_request(stop), Edit({"query": "laptop"}), Reject("Secret."))
    assert sent.as_node == "call_llm"
    assert sent.update is not None
    first, result, last = sent.update["messages"]
    assert (first["id"], first["content"], first["tool_calls"]) == (
        "m2",
        "Let me look.",
        [call("read", "c2", page=3)],
    )
    assert (result["tool_call_id"], result["content"], result["status"]) == ("c2", "Secret.", "error")
    assert last == {"type": "ai", "content": "", "tool_calls": [call(query="laptop")]}


def test_messages_that_cannot_be_replaced_are_approved_or_rejected_as_they_are() -> None:
    graph = GraphInfo("g", state={"messages": StateField(reducer="add")})
    request = read_request(at_breakpoint(TWO), graph)
    for decisions in ((Edit({"query": "x"}), Approve()), (Approve(), Reject("No."))):
        with pytest.raises(InvalidAnswerError, match="combined by “add”"):
            answer_request(request, decisions)
    assert answer(request, Approve(), Approve()) == GoOn()
    assert answer(request, Reject(), Reject()).as_node == "call_tools"


def test_instead_of_the_calls_the_state_can_be_decided_on() -> None:
    (state,) = read_request(at_breakpoint({**TWO, "route": "tools"}, last_node="call_llm")).others
    assert state.view == "The state"
    sent = answer(state, Edit({**state.items[0].payload, "route": "finish"}))
    assert sent == GoOn({"route": "finish"}, "call_llm", replaced=("route",))
    assert answer(state, Continue()) == GoOn()


@pytest.mark.parametrize(
    "decisions", [[], [Approve()], [Approve()] * 3, [Respond("x"), Approve()], [Continue()] * 2, [Submit({})] * 2]
)
def test_what_a_breakpoint_does_not_allow_is_refused(decisions: list[Decision]) -> None:
    with pytest.raises(InvalidAnswerError):
        answer_request(read_request(at_breakpoint(TWO)), decisions)


@pytest.mark.parametrize("decision", [Approve(), Reject("x"), Respond("x"), Submit({})])
def test_a_state_can_be_changed_or_left_as_it_is(decision: Decision) -> None:
    with pytest.raises(InvalidAnswerError, match="only: continue, edit"):
        answer_request(read_request(at_breakpoint({"x": 1})), [decision])


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"draft": "Hello"}, "is required"),
        ({"draft": 5, "parts": [1, 2], "at": BYTES}, "text"),
        ({"draft": "Hello", "parts": [1, "2"], "at": BYTES}, "number"),
        ({"draft": "Hello", "parts": [1, 2], "at": BYTES, "other": 1}, "other"),
        ({"draft": "Hello", "parts": [1, 2], "at": BYTES, "note": 1}, "text"),
        ({"draft": "Hello", "parts": [1, 2], "at": BYTES}, "Nothing was changed"),
    ],
)
def test_a_change_that_the_state_does_not_take_is_refused(value: Any, why: str) -> None:
    fields = {"draft": StateField(), "parts": StateField(reducer="add"), "at": StateField()}
    graph = GraphInfo("g", state={**fields, "note": StateField({"type": "string"})})
    request = read_request(at_breakpoint({"draft": "Hello", "parts": [1, 2], "at": b"\x00"}), graph)
    with pytest.raises(InvalidAnswerError, match=why):
        answer_request(request, [Edit(value)])
    sent = answer(request, Edit({"draft": "Hello", "parts": [2], "at": BYTES, "note": "Shorter."}))
    assert sent.update == {"parts": [2], "note": "Shorter."}


@pytest.mark.parametrize("args", [{}, {"query": 5}, {"query": None}, "hotel"])
def test_arguments_that_the_tool_does_not_take_are_refused(args: Any) -> None:
    with pytest.raises(InvalidAnswerError) as refused:
        answer_request(read_request(at_breakpoint(TWO), GRAPH), [Edit(args), Approve()])
    assert refused.value.problems[0].item == 0
