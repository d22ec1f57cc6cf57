"""Threads that another program made: no label says their graph, no record of ours says why they stopped."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from PySide6.QtWidgets import QComboBox, QLabel

from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from hitl_desktop.testing.waiting import until

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
other = StateGraph(MessagesState).add_node("other", model).add_edge(START, "other").compile()
like_before = builder.compile(interrupt_before=["call_tools"])
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


async def opened(driver: Driver, state: ThreadState) -> str:
    """Open the thread with the graphs loaded, and return what its head says."""
    await driver.ready()
    driver.window.inbox.select("t1")
    await driver.opened(state)
    return driver.find(QLabel, "thread_standing").text()


def offered(driver: Driver) -> list[str]:
    box = driver.find(QComboBox, "thread_graph")
    return [box.itemText(place) for place in range(box.count())]


def choose(driver: Driver, graph: str) -> None:
    box = driver.find(QComboBox, "thread_graph")
    box.setCurrentText(graph)
    box.activated.emit(box.currentIndex())


async def test_a_guessed_graph_is_said_to_be_one_and_another_can_be_chosen(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "before", "other")
    run_elsewhere(tmp_path / "t.db", folder, "before")
    async with open_window(tmp_path / "t.db", folder) as driver:
        assert "“before” is a guess" in await opened(driver, ThreadState.BREAKPOINT)
        assert offered(driver) == ["Choose another graph", "other"]
        choose(driver, "other")
        assert "You chose “other”" in await opened(driver, ThreadState.STOPPED)
        await listed(driver, ThreadState.STOPPED)
        choose(driver, "before")
        assert "You chose “before”" in await opened(driver, ThreadState.BREAKPOINT)
        assert (await listed(driver, ThreadState.BREAKPOINT)).asks == "search_documents: query hotel"


async def test_a_thread_whose_graph_is_not_here_says_so_and_another_can_be_chosen(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "before", "like_before")
    run_elsewhere(tmp_path / "t.db", folder, "before", graph_id="gone")
    async with open_window(tmp_path / "t.db", folder) as driver:
        words = await opened(driver, ThreadState.STOPPED)
        assert "Its graph “gone” is not in this project." in words
        assert words.endswith("or choose another graph here.")
        assert offered(driver) == ["Choose its graph", "before", "like_before"]
        choose(driver, "like_before")
        assert (await driver.opened(ThreadState.BREAKPOINT)).graph is not None
        await listed(driver, ThreadState.BREAKPOINT)


async def test_a_graph_that_could_not_be_loaded_is_named(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "before", "missing")
    run_elsewhere(tmp_path / "t.db", folder, "before", graph_id="missing")
    async with open_window(tmp_path / "t.db", folder) as driver:
        assert "Its graph “missing” could not be loaded." in await opened(driver, ThreadState.STOPPED)


async def test_a_graph_that_the_thread_names_is_not_asked_about(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", "before", "other")
    run_elsewhere(tmp_path / "t.db", folder, "before", graph_id="before")
    async with open_window(tmp_path / "t.db", folder) as driver:
        await driver.ready()
        driver.window.inbox.select("t1")
        await driver.opened(ThreadState.BREAKPOINT)
        assert not driver.is_shown("thread_graph")
        assert not driver.is_shown("thread_standing")
