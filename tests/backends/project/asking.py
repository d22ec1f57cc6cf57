"""A graph that asks one question, as code of a project, and a person who answers it."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command

from hitl_desktop.backends.project.loader import LoadedGraph, LoadedProject, load_project
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
