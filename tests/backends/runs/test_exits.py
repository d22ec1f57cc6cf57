"""Graphs that end the program: each ends its own run, says so, and can be tried again; other runs go on."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hitl_desktop.backends.project.loader import unload_project
from hitl_desktop.backends.runs.exits import ProgramExitError, create_run_task
from hitl_desktop.core.backend import HowToGoOn, NewRun, RunsOn
from hitl_desktop.core.decisions import Submit
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.waiting import until
from tests.backends.runs.bench import Bench, Log

CODE = """
import asyncio, operator, pathlib, sys
from typing import Annotated
from typing_extensions import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from hitl_desktop.testing.waiting import until

HERE = pathlib.Path(__file__).parent

class State(TypedDict, total=False):
    out: Annotated[list, operator.add]

def leave():
    if not (HERE / "stay").exists():
        sys.exit(3)

def first(state): return {"out": ["first"]}

def sync(state):
    leave()
    return {"out": ["stayed"]}

async def coroutine(state):
    return sync(state)

async def below(state):
    await asyncio.sleep(0)
    return await asyncio.create_task(coroutine(state))

async def gathers(state):
    return (await asyncio.gather(asyncio.to_thread(sync, state), asyncio.sleep(0.01)))[0]

async def interrupted(state):
    await asyncio.sleep(0)
    if not (HERE / "stay").exists():
        raise KeyboardInterrupt
    return {"out": ["stayed"]}

def asks(state):
    answer = interrupt("Go?")
    leave()
    return {"out": [answer, "stayed"]}

async def waits(state):
    (HERE / "waiting").touch()
    await until((HERE / "go").exists)
    return {"out": ["waited"]}

async def calls_soon(state):
    asyncio.get_running_loop().call_soon(sys.exit)
    await asyncio.sleep(10)

def chain(*nodes):
    graph = StateGraph(State)
    for before, node in zip([START, *(each.__name__ for each in nodes)], nodes):
        graph.add_node(node).add_edge(before, node.__name__)
    return graph.compile()

graphs = {node.__name__: chain(first, node) for node in (sync, coroutine, below, gathers, interrupted)}
globals().update({f"{name}_graph": graph for name, graph in graphs.items()})
nested_graph = StateGraph(State).add_node("outer", chain(first, below)).add_edge(START, "outer").compile()
asks_graph, waits_graph, calls_soon_graph = chain(asks), chain(waits), chain(calls_soon)

both = StateGraph(State).add_node(coroutine).add_node(waits).add_edge(START, "waits").add_edge(START, "coroutine")
both_graph = both.compile()
"""
NAMES = ("sync", "coroutine", "below", "gathers", "interrupted", "nested", "asks", "waits", "calls_soon", "both")
KEPT = "Everything up to the last finished node is kept. “Try again” goes on from there."

pytestmark = pytest.mark.gui


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "exits.py").write_text(CODE)
    graphs = {name: f"./exits.py:{name}_graph" for name in NAMES}
    (folder / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
    return folder


@pytest_asyncio.fixture
async def bench(tmp_path: Path, folder: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, folder)
    await bench.open()
    yield bench
    await bench.backend.close()
    unload_project()


@pytest.mark.parametrize("where", ["loop", "thread"])
@pytest.mark.parametrize(
    ("graph", "node", "did"),
    [
        ("sync", "sync", "called sys.exit(3)"),
        ("coroutine", "coroutine", "called sys.exit(3)"),
        ("below", "below", "called sys.exit(3)"),
        ("gathers", "gathers", "called sys.exit(3)"),
        ("interrupted", "interrupted", "raised KeyboardInterrupt"),
        ("nested", "below", "called sys.exit(3)"),
    ],
)
async def test_a_node_ends_its_run_alone(
    graph: str, node: str, did: str, where: RunsOn, bench: Bench, folder: Path
) -> None:
    bench.where = where
    other = asyncio.create_task(bench.start("waits", {"out": []}, "other"))
    await until((folder / "waiting").exists)
    log = await bench.start(graph, {"out": []})
    assert log.reason is StopReason.FAILED
    assert log.ended.message == (
        f"The node “{node}” {did}, which was to end the whole program. Only this run was ended. {KEPT}"
    )
    assert "exits.py" in log.ended.details
    assert (await bench.review()).detail.summary.state is ThreadState.FAILED
    (folder / "stay").touch()
    log = await bench.go_on(HowToGoOn.RETRY)
    assert (log.reason, "+first" in log.nodes) == (StopReason.FINISHED, False)
    assert not other.done()
    (folder / "go").touch()
    assert (await other).reason is StopReason.FINISHED


@pytest.mark.parametrize("where", ["loop", "thread"])
async def test_a_node_that_exits_with_its_answer_is_tried_again_with_it(
    where: RunsOn, bench: Bench, folder: Path
) -> None:
    bench.where = where
    await bench.start("asks", {"out": []})
    log = await bench.decide(Submit("yes"))
    assert (log.reason, log.ended.nodes) == (StopReason.FAILED, ("asks",))
    (folder / "stay").touch()
    log = await bench.go_on(HowToGoOn.RETRY)
    assert log.reason is StopReason.FINISHED


async def test_a_node_that_exits_beside_another_ends_both(bench: Bench, folder: Path) -> None:
    log = await bench.start("both", {"out": []})
    assert (log.reason, log.ended.nodes) == (StopReason.FAILED, ("coroutine",))
    (folder / "stay").touch()
    (folder / "go").touch()
    assert (await bench.go_on(HowToGoOn.RETRY)).reason is StopReason.FINISHED


async def test_a_callback_that_exits_does_not_leave_the_worker_thread(bench: Bench) -> None:
    bench.where = "thread"
    run, log = bench.prepare_run(NewRun("t1", "calls_soon", {"out": []})), Log()
    with pytest.raises(ProgramExitError, match="called sys"):
        await run.run(log.append)


async def test_tasks_of_others_keep_asyncios_promise() -> None:
    async def leave() -> None:
        sys.exit(3)

    await asyncio.wait([create_run_task(asyncio.sleep(0), "a run")])
    assert type(asyncio.create_task(asyncio.sleep(0)).get_coro()).__name__ == "coroutine"
    task = create_run_task(leave(), "a run that exits")
    await asyncio.wait([task])
    assert isinstance(task.exception(), ProgramExitError)


async def test_a_task_that_is_cancelled_before_its_first_step_leaves_nothing_unawaited(
    recwarn: pytest.WarningsRecorder,
) -> None:
    task = create_run_task(asyncio.sleep(1), "never begun")
    task.cancel()
    await asyncio.wait([task])
    del task
    assert not list(recwarn)


def test_ctrl_c_in_the_middle_of_a_node_is_not_the_nodes() -> None:
    program = """
import asyncio, time
from PySide6.QtWidgets import QApplication
from hitl_desktop.backends.runs.exits import create_run_task
from hitl_desktop.loop import run

async def node(main):
    print("ready", flush=True)
    while not main.cancelling():
        time.sleep(0.001)
    print("asked to end", flush=True)
    while True:
        time.sleep(0.001)

async def main():
    await create_run_task(node(asyncio.current_task()), "a run")

app = QApplication([])
try:
    run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in ("ready\n", "asked to end\n"):  # the first one asks, which does not end a node that blocks
            assert process.stdout.readline() == line
            process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "interrupted\n", "")
