"""A transfer of money that the model explains in one sentence, and that a person approves or rejects.

The plainest way to ask: `interrupt()` in a node of its own, with a schema for the answer, and the effect in the
node after it.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import uuid4

from effects import record_transfer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import Context, chat_model
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from typing_extensions import TypedDict

PROMPT: list[tuple[str, str]] = [
    (
        "system",
        "Ask a manager for the approval of a payment, in one short sentence that names what is paid and how much.",
    ),
    # Two examples, because the smallest models follow an example where they don't follow an instruction.
    ("human", "Plants for the hall from Green & Co, 80.00 euros"),
    ("ai", "Please approve 80.00 euros to Green & Co for plants for the hall."),
    ("human", "Renew the accounting licence, 1250.00 euros"),
    ("ai", "Please approve 1250.00 euros to renew the accounting licence."),
]


class Transfer(TypedDict):
    """A payment that a person has to approve."""

    action: Annotated[
        str, Field(description="What is paid, and to whom", examples=["Repair the coffee machine in the kitchen"])
    ]
    amount: Annotated[float, Field(gt=0, description="Amount in euros", examples=[480.0])]


class State(Transfer, total=False):
    """The transfer with all that became of it."""

    transfer_id: str
    message: str
    approved: bool
    reason: str
    outcome: str


class Approval(BaseModel):
    """Whether the transfer is made, and why."""

    model_config = ConfigDict(extra="forbid")

    # Strict, because pydantic would otherwise take "on", "y" or 1 for a yes.
    approved: StrictBool = Field(description="Make the transfer")
    reason: str = Field(default="", description="Why, for the record")


async def write_message(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model write the sentence for the approver, and give the transfer the id under which it happens once."""
    transfer = f"{state['action']}, {state['amount']:.2f} euros"
    answer = await chat_model(runtime.context).ainvoke([*PROMPT, ("human", transfer)])
    message = " ".join(answer.text.split())
    return {"message": message or f"Please approve: {state['action']}.", "transfer_id": str(uuid4())}


def ask_approval(state: State) -> dict[str, bool | str]:
    """Ask the person. LangGraph runs this node again from its first line when the answer is there."""
    answer = interrupt(
        {"action": state["action"], "amount": state["amount"], "message": state["message"]},
        response_schema=Approval,
    )
    return {"approved": answer.approved, "reason": answer.reason}


def after_approval(state: State) -> Literal["execute", "reject"]:
    """Where the answer leads."""
    return "execute" if state["approved"] else "reject"


def execute(state: State) -> dict[str, str]:
    """Make the transfer, once for its id."""
    record_transfer(state["transfer_id"], state["action"], state["amount"])
    return {"outcome": f"Transferred {state['amount']:.2f} euros: {state['action']}"}


def reject(state: State) -> dict[str, str]:
    """Leave the money where it is and keep the reason."""
    return {"outcome": f"Rejected: {state['reason'] or 'no reason given'}"}


builder = StateGraph(State, context_schema=Context, input_schema=Transfer)
builder.add_node("write_message", write_message)
builder.add_node("ask_approval", ask_approval)
builder.add_node("execute", execute)
builder.add_node("reject", reject)
builder.add_edge(START, "write_message")
builder.add_edge("write_message", "ask_approval")
builder.add_conditional_edges("ask_approval", after_approval)
builder.add_edge("execute", END)
builder.add_edge("reject", END)
graph = builder.compile(name="action_approval")
