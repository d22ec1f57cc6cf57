"""A LangChain agent that writes mails and calendar entries, each of which a person decides by itself.

`HumanInTheLoopMiddleware` in its mode `per_call` asks once for every call, with a schema for the answer: two mails and
an appointment of one turn are three questions, and what is decided first happens first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Required

from effects import enter_appointment
from langchain.agents import AgentState, create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, ModelRequest, ModelResponse, wrap_model_call
from langchain.tools import ToolRuntime, tool
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph.message import add_messages
from local_model import ToolContext, chat_model
from mail_tool import send_mail
from pydantic import Field

PROMPT = """You are an office assistant.
To send a mail call send_mail. Write a short subject, and a body of one or two sentences in plain words.
To put something into the calendar call add_appointment.
After the tools have run, say in one sentence what happened. Never say that something was done when it was rejected."""

SAMPLE = """Send a mail to ana@example.com: the budget meeting moves to Friday at 15:00.
Send a mail to bo@example.com: please bring the figures to the budget meeting on Friday.
Put into the calendar on Friday at 15:00: budget meeting"""

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
DAYS: tuple[Day, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class OfficeState(AgentState[Any]):
    """The agent's conversation; the example is what a form for a new run can offer."""

    # LangGraph takes only the last annotation as the reducer: before the Field, add_messages would be ignored.
    messages: Required[
        Annotated[list[AnyMessage], Field(examples=[[{"type": "human", "content": SAMPLE}]]), add_messages]
    ]


@tool
def add_appointment(
    title: Annotated[str, "What it is, in a few words"],
    day: Day,
    hour: Annotated[int, Field(ge=7, le=20, description="Full hour at which it begins")],
    runtime: ToolRuntime[ToolContext],
) -> str:
    """Put an appointment of one hour into the calendar."""
    today = date.today()
    ahead = (DAYS.index(day) - today.weekday()) % 7
    start = datetime.combine(today + timedelta(days=ahead), time(hour))
    enter_appointment(title, start, key=runtime.tool_call_id or "")
    return f"{title!r} is in the calendar: {day} at {hour}:00."


@wrap_model_call
async def line_by_line(
    request: ModelRequest[ToolContext], handler: Callable[[ModelRequest[ToolContext]], Awaitable[ModelResponse[Any]]]
) -> ModelResponse[Any]:
    """Ask the model that the context of the run names: a request of several lines line by line, in one turn.

    Small models make one call a turn, however much they are asked for at once.
    """
    request = request.override(model=chat_model(request.runtime.context))
    last = request.messages[-1]
    lines = [line for line in last.text.splitlines() if line.strip()] if isinstance(last, HumanMessage) else []
    if len(lines) < 2:
        return await handler(request)
    earlier = request.messages[:-1]
    answers = [await handler(request.override(messages=[*earlier, HumanMessage(line)])) for line in lines]
    said = [message for answer in answers for message in answer.result if isinstance(message, AIMessage)]
    calls = [call for message in said for call in message.tool_calls]
    words = "\n".join(message.text for message in said if message.text)
    return ModelResponse(result=[AIMessage(words, tool_calls=calls)])


graph = create_agent(
    chat_model(None),  # what `line_by_line` replaces; create_agent wants one
    tools=[send_mail, add_appointment],
    system_prompt=PROMPT,
    middleware=[
        HumanInTheLoopMiddleware(
            interrupt_on={
                "send_mail": {
                    "allowed_decisions": ["approve", "edit", "reject", "respond"],
                    "description": "The assistant wants to send this mail.",
                },
                "add_appointment": {
                    "allowed_decisions": ["approve", "edit", "reject"],
                    "description": "The assistant wants to put this into the calendar.",
                },
            },
            interrupt_mode="per_call",
        ),
        line_by_line,
    ],
    state_schema=OfficeState,
    context_schema=ToolContext,
    name="mail_assistant_per_call",
)
