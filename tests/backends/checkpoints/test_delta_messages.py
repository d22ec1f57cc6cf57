"""Messages that are stored as changes are read as LangGraph puts them together."""

from __future__ import annotations

import operator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import _messages_delta_reducer
from langgraph.types import interrupt
from typing_extensions import TypedDict

from hitl_desktop.backends.checkpoints.reader import CheckpointReader

ENDS: list[tuple[str, list[Any]]] = [
    ("more", [AIMessage("Four", id="4")]),
    ("another in its place", [AIMessage("Instead of two", id="2")]),
    ("taken away", [RemoveMessage(id="1")]),
    ("a dictionary", [{"role": "user", "content": "Five"}]),
    ("nothing", []),
]


def graph(written: list[Any], every: int, saver: AsyncSqliteSaver) -> Any:
    reducer: Any = _messages_delta_reducer
    channel: DeltaChannel[Any] = DeltaChannel(reducer, snapshot_frequency=every)
    fields: dict[str, Any] = {
        "messages": Annotated[list[AnyMessage], channel],
        "log": Annotated[list[str], operator.add],
    }
    make: Any = TypedDict
    state = make("State", fields)
    steps: list[list[Any]] = [[AIMessage("Two", id="2")], [HumanMessage("Three", id="3")], written]

    def node(messages: list[Any]) -> Any:
        return lambda state: {"messages": messages, "log": ["done"]}

    builder = StateGraph(state)
    for number, messages in enumerate(steps):
        builder.add_node(f"node{number}", node(messages))
    builder.add_node("ask", lambda state: {"log": [interrupt("Go on?")]})
    names = [START, "node0", "node1", "node2", "ask"]
    for before, after in pairwise(names):
        builder.add_edge(before, after)
    return builder.compile(checkpointer=saver)


@pytest.mark.parametrize("every", [1, 2, 100])
@pytest.mark.parametrize(("name", "written"), ENDS, ids=[name for name, _ in ENDS])
async def test_the_conversation_is_what_langgraph_makes_of_it(
    tmp_path: Path, name: str, written: list[Any], every: int
) -> None:
    database = tmp_path / "t.db"
    config: Any = {"configurable": {"thread_id": "t"}}
    async with AsyncSqliteSaver.from_conn_string(str(database)) as saver:
        compiled = graph(written, every, saver)
        await compiled.ainvoke({"messages": [HumanMessage("One", id="1")]}, config)
        state = await compiled.aget_state(config)
    reader = CheckpointReader(database)
    reader.open()
    thread = reader.thread("t")
    reader.close()
    assert thread is not None
    assert [each.text for each in thread.messages] == [each.text for each in state.values["messages"]]
