"""A notice that the model drafts and a person revises, or has drafted again with a wish.

The question holds one text, `text_to_revise`, and is answered with the text as it shall be. Its schema is made for
each question, because it holds the draft as the text to begin with.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import uuid4

from effects import save_text
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import Context, chat_model
from pydantic import Field
from typing_extensions import TypedDict

PROMPT: list[tuple[str, str]] = [
    ("system", "Write a notice of two or three short sentences about what you are told."),
    # Two examples, because the smallest models follow an example where they don't follow an instruction.
    ("human", "The lift is repaired on Monday from 8 to 12."),
    (
        "ai",
        "Dear neighbours,\nthe lift will be repaired on Monday from 8 to 12. Please take the stairs in that time. "
        "Thank you for your patience.",
    ),
    ("human", "Summer party in the yard on Saturday at 5 pm."),
    (
        "ai",
        "Dear neighbours,\nwe invite you to our summer party in the yard on Saturday at 5 pm. Please bring a chair. "
        "We look forward to seeing you!",
    ),
]


class Subject(TypedDict):
    """What the notice is about."""

    about: Annotated[
        str,
        Field(
            min_length=1,
            description="What the neighbours should know",
            examples=["The water is turned off on Tuesday from 9 to 11."],
        ),
    ]


class State(Subject, total=False):
    """The notice with all that became of it; `wishes` are the person's, one for each further draft."""

    notice_id: str
    draft: str
    wishes: list[str]
    text: str


async def write_draft(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model write the notice, with all wishes so far, and give it the id under which it is put up once."""
    told = " ".join([state["about"], *state.get("wishes", [])])
    answer = await chat_model(runtime.context).ainvoke([*PROMPT, ("human", told)])
    return {"draft": answer.text.strip() or told, "notice_id": state.get("notice_id") or str(uuid4())}


def ask_revision(state: State) -> dict[str, Any]:
    """Ask the person for the text as it shall be, or for what another draft should be like."""
    answer = interrupt({"text_to_revise": state["draft"]}, response_schema=revised(state["draft"]))
    if isinstance(answer, dict):
        return {"wishes": [*state.get("wishes", []), str(answer.get("wish", ""))]}
    return {"text": str(answer)}


def revised(draft: str) -> dict[str, Any]:
    """The JSON schema of the answer: the text, to begin with the draft, or a wish for another one."""
    text = {"title": "Put up this text", "type": "string", "minLength": 1, "default": draft}
    wish = {"type": "string", "title": "Wish", "description": "What to add or to do otherwise"}
    another = {
        "title": "Write another draft",
        "type": "object",
        "properties": {"wish": wish},
        "required": ["wish"],
        "additionalProperties": False,
    }
    return {"title": "Notice", "anyOf": [text, another]}


def after_revision(state: State) -> Literal["write_draft", "put_up"]:
    """Where the answer leads."""
    return "put_up" if "text" in state else "write_draft"


def put_up(state: State) -> dict[str, str]:
    """Put the text up, as a file, once for its id."""
    save_text(state["about"], state["text"], key=state["notice_id"])
    return {}


builder = StateGraph(State, context_schema=Context, input_schema=Subject)
builder.add_node("write_draft", write_draft)
builder.add_node("ask_revision", ask_revision)
builder.add_node("put_up", put_up)
builder.add_edge(START, "write_draft")
builder.add_edge("write_draft", "ask_revision")
builder.add_conditional_edges("ask_revision", after_revision)
builder.add_edge("put_up", END)
graph = builder.compile(name="revise_text")
