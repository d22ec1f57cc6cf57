"""Gives the money for an order back, if a person says so."""

import os
from pathlib import Path
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class Order(TypedDict):
    """The order whose money is to go back."""

    order: Annotated[str, Field(examples=["A-1042"])]
    amount: Annotated[float, Field(gt=0, examples=[35.0])]


class State(Order, total=False):
    """The order, and what became of it."""

    approved: bool
    reason: str
    outcome: str


class Approval(BaseModel):
    """Whether the money goes back, and why."""

    approved: bool = Field(description="Give the money back")
    reason: str = Field(default="", description="For the record")


def ask(state: State) -> dict[str, bool | str]:
    """Ask the person, and do nothing else: this node runs again from its first line when the answer is there."""
    answer = interrupt({"order": state["order"], "amount": state["amount"]}, response_schema=Approval)
    return {"approved": answer.approved, "reason": answer.reason}


def decide(state: State) -> str:
    """Where the answer leads."""
    return "refund" if state["approved"] else END


def refund(state: State) -> dict[str, str]:
    """The effect, in a node of its own after the question, and once for an order."""
    book = Path(os.environ.get("REFUND_BOOK", "refunds.csv"))
    rows = book.read_text().splitlines() if book.exists() else []
    if not any(row.startswith(f"{state['order']},") for row in rows):
        book.write_text("\n".join([*rows, f"{state['order']},{state['amount']:.2f}"]) + "\n")
    return {"outcome": f"{state['amount']:.2f} given back for {state['order']}"}


builder = StateGraph(State, input_schema=Order)
builder.add_node("ask", ask)
builder.add_node("refund", refund)
builder.add_edge(START, "ask")
builder.add_conditional_edges("ask", decide, ["refund", END])
builder.add_edge("refund", END)
graph = builder.compile()
