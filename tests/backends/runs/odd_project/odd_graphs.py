"""Graphs that fail, wait, go in circles and block: each node notes that it ran, and files tell it what to do.

The folder in `ODD_GRAPHS_FOLDER` holds the notes (`ran`), `fail NODE` for a node that shall raise, and `hold NODE` for
one that shall not end yet.
"""

from __future__ import annotations

import operator
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

from hitl_desktop.testing.waiting import until


class State(TypedDict, total=False):
    out: Annotated[list[str], operator.add]


class Answer(BaseModel):
    text: str


@dataclass
class Context:
    model: str = "none"


def folder() -> Path:
    return Path(os.environ["ODD_GRAPHS_FOLDER"])


def note(text: str) -> None:
    with (folder() / "ran").open("a") as file:
        file.write(f"{text}\n")


def fail_if_told(node: str) -> None:
    if (folder() / f"fail {node}").exists():
        raise ValueError(f"{node} was told to fail")


async def hold_if_told(node: str) -> None:
    hold = folder() / f"hold {node}"
    await until(lambda: not hold.exists())


def step(name: str) -> Callable[[State], Any]:
    """A node that does one step."""

    async def run(state: State) -> State:
        note(name)
        await hold_if_told(name)
        fail_if_told(name)
        return {"out": [name]}

    return run


def asker(name: str, schema: Any = None) -> Callable[[State], State]:
    """A node that asks for a text, and may fail when it has its answer."""

    def ask(state: State) -> State:
        answer = interrupt(f"{name}?", response_schema=schema)
        note(f"{name} got {answer}")
        fail_if_told(name)
        return {"out": [f"{name}: {answer}"]}

    return ask


def chain(**nodes: Callable[..., Any]) -> StateGraph[State]:
    """Nodes one after the other, in the order in which they are given."""
    builder = StateGraph(State)
    for name, node in nodes.items():
        builder.add_node(name, node)
    builder.add_edge(START, next(iter(nodes)))
    for one, other in zip(nodes, [*nodes][1:], strict=False):
        builder.add_edge(one, other)
    return builder


asks = chain(ask=asker("ask"), work=step("work")).compile()
asks_below = chain(below=chain(ask=asker("ask"), after=step("after")).compile(), work=step("work")).compile()

both = StateGraph(State)
for node in ("left", "right"):
    both.add_node(node, asker(node, Answer))
    both.add_edge(START, node)
asks_twice = both.compile()

gates = chain(one=step("one"), two=step("two"), three=step("three"), four=step("four")).compile(
    interrupt_before=["two"], interrupt_after=["three"]
)
steps = chain(one=step("one"), two=step("two"), three=step("three")).compile()

round_and_round = chain(one=step("one"), two=step("two"))
round_and_round.add_edge("two", "one")
circles = round_and_round.compile().with_config(recursion_limit=5)


def ask_for_what_cannot_be_stored(state: State) -> State:
    return {"out": [interrupt({"callback": print})]}


def use_a_database_of_its_own(state: State) -> State:
    raise sqlite3.OperationalError("database is locked")


def block() -> None:
    """Hold up whatever calls it, at most 5 seconds if nobody lets it go."""
    blocking, hold = folder() / "blocking", folder() / "hold block"
    blocking.touch()
    deadline = time.monotonic() + 5
    time.sleep(0.1)
    while hold.exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    blocking.unlink()


async def hold_up_the_loop(state: State) -> State:
    block()
    return {"out": ["blocked"]}


async def tell(state: State) -> State:
    get_stream_writer()({"progress": 0.5, "when": {1: "one"}})
    return {}


def say_context(state: State, runtime: Runtime[Context]) -> State:
    return {"out": [f"node: {(runtime.context or Context()).model}"]}


unstorable = chain(before=step("before"), ask=ask_for_what_cannot_be_stored).compile()
breaks = chain(before=step("before"), own=use_a_database_of_its_own).compile()
blocks = chain(one=hold_up_the_loop, two=step("two")).compile()
tells = chain(tell=tell, outer=chain(inner=tell).compile()).compile()


def context_of_the_run(config: RunnableConfig, runtime: Any) -> Any:
    """A factory, called for each run with its config and its context."""
    given = getattr(runtime, "context", None) or {}

    def first(state: State) -> State:
        return {"out": [f"factory: {given.get('model')}"]}

    builder = StateGraph(State, context_schema=Context)
    builder.add_node("first", first)
    builder.add_node("say", say_context)
    builder.add_edge(START, "first")
    builder.add_edge("first", "say")
    builder.add_edge("say", END)
    return builder.compile()
