"""Every form in which a project may give a graph: loaded, described, run to its question, and answered."""

from __future__ import annotations

import asyncio
import os
import sys
from textwrap import dedent
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.pregel import Pregel
from langgraph.types import Command

from hitl_desktop.backends.project.loader import LoadedGraph, LoadedProject, load_project
from hitl_desktop.core.backend import GraphUnavailableError
from tests.backends.project.conftest import NewProject

ASKING = """
from __future__ import annotations

import asyncio, contextlib, functools, threading
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.store.memory import InMemoryStore
from langgraph.types import interrupt
from langgraph_sdk.runtime import ServerRuntime
from typing_extensions import TypedDict

LOG = []

class State(TypedDict, total=False):
    text: str
    seen: Any

def new_builder(seen=None):
    builder = StateGraph(State)
    builder.add_node("ask", lambda state: {"text": interrupt(state["text"]), "seen": seen})
    builder.add_edge(START, "ask")
    return builder

def seen_in(config):
    return [config["configurable"].get("thread_id"), threading.current_thread().name]
"""

FORMS = {
    "a compiled graph": "graph = new_builder().compile()",
    "a compiled graph with a config": "graph = new_builder().compile().with_config(tags=['x'])",
    "a graph to be compiled": "graph = new_builder()",
    "one with a checkpointer of its own": "graph = new_builder().compile(checkpointer=InMemorySaver())",
    "one without checkpoints": "graph = new_builder().compile(checkpointer=False)",
    "an entrypoint": """
        @entrypoint()
        def graph(state: dict) -> dict:
            return {"text": interrupt(state["text"])}
    """,
    "an async entrypoint with a checkpointer": """
        @entrypoint(checkpointer=InMemorySaver())
        async def graph(state: dict) -> dict:
            return {"text": interrupt(state["text"])}
    """,
    "a factory": "def graph(): return new_builder().compile()",
    "a lambda that gives a builder": "graph = lambda: new_builder()",
    "a partial function": "graph = functools.partial(new_builder, seen=None)",
    "a callable object": """
        class Maker:
            def __call__(self, config: RunnableConfig):
                return new_builder(seen_in(config))
        graph = Maker()
    """,
    "a factory with optional arguments": "def graph(config=None, *, deep=False, **more): return new_builder()",
    "an async factory": "async def graph(): return new_builder().compile()",
    "an async factory with a config": """
        async def graph(config: RunnableConfig):
            await asyncio.sleep(0)
            return new_builder(seen_in(config)).compile()
    """,
    "a context manager": """
        @contextlib.contextmanager
        def graph(config: RunnableConfig) -> Iterator[Any]:
            LOG.append("open")
            yield new_builder(seen_in(config)).compile()
            LOG.append("close")
    """,
    "an async context manager": """
        @contextlib.asynccontextmanager
        async def graph(config: RunnableConfig) -> AsyncIterator[Any]:
            LOG.append("open")
            await asyncio.sleep(0)
            yield new_builder(seen_in(config))
            LOG.append("close")
    """,
    "an async function that gives a context manager": """
        @contextlib.asynccontextmanager
        async def opened():
            yield new_builder()

        async def graph():
            return opened()
    """,
    "a factory that wants the running loop": """
        def graph():
            asyncio.get_running_loop()
            return new_builder()
    """,
}

PARAMETERS = {
    "by name": "def graph(config): return new_builder(seen_in(config))",
    "by type": "def graph(it: RunnableConfig): return new_builder(seen_in(it))",
    "the only one": "def graph(whatever): return new_builder(seen_in(whatever))",
    "the only one, optional": "def graph(whatever=None): return new_builder(seen_in(whatever))",
    "by position only": "def graph(config, /): return new_builder(seen_in(config))",
    "by keyword only": "def graph(*, config: RunnableConfig): return new_builder(seen_in(config))",
    "beside optional ones": "def graph(size: int = 3, it: RunnableConfig = None): return new_builder(seen_in(it))",
    "after the runtime": "def graph(runtime: ServerRuntime, config): return new_builder(seen_in(config))",
    "before the runtime": "def graph(it, server: ServerRuntime[dict]): return new_builder(seen_in(it))",
    "of a decorated function": """
        def logged(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper

        @logged
        def graph(config: RunnableConfig): return new_builder(seen_in(config))
    """,
}


def load(new_project: NewProject, code: str) -> LoadedProject:
    return load_project(new_project({"agent.py": ASKING + dedent(code)}, {"agent": "./agent.py:graph"}))


async def ask_and_answer(graph: LoadedGraph, saver: AsyncSqliteSaver, thread: str) -> dict[str, Any]:
    """Run to the question in one opening, and answer it in the next one; returns the final state."""
    config: RunnableConfig = {"configurable": {"thread_id": thread}}
    async with graph.open(saver, config) as opened:
        await opened.ainvoke({"text": f"Question of {thread}?"}, config)
    async with graph.open(saver, config) as opened:
        (question,) = (await opened.aget_state(config)).interrupts
        assert question.value == f"Question of {thread}?"
        result: dict[str, Any] = await opened.ainvoke(Command(resume={question.id: f"Answer of {thread}"}), config)
    return result


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_is_loaded_run_and_answered(new_project: NewProject, saver: AsyncSqliteSaver, form: str) -> None:
    project = await asyncio.to_thread(load, new_project, FORMS[form])
    (info,) = project.info.graphs
    assert (info.error, info.details, project.notes) == ("", "", ())
    assert info.nodes in (("ask",), ("graph",))
    assert (info.input_schema or {})["type"] == "object"
    result = await ask_and_answer(project.graphs["agent"], saver, "t1")
    assert result["text"] == "Answer of t1"


@pytest.mark.parametrize("form", FORMS)
async def test_two_runs_at_once_do_not_meet(new_project: NewProject, saver: AsyncSqliteSaver, form: str) -> None:
    graph = (await asyncio.to_thread(load, new_project, FORMS[form])).graphs["agent"]
    results = await asyncio.gather(*(ask_and_answer(graph, saver, thread) for thread in ("t1", "t2", "t3")))
    assert [result["text"] for result in results] == ["Answer of t1", "Answer of t2", "Answer of t3"]


@pytest.mark.parametrize("parameter", PARAMETERS)
async def test_a_factory_gets_the_config_of_its_run(
    new_project: NewProject, saver: AsyncSqliteSaver, parameter: str
) -> None:
    graph = (await asyncio.to_thread(load, new_project, PARAMETERS[parameter])).graphs["agent"]
    result = await ask_and_answer(graph, saver, "t1")
    assert result["seen"] == ["t1", "graph factory"]


async def test_a_factory_is_told_what_it_is_called_for(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    code = """
        def graph(runtime: ServerRuntime):
            LOG.append((runtime.access_context, getattr(runtime.execution_runtime, "context", "none")))
            return new_builder([list(entry) for entry in LOG])
    """
    graph = (await asyncio.to_thread(load, new_project, code)).graphs["agent"]
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    async with graph.open(saver, config, context={"model": "m"}) as opened:
        result = await opened.ainvoke({"text": "?"}, config)
        question = result["__interrupt__"][0]
        result = await opened.ainvoke(Command(resume={question.id: "!"}), config)
    assert result["seen"] == [["assistants.read", "none"], ["threads.create_run", {"model": "m"}]]


async def test_what_a_factory_opened_is_closed_after_each_use(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    graph = (await asyncio.to_thread(load, new_project, FORMS["an async context manager"])).graphs["agent"]
    log = sys.modules["__agent"].LOG
    assert log == ["open", "close"]  # to describe it
    async with graph.open(saver, {"configurable": {"thread_id": "t"}}):
        assert log == ["open", "close", "open"]
    assert log == ["open", "close", "open", "close"]


async def test_what_a_factory_opened_hears_of_a_failed_run(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    code = """
        @contextlib.asynccontextmanager
        async def graph():
            try:
                yield new_builder()
            except RuntimeError as error:
                LOG.append(str(error))
                raise
    """
    graph = (await asyncio.to_thread(load, new_project, code)).graphs["agent"]
    with pytest.raises(RuntimeError, match="run failed"):
        async with graph.open(saver, {"configurable": {"thread_id": "t"}}):
            raise RuntimeError("run failed")
    assert sys.modules["__agent"].LOG == ["run failed"]


async def test_a_shared_graph_stays_as_it_was_and_keeps_its_store(
    new_project: NewProject, saver: AsyncSqliteSaver
) -> None:
    code = "graph = new_builder().compile(checkpointer=InMemorySaver(), store=InMemoryStore())"
    graph = (await asyncio.to_thread(load, new_project, code)).graphs["agent"]
    source = graph.source
    assert isinstance(source, Pregel)
    own = source.checkpointer
    async with graph.open(saver, {}) as first, graph.open(saver, {}) as second:
        assert first is not second
        assert first is not source
        assert first.checkpointer is saver
        assert first.store is source.store is not None
        assert source.checkpointer is own is not saver


async def test_a_graph_without_a_name_gets_the_one_of_the_manifest(
    new_project: NewProject, saver: AsyncSqliteSaver
) -> None:
    files = {"agent.py": ASKING + "plain = new_builder()\nnamed = new_builder().compile(name='own')\n"}
    folder = new_project(files, {"plain": "./agent.py:plain", "named": "./agent.py:named"})
    project = await asyncio.to_thread(load_project, folder)
    async with project.graphs["plain"].open(saver, {}) as plain, project.graphs["named"].open(saver, {}) as named:
        assert (plain.name, named.name) == ("plain", "own")


async def test_a_slow_plain_factory_does_not_hold_the_loop(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    code = """
        gate = threading.Event()
        gate.set()

        def graph():
            assert gate.wait(10)
            return new_builder()
    """
    graph = (await asyncio.to_thread(load, new_project, code)).graphs["agent"]
    gate = sys.modules["__agent"].gate
    gate.clear()
    run = asyncio.create_task(ask_and_answer(graph, saver, "t1"))
    await asyncio.sleep(0)  # the factory is called now, and waits for what only this task does
    gate.set()
    assert (await run)["text"] == "Answer of t1"


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("raise ValueError('no key')", "ValueError: no key (agent.py, line "),
        ("raise SystemExit(3)", "Its code wanted to end the program (exit code 3) (agent.py, line "),
        ("return 5", "What graph() gave is an int, not a graph."),
        ("return None", "What graph() gave is a NoneType, not a graph."),
    ],
)
async def test_a_factory_that_fails_for_a_run_says_so(
    new_project: NewProject, saver: AsyncSqliteSaver, ending: str, words: str
) -> None:
    code = f"""
        def graph(config):
            if "thread_id" not in config["configurable"]:
                return new_builder()
            {ending}
    """
    graph = (await asyncio.to_thread(load, new_project, code)).graphs["agent"]
    with pytest.raises(GraphUnavailableError) as caught:
        async with graph.open(saver, {"configurable": {"thread_id": "t"}}):
            pass
    assert str(caught.value).startswith(f"graph() could not make the graph “agent”, so nothing was run. {words}")


async def test_a_factory_does_not_turn_tracing_on(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    code = """
        def graph():
            import os
            os.environ["LANGSMITH_TRACING_V2"] = "true"
            return new_builder()
    """
    project = await asyncio.to_thread(load, new_project, code)
    assert project.notes == ("agent tried to change LANGSMITH_TRACING_V2: left as it was.",)
    async with project.graphs["agent"].open(saver, {}):
        assert os.environ["LANGSMITH_TRACING_V2"] == "false"
