"""Graphs that ask, in every way in which a graph can: the smallest ones that leave each kind of thread behind."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Send, interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

Builder: TypeAlias = StateGraph[Any, Any, Any, Any]
HANGING = asyncio.Event()
"""Set when a node hangs, to be cancelled."""


class PlannedError(RuntimeError):
    """The failure of a node that is meant to fail."""


class State(TypedDict, total=False):
    task: str
    answers: Annotated[list[Any], operator.add]


def question(text: str) -> dict[str, Any]:
    return {"question": text, "amount": 5}


async def obey(answer: Any) -> None:
    """Do what the answer says: fail, hang until cancelled, or go on."""
    if answer == "fail":
        raise PlannedError("told to fail")
    if answer == "hang":
        HANGING.set()
        await asyncio.Event().wait()


def asks_once(payload: Callable[[], Any] = lambda: question("May I?")) -> Builder:
    async def ask(state: State) -> State:
        answer = interrupt(payload())
        await obey(answer)
        return {"answers": [answer]}

    return StateGraph(State).add_node("ask", ask).add_edge(START, "ask")


def asks_twice() -> Builder:
    async def ask(state: State) -> State:
        answers = [interrupt(question("First?")), interrupt(question("Second?"))]
        await obey(answers[-1])
        return {"answers": answers}

    return StateGraph(State).add_node("ask", ask).add_edge(START, "ask")


def two_branches() -> Builder:
    async def left(state: State) -> State:
        answer = interrupt(question("Left?"))
        await obey(answer)
        return {"answers": [answer]}

    async def right(state: State) -> State:
        answer = interrupt(question("Right?"))
        await obey(answer)
        return {"answers": [answer]}

    builder = StateGraph(State).add_node("left", left).add_node("right", right)
    return builder.add_edge(START, "left").add_edge(START, "right")


def fan_out() -> Builder:
    async def worker(state: Any) -> State:
        answer = interrupt(question(f"Worker {state['number']}?"))
        await obey(answer)
        return {"answers": [answer]}

    builder = StateGraph(State).add_node("plan", lambda state: {}).add_node("worker", worker)
    builder.add_edge(START, "plan")
    return builder.add_conditional_edges("plan", lambda state: [Send("worker", {"number": n}) for n in range(3)])


def nested(leaf: Builder | None = None) -> Builder:
    """Root, then `middle`, then `inner`, whose nodes ask."""
    middle = StateGraph(State).add_node("inner", (leaf or asks_once()).compile()).add_edge(START, "inner")
    return StateGraph(State).add_node("middle", middle.compile()).add_edge(START, "middle")


def stateful_subgraph() -> Builder:
    return StateGraph(State).add_node("keeper", asks_once().compile(checkpointer=True)).add_edge(START, "keeper")


def subgraph_in_node() -> Builder:
    helper = asks_once().compile()

    async def caller(state: State) -> State:
        first = await helper.ainvoke({"task": "one"})
        second = await helper.ainvoke({"task": "two"})
        return {"answers": first["answers"] + second["answers"]}

    return StateGraph(State).add_node("caller", caller).add_edge(START, "caller")


def functional() -> Any:
    @entrypoint()
    async def workflow(given: dict[str, str]) -> str:
        return str(interrupt(question(f"Go on with {given['topic']}?")))

    return workflow


def functional_task() -> Any:
    @task
    async def check(topic: str) -> str:
        return str(interrupt(question(f"Is {topic} fine?")))

    @entrypoint()
    async def workflow(given: dict[str, str]) -> str:
        return await check(given["topic"])

    return workflow


def functional_tasks() -> Any:
    @task
    async def check(topic: str) -> str:
        return str(interrupt(question(f"Is {topic} fine?")))

    @entrypoint()
    async def workflow(given: dict[str, str]) -> list[str]:
        return await asyncio.gather(*(check(name) for name in ("one", "two", "three")))

    return workflow


class Amount(BaseModel):
    amount: int


def asks_with_schema(first: bool = False) -> Builder:
    def ask(state: State) -> State:
        answers = [interrupt(question("First?"))] if first else []
        return {"answers": [*answers, interrupt("How much?", response_schema=Amount)]}

    return StateGraph(State).add_node("ask", ask).add_edge(START, "ask")
