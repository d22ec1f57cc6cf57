"""A text whose parts are summarised at the same time, each summary reviewed by a person, and then joined.

Each part is a task of its own, made with `Send`, and runs a small graph inside this one: summarise, ask, and summarise
again if the person wants. So there are several questions at once, answered in any order; a part whose summary is taken
is done, and the parts are joined when all are. Answer several together where you can: LangGraph runs a task that still
asks again up to its question whenever another one is answered.
"""

from __future__ import annotations

import json
import operator
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import uuid4

from effects import save_text
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send, interrupt
from local_model import Context, chat_model
from pydantic import BaseModel, ConfigDict, Field, create_model
from typing_extensions import TypedDict

MOST_PARTS = 8
INSTRUCTION = "Say in one short sentence what matters. Answer with JSON."

# Examples, because the smallest models follow an example where they don't follow an instruction.
EXAMPLES = {
    "The heating was checked in May. Two valves leak and are replaced in June.": "Two valves leak and are replaced.",
    "We had 40 visitors, ten more than last year. Most of them came on Sunday.": "40 visitors came, most on Sunday.",
    "The roof was painted. It cost 900 euros, which is what was planned.": "The roof was painted for 900 euros.",
}

SAMPLE = """The garden was opened in April. Volunteers planted 30 trees, and all but two of them have grown.

The water bill rose to 640 euros, because the old pump leaked. A new pump was bought in July.

The school came every Tuesday. In autumn two more classes want to come, so we need a second shed."""


class Document(TypedDict):
    """What is to be summarised."""

    document: Annotated[str, Field(min_length=1, description="Its parts are divided by empty lines", examples=[SAMPLE])]


class Summary(TypedDict):
    """The summary of one part, as it was taken; None for a part that is left out."""

    number: int
    text: str | None


class State(Document, total=False):
    """The document, the summaries in the order in which they were taken, and all of them joined."""

    summaries: Annotated[list[Summary], operator.add]
    joined: str
    document_id: str


class Part(TypedDict, total=False):
    """The state of the graph inside: one part, its present summary, and how often it was tried."""

    number: int
    part: str
    tries: int
    draft: str
    again: bool
    summaries: list[Summary]


class Filled(BaseModel):
    """What the model fills in."""

    summary: str = Field(min_length=1, max_length=120)


class Review(BaseModel):
    """The summary of this part, as it stands or as you change it."""

    model_config = ConfigDict(extra="forbid")

    summary: str = Field(min_length=1)
    decision: Literal["take", "again", "leave_out"] = Field(
        default="take", description="take: with your changes. again: another try. leave_out: nothing of this part"
    )


async def summarise(state: Part, runtime: Runtime[Context]) -> dict[str, Any]:
    """Let the model sum up one part."""
    context, tries = runtime.context or Context(), state.get("tries", 0)
    # At one temperature the same question would get the answer that was refused.
    bolder = replace(context, temperature=min(1.5, context.temperature + 0.4 * tries))
    prompt = [("system", INSTRUCTION)]
    for part, summary in EXAMPLES.items():
        prompt += [("human", part), ("ai", json.dumps({"summary": summary}))]
    model = chat_model(bolder).with_structured_output(Filled, method="json_schema")
    answer = await model.ainvoke([*prompt, ("human", state["part"])])
    assert isinstance(answer, Filled)
    return {"draft": answer.summary.strip(), "tries": tries + 1}


def review(state: Part) -> dict[str, Any]:
    """Ask the person about this part. The form of the answer is made for it: it begins with the model's summary."""
    begun: Any = Field(default=state["draft"], min_length=1)
    shape = create_model("Review", __base__=Review, __doc__=Review.__doc__, summary=(str, begun))
    asked = {"question": f"Does this sum up part {state['number']}?", "part": state["part"]}
    answer = interrupt(asked, response_schema=shape)
    if answer.decision == "again":
        return {"again": True}
    taken = answer.summary if answer.decision == "take" else None
    return {"again": False, "summaries": [Summary(number=state["number"], text=taken)]}


def after_review(state: Part) -> str:
    """Where the answer leads."""
    return "summarise" if state["again"] else END


def split(state: State) -> list[Send]:
    """One task for each part."""
    parts = [part.strip() for part in state["document"].split("\n\n", MOST_PARTS - 1) if part.strip()]
    return [Send("part", {"number": n, "part": part}) for n, part in enumerate(parts or [state["document"]], start=1)]


def join(state: State) -> dict[str, str]:
    """Put the summaries into the order of the parts, and give them the id under which they are filed once."""
    taken = [each["text"] for each in sorted(state["summaries"], key=lambda each: each["number"]) if each["text"]]
    return {"joined": "\n".join(taken), "document_id": str(uuid4())}


def file_summary(state: State) -> dict[str, Any]:
    """File what was taken, once for its id."""
    if state["joined"]:
        save_text("summary", state["joined"], key=state["document_id"])
    return {}


inside = StateGraph(Part, context_schema=Context)
inside.add_node("summarise", summarise).add_node("review", review)
inside.add_edge(START, "summarise").add_edge("summarise", "review")
inside.add_conditional_edges("review", after_review, ["summarise", END])

builder = StateGraph(State, context_schema=Context, input_schema=Document)
builder.add_node("part", inside.compile(name="part")).add_node("join", join).add_node("file_summary", file_summary)
builder.add_conditional_edges(START, split, ["part"])
builder.add_edge("part", "join").add_edge("join", "file_summary").add_edge("file_summary", END)
graph = builder.compile(name="fan_out")
