"""The example graphs as tests use them: loaded by the manifest, run on a thread, answered by interrupt id."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Interrupt, StateSnapshot

GRAPHS = Path(__file__).parents[2] / "graphs"
MANIFEST: dict[str, Any] = json.loads((GRAPHS / "langgraph.json").read_text(encoding="utf-8"))

NEEDED = {"research_team": "deepagents"}
"""Packages that an example needs and that are not installed with the program, by graph."""

Graph = CompiledStateGraph[Any, Any, Any, Any]


def is_missing(name: str) -> bool:
    """Whether the package that this graph needs is not installed."""
    return name in NEEDED and importlib.util.find_spec(NEEDED[name]) is None


def skip_without_its_package(name: str) -> None:
    """Skip the test where the package that this graph needs is not installed."""
    if is_missing(name):
        pytest.skip(f"{NEEDED[name]} is not installed")


def load_graph(name: str) -> Graph:
    """The compiled graph of a manifest entry; skips the test where a package that it needs is not installed."""
    skip_without_its_package(name)
    path, _, variable = MANIFEST["graphs"][name]["path"].partition(":")
    sys.path.append(str(GRAPHS))  # what "dependencies": ["."] asks for
    try:
        module = importlib.import_module(Path(path).stem)
    finally:
        sys.path.remove(str(GRAPHS))
    graph: Graph = getattr(module, variable)
    return graph


def sample_input(graph: Graph) -> dict[str, Any]:
    """The input that a form offers: the first example of each required property of the input schema."""
    schema = graph.get_input_jsonschema()
    return {name: schema["properties"][name]["examples"][0] for name in schema["required"]}


class GraphThread:
    """One thread of a graph, run with the scripted model as the program runs it: durable, strict, answered by id."""

    def __init__(self, graph: Graph, saver: BaseCheckpointSaver[Any], base_url: str, thread_id: str = "t1") -> None:
        self.graph: Graph = graph.copy(update={"checkpointer": saver})
        self.context = {"model": "scripted", "base_url": base_url}
        self.config: RunnableConfig = {"configurable": {"thread_id": thread_id, "__pregel_strict_resume": True}}

    async def run(self, graph_input: Any, config: RunnableConfig | None = None) -> list[str]:
        """Run to the next pause or the end; returns the text of the tokens that the model streamed."""
        tokens: list[str] = []
        async for chunk, _ in self.graph.astream(
            graph_input, config or self.config, context=self.context, stream_mode="messages", durability="sync"
        ):
            if isinstance(chunk, AIMessageChunk) and chunk.text:
                tokens.append(chunk.text)
        return tokens

    async def answer(self, *answers: Any) -> list[str]:
        """Give the open questions their answers, in order, and run on."""
        questions = await self.questions()
        resume = {question.id: given for question, given in zip(questions, answers, strict=True)}
        return await self.run(Command(resume=resume))

    async def state(self) -> StateSnapshot:
        return await self.graph.aget_state(self.config)

    async def questions(self) -> tuple[Interrupt, ...]:
        return (await self.state()).interrupts

    async def question(self) -> Interrupt:
        """The only open question."""
        (question,) = await self.questions()
        return question

    async def run_again_from(self, node: str) -> list[str]:
        """Run a second time from the checkpoint before a node, as LangGraph does after a crash in it."""
        async for state in self.graph.aget_state_history(self.config):
            if state.next == (node,):
                return await self.run(None, state.config)
        raise LookupError(f"the thread never stood before {node!r}")


NewThread = Callable[[str], GraphThread]
