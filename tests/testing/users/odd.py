"""A graph whose node does what the input says: fails, waits for ever, or asks twice."""

import asyncio
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class State(TypedDict, total=False):
    do: str
    answers: list[object]


async def node(state: State) -> State:
    if state["do"] == "fail":
        raise ValueError("the printer is on fire")
    if state["do"] == "hang":
        await asyncio.Event().wait()
    return {"answers": [interrupt("First?"), interrupt("Second?")]}


graph = StateGraph(State).add_node("node", node).add_edge(START, "node").add_edge("node", END).compile()
