"""The time inside a checkpoint id, the order of states, and what a graph says of its input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.threads import ThreadState, ThreadSummary, checkpoint_time
from tests.core.samples import project


@pytest.mark.parametrize(
    ("checkpoint_id", "time"),
    [  # ids that LangGraph made, and the clock right behind them
        ("1f1e5856-f430-641d-8000-ce8195324be1", datetime(2026, 11, 21, 8, 27, 48, 527034, UTC)),
        ("1f1e5856-f430-677a-8001-59dc560c4240", datetime(2026, 11, 21, 8, 27, 48, 527103, UTC)),
        ("1f1e589c-8cfa-6aca-8005-4b24c745eadf", datetime(2026, 11, 21, 8, 58, 57, tzinfo=UTC)),
    ],
)
def test_a_checkpoint_id_holds_its_time(checkpoint_id: str, time: datetime) -> None:
    found = checkpoint_time(checkpoint_id)
    assert found is not None
    assert found.tzinfo is UTC
    assert abs(found - time) < timedelta(seconds=1 if not time.microsecond else 0.001)
    assert ThreadSummary("t1", checkpoint_id, ThreadState.DONE).updated_at == found


def test_the_example_of_the_standard() -> None:  # RFC 9562, appendix A.5
    assert checkpoint_time("1EC9414C-232A-6B00-B3C8-9F6BDECED846") == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "checkpoint_id",
    [
        "",
        "c1",
        "1f1e5856-f430-641d-8000",
        "0193d4f2-5c3e-7a1b-8000-ce8195324be1",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "zzzzzzzz-zzzz-6zzz-zzzz-zzzzzzzzzzzz",
        "1f1e5856-f430-641d-8000-ce8195324be1-more",
    ],
)
def test_an_id_of_another_kind_carries_no_time(checkpoint_id: str) -> None:
    assert checkpoint_time(checkpoint_id) is None


def test_what_waits_for_a_person_comes_first() -> None:
    assert [state for state in ThreadState if state.waits] == list(ThreadState)[:2]


@pytest.mark.parametrize(
    ("schema", "chat"),
    [
        ({"properties": {"messages": {}}, "required": ["messages"]}, True),
        ({"properties": {"messages": {}, "route": {}}}, True),
        ({"properties": {"messages": {}, "route": {}}, "required": ["messages", "route"]}, False),
        ({"properties": {"text": {}}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_conversation_is_recognised_by_its_schema(schema: Any, chat: bool) -> None:
    assert GraphInfo("mail", input_schema=schema).takes_messages is chat


def test_a_graph_that_could_not_be_loaded_is_not_found() -> None:
    found = [project().graph(name) for name in ("mail", "broken", "gone", None)]
    assert [graph.name if graph else None for graph in found] == ["mail", None, None, None]
