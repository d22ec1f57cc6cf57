"""Agents whose tools are gated: one question a turn, one question a call, or a stop before or after a node."""

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain.tools import tool
from langchain_core.messages import AIMessage
from langchain_ollama import ChatOllama
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

BOOK: list[str] = []


@tool
def refund(order: str, amount: float) -> str:
    """Give the money for an order back."""
    BOOK.append(f"{order}: {amount:.2f}")
    return f"{amount:.2f} euros given back for {order}."


@tool
def look_up(order: str) -> str:
    """Look up what was paid for an order. Asks nobody."""
    return f"{order}: 35.00 euros"


GATED: dict[str, Any] = {
    "refund": {
        "allowed_decisions": ["approve", "edit", "reject", "respond"],
        "description": "Money leaves the account.",
    }
}

model = ChatOllama(model="qwen2.5:3b")
batch = create_agent(model, [refund, look_up], middleware=[HumanInTheLoopMiddleware(GATED)])
per_call = create_agent(
    model, [refund, look_up], middleware=[HumanInTheLoopMiddleware(GATED, interrupt_mode="per_call")]
)


async def call_model(state: MessagesState) -> dict[str, list[AIMessage]]:
    """Let the model answer or call the tool."""
    return {"messages": [await model.bind_tools([refund]).ainvoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("call_model", call_model)
builder.add_node("tools", ToolNode([refund]))
builder.add_edge(START, "call_model")
builder.add_conditional_edges("call_model", tools_condition)
builder.add_edge("tools", "call_model")

before = builder.compile(interrupt_before=["tools"])
after = builder.compile(interrupt_after=["call_model"])
