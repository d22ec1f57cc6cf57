"""Every form in which a project may give a graph: loaded, described, run to its question, and answered."""

from __future__ import annotations

import asyncio

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.pregel import Pregel

from hitl_desktop.backends.project.loader import load_project
from tests.backends.project.asking import ASKING, ask_and_answer, load
from tests.backends.project.conftest import NewProject

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
        assert first.checkpointer is saver
        assert source.checkpointer is own is not saver
        assert source.store is not None
        changed = {key for key, value in vars(source).items() if vars(first)[key] is not value}
        assert changed == {"checkpointer", "name", "_serde_allowlist"}


async def test_a_graph_without_a_name_gets_the_one_of_the_manifest(
    new_project: NewProject, saver: AsyncSqliteSaver
) -> None:
    files = {"agent.py": ASKING + "plain = new_builder()\nnamed = new_builder().compile(name='own')\n"}
    folder = new_project(files, {"plain": "./agent.py:plain", "named": "./agent.py:named"})
    project = await asyncio.to_thread(load_project, folder)
    async with project.graphs["plain"].open(saver, {}) as plain, project.graphs["named"].open(saver, {}) as named:
        assert (plain.name, named.name) == ("plain", "own")
