"""LangChain agents whose middleware asks: in one batch a turn, or call by call."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware

from tests.conformance.scripted import ScriptedModel
from tests.conformance.tools import book, look, pay, publish, send

TOOLS = [send, look, book, publish, pay]
ALL_FOUR: Any = ["approve", "edit", "reject", "respond"]


def agent(mode: Any = "batched", **interrupt_on: Any) -> Any:
    """An agent that asks before the tools that are named."""
    asks = HumanInTheLoopMiddleware(interrupt_on=interrupt_on, interrupt_mode=mode)
    return create_agent(ScriptedModel(), TOOLS, middleware=[asks])


def only(*allowed: str) -> Any:
    """Ask before `send`, and allow these decisions alone."""
    return {"send": {"allowed_decisions": list(allowed)}}


def describe(call: Any, state: Any, runtime: Any) -> str:
    """The description of a call, made by code of the agent."""
    return f"Letter to {call['args']['to']}"


everything = {
    "send": {"allowed_decisions": ALL_FOUR, "description": describe},
    "book": True,
    "publish": True,
}
batched = agent(**everything)
per_call = agent("per_call", **everything)
batched_approve = agent(**only("approve"))
batched_edit = agent(**only("edit"))
batched_reject = agent(**only("reject"))
batched_respond = agent(**only("respond"))
per_call_approve = agent("per_call", **only("approve"))
per_call_edit = agent("per_call", **only("edit"))
per_call_reject = agent("per_call", **only("reject"))
per_call_respond = agent("per_call", **only("respond"))
asking_tools = create_agent(ScriptedModel(), TOOLS)
