"""One thread of the zoo while it is made, and the table of kinds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.errors import GraphRecursionError
from langgraph.types import Command, StateSnapshot

from hitl_desktop.core.threads import ThreadState
from tests.backends.zoo.asking_graphs import HANGING, PlannedError


@dataclass
class Specimen:
    """One thread, whose id is its kind's name; `snapshot` is what LangGraph says of it in the end."""

    name: str
    state: ThreadState
    saver: AsyncSqliteSaver
    database: Path
    graph: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    snapshot: StateSnapshot | None = None

    @property
    def config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": self.name}, "metadata": {"hitl_graph": "zoo", **self.metadata}}

    async def run(self, graph: Any, given: Any, **compiled: Any) -> None:
        """Start the graph with the zoo's saver; `compiled` goes to the `compile` of a `StateGraph`."""
        if hasattr(graph, "compile"):
            self.graph = graph.compile(checkpointer=self.saver, **compiled)
        else:
            self.graph = graph
            self.graph.checkpointer = self.saver
        await self.go(given)

    async def go(self, given: Any = None, **config: Any) -> None:
        """Go on with this input; a failing node is part of the specimen."""
        with suppress(PlannedError, ValueError, GraphRecursionError):
            await self.graph.ainvoke(given, {**self.config, **config}, durability="sync")

    async def look(self) -> StateSnapshot:
        found: StateSnapshot = await self.graph.aget_state(self.config)
        return found

    async def answer(self, *answers: Any) -> None:
        """Answer the first open questions by id, in the order of their texts."""
        await self.answer_these((await self.look()).interrupts, *answers)

    async def answer_stored(self, *answers: Any) -> None:
        """The same with every question that is stored, also those that `aget_state` does not list."""
        found = await self.saver.aget_tuple(self.config)
        writes = (found and found.pending_writes) or []
        await self.answer_these(
            [each for _, name, value in writes if name == "__interrupt__" for each in value], *answers
        )

    async def answer_these(self, asked: Any, *answers: Any) -> None:
        ordered = sorted(asked, key=lambda interrupt: str(interrupt.value))
        await self.go(Command(resume={each.id: value for each, value in zip(ordered, answers, strict=False)}))


Kind: TypeAlias = Callable[[Specimen], Awaitable[None]]
KINDS: dict[Kind, ThreadState] = {}
"""How each kind of thread is made, and the state that it is in then."""


def kind(state: ThreadState) -> Callable[[Kind], Kind]:
    """Register a kind of thread. It is called like the function."""

    def register(make: Kind) -> Kind:
        KINDS[make] = state
        return make

    return register


async def cancelled_in(work: Coroutine[Any, Any, None]) -> None:
    """Run until a node hangs, then cancel it."""
    HANGING.clear()
    task = asyncio.ensure_future(work)
    await HANGING.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
