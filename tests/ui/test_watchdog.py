"""`LoopWatchdog` on a Qt loop that real LangGraph nodes hold up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

from hitl_desktop.testing.waiting import until
from hitl_desktop.watchdog import PING_SECONDS, Blocked, LoopWatchdog

NOTICE_AFTER = 0.1
BLOCK = 0.4


class State(TypedDict, total=False):
    done: bool


def block() -> None:
    time.sleep(BLOCK)


def graph_of(node: Callable[[State], Any], route: Callable[[State], str] | None = None) -> Any:
    builder = StateGraph(State)
    builder.add_node("research", node)
    builder.add_edge(START, "research")
    if route is None:
        builder.add_edge("research", END)
    else:
        builder.add_conditional_edges("research", route, [END])
    return builder.compile()


async def node_that_blocks(state: State) -> State:
    block()
    return {"done": True}


async def node_whose_task_blocks(state: State) -> State:
    async def look_up() -> None:
        block()

    await asyncio.gather(look_up(), asyncio.sleep(0))
    return {"done": True}


async def quick_node(state: State) -> State:
    return {"done": True}


async def route_that_blocks(state: State) -> str:
    block()
    return END


def node_in_a_thread(state: State) -> State:
    block()
    return {"done": True}


class Watched:
    """A watchdog on a loop, its reports with the threads they came in, and the number of times it asked."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch, notice_after: float = NOTICE_AFTER
    ) -> None:
        self.reports: list[Blocked] = []
        self.threads: list[int] = []
        self.questions = 0
        ask = loop.call_soon_threadsafe

        def counting(*arguments: Any, **options: Any) -> asyncio.Handle:
            self.questions += threading.current_thread().name == "loop-watchdog"
            return ask(*arguments, **options)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counting)
        self.watchdog = LoopWatchdog(loop, self._report, notice_after=notice_after)
        self.watchdog.start()

    def _report(self, blocked: Blocked) -> None:
        self.reports.append(blocked)
        self.threads.append(threading.get_ident())

    async def rounds(self, number: int = 3) -> None:
        """Wait until the watchdog has asked a few times more."""
        goal = self.questions + number
        await until(lambda: self.questions >= goal)

    def reports_of(self, function: str) -> list[Blocked]:
        """The reports that blame a function. A busy machine may be late by itself."""
        return [report for report in self.reports if f"in {function}\n" in report.stack]

    async def report_of(self, function: str) -> Blocked:
        await until(lambda: self.reports_of(function), message=f"nothing was reported of {function}")
        return self.reports_of(function)[0]


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    watched = Watched(asyncio.get_running_loop(), monkeypatch)
    await watched.rounds()
    yield watched
    watched.watchdog.stop()


@pytest.mark.parametrize(
    ("graph", "culprit"),
    [
        (graph_of(node_that_blocks), "node_that_blocks"),
        (graph_of(node_whose_task_blocks), "look_up"),
        (graph_of(quick_node, route_that_blocks), "route_that_blocks"),
    ],
    ids=["node", "task of a node", "conditional edge"],
)
async def test_the_node_that_blocks_is_named(watched: Watched, graph: Any, culprit: str) -> None:
    assert await graph.ainvoke({}) == {"done": True}
    report = await watched.report_of(culprit)
    assert report.node == "research"
    assert report.stack.rstrip().endswith("time.sleep(BLOCK)")
    assert report.seconds > NOTICE_AFTER


async def test_the_node_of_a_subgraph_is_named(watched: Watched) -> None:
    builder = StateGraph(State)
    builder.add_node("team", graph_of(node_that_blocks))
    builder.add_edge(START, "team")
    await builder.compile().ainvoke({})
    assert (await watched.report_of("node_that_blocks")).node == "research"


async def test_a_callback_without_a_graph_is_reported_without_a_node(watched: Watched) -> None:
    asyncio.get_running_loop().call_soon(block)
    assert (await watched.report_of("block")).node is None


async def test_each_time_is_reported_once_and_in_the_thread_of_the_loop(watched: Watched) -> None:
    for times in (1, 2):
        block()
        await until(lambda times=times: len(watched.reports_of("block")) >= times)
        await watched.rounds()
    assert len(watched.reports_of("block")) == 2
    assert set(watched.threads) == {threading.get_ident()}


async def test_a_loop_that_runs_is_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(asyncio.get_running_loop(), monkeypatch, notice_after=1)
    await graph_of(node_in_a_thread).ainvoke({})
    await watched.rounds()
    watched.watchdog.stop()
    assert watched.reports == []


async def test_stop_can_be_called_twice_and_ends_the_thread() -> None:
    watchdog = LoopWatchdog(asyncio.get_running_loop(), print)
    watchdog.start()
    assert any(thread.name == "loop-watchdog" for thread in threading.enumerate())
    watchdog.stop()
    watchdog.stop()
    assert not any(thread.name == "loop-watchdog" for thread in threading.enumerate())
    with pytest.raises(RuntimeError, match="started before"):
        watchdog.start()


def test_a_watchdog_that_never_started_can_be_stopped() -> None:
    loop = asyncio.new_event_loop()
    LoopWatchdog(loop, print).stop()
    loop.close()


def test_a_loop_that_does_not_run_is_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.new_event_loop()
    watched = Watched(loop, monkeypatch)
    loop.run_until_complete(watched.rounds())
    time.sleep(NOTICE_AFTER + 2 * PING_SECONDS)  # as long as a report would take
    loop.run_until_complete(watched.rounds())
    loop.close()
    watched.watchdog.stop()
    assert watched.reports == []


def test_the_thread_ends_by_itself_when_the_loop_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.new_event_loop()
    watched = Watched(loop, monkeypatch)
    loop.run_until_complete(watched.rounds())
    thread = next(thread for thread in threading.enumerate() if thread.name == "loop-watchdog")
    loop.close()
    thread.join(10)
    assert not thread.is_alive()
    watched.watchdog.stop()
