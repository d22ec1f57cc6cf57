"""Factories: what they are given, where they run, what they leave open, and how they fail."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command

from hitl_desktop.core.backend import GraphUnavailableError
from tests.backends.project.asking import ask_and_answer, load
from tests.backends.project.conftest import NewProject

PARAMETERS = {
    "by name": "def graph(config): return new_builder(seen_in(config))",
    "by type": "def graph(it: RunnableConfig): return new_builder(seen_in(it))",
    "the only one": "def graph(whatever): return new_builder(seen_in(whatever))",
    "the only one, optional": "def graph(whatever=None): return new_builder(seen_in(whatever))",
    "by position only": "def graph(config, /): return new_builder(seen_in(config))",
    "by keyword only": "def graph(*, config: RunnableConfig): return new_builder(seen_in(config))",
    "beside optional ones": "def graph(size: int = 3, it: RunnableConfig = None): return new_builder(seen_in(it))",
    "called as the other": "def graph(runtime: RunnableConfig): return new_builder(seen_in(runtime))",
    "or none": "def graph(*, it: RunnableConfig | None = None, x=1): return new_builder(seen_in(it))",
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


OPENING = """
    @contextlib.asynccontextmanager
    async def graph(config: RunnableConfig) -> AsyncIterator[Any]:
        LOG.append("open")
        yield new_builder(seen_in(config))
        LOG.append("close")
"""


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
    graph = (await asyncio.to_thread(load, new_project, OPENING)).graphs["agent"]
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
        ("raise KeyboardInterrupt", "KeyboardInterrupt: no message (agent.py, line "),
        ("next(iter(()))", "RuntimeError: StopIteration (agent.py, line "),
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
