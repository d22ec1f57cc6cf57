"""A loaded graph, and how a run gets its own copy of it with a checkpointer."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from hitl_desktop.backends.project.environment import guarded
from hitl_desktop.backends.project.factories import Factory
from hitl_desktop.backends.project.failures import explain
from hitl_desktop.backends.project.parts import Allowlist, Graph, allowlist_of
from hitl_desktop.core.backend import GraphUnavailableError

LANGGRAPHS_DEFAULT_NAME = "LangGraph"


@dataclass(frozen=True, slots=True)
class LoadedGraph:
    """A graph that can be run: a compiled one that all runs share, or a factory that makes one for each run."""

    name: str
    folder: Path
    source: Graph | Factory
    allowlist: Allowlist | None = None

    @asynccontextmanager
    async def open(
        self, saver: BaseCheckpointSaver[Any], config: RunnableConfig, *, context: Any = None
    ) -> AsyncIterator[Graph]:
        """The graph with this checkpointer, whatever its own, for one run; its store stays.

        Any number of runs may have the graph open at once, on any loops. A factory is called with the `config`
        of the run, and with its `context` where it takes a `ServerRuntime`; what it opened is closed at the end.
        Raises `GraphUnavailableError` where the factory fails.
        """
        async with AsyncExitStack() as stack:
            if isinstance(self.source, Factory):
                graph = await self._make(self.source, stack, config, context)
                yield _with_checkpointer(graph, saver, self.name, allowlist_of(graph))
            else:
                yield _with_checkpointer(self.source, saver, self.name, self.allowlist)

    async def _make(self, factory: Factory, stack: AsyncExitStack, config: RunnableConfig, context: Any) -> Graph:
        try:
            with guarded():
                return await factory.make(stack, config, "threads.create_run", context)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            raise GraphUnavailableError(
                f"{factory.name}() could not make the graph “{self.name}”, so nothing was run. "
                f"{explain(error, self.folder)}"
            ) from error


def _with_checkpointer(graph: Graph, saver: BaseCheckpointSaver[Any], name: str, allowlist: Allowlist | None) -> Graph:
    """A copy that shares everything but these. `Pregel.copy` loses what `compile` adds afterwards: the list of the
    state's classes, and how state becomes the result of a run.
    """
    mine = copy.copy(graph)
    mine.checkpointer = saver
    mine._serde_allowlist = allowlist
    if mine.name == LANGGRAPHS_DEFAULT_NAME:
        mine.name = name
    return mine
