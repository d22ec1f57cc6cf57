"""A message that the model gives a subject, step by step: each result is taken, refused or changed by a person.

Process, ask whether the result is acceptable (yes, no, modify), refine and process again, finalize.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import uuid4

from effects import save_text
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import Context, chat_model
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

INSTRUCTION = "Give the message a subject of two to five words. Answer with JSON."

# Examples, because the smallest models follow an example where they don't follow an instruction.
EXAMPLES = {
    "The invoice of the caterer was paid twice, please look into it.": "Invoice paid twice",
    "My laptop does not start, and I have a talk at noon.": "Laptop does not start",
    "Water comes through the ceiling of room 4!": "Water in room 4",
    "When are the expenses of my trip to Porto paid?": "Expenses of Porto trip",
}

SAMPLE = "The lift is stuck between two floors, with people in it."


class Message(TypedDict):
    """What somebody wrote."""

    message: Annotated[str, Field(min_length=1, description="The message to file", examples=[SAMPLE])]


class State(Message, total=False):
    """The message with the present subject, those that were refused, and what the person wants to have changed."""

    entry_id: str
    subject: str
    refused: list[str]
    changes: list[str]
    review: Literal["yes", "no", "modify"]
    change: str


class Review(BaseModel):
    """Is this subject acceptable?"""

    model_config = ConfigDict(extra="forbid")

    acceptable: Literal["yes", "no", "modify"] = Field(
        description="yes: file the message. no: try once more. modify: try with what you write below"
    )
    change: str = Field(default="", description="For modify: what the subject should say")


class Answer(BaseModel):
    """What the model fills in."""

    subject: str = Field(min_length=1, max_length=40)


async def process(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model write the subject. The entry gets an id, under which it is filed once."""
    context, refused = runtime.context or Context(), state.get("refused", [])
    # At one temperature the same question would get the answer that was refused.
    bolder = replace(context, temperature=min(1.5, context.temperature + 0.4 * len(refused)))
    model = chat_model(bolder).with_structured_output(Answer, method="json_schema")
    prompt = [("system", INSTRUCTION)]
    for message, subject in EXAMPLES.items():
        prompt += [("human", message), ("ai", json.dumps({"subject": subject}))]
    answer = await model.ainvoke([*prompt, ("human", " ".join([state["message"], *state.get("changes", [])]))])
    assert isinstance(answer, Answer)
    return {"subject": answer.subject.strip(), "entry_id": state.get("entry_id") or str(uuid4())}


def review(state: State) -> dict[str, str]:
    """Ask the person whether the result is acceptable."""
    answer = interrupt(
        {"question": "Is this subject acceptable?", "message": state["message"], "subject": state["subject"]},
        response_schema=Review,
    )
    return {"review": answer.acceptable, "change": answer.change}


def after_review(state: State) -> Literal["finalize", "refine"]:
    """Where the answer leads."""
    return "finalize" if state["review"] == "yes" else "refine"


def refine(state: State) -> dict[str, Any]:
    """Keep for the next try what was wrong with this one."""
    if state["review"] == "modify" and state["change"]:
        return {"changes": [*state.get("changes", []), state["change"]]}
    return {"refused": [*state.get("refused", []), state["subject"]]}


def finalize(state: State) -> dict[str, str]:
    """File the message under its subject, as a file, once for its id."""
    save_text(state["subject"], f"Subject: {state['subject']}\n\n{state['message']}", key=state["entry_id"])
    return {}


builder = StateGraph(State, context_schema=Context, input_schema=Message)
builder.add_node("process", process)
builder.add_node("review", review)
builder.add_node("refine", refine)
builder.add_node("finalize", finalize)
builder.add_edge(START, "process")
builder.add_edge("process", "review")
builder.add_conditional_edges("review", after_review)
builder.add_edge("refine", "process")
builder.add_edge("finalize", END)
graph = builder.compile(name="stepwise")
