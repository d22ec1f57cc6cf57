"""Gives the money for an order back, with a letter that a model writes and a person corrects."""

from dataclasses import dataclass
from typing import Annotated

from langchain_ollama import ChatOllama
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


@dataclass(frozen=True, kw_only=True)
class Context:
    """Which model answers. The program fills in what its status bar and the form for a new run say."""

    model: str = "qwen2.5:3b"
    base_url: str | None = None


class Order(TypedDict):
    """The order of which the customer is told."""

    order: Annotated[str, Field(examples=["A-1042"])]


class State(Order, total=False):
    """The order, the model's draft, and the letter that is sent; empty if none is."""

    draft: str
    letter: str


class Letter(BaseModel):
    """The letter as it is sent."""

    letter: str = Field(description="Empty: none is sent")


async def write(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model write. In a node before the question, so that it is asked once."""
    model = ChatOllama(model=runtime.context.model, base_url=runtime.context.base_url)
    answer = await model.ainvoke(f"Write one polite sentence: the money for order {state['order']} was given back.")
    return {"draft": answer.text}


def ask(state: State) -> dict[str, str]:
    """Show the draft as what the form begins with: a default is made for each question."""
    schema = Letter.model_json_schema()
    schema["properties"]["letter"]["default"] = state["draft"]
    answer = interrupt({"order": state["order"]}, response_schema=schema)
    return {"letter": answer["letter"]}


builder = StateGraph(State, context_schema=Context, input_schema=Order)
builder.add_node("write", write)
builder.add_node("ask", ask)
builder.add_edge(START, "write")
builder.add_edge("write", "ask")
builder.add_edge("ask", END)
graph = builder.compile()
