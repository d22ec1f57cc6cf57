"""An opened thread as a review: where it stands, whose it is, and the delivery that decisions become."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hitl_desktop.core.backend import HowToGoOn
from hitl_desktop.core.decisions import Approve, Continue, Decision, Edit, InvalidAnswerError, Reject, Respond, Submit
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.records import RunStop
from hitl_desktop.core.requests import Breakpoint, GoOn
from hitl_desktop.core.review import going_on, prepare, review
from hitl_desktop.core.threads import ThreadState
from tests.core.samples import (
    ALL_FOUR,
    CHECKPOINT,
    ID,
    MAIL,
    OTHER_ID,
    batch,
    call,
    calling,
    opened,
    project,
    question,
    tool_approval,
)

STOPPED = ThreadState.STOPPED
FAILED = RunStop("t1", CHECKPOINT, StopReason.FAILED, message="It cannot be stored.")
MAY_I = question(tool_approval())
AND_YOU = question("Which?", node="other", id_=OTHER_ID)


def stop(reason: StopReason, checkpoint: str = CHECKPOINT) -> RunStop:
    return RunStop("t1", checkpoint, reason)


# Where it stands


@pytest.mark.parametrize(
    ("reason", "stands"),
    [
        (StopReason.BREAKPOINT_BEFORE, Breakpoint(("call_tools",), "before", last_node="call_llm")),
        (StopReason.BREAKPOINT_AFTER, Breakpoint(("call_tools",), "after", last_node="call_llm")),
        (StopReason.CANCELLED, None),
        (StopReason.PAUSED, None),
        (StopReason.FAILED, None),
    ],
)
def test_the_record_of_the_run_is_certain(reason: StopReason, stands: Breakpoint | None) -> None:
    detail = opened(state=STOPPED, graph="search", next_nodes=("call_tools",), last_node="call_llm")
    read = review(detail, project(), stop(reason))
    assert [request.question.breakpoint for request in read.requests] == ([stands] if stands else [])
    assert read.detail.summary.state is (ThreadState.BREAKPOINT if stands else STOPPED)
    assert read.detail.summary.requests == len(read.requests)
    if stands:
        assert read.requests[0].id == f"breakpoint:{CHECKPOINT}"
        assert read.requests[0].question.node == ("call_tools" if stands.when == "before" else "call_llm")


@pytest.mark.parametrize(
    ("lists", "next_nodes", "last_node", "stands"),
    [
        ({"interrupt_before": ("call_tools",)}, ("call_tools",), "call_llm", "before"),
        ({"interrupt_before": ("call_tools",)}, ("other", "call_tools"), "call_llm", "before"),
        ({"interrupt_before": (), "interrupt_after": ("call_llm",)}, ("call_tools",), "call_llm", "after"),
        ({"interrupt_before": ("other",)}, ("call_tools",), "call_llm", None),
        ({"interrupt_before": (), "interrupt_after": ("call_llm",)}, ("call_tools",), "other", None),
        ({"interrupt_before": ("call_tools",), "interrupt_after": ("call_llm",)}, (), "call_llm", None),
    ],
)
@pytest.mark.parametrize("record", [None, stop(StopReason.BREAKPOINT_BEFORE, "an older checkpoint")])
def test_without_a_record_the_lists_of_the_graph_make_it_probable(
    lists: Any, next_nodes: tuple[str, ...], last_node: str, stands: str | None, record: RunStop | None
) -> None:
    detail = opened(state=STOPPED, graph="search", next_nodes=next_nodes, last_node=last_node)
    found = [request.question.breakpoint for request in review(detail, project(**lists), record).requests]
    assert [(each.when, each.certain) for each in found if each] == ([(stands, False)] if stands else [])


@pytest.mark.parametrize("state", [state for state in ThreadState if state is not STOPPED])
def test_only_a_thread_that_was_left_with_steps_to_do_stands_at_a_breakpoint(state: ThreadState) -> None:
    detail = opened(state=state, graph="search", next_nodes=("call_tools",))
    assert review(detail, project(), stop(StopReason.BREAKPOINT_BEFORE)).requests == ()


def test_a_thread_that_asks_is_reviewed_by_its_questions() -> None:
    read = review(opened(MAY_I, AND_YOU), project(), stop(StopReason.BREAKPOINT_BEFORE))
    assert [request.id for request in read.requests] == [ID, OTHER_ID]
    assert [request.dialect for request in read.requests] == ["tool_approval", "raw"]
    assert read.detail.summary.state is ThreadState.WAITING


def test_a_run_that_was_stopped_is_no_failure() -> None:
    detail = opened(state=ThreadState.FAILED, errors=(("ask", "CancelledError()"),))
    read = review(detail, project(), stop(StopReason.CANCELLED))
    assert (read.detail.summary.state, read.detail.errors) == (STOPPED, ())
    for record in (None, stop(StopReason.FAILED), stop(StopReason.CANCELLED, "an older checkpoint")):
        assert review(detail, project(), record).detail == detail


@pytest.mark.parametrize(
    ("state", "errors", "record", "failure"),
    [
        (STOPPED, (), FAILED, "It cannot be stored."),
        (ThreadState.WAITING, (), FAILED, "It cannot be stored."),
        (ThreadState.WAITING, (("other", "ValueError()"),), FAILED, "It cannot be stored."),
        (ThreadState.FAILED, (), FAILED, "It cannot be stored."),
        (ThreadState.FAILED, (("ask", "ValueError()"),), FAILED, "It cannot be stored."),
        (ThreadState.NEEDS_REPAIR, (("ask", "ValueError()"),), FAILED, "It cannot be stored."),
        (STOPPED, (), replace(FAILED, checkpoint_id="an older checkpoint"), ""),
        (STOPPED, (), replace(FAILED, reason=StopReason.CANCELLED), ""),
        (STOPPED, (), None, ""),
    ],
)
def test_what_a_run_failed_with_at_this_checkpoint_is_told_in_its_words(
    state: ThreadState, errors: Any, record: RunStop | None, failure: str
) -> None:
    assert review(opened(state=state, errors=errors), project(), record).failure == failure


# Whose it is


@pytest.mark.parametrize(
    ("named", "chosen", "found"),
    [
        ("mail", None, "mail"),
        ("mail", "search", "search"),
        ("mail", "gone", "mail"),
        ("gone", None, None),
        ("broken", None, None),
        (None, None, "mail"),
        (None, "search", "search"),
    ],
)
def test_the_graph_is_the_chosen_the_named_or_the_only_one_that_fits(
    named: str | None, chosen: str | None, found: str | None
) -> None:
    read = review(opened(MAY_I, graph=named), project(), None, chosen)
    assert (read.graph.name if read.graph else None) == found
    assert read.graph_is_chosen is (chosen == "search")


def test_a_graph_that_is_not_the_only_one_that_fits_is_not_guessed() -> None:
    detail = opened(MAY_I, graph=None)
    assert review(detail, project(nodes=("ask", "call_tools")), None).graph is None
    assert review(detail, Project("/graphs"), None).graph is None
    assert review(opened(state=STOPPED, graph=None), project(), None).graph is None


def test_the_first_node_of_the_path_belongs_to_the_graph() -> None:
    below = replace(MAY_I, node="inner", path=("ask", "inner"))
    graph = review(opened(below, graph=None), project(), None).graph
    assert graph is not None
    assert graph.name == "mail"


def test_the_graphs_own_tools_say_what_arguments_may_be() -> None:
    read = review(opened(question(batch(ALL_FOUR))), project(), None)
    with pytest.raises(InvalidAnswerError) as refused:
        prepare(read, {ID: [Edit({"to": "ana", "copies": 1.5})]})
    assert refused.value.problems[0].path == ("copies",)


# The delivery


@pytest.mark.parametrize(
    ("decision", "words", "held", "kept"),
    [
        (Approve(), "Approve send", True, {"kind": "approve"}),
        (Edit({**MAIL, "to": "bo"}), "Approve edited send", True, {"kind": "edit", "value": {**MAIL, "to": "bo"}}),
        (Reject("No."), "Reject send", False, {"kind": "reject", "message": "No.", "form": 0}),
        (Respond("Done."), "Answer in place of send", False, {"kind": "respond", "message": "Done."}),
    ],
)
def test_a_decision_becomes_a_delivery(decision: Decision, words: str, held: bool, kept: Any) -> None:
    read = review(opened(question(batch(ALL_FOUR))), project(), None)
    delivery = prepare(read, {ID: [decision]})
    resumption = delivery.resumption
    assert (resumption.thread_id, resumption.graph, resumption.checkpoint_id) == ("t1", "mail", CHECKPOINT)
    assert (resumption.how, resumption.go_on, resumption.title) == (HowToGoOn.ANSWER, GoOn(), "A title")
    assert set(resumption.answers) == {ID}
    assert (delivery.words, resumption.what, delivery.lets_something_happen) == (words, words, held)
    assert delivery.decisions == {ID: (decision,)}
    (record,) = delivery.records
    assert (record.thread_id, record.graph, record.checkpoint_id) == ("t1", "mail", CHECKPOINT)
    assert (record.request_id, record.node, record.payload) == (ID, "ask", batch(ALL_FOUR))
    assert (record.decision, record.answer) == ([kept], resumption.answers[ID])
    assert record.reason == kept.get("message", "")
    changes = [{"item": 0, "place": "to", "before": "ana", "after": "bo"}]
    assert record.changes == (changes if isinstance(decision, Edit) else None)


def test_all_answers_of_a_step_go_together() -> None:
    delivery = prepare(review(opened(MAY_I, AND_YOU), project(), None), {OTHER_ID: [Submit("b")], ID: [Reject()]})
    assert delivery.resumption.answers == {ID: {"type": "reject"}, OTHER_ID: "b"}
    assert delivery.words == "Reject send, Answer other (b)"
    assert delivery.lets_something_happen
    assert [record.request_id for record in delivery.records] == [ID, OTHER_ID]
    assert not any("stays open" in each or "stay open" in each for each in delivery.consequences)


def test_nodes_whose_questions_stay_open_are_named() -> None:
    delivery = prepare(review(opened(MAY_I, AND_YOU), project(), None), {ID: [Approve()]})
    assert set(delivery.resumption.answers) == {ID}
    assert "“other” runs again too, up to its question, which stays open." in delivery.consequences


@pytest.mark.parametrize(
    ("nodes", "answered", "expected"),
    [
        (
            ["tools", "tools", "tools"],
            2,
            [
                "2 tasks of “tools” run again from their beginning, each with the answer to its question.",
                "The other task of “tools” runs again too, up to its question, which stays open.",
            ],
        ),
        (
            ["tools", "tools", "tools", "ask", "look", "look"],
            1,
            [
                "“tools” runs again from its beginning, and its question has this answer.",
                "The 2 other tasks of “tools”, “ask” and 2 tasks of “look” run again too, up to their questions, "
                "which stay open.",
            ],
        ),
    ],
)
def test_tasks_of_one_node_are_told_apart(nodes: list[str], answered: int, expected: list[str]) -> None:
    questions = [question({"may I": number}, None, node, f"{number:032d}") for number, node in enumerate(nodes)]
    opened_now = review(opened(*questions), project(), None)
    decided = {each.id: [Submit("yes")] for each in questions[:answered]}
    assert list(prepare(opened_now, decided).consequences) == expected


@pytest.mark.parametrize(
    ("asked", "node", "foretold"),
    [
        (batch(ALL_FOUR), "HumanInTheLoopMiddleware.after_model", True),
        (batch(ALL_FOUR), "ask", False),
        (tool_approval(), "call_tools", True),
        (tool_approval(), "ask", False),
    ],
)
def test_what_the_model_reads_is_foretold_where_the_middleware_asks(asked: Any, node: str, foretold: bool) -> None:
    detail = opened(question(asked, node=node), graph="search")
    read = review(detail, project(nodes=(node,), tool_nodes=frozenset({"call_tools"})), None)
    said = prepare(read, {ID: [Reject("No.")]}).consequences
    assert any("The model reads as its result" in line for line in said) is foretold
    assert any("up to “ask”" in line for line in said) is not foretold


def test_what_the_model_reads_is_numbered_as_the_cards_are() -> None:
    asked = question(batch(ALL_FOUR, ALL_FOUR), node="Approvals.after_model")
    read = review(opened(asked), project(), None)
    said = prepare(read, {ID: [Reject("No."), Respond("Done.")]}).consequences
    assert [line.split(" does not run")[0] for line in said[1:]] == ["1. send", "2. send"]


def test_many_decisions_are_said_in_few_words() -> None:
    four = question({"action_requests": [{"name": f"tool {n}"} for n in range(4)]})
    read = review(opened(four), project(), None)
    assert prepare(read, {ID: [Approve()] * 4}).words == "Approve tool 0, Approve tool 1 and 2 more"
    three = question(batch(ALL_FOUR, ALL_FOUR, ALL_FOUR))
    words = prepare(review(opened(three), project(), None), {ID: [Approve(), Reject(), Approve()]}).words
    assert words == "Approve send, Reject send, Approve send"


def at_the_gate(*calls: dict[str, Any]) -> Any:
    values = {"messages": [calling(*calls)]}
    detail = opened(state=STOPPED, graph="search", next_nodes=("call_tools",), values=values)
    return review(detail, project(), stop(StopReason.BREAKPOINT_BEFORE))


def test_a_decision_at_a_breakpoint_goes_on() -> None:
    read = at_the_gate(call(query="hotel"))
    asked = f"breakpoint:{CHECKPOINT}"
    delivery = prepare(read, {asked: [Approve()]})
    assert (delivery.resumption.how, delivery.resumption.answers) == (HowToGoOn.CONTINUE, {})
    assert (delivery.resumption.go_on, delivery.words) == (GoOn(), "Approve search")
    assert delivery.records[0].answer == {"update": None, "as_node": None}
    rejected = prepare(read, {asked: [Reject("No.")]})
    assert rejected.resumption.go_on.as_node == "call_tools"
    assert rejected.records[0].answer["update"] == rejected.resumption.go_on.update
    assert not rejected.lets_something_happen


def test_continuing_from_a_state_is_said_in_words() -> None:
    delivery = prepare(at_the_gate(), {f"breakpoint:{CHECKPOINT}": [Continue()]})
    assert delivery.words == "Continue from Breakpoint before call_tools"
    assert delivery.lets_something_happen


def test_what_cannot_be_written_as_json_is_kept_as_tagged_values() -> None:
    read = review(opened(question({"data": b"\x00", 7: "x"})), project(), None)
    (record,) = prepare(read, {ID: [Submit({"__type__": "bytes", "value": "AA=="})]}).records
    assert record.payload["__type__"] == "dict"
    assert record.answer == {"__type__": "bytes", "value": "AA=="}


@pytest.mark.parametrize(
    ("graph", "decisions", "words"),
    [
        ("gone", {ID: [Approve()]}, "not known which graph"),
        ("mail", {}, "Nothing has been decided"),
        ("mail", {OTHER_ID: [Approve()]}, "does not ask any more"),
        ("mail", {ID: [Approve()], OTHER_ID: [Approve()]}, "does not ask any more"),
        ("mail", {ID: []}, "1 decisions are asked for, 0 were made"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(graph: str, decisions: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        prepare(review(opened(MAY_I, graph=graph), project(), None), decisions)


def test_one_wrong_decision_refuses_them_all() -> None:
    read = review(opened(MAY_I, AND_YOU), project(), None)
    with pytest.raises(InvalidAnswerError, match="not allowed"):
        prepare(read, {ID: [Approve()], OTHER_ID: [Approve()]})


@pytest.mark.parametrize("how", HowToGoOn)
def test_going_on_is_bound_to_the_checkpoint_that_was_seen(how: HowToGoOn) -> None:
    resumption = going_on(review(opened(state=STOPPED), project(), None), how, "Try again")
    assert (resumption.checkpoint_id, resumption.how, resumption.what) == (CHECKPOINT, how, "Try again")
    assert (resumption.answers, resumption.title, resumption.graph) == ({}, "A title", "mail")


def test_going_on_needs_the_graph() -> None:
    with pytest.raises(ValueError, match="not known which graph"):
        going_on(review(opened(state=STOPPED, graph="gone"), project(), None), HowToGoOn.RETRY, "Try again")
