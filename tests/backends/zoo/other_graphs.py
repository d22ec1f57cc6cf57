"""Graphs that fail, stop, go on, or call tools."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt

from tests.backends.zoo.asking_graphs import HANGING, Builder, PlannedError, State, obey, question


def fails(times: int) -> Builder:
    """Fails so many times, then asks."""
    left = [times]

    def ask(state: State) -> State:
        left[0] -= 1
        if left[0] >= 0:
            raise PlannedError("not yet")
        return {"answers": [interrupt(question("Now?"))]}

    return StateGraph(State).add_node("ask", ask).add_edge(START, "ask")


def fails_beside_question(times: int) -> Builder:
    left, asking = [times], asyncio.Event()

    async def flaky(state: State) -> State:
        await asking.wait()  # else LangGraph would cancel the other node before it asks
        left[0] -= 1
        if left[0] >= 0:
            raise PlannedError("not yet")
        return {"answers": ["done"]}

    async def ask(state: State) -> State:
        asking.set()
        return {"answers": [interrupt(question("Beside?"))]}

    builder = StateGraph(State).add_node("flaky", flaky).add_node("ask", ask)
    return builder.add_edge(START, "flaky").add_edge(START, "ask")


def fails_beside_work() -> Builder:
    async def bad(state: State) -> State:
        await HANGING.wait()
        raise PlannedError("bad")

    async def good(state: State) -> State:
        await obey("hang")
        return {}

    return StateGraph(State).add_node("bad", bad).add_node("good", good).add_edge(START, "bad").add_edge(START, "good")


def quick_beside_hanging() -> Builder:
    async def hanging(state: State) -> State:
        await obey("hang")
        return {}

    builder = StateGraph(State).add_node("quick", lambda state: {"answers": ["quick"]}).add_node("hanging", hanging)
    return builder.add_edge(START, "quick").add_edge(START, "hanging")


def edge_fails(asks: bool = False) -> Builder:
    def work(state: State) -> State:
        return {"answers": [interrupt(question("Work?"))] if asks else []}

    def route(state: State) -> str:
        raise PlannedError("no way on")

    builder = StateGraph(State).add_node("work", work).add_node("next", lambda state: {}).add_edge(START, "work")
    return builder.add_conditional_edges("work", route, ["next", END])


def error_handler(asks_first: bool = False) -> Builder:
    async def work(state: State) -> State:
        await obey(interrupt(question("Work?")) if asks_first else "fail")
        return {}

    async def repair(state: State) -> State:
        answer = interrupt(question("It failed. What now?"))
        await obey(answer)
        return {"answers": [answer]}

    return StateGraph(State).add_node("work", work, error_handler=repair).add_edge(START, "work")


def chain(hang: bool = False) -> Builder:
    async def b(state: State) -> State:
        await obey("hang" if hang else "go on")
        return {"answers": ["b"]}

    builder = StateGraph(State).add_node("a", lambda state: {"answers": ["a"]}).add_node("b", b)
    return builder.add_edge(START, "a").add_edge("a", "b")


def endless() -> Builder:
    builder = StateGraph(State).add_node("ping", lambda state: {}).add_node("pong", lambda state: {})
    return builder.add_edge(START, "ping").add_edge("ping", "pong").add_edge("pong", "ping")


def join(asks: bool = False) -> Builder:
    """Two branches of unequal length, joined, and a deferred node at the end."""

    def slow(state: State) -> State:
        return {"answers": [interrupt(question("Slow?")) if asks else "slow"]}

    builder = StateGraph(State).add_node("quick", lambda state: {}).add_node("slow", slow)
    builder.add_node("late", lambda state: {}, defer=True).add_node("last", lambda state: {})
    builder.add_edge(START, "quick").add_edge(START, "slow").add_edge("quick", "late")
    return builder.add_edge(["quick", "slow"], "last")


def tool_loop() -> Builder:
    def model(state: MessagesState) -> Any:
        call = {"name": "delete", "args": {"older_than": 30}, "id": "call-1"}
        return {"messages": [AIMessage("I will delete them.", tool_calls=[call], id="ai-1")]}

    def tools(state: MessagesState) -> Any:
        return {"messages": [ToolMessage("deleted", tool_call_id="call-1")]}

    return (
        StateGraph(MessagesState)
        .add_node("model", model)
        .add_node("tools", tools)
        .add_edge(START, "model")
        .add_edge("model", "tools")
    )


class ToolCallingModel(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **options: Any) -> Any:
        return self


@tool
def send_mail(to: str, text: str) -> str:
    """Send a mail."""
    return f"sent to {to}"


@tool
def ask_person(who: str) -> str:
    """Ask a person."""
    return str(interrupt(question(f"What says {who}?")))


def tool_node() -> Builder:
    def model(state: MessagesState) -> Any:
        calls = [{"name": "ask_person", "args": {"who": who}, "id": who} for who in ("Joe", "Bob")]
        return {"messages": [AIMessage("", tool_calls=calls)]}

    builder = StateGraph(MessagesState).add_node("model", model).add_node("tools", ToolNode([ask_person]))
    return builder.add_edge(START, "model").add_edge("model", "tools")


def mail_agent() -> Any:
    """An agent of LangChain whose tool needs approval."""
    call = {"name": "send_mail", "args": {"to": "ana@example.com", "text": "I am late"}, "id": "call-1"}
    model = ToolCallingModel(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("Then not.")]))
    return create_agent(model, [send_mail], middleware=[HumanInTheLoopMiddleware({"send_mail": True})])
