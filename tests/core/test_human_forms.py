"""The older `HumanInterrupt`, the questions of `ask_user`, and rejecting what does not say what a rejection is."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.core.decisions import (
    Approve,
    Decision,
    Edit,
    Ignore,
    InvalidAnswerError,
    Reject,
    Respond,
    Submit,
)
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.dialects.raw_value import EARLIER
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Question, Request, Resume
from hitl_desktop.core.schema import Problem
from tests.core.samples import ID, MAIL, ask_user, human_interrupt, question
from tests.core.tool_calls import GRAPH

ALL = ("accept", "edit", "respond", "ignore")
RESPONSES: list[tuple[str, Decision, Any]] = [
    ("accept", Approve(), {"type": "accept", "args": None}),
    (
        "edit",
        Edit({"to": "bo", "copies": 2}),
        {"type": "edit", "args": {"action": "send", "args": {"to": "bo", "copies": 2}}},
    ),
    ("respond", Respond("Ask Ana."), {"type": "response", "args": "Ask Ana."}),
    ("ignore", Ignore(), {"type": "ignore", "args": None}),
]


def answer(request: Request, *decisions: Decision) -> Any:
    sent = answer_request(request, decisions)
    assert isinstance(sent, Resume)
    return sent.value


@pytest.mark.parametrize(("flag", "decision", "response"), RESPONSES)
def test_what_a_human_interrupt_allows_is_answered_with_a_list_of_one(
    flag: str, decision: Decision, response: Any
) -> None:
    for asked in (human_interrupt(flag), [human_interrupt(flag)]):
        request = read_request(question(asked))
        assert [kind.value for kind in request.items[0].allowed] == [decision.kind.value]
        assert answer(request, decision) == [response]
    for other in ALL:
        if other != flag:
            with pytest.raises(InvalidAnswerError, match="not allowed here"):
                answer_request(read_request(question(human_interrupt(other))), [decision])


def test_several_human_interrupts_in_a_list_are_answered_one_to_one() -> None:
    request = read_request(question([human_interrupt(*ALL), human_interrupt(*ALL), human_interrupt(*ALL)]))
    assert request.asks.startswith("3 actions: send: to ana@example.com")
    assert answer(request, Ignore(), Approve(), Respond("x")) == [
        {"type": "ignore", "args": None},
        {"type": "accept", "args": None},
        {"type": "response", "args": "x"},
    ]
    with pytest.raises(InvalidAnswerError, match="3 decisions are asked for"):
        answer_request(request, [Approve()])


@pytest.mark.parametrize("graph", [None, GRAPH])
@pytest.mark.parametrize("args", [{"to": 5, "copies": 1}, {"to": "bo", "copies": "2"}, {"copies": 1}, "bo"])
def test_edited_arguments_keep_their_types(args: Any, graph: GraphInfo | None) -> None:
    with pytest.raises(InvalidAnswerError):
        answer_request(read_request(question(human_interrupt("edit")), graph), [Edit(args)])


def test_arguments_that_are_a_text_stay_one() -> None:
    request = read_request(question(human_interrupt("edit", args="ls -l")))
    assert answer(request, Edit("ls")) == [{"type": "edit", "args": {"action": "send", "args": "ls"}}]
    with pytest.raises(InvalidAnswerError):
        answer_request(request, [Edit({"command": "ls"})])


def test_a_human_interrupt_that_allows_nothing_says_so() -> None:
    request = read_request(question(human_interrupt()))
    assert request.items[0].allowed == ()
    assert "can only be ended" in request.warnings[0]


def test_the_code_of_the_tool_has_the_last_word_on_its_arguments() -> None:
    def check(tool: str, arguments: Any) -> tuple[Problem, ...]:
        return (Problem(("to",), "is on leave"),) if (tool, arguments["to"]) == ("send", "bo") else ()

    graph = GraphInfo("g", check_arguments=check)
    request = read_request(question(human_interrupt("edit")), graph)
    with pytest.raises(InvalidAnswerError, match="on leave") as refused:
        answer_request(request, [Edit({**MAIL, "to": "bo"})])
    assert refused.value.problems[0].path == ("to",)
    assert answer(request, Edit({**MAIL, "to": "cleo"}))


WHERE = {"question": "Where?", "type": "text"}
WHICH = {"question": "Which?", "type": "multiple_choice", "choices": [{"value": "a"}, {"value": "b"}]}
ALL_OF = {"question": "Which all?", "type": "multi_select", "choices": ["a", "b", "c"], "required": False}
MORE = {"question": "Anything else?", "type": "text", "required": False}


@pytest.mark.parametrize(
    ("value", "answers"),
    [
        ({"1": "Rome", "2": "b", "3": ["a", "c"], "4": "No."}, ["Rome", "b", '["a", "c"]', "No."]),
        ({"1": "Rome", "2": "neither", "3": []}, ["Rome", "neither", "[]", ""]),
        ({"1": "Rom\u00e9", "2": "a"}, ["Rom\u00e9", "a", "", ""]),
    ],
)
def test_each_question_gets_its_answer_as_a_text(value: Any, answers: list[str]) -> None:
    request = read_request(question(ask_user(WHERE, WHICH, ALL_OF, MORE)))
    assert request.asks == "4 questions: Where?"
    assert answer(request, Submit(value)) == {"answers": answers}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"2": "a"},
        {"1": "", "2": "a"},
        {"1": "Rome", "2": ""},
        {"1": "Rome", "2": 5},
        {"1": "Rome", "2": "a", "3": ["d"]},
        {"1": "Rome", "2": "a", "3": ["a", "a"]},
        {"1": "Rome", "2": "a", "5": "x"},
        ["Rome", "a", "", ""],
    ],
)
def test_a_question_that_must_be_answered_or_an_answer_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(InvalidAnswerError):
        answer_request(read_request(question(ask_user(WHERE, WHICH, ALL_OF, MORE))), [Submit(value)])


def test_questions_can_be_turned_down() -> None:
    request = read_request(question(ask_user(WHERE, WHICH)))
    assert answer(request, Reject("Later.")) == {"status": "cancelled", "answers": ["", ""]}


@pytest.mark.parametrize(
    ("form", "reason", "value"),
    [
        (0, "Too much.", {"approved": False, "reason": "Too much."}),
        (0, "", {"approved": False, "reason": ""}),
        (1, "Too much.", False),
        (2, "Too much.", "Too much."),
        (2, " ", "rejected"),
        (3, "Too much.", None),
    ],
)
def test_the_reviewer_chooses_what_a_graph_receives_as_a_rejection(form: int, reason: str, value: Any) -> None:
    request = read_request(question({"amount": 5}))
    sent = answer(request, Reject(reason, form))
    assert sent == value
    assert type(sent) is type(value)


@pytest.mark.parametrize("form", [-1, 4])
def test_a_form_of_rejection_that_is_not_offered_is_refused(form: int) -> None:
    with pytest.raises(InvalidAnswerError, match="no such form"):
        answer_request(read_request(question("Pay?")), [Reject("No.", form)])


EARLIER_ANSWERS: list[tuple[tuple[Any, ...], Any, Any]] = [
    ((), None, None),
    (("yes please",), "", None),
    ((5,), 0, None),
    (({"ok": True, "comment": "Fine."},), {"ok": False, "comment": ""}, {"ok": False, "comment": "Why"}),
    (("x", {"ok": True, "amount": 9}), "", {"ok": False, "amount": 0}),
]


@pytest.mark.parametrize(("earlier", "start", "refused"), EARLIER_ANSWERS)
def test_the_shape_of_an_earlier_answer_comes_first_without_its_values(
    earlier: tuple[Any, ...], start: Any, refused: Any
) -> None:
    asked = Question(ID, "ask", ("ask",), {"amount": 5}, earlier=earlier)
    (item,) = read_request(asked).items
    assert (item.shapes[0].label == EARLIER) == bool(earlier)
    if earlier:
        assert item.shapes[0].start == start
    assert len(item.refusals) == 4 + (refused is not None)
    if refused is not None:
        assert answer(read_request(asked), Reject("Why")) == refused
