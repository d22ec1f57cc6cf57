"""LangChain agents whose tool calls are written down here, so that they ask the same without a model."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain.agents.middleware.human_in_the_loop import InterruptMode
from langchain.tools import tool
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import interrupt


@tool
def pay(to: str, amount: int) -> str:
    """Pay an amount."""
    return f"paid {amount!r} to {to}"


@tool
def delete_file(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


@tool
def ask_person(question: str) -> str:
    """Ask the person something."""
    return f"nobody answered {question}"


@tool
def plan_trip(city: str, days: int) -> str:
    """Plan a trip."""
    return f"planned {days!r} days in {city}"


ALLOWED: dict[str, Any] = {
    "pay": {"allowed_decisions": ["approve", "edit", "reject", "respond"], "description": "Money leaves the account."},
    "delete_file": {"allowed_decisions": ["approve", "reject"]},
    "ask_person": {"allowed_decisions": ["respond"]},
    "plan_trip": {"allowed_decisions": ["edit", "reject"]},
}

FIVE = [
    {"name": "pay", "args": {"to": "Ana", "amount": 5}, "id": "call-1"},
    {"name": "delete_file", "args": {"path": "/tmp/old"}, "id": "call-2"},
    {"name": "pay", "args": {"to": "Bo", "amount": 7}, "id": "call-3"},
    {"name": "ask_person", "args": {"question": "Which hotel?"}, "id": "call-4"},
    {"name": "plan_trip", "args": {"city": "Porto", "days": 3}, "id": "call-5"},
]


class WrittenDown(BaseChatModel):
    """Calls the tools that it was given, once, and then says that it is done."""

    calls: list[dict[str, Any]]

    @property
    def _llm_type(self) -> str:
        return "written-down"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Nothing to bind: what is called is known."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answered = any(isinstance(message, ToolMessage) for message in messages)
        message = AIMessage("Done.") if answered else AIMessage("I propose:", tool_calls=self.calls)
        return ChatResult(generations=[ChatGeneration(message=message)])


def _agent(calls: list[dict[str, Any]], mode: InterruptMode) -> Any:
    tools: list[BaseTool | Callable[..., Any] | dict[str, Any]] = [pay, delete_file, ask_person, plan_trip]
    middleware = HumanInTheLoopMiddleware(ALLOWED, interrupt_mode=mode)
    return create_agent(WrittenDown(calls=calls), tools, middleware=[middleware])


batch = _agent(FIVE, "batched")
per_call = _agent(FIVE[:2], "per_call")


@tool
def book(who: str) -> str:
    """Book for a person, who is confirmed."""
    return f"{who} confirmed by {interrupt({'confirm': who})}"


@tool
def send(to: str, copies: int = 1) -> str:
    """Send something."""
    return f"sent {copies!r} to {to}"


class Gate(MessagesState):
    route: Literal["tools", "finish"]
    notes: Annotated[list[str], operator.add]


def _calls(name: str, argument: str, *values: str) -> list[dict[str, Any]]:
    return [{"name": name, "args": {argument: value}, "id": f"call-{i}"} for i, value in enumerate(values, 1)]


async def _model(state: Gate, calls: list[dict[str, Any]]) -> Any:
    return await WrittenDown(calls=calls).ainvoke(state["messages"])


async def book_two(state: Gate) -> Any:
    """The model wants to book for two people at once."""
    return {"messages": [await _model(state, _calls("book", "who", "bob", "joe"))]}


async def send_two(state: Gate) -> Any:
    """The model wants to send to two people."""
    return {"messages": [await _model(state, _calls("send", "to", "ana", "bo"))], "route": "tools", "notes": ["asked"]}


def way(state: Gate) -> str:
    """The route of the state decides, as long as there are calls."""
    last = state["messages"][-1]
    return "tools" if state["route"] == "tools" and isinstance(last, AIMessage) and last.tool_calls else END


_crossed = StateGraph(MessagesState)
_crossed.add_node("model", book_two)
_crossed.add_node("tools", ToolNode([book]))
_crossed.add_edge(START, "model")
_crossed.add_conditional_edges("model", tools_condition)
_crossed.add_edge("tools", "model")
crossed = _crossed.compile()

_gate = StateGraph(Gate)
_gate.add_node("model", send_two)
_gate.add_node("tools", ToolNode([send]))
_gate.add_edge(START, "model")
_gate.add_conditional_edges("model", way, ["tools", END])
_gate.add_edge("tools", "model")
gate = _gate.compile(interrupt_before=["tools"])
