"""The graphs that the benchmarks run, as a project like any other."""

from __future__ import annotations

import time
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from benchmarks.talking_graph import graph as talking

__all__ = ["asking", "talking"]


class AskingState(TypedDict):
    """The time (`time.perf_counter`) at which the node's first line ran after the answer."""

    went_on: float


def ask(state: AskingState) -> dict[str, Any]:
    """The first line runs when the node is asked for, and once more after the answer."""
    now = time.perf_counter()
    interrupt({"action": "note the time"})
    return {"went_on": now}


_builder = StateGraph(AskingState)
_builder.add_node("ask", ask)
_builder.add_edge(START, "ask")
_builder.add_edge("ask", END)
asking = _builder.compile()
