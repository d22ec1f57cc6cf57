"""Threads of every kind, read from the file alone, against what LangGraph says of them with their graphs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command

from hitl_desktop.backends.checkpoints.reader import CheckpointReader
from hitl_desktop.core.threads import ThreadDetail, ThreadState, ThreadSummary
from hitl_desktop.core.values import Foreign
from tests.backends.checkpoints.conftest import NewReader, Zoo
from tests.backends.zoo import KINDS
from tests.backends.zoo.specimen import PlannedError

NAMES = sorted(make.__name__ for make in KINDS)
WAITING = sorted(name for make, state in KINDS.items() if state.waits and (name := make.__name__))

# Where `get_state` says something else. Answered, and the node failed then: it lists the question as open, but an
# answer would be ignored, or go to the node's next question.
ANSWERED = ("answered_then_failed", "second_answered_then_failed", "nested_failed_after", "nested_parallel_cancelled")
OTHERWISE: dict[str, Sequence[str]] = {
    **dict.fromkeys(ANSWERED, ()),
    "plain_resume": [],
    "parallel_one_failed_after": ["Right?"],
    "nested_parallel_failed": ["Right?"],
    "fan_out_failed": ["Worker 1?", "Worker 2?"],
    # An error handler's question is missing there.
    "handler_asks": ["It failed. What now?"],
    "handler_asks_after_answer": ["It failed. What now?"],
    # Of parallel tasks it lists the first that asked alone, and takes an answer for each.
    "functional_tasks_partly": ["Is three fine?", "Is two fine?"],
}
# SQL alone does not see these: it counts tasks, and reads no interrupt ids.
UNREAD = {
    "nested_parallel_cancelled": (ThreadState.WAITING, 1),
    "second_answer_invalid": (ThreadState.NEEDS_REPAIR, 0),
    "nested_second_answer_invalid": (ThreadState.NEEDS_REPAIR, 0),
    "nested_parallel": (ThreadState.WAITING, 1),
    "functional_tasks_partly": (ThreadState.WAITING, 1),
}


@pytest.fixture(scope="module")
def details(zoo: Zoo, zoo_database: Path) -> dict[str, ThreadDetail]:
    reader = CheckpointReader(zoo_database)
    found = {name: reader.thread(name) for name in zoo}
    reader.close()
    return {name: detail for name, detail in found.items() if detail is not None}


@pytest.fixture(scope="module")
def unread(zoo_database: Path) -> dict[str, ThreadSummary]:
    reader = CheckpointReader(zoo_database)
    threads = {thread.thread_id: thread for thread in reader.threads()}
    reader.close()
    return threads


def asked(detail: ThreadDetail) -> list[str]:
    return sorted(str(text(question.value)) for question in detail.questions)


def text(payload: Any) -> Any:
    return payload.get("question", payload) if isinstance(payload, dict) else payload


@pytest.mark.parametrize("name", NAMES)
def test_the_state_of_a_thread(name: str, zoo: Zoo, details: dict[str, ThreadDetail]) -> None:
    summary = details[name].summary
    assert summary.state is zoo[name].state
    assert summary.read
    assert summary.requests == len(details[name].questions)


@pytest.mark.parametrize("name", NAMES)
def test_the_open_questions_are_langgraphs_own(name: str, zoo: Zoo, details: dict[str, ThreadDetail]) -> None:
    snapshot = zoo[name].snapshot
    assert snapshot is not None
    if name in OTHERWISE:
        assert asked(details[name]) == [*OTHERWISE[name]]
    else:
        assert sorted(question.id for question in details[name].questions) == sorted(
            interrupt.id for interrupt in snapshot.interrupts
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_next_nodes(name: str, zoo: Zoo, details: dict[str, ThreadDetail]) -> None:
    snapshot = zoo[name].snapshot
    assert snapshot is not None
    assert sorted(details[name].summary.next_nodes) == sorted(snapshot.next)


@pytest.mark.parametrize("name", NAMES)
def test_the_unread_thread(
    name: str, zoo: Zoo, unread: dict[str, ThreadSummary], details: dict[str, ThreadDetail]
) -> None:
    thread, detail = unread[name], details[name]
    untold = {ThreadState.STOPPED: ThreadState.DONE}  # which only the decoded checkpoint tells
    expected = UNREAD.get(name, (untold.get(zoo[name].state, zoo[name].state), len(detail.questions)))
    assert (thread.state, thread.requests) == expected
    assert not thread.read
    assert thread.asks == ""
    assert thread.checkpoint_id == detail.checkpoint_id
    assert thread.updated_at is not None
    assert thread.graph == detail.summary.graph == ("named" if name == "titled" else "zoo")


async def test_strict_langgraph_takes_an_answer_for_every_listed_question(
    zoo: Zoo, zoo_copy: Path, details: dict[str, ThreadDetail], new_reader: NewReader
) -> None:
    reader = new_reader(zoo_copy)
    answers: dict[str, Any] = {"chat": {"decisions": [{"type": "reject"}]}}
    answers |= {name: {"amount": 3} for name in WAITING if name.endswith("invalid") or name.startswith("invalid")}
    async with aiosqlite.connect(zoo_copy) as connection:
        saver = AsyncSqliteSaver(connection)
        for name in WAITING:
            graph = zoo[name].graph
            graph.checkpointer = saver
            ids = [question.id for question in details[name].questions]
            assert ids, name
            config = {"configurable": {"thread_id": name, "__pregel_strict_resume": True}}
            answer = answers.get(name, "yes")
            with suppress(PlannedError):  # a node beside it, which was told to fail
                await graph.ainvoke(Command(resume=dict.fromkeys(ids, answer)), config, durability="sync")
            now = reader.thread(name)
            assert now is not None
            assert not {question.id for question in now.questions} & set(ids), name


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("waiting", [("ask",)]),
        ("fan_out", [("worker",), ("worker",)]),
        ("parallel", [("left",), ("right",)]),
        ("nested", [("middle", "inner", "ask")]),
        ("nested_parallel", [("middle", "inner", "left"), ("middle", "inner", "right")]),
        ("stateful_subgraph", [("keeper", "ask")]),
        ("subgraph_in_node", [("caller", "ask")]),
        ("functional", [("workflow",)]),
        ("functional_task", [("workflow",)]),
        ("handler_asks", [("work",)]),
        ("chat", [("HumanInTheLoopMiddleware.after_model",)]),
    ],
)
def test_the_node_that_asks(name: str, paths: list[tuple[str, ...]], details: dict[str, ThreadDetail]) -> None:
    assert [question.path for question in details[name].questions] == paths
    assert [question.node for question in details[name].questions] == [path[-1] for path in paths]


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("waiting", ()),
        ("failed", (("ask", "PlannedError('not yet')"),)),
        ("answered_then_failed", (("ask", "PlannedError('told to fail')"),)),
        ("nested_failed_after", (("ask", "PlannedError('told to fail')"),)),
        ("fan_out_failed", (("worker", "PlannedError('told to fail')"),)),
        ("edge_failed", (("work", "PlannedError('no way on')"),)),
        ("sibling_cancelled", (("bad", "PlannedError('bad')"),)),
        ("nested_parallel_cancelled", (("right", "CancelledError()"),)),
        ("failed_then_asked", ()),
        ("retried_beside_question", ()),
        ("handler_asks", ()),
        ("handler_failed", (("work", "PlannedError('told to fail')"),)),
    ],
)
def test_what_failed(name: str, errors: tuple[tuple[str, str], ...], details: dict[str, ThreadDetail]) -> None:
    assert details[name].errors == errors


def test_an_answer_that_did_not_fit_is_told(details: dict[str, ThreadDetail]) -> None:
    for name in ("invalid_answer", "second_answer_invalid", "nested_second_answer_invalid"):
        ((node, error),) = details[name].errors
        assert node == "ask"
        assert "valid integer" in error


@pytest.mark.parametrize(
    ("name", "title", "asks"),
    [
        ("waiting", "Pay the invoice", "May I?"),
        ("titled", "A title of its own", "May I?"),
        ("chat", "Write to Ana that I am late", "send_mail: to ana@example.com, text I am late"),
        ("functional", "A workflow of functions", "Go on with A workflow of functions?"),
        ("functional_done", "functional_done", ""),
        ("parallel", "Two at once", "2 questions: Left?"),
        ("breakpoint_before", "Delete the old mails", ""),
        ("failed", "Fails at once", ""),
    ],
)
def test_what_a_person_reads_in_the_inbox(name: str, title: str, asks: str, details: dict[str, ThreadDetail]) -> None:
    assert (details[name].summary.title, details[name].summary.asks) == (title, asks)


def test_a_title_in_the_metadata_is_there_at_once(unread: dict[str, ThreadSummary]) -> None:
    assert unread["titled"].title == "A title of its own"
    assert unread["waiting"].title == ""


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("waiting", "__start__"),
        ("fan_out", "plan"),
        ("chat", "model"),
        ("breakpoint_before", "model"),
        ("breakpoint_after", "a"),
        ("finished", "b"),
        ("functional_done", "workflow"),
        ("breakpoint_before_join", ""),  # two nodes ran last
        ("updated_and_not_run", ""),
    ],
)
def test_the_node_that_ran_last(name: str, node: str, details: dict[str, ThreadDetail]) -> None:
    assert details[name].summary.last_node == node


def test_the_calls_that_a_stopped_thread_is_about_to_make(details: dict[str, ThreadDetail]) -> None:
    told = {name: detail.summary.calls for name, detail in details.items() if detail.summary.calls}
    assert told["breakpoint_before"] == "delete: older_than 30"
    assert {details[name].summary.state for name in told} == {ThreadState.STOPPED}


def test_the_schema_of_the_answer(details: dict[str, ThreadDetail]) -> None:
    (question,) = details["invalid_answer"].questions
    assert question.value == "How much?"
    assert question.response_schema is not None
    assert question.response_schema["properties"]["amount"]["type"] == "integer"
    assert details["waiting"].questions[0].response_schema is None


def test_the_state_and_the_conversation(details: dict[str, ThreadDetail]) -> None:
    assert details["finished"].values == {"task": "All done", "answers": ["a", "b"]}
    assert details["fan_out"].values == {"task": "Three sends"}
    assert details["finished_after_join"].values == {"task": "Joined and deferred", "answers": ["slow"]}
    assert details["functional"].values == {}
    chat = details["chat"]
    assert [(message.role, message.text) for message in chat.messages] == [
        ("human", "Write to Ana that I am late"),
        ("ai", ""),
    ]
    assert chat.messages[1].tool_calls[0].args == {"to": "ana@example.com", "text": "I am late"}
    assert isinstance(chat.values["messages"][0], Foreign)
    assert details["waiting"].messages == ()


def test_reading_many_threads(
    zoo: Zoo, zoo_database: Path, new_reader: NewReader, details: dict[str, ThreadDetail]
) -> None:
    reader = new_reader(zoo_database)
    assert reader.read_threads(["waiting", "no such thread", "nested"]) == [
        details["waiting"].summary,
        details["nested"].summary,
    ]
    assert reader.thread("no such thread") is None
    assert {thread.thread_id for thread in reader.threads()} == set(zoo)


def test_the_reader_cannot_write(zoo_copy: Path, new_reader: NewReader) -> None:
    reader = new_reader(zoo_copy)
    reader.open()
    with reader._reading() as (database, _), pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.connection.execute("DELETE FROM writes")
