"""A supervisor with two sub-agents: a researcher who orders files from an archive, and a writer who puts notices up.

Both ask before they act, inside their own agent: `interrupt_on` of deepagents is LangChain's middleware, one question a
turn with all its calls. No model calls tools freely here: each fills a form whose choices are those that make sense at
the moment, and the form becomes the calls, so that even the smallest models come to the questions. Needs `deepagents`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Required
from uuid import uuid4

from effects import record_transfer, save_text
from langchain.agents.middleware import InterruptOnConfig, ModelRequest, ModelResponse, wrap_model_call
from langchain.tools import ToolRuntime, tool
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph.message import add_messages
from local_model import Context, chat_model, fill_form
from pydantic import Field

try:
    from deepagents import SubAgent, create_deep_agent
    from deepagents.graph import DeepAgentState
except ImportError as missing:
    raise ImportError("This example needs deepagents: install the package “deepagents” (0.7 or newer)") from missing

File = Literal["bridge", "mill", "market", "school"]
FILES: dict[File, str] = {
    "bridge": "The bridge was built in 1887. Since 1994 it is closed to lorries.",
    "mill": "The mill ground corn until 1951. Today a potter works in it.",
    "market": "The market is held every Saturday. It began in 1902 with six stalls.",
    "school": "The school has 140 pupils. Its bell was made in 1760.",
}
FEE = 2.0
NOTHING = "No file was ordered."
SAMPLE = "Write a notice about the bridge and the mill."

KINDS = {
    "When did the market begin?": {"kind": "question"},
    "Announce that the office is closed on Monday.": {"kind": "notice"},
    "How old is the bell of the school?": {"kind": "question"},
    "Write a notice about the market.": {"kind": "notice"},
    "What do we know about the mill?": {"kind": "question"},
    "Tell people that the bridge is painted in May.": {"kind": "notice"},
    "Is the bridge open?": {"kind": "question"},
    "Make a notice on the school and the market.": {"kind": "notice"},
}
WANTED = {
    "How old is the market?": {"files": ["market"]},
    "Write about the school and the mill.": {"files": ["school", "mill"]},
}
NOTICES = {
    "Announce that the office is closed on Monday.": {
        "title": "Office closed on Monday",
        "text": "The office is closed on Monday.",
    },
    "Write a notice about the oak. The oak was planted in 1820. It is 30 metres high.": {
        "title": "Our oak",
        "text": "Our oak was planted in 1820, and it is 30 metres high.",
    },
}

Request = ModelRequest[Any]  # SubAgent takes no middleware that names its context
Handler = Callable[[Request], Awaitable[ModelResponse[Any]]]


class TeamState(DeepAgentState):
    """The supervisor's conversation; the example is what a form for a new run can offer."""

    # LangGraph takes only the last annotation as the reducer: before the Field, add_messages would be ignored.
    messages: Required[
        Annotated[list[AnyMessage], Field(examples=[[{"type": "human", "content": SAMPLE}]]), add_messages]
    ]


@tool
def order_file(file: File, runtime: ToolRuntime[Context]) -> str:
    """Order a file from the archive, for 2 euros, and read it."""
    record_transfer(runtime.tool_call_id or "", f"File on the {file}", FEE)
    return FILES[file]


@tool
def put_up_notice(title: str, text: str, runtime: ToolRuntime[Context]) -> str:
    """Put a notice up for all to read."""
    # The id of the call stays the same when LangGraph runs the tool again after a crash: one notice for one call.
    save_text(title, f"{title}\n\n{text}", key=runtime.tool_call_id or "")
    return f"The notice “{title}” is up."


def files_in(text: str) -> list[str]:
    """The files that a text names."""
    return [file for file in FILES if file in text.lower()]


async def filled(request: Request, told: str, examples: Mapping[str, object], fields: dict[str, Any]) -> dict[str, Any]:
    """What the model that the context of the run names fills into a form."""
    return await fill_form(request.runtime.context, "Fill in the form as JSON.", examples, told, fields)


def calling(name: str, *arguments: dict[str, Any]) -> ModelResponse[Any]:
    """What the model is taken to have said: one call of this tool for each of these arguments."""
    calls = [{"name": name, "args": each, "id": str(uuid4()), "type": "tool_call"} for each in arguments]
    return ModelResponse(result=[AIMessage("", tool_calls=calls)])


def since_asked(request: Request) -> tuple[str, list[AnyMessage]]:
    """What was asked last, and all that came after it."""
    last = max(n for n, message in enumerate(request.messages) if isinstance(message, HumanMessage))
    return request.messages[last].text, request.messages[last + 1 :]


def told_by(messages: Sequence[AnyMessage], otherwise: str) -> str:
    """What the tools have answered, but for rejected calls, and without the note that stands before edited ones."""
    found = [message.text for message in messages if isinstance(message, ToolMessage) and message.status != "error"]
    return "\n".join(text.rpartition("Tool response:\n")[2] for text in found) or otherwise


def finish(words: str) -> ModelResponse[Any]:
    """The end of an agent, with these words."""
    return ModelResponse(result=[AIMessage(words)])


@wrap_model_call
async def supervise(request: Request, _: Handler) -> ModelResponse[Any]:
    """Send the researcher if there is a file, and let the model choose whether the writer is wanted, too."""
    asked, after = since_asked(request)
    done = [call["args"]["subagent_type"] for message in after for call in getattr(message, "tool_calls", [])]
    found = told_by(after, NOTHING)
    if "writer" in done or (done and NOTHING in found):
        return finish(found.splitlines()[-1])
    following = "researcher" if not done and files_in(asked) else ""
    if not following:
        kind = {"kind": {"enum": ["question", "notice"]}}
        following = "writer" if (await filled(request, asked, KINDS, kind))["kind"] == "notice" else ""
    if not following:
        return finish(found)
    facts = found if done else ""
    return calling("task", {"subagent_type": following, "description": f"{asked}\n{facts}".strip()})


@wrap_model_call
async def research(request: Request, _: Handler) -> ModelResponse[Any]:
    """Let the model choose the files, of those that the task names; then say what is in those that came."""
    task, after = since_asked(request)
    if after:
        return finish(told_by(after, NOTHING))
    files = {"type": "array", "items": {"enum": files_in(task)}, "minItems": 1, "maxItems": 2}
    form = await filled(request, task, WANTED, {"files": files})
    return calling("order_file", *({"file": file} for file in dict.fromkeys(form["files"])))


@wrap_model_call
async def write(request: Request, _: Handler) -> ModelResponse[Any]:
    """Let the model write the notice; then say what became of it."""
    task, after = since_asked(request)
    if after:
        return finish(told_by(after, "The notice was not put up."))
    title, text = ({"type": "string", "minLength": 1, "maxLength": most} for most in (60, 240))
    told = " ".join(task.split())
    return calling("put_up_notice", await filled(request, told, NOTICES, {"title": title, "text": text}))


ALLOWED: InterruptOnConfig = {"allowed_decisions": ["approve", "edit", "reject", "respond"]}
RESEARCHER: SubAgent = {
    "name": "researcher",
    "description": "Orders files from the archive, and says what is in them.",
    "system_prompt": "You are a researcher.",
    "tools": [order_file],
    "interrupt_on": {"order_file": {**ALLOWED, "description": "A file costs 2 euros."}},
    "middleware": [research],
}
WRITER: SubAgent = {
    "name": "writer",
    "description": "Writes a notice with the facts that it is told, and puts it up.",
    "system_prompt": "You are a writer.",
    "tools": [put_up_notice],
    "interrupt_on": {"put_up_notice": {**ALLOWED, "description": "The writer wants to put this notice up."}},
    "middleware": [write],
}
graph = create_deep_agent(
    chat_model(None),  # what the middleware replaces; create_deep_agent wants one
    subagents=[RESEARCHER, WRITER],
    middleware=[supervise],
    state_schema=TeamState,
    context_schema=Context,
    name="research_team",
)
