"""LangGraph's stream read part by part: what is told once, and how values are written for the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from langgraph.types import Interrupt
from pydantic import BaseModel

from hitl_desktop.backends.runs.stream_events import StreamReader, brief
from hitl_desktop.core.events import (
    Custom,
    NodeFailed,
    NodeFinished,
    NodeStarted,
    RunEvent,
    Token,
    ToolCalled,
    ToolReturned,
)

CALL: Any = {"name": "search", "args": {"query": "hotel"}, "id": "c1", "type": "tool_call"}
ASKS = AIMessage("", id="m1", tool_calls=[CALL])
RESULT = ToolMessage("120 euros", tool_call_id="c1", name="search")


def read(reader: StreamReader, kind: str, data: Any, *ns: str) -> list[RunEvent]:
    return list(reader.read({"type": kind, "ns": ns, "data": data}))


def message(reader: StreamReader, value: Any) -> list[RunEvent]:
    return read(reader, "messages", (value, {"langgraph_node": "model"}))


def start(node: str, given: Any = None) -> dict[str, Any]:
    return {"id": "task 1", "name": node, "input": given or {}, "triggers": []}


def end(node: str, result: Any, error: Any = None, interrupts: Any = ()) -> dict[str, Any]:
    return {"id": "task 1", "name": node, "error": error, "result": result, "interrupts": list(interrupts)}


def test_the_tokens_of_a_message_are_told_and_not_the_whole_message_after_them() -> None:
    reader = StreamReader()
    assert message(reader, AIMessageChunk("One ", id="m1")) == [Token("model", "m1", "One ")]
    assert message(reader, AIMessageChunk("", id="m1")) == []
    assert message(reader, AIMessageChunk("two", id="m1")) == [Token("model", "m1", "two")]
    assert message(reader, AIMessage("One two", id="m1")) == []


def test_a_message_that_was_not_streamed_is_told_whole_and_once() -> None:
    reader = StreamReader()
    assert message(reader, AIMessage("One two", id="m1")) == [Token("model", "m1", "One two")]
    assert message(reader, AIMessage("One two", id="m1")) == []


@pytest.mark.parametrize("value", [HumanMessage("x"), RESULT, AIMessage(""), "text"])
def test_only_what_the_model_says_is_a_token(value: Any) -> None:
    assert message(StreamReader(), value) == []


def test_a_call_and_its_result_are_told_once_although_graphs_repeat_what_their_subgraphs_wrote() -> None:
    reader = StreamReader()
    inner = read(reader, "tasks", end("model", {"messages": [ASKS]}), "agent:1")
    assert inner[0] == ToolCalled("model", "search", {"query": "hotel"}, "c1")
    read(reader, "tasks", start("tools", {"messages": [ASKS]}), "agent:1")
    assert read(reader, "tasks", end("tools", {"messages": [RESULT]}), "agent:1")[0] == ToolReturned(
        "tools", "search", "120 euros", "c1"
    )
    (outer,) = read(reader, "tasks", end("agent", {"messages": [ASKS, RESULT]}))
    assert isinstance(outer, NodeFinished)


def test_a_result_that_says_that_it_failed_is_told_so() -> None:
    failed = ToolMessage("No.", tool_call_id="c1", name="search", status="error")
    assert read(StreamReader(), "tasks", end("tools", {"messages": failed}))[0] == ToolReturned(
        "tools", "search", "No.", "c1", failed=True
    )


def test_nodes_are_told_with_their_path() -> None:
    reader = StreamReader()
    path = ("agent:1", "inner:2")
    assert read(reader, "tasks", start("ask"), *path) == [NodeStarted("ask", "task 1", ("agent", "inner"))]
    failed = read(reader, "tasks", end("ask", {}, ValueError("oops")), *path)
    assert failed == [NodeFailed("ask", "task 1", "ValueError: oops", ("agent", "inner"))]
    assert reader.failed_nodes == ["ask"]


def test_a_node_that_asks_has_neither_finished_nor_failed() -> None:
    assert read(StreamReader(), "tasks", end("ask", {}, interrupts=[{"value": "?", "id": "1"}])) == []


@pytest.mark.parametrize(
    ("data", "ns", "asked", "stopped"),
    [
        ({"__interrupt__": (Interrupt("?"),)}, (), True, True),
        ({"__interrupt__": ()}, (), False, True),
        ({"__interrupt__": (Interrupt("?"),)}, ("agent:1",), False, False),
        ({"ask": {"out": []}}, (), False, False),
    ],
)
def test_why_a_run_stops_is_said_by_its_root_graph(data: Any, ns: tuple[str, ...], asked: bool, stopped: bool) -> None:
    reader = StreamReader()
    assert read(reader, "updates", data, *ns) == []
    assert (reader.asked, reader.stopped) == (asked, stopped)


@dataclass
class Point:
    x: int


class Model(BaseModel):
    when: date
    points: list[Point]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({1: (Point(2),)}, {"1": [{"x": 2}]}),
        (
            Model(when=date(2026, 11, 21), points=[Point(1)]),
            {"when": {"__type__": "date", "value": "2026-11-21"}, "points": [{"x": 1}]},
        ),
        ([HumanMessage("Hi")], [{"type": "human", "content": "Hi"}]),
        (b"\x00", {"__type__": "bytes", "value": "AA=="}),
        (None, None),
    ],
)
def test_values_are_written_briefly(value: Any, written: Any) -> None:
    assert brief(value) == written
    assert read(StreamReader(), "custom", value, "agent:1") == [Custom("agent", written)]
