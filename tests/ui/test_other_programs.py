"""Threads that another program made: no label says their graph, no record of ours says why they stopped."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from hitl_desktop.core.threads import ThreadState, ThreadSummary
from tests.support.scripted_ollama import ScriptedOllama
from tests.support.waiting import until
from tests.support.window import Driver, open_window

GO = {"messages": [("user", "How much is paid for a hotel?")]}
CODE = """
import pathlib, time
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.graph import START, MessagesState, StateGraph

def model(state):
    call = {"name": "search_documents", "args": {"query": "hotel"}, "id": "call-1"}
    return {"messages": [AIMessage("Let me look.", tool_calls=[call])]}

def call_tools(state):
    return {"messages": [ToolMessage("120 euros", tool_call_id="call-1")]}

builder = StateGraph(MessagesState).add_node(model).add_node(call_tools)
builder = builder.add_edge(START, "model").add_edge("model", "call_tools")
before = builder.compile(interrupt_before=["call_tools"])
after = builder.compile(interrupt_after=["model"])
plain = builder.compile()
"""
WAIT = "while not pathlib.Path({gate!r}).exists(): time.sleep(0.01)\n"


@pytest.fixture(autouse=True)
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield


def project(folder: Path, *graphs: str, gate: Path | None = None) -> Path:
    """A project with some of the graphs of `CODE`, which are not loaded before there is a file `gate`."""
    folder.mkdir()
    paths = {name: f"./code.py:{name}" for name in graphs}
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": paths}))
    (folder / "code.py").write_text(CODE + (WAIT.format(gate=str(gate)) if gate else ""))
    return folder


def run_elsewhere(database: Path, folder: Path, graph: str, thread_id: str = "t1", **metadata: str) -> None:
    """Run a graph of the project to its breakpoint with LangGraph alone."""
    (folder / "outside.py").write_text(CODE)
    compiled = runpy.run_path(str(folder / "outside.py"))[graph]
    config: Any = {"configurable": {"thread_id": thread_id}, "metadata": metadata}
    with SqliteSaver.from_conn_string(str(database)) as saver:
        compiled.copy(update={"checkpointer": saver}).invoke(GO, config)


def row(driver: Driver) -> ThreadSummary | None:
    return driver.window.inbox.model.summary("t1")


async def listed(driver: Driver, state: ThreadState) -> ThreadSummary:
    """The row, when it has this state."""

    def is_there() -> bool:
        found = row(driver)
        return found is not None and found.read and found.state is state

    await until(is_there, 30, f"it is not listed as {state.value}: {row(driver)}")
    found = row(driver)
    assert found is not None
    return found


@pytest.mark.parametrize("graph", ["before", "after"])
async def test_a_breakpoint_is_listed_as_one_when_the_graphs_are_loaded(tmp_path: Path, graph: str) -> None:
    gate = tmp_path / "gate"
    folder = project(tmp_path / "p", graph, gate=gate)
    run_elsewhere(tmp_path / "t.db", folder, graph)
    async with open_window(tmp_path / "t.db", folder) as driver:
        try:
            assert (await listed(driver, ThreadState.STOPPED)).asks == ""
        finally:
            gate.touch()
        found = await listed(driver, ThreadState.BREAKPOINT)
        assert found.asks == "search_documents: query hotel"
        assert not driver.is_shown("inbox_new"), "it stood there all the time"
        await driver.ready()
