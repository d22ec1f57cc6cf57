"""A LangChain agent that may read the calendar, and asks a person before it sends a mail.

`HumanInTheLoopMiddleware` pauses the run once a turn with all the mails of that turn; each is approved, edited,
rejected or answered in the tool's place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Required

from langchain.agents import AgentState, create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, ModelRequest, ModelResponse, wrap_model_call
from langchain.tools import tool
from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from local_model import ToolContext, chat_model
from mail_tool import send_mail
from pydantic import Field

PROMPT = """You are a mail assistant.
To send a mail call send_mail. Write a short subject, and a body of one or two sentences in plain words.
To see what is planned for a day call read_calendar.
After a tool has run, say in one sentence what happened. Never say that a mail was sent when it was rejected."""

SAMPLE = "Send a mail to ana@example.com: the budget meeting moves to Friday at 3 pm."

CALENDAR = {
    "monday": "09:30 Team meeting; 14:00 Interview with a designer",
    "tuesday": "11:00 Dentist",
    "wednesday": "nothing planned",
    "thursday": "10:00 Budget meeting with Ana; 16:00 Review of the quarter",
    "friday": "15:00 free; 17:00 Train to Porto",
}


class MailState(AgentState[Any]):
    """The agent's conversation; the example is what a form for a new run can offer."""

    # LangGraph takes only the last annotation as the reducer: before the Field, add_messages would be ignored.
    messages: Required[
        Annotated[list[AnyMessage], Field(examples=[[{"type": "human", "content": SAMPLE}]]), add_messages]
    ]


@tool
def read_calendar(day: str) -> str:
    """Read what is planned for a day of this week, for example "Thursday"."""
    plans = CALENDAR.get(day.strip().lower())
    return f"{day}: {plans}" if plans else f"There is no day {day!r} in the calendar. It has Monday to Friday."


@wrap_model_call
async def model_of_the_run(
    request: ModelRequest[ToolContext], handler: Callable[[ModelRequest[ToolContext]], Awaitable[ModelResponse[Any]]]
) -> ModelResponse[Any]:
    """Ask the model that the context of the run names."""
    return await handler(request.override(model=chat_model(request.runtime.context)))


graph = create_agent(
    chat_model(None),  # what `model_of_the_run` replaces; create_agent wants one
    tools=[read_calendar, send_mail],
    system_prompt=PROMPT,
    middleware=[
        HumanInTheLoopMiddleware(
            interrupt_on={
                "send_mail": {
                    "allowed_decisions": ["approve", "edit", "reject", "respond"],
                    "description": "The assistant wants to send this mail.",
                }
            }
        ),
        model_of_the_run,
    ],
    state_schema=MailState,
    context_schema=ToolContext,
    name="mail_assistant",
)
