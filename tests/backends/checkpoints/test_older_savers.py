"""Databases of older LangGraph versions, and of other programs that write the same tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from xxhash import xxh3_128_hexdigest

from hitl_desktop.backends.checkpoints.checkpoint_state import read_state
from hitl_desktop.backends.checkpoints.interrupts import interrupt_id
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.values import Foreign
from tests.backends.checkpoints.conftest import NewReader
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint, pack


def test_a_saver_without_task_paths_names_nodes_by_the_interrupts_id(tmp_path: Path, new_reader: NewReader) -> None:
    """Saver 3.0.3 had no `writes.task_path`."""
    with RawDatabase(tmp_path / "old.sqlite", task_path=False) as raw:
        raw.checkpoint("a", checkpoint({"task": "Old", "branch:to:left": None, "branch:to:right": None}))
        raw.write("a", -3, asked("Left?", interrupt_id("left:1", 0)), task="1", path=None)
        raw.write("a", -3, asked("Right again?", interrupt_id("right:2", 1)), task="2", path=None)
        raw.write("a", -4, pack(["first"]), task="2", path=None)
    reader = new_reader(tmp_path / "old.sqlite")
    (thread,) = reader.threads()
    assert (thread.state, thread.requests) == (ThreadState.WAITING, 2)
    detail = reader.thread("a")
    assert detail is not None
    assert [(question.node, question.value) for question in detail.questions] == [
        ("left", "Left?"),
        ("right", "Right again?"),
    ]
    assert sorted(detail.summary.next_nodes) == ["left", "right"]
    assert detail.summary.title == "Old"


def test_a_second_question_with_the_first_ones_id_is_open(raw: RawDatabase, new_reader: NewReader) -> None:
    """Until LangGraph 1.2.19 all questions of a task had one id."""
    first = interrupt_id("ask:task", 0)
    raw.checkpoint("a", checkpoint({"branch:to:ask": None}))
    raw.write("a", -4, pack(["first"]))
    raw.write("a", -3, asked("Second?", first))
    raw.checkpoint("b", checkpoint({"branch:to:ask": None}))
    raw.write("b", -3, asked("Second?", first))
    raw.write("b", -4, pack(["first", "second"]))
    raw.write("b", -1, pack("ValueError()"))
    pending, failed = new_reader(raw.path).read_threads(["a", "b"])
    assert (pending.state, pending.requests) == (ThreadState.WAITING, 1)
    assert (failed.state, failed.requests) == (ThreadState.NEEDS_REPAIR, 0)


def test_an_interrupt_from_before_it_had_an_id(raw: RawDatabase, new_reader: NewReader) -> None:
    """Until LangGraph 0.5 the id was computed from the namespace."""
    row = {
        "lc": 2,
        "type": "constructor",
        "id": ["langgraph", "types", "Interrupt"],
        "kwargs": {"value": "Old?", "resumable": True, "ns": ["ask:task"], "when": "during"},
    }
    raw.checkpoint("a", json.dumps({"channel_values": {"task": "Old"}}).encode(), kind="json")
    raw.write("a", -3, json.dumps([row]).encode(), kind="json")
    detail = new_reader(raw.path).thread("a")
    assert detail is not None
    (question,) = detail.questions
    assert (question.id, question.value) == (xxh3_128_hexdigest(b"ask:task"), "Old?")
    assert detail.values == {"task": "Old"}


@pytest.mark.parametrize("content", [["no interrupt"], {"a": 1}, [Foreign], None])
def test_a_row_that_holds_no_interrupt(content: Any, raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", checkpoint({}))
    raw.write(
        "a",
        -3,
        pack("x" if content == [Foreign] else content) if content is not None else b"",
        kind="msgpack" if content is not None else "null",
    )
    (thread,) = new_reader(raw.path).read_threads(["a"])
    assert thread.asks.startswith("This question cannot be read: it is no interrupt")


def test_conversations_that_javascript_wrote(raw: RawDatabase, new_reader: NewReader) -> None:
    message = {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain_core", "messages", "HumanMessage"],
        "kwargs": {"content": "From JavaScript", "type": "human"},
    }
    state = {"v": 4, "channel_values": {"messages": [message], "branch:to:agent": "x"}, "versions_seen": {}}
    raw.checkpoint("a", json.dumps(state).encode(), kind="json")
    detail = new_reader(raw.path).thread("a")
    assert detail is not None
    assert detail.messages[0].text == detail.summary.title == "From JavaScript"
    assert detail.summary.next_nodes == ("agent",)


@pytest.mark.parametrize("leftover", ["ask:earlier", "ask:earlier|inner:deeper", "other"])
def test_what_subgraphs_of_earlier_steps_left_behind(leftover: str, raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("a", checkpoint({"branch:to:ask": None}))
    raw.write("a", -3, asked("May I?", interrupt_id("ask:task", 0)))
    raw.checkpoint("a", checkpoint({}), namespace=leftover)
    raw.write("a", -3, asked("Then?", "1" * 32), namespace=leftover, task="below")
    raw.write("a", -4, pack(["yes"]), namespace=leftover, task="below")
    raw.write("a", -1, pack("OldError()"), namespace=leftover, task="below")
    detail = new_reader(raw.path).thread("a")
    assert detail is not None
    assert [question.value for question in detail.questions] == ["May I?"]
    assert detail.errors == ()


def test_sends_of_older_checkpoints() -> None:
    sends = [Foreign("langgraph.types.Send", ["worker", {"n": 1}]), Foreign("langgraph.types.Send", {"node": "other"})]
    assert read_state({"v": 3, "channel_values": {}, "pending_sends": sends}).sends == ("worker", "other")


@pytest.mark.parametrize(
    ("channel", "value", "nodes"),
    [
        ("branch:to:a", None, ("a",)),
        ("branch:to:late", [None, False], ()),
        ("branch:to:late", [None, True], ("late",)),
        ("join:a+b:c", {"a"}, ()),
        ("join:a+b:c", {"b", "a"}, ("c",)),
        ("join:a+b:c", set(), ()),
        ("join:a+b+c:d", {"a+b", "c"}, ("d",)),
        ("join:a+b:c", [{"a", "b"}, False], ()),
        ("join:a+b:c", [{"a", "b"}, True], ("c",)),
        ("__start__", {"task": "x"}, ("__start__",)),
        ("task", "branch:to:a", ()),
    ],
)
def test_what_triggers_a_node(channel: str, value: Any, nodes: tuple[str, ...]) -> None:
    assert read_state({"channel_values": {channel: value}}).nodes == nodes


def test_versions_that_are_numbers() -> None:
    seen = {"a": {"x": 9}, "b": {"x": 10}, "__interrupt__": {"x": 11}}
    assert read_state({"versions_seen": seen}).last_node == "b"


@pytest.mark.parametrize("content", [None, 5, [], {"channel_values": 5, "versions_seen": [1]}, {1: 2}])
def test_what_is_no_checkpoint_has_no_state(content: Any) -> None:
    state = read_state(content)
    assert (state.values, state.nodes, state.sends, state.last_node, state.messages) == ({}, (), (), "", ())
