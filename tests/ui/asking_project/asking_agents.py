"""LangChain agents whose tool calls are written down here, so that they ask the same without a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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
