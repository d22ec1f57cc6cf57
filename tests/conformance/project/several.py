"""Graphs that ask several things: side by side, one after the other, below each other, in tools and in functions."""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any

from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Send, interrupt
from typing_extensions import TypedDict

from tests.conformance.answers import Amount
from tests.conformance.ledger import effect
from tests.conformance.scripted import ScriptedModel
from tests.conformance.tools import look, pay


class State(TypedDict, total=False):
    """What was answered, by whom."""

    begun: bool
    answers: Annotated[list[Any], operator.add]


def asker(name: str, payload: Any = None, schema: Any = None) -> Any:
    """A node that asks once, and acts once on the answer."""

    async def ask(state: Any) -> Any:
        answer = interrupt(payload or {"question": f"{name}?"}, response_schema=schema)
        effect(name, answer)
        return {"answers": [name]}

    return ask


def graph_of(*names: str, **nodes: Any) -> StateGraph[Any]:
    """Nodes side by side, each from the start."""
    builder: StateGraph[Any] = StateGraph(State)
    for name, node in {**{name: asker(name) for name in names}, **nodes}.items():
        builder.add_node(name, node).add_edge(START, name)
    return builder


side_by_side = graph_of("left", "middle", "right").compile()
of_many_kinds = graph_of(
    "raw",
    schema=asker("schema", {"message": "How much?"}, Amount),
    batch=asker("batch", {"action_requests": [{"name": "send", "args": {"to": "ana"}}]}),
    human=asker(
        "human", {"action_request": {"action": "pay", "args": {"amount": 5}}, "config": {"allow_accept": True}}
    ),
    form=asker("form", {"type": "ask_user", "questions": [{"question": "Which form?", "type": "text"}]}),
).compile()

fan: Any = StateGraph(State).add_node("plan", lambda state: {"begun": True})


async def worker(given: dict[str, Any]) -> Any:
    """One of several tasks of one node."""
    answer = interrupt({"question": f"Worker {given['number']}?"})
    effect(f"worker {given['number']}", answer)
    return {"answers": [given["number"]]}


fan.add_node("worker", worker).add_edge(START, "plan")
fan.add_conditional_edges("plan", lambda state: [Send("worker", {"number": number}) for number in range(3)], ["worker"])
fan_out = fan.compile()


async def thrice(state: State) -> State:
    """Ask three times, and act on all three answers once."""
    answers = [interrupt("First?"), interrupt("Second?", response_schema=Amount), interrupt("Third?")]
    effect("thrice", answers)
    return {"answers": [len(answers)]}


in_sequence = graph_of(thrice=thrice).compile()
nested = graph_of(outer=graph_of(inner=graph_of("leaf").compile()).compile()).compile()
nested_beside = graph_of("top", outer=graph_of(inner=graph_of("one", "two").compile()).compile()).compile()
keeper = graph_of(sub=graph_of("leaf").compile(checkpointer=True)).compile()


async def caller(state: State) -> State:
    """Run a graph in the middle of a node."""
    done = await graph_of("leaf").compile().ainvoke({"answers": []})
    effect("caller", done["answers"])
    return {"answers": done["answers"]}


in_a_node = graph_of(caller=caller).compile()


@task
async def check(topic: str) -> str:
    """A function that asks."""
    answer = interrupt({"question": f"Is {topic} fine?"})
    effect(f"check {topic}", answer)
    return str(answer)


@entrypoint()
async def workflow(given: dict[str, Any]) -> str:
    """An entrypoint that asks by itself."""
    answer = interrupt({"question": f"Go on with {given['topic']}?"})
    effect("workflow", answer)
    return str(answer)


@entrypoint()
async def task_flow(given: dict[str, Any]) -> list[str]:
    """An entrypoint that asks by several functions at a time."""
    return list(await asyncio.gather(*(check(topic) for topic in given["topics"])))


def model_node(state: Any) -> dict[str, Any]:
    """Let the model speak."""
    return {"messages": [ScriptedModel().invoke(state["messages"])]}


def with_tools() -> StateGraph[Any]:
    """A model, and a node that runs all its calls in one task."""
    builder = StateGraph(MessagesState).add_node("model", model_node).add_node("tools", ToolNode([pay, look]))
    builder.add_edge(START, "model").add_conditional_edges("model", tools_condition)
    return builder.add_edge("tools", "model")


tool_node = with_tools().compile()
tool_node_below = StateGraph(MessagesState).add_node("sub", with_tools().compile()).add_edge(START, "sub").compile()
