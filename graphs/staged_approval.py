"""A contract that three people approve in turn: manager, compliance officer, executive, each with their own question.

Every stage names the role that must decide, and is asked only if the stage before has approved: three nodes that are
one function. Only when all have approved is the contract signed, in a node after them.
"""

from __future__ import annotations

import json
import operator
from functools import partial
from typing import Annotated, Any, Literal
from uuid import uuid4

from effects import record_transfer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import Context, chat_model
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from typing_extensions import TypedDict

INSTRUCTION = "Give the contract a title of two to five words. Answer with JSON."

# Examples, because the smallest models follow an example where they don't follow an instruction.
EXAMPLES = {
    "Fresh fruit for the kitchen every Monday, from Green & Co": "Fruit for the kitchen",
    "A service that pays our salaries, from Payday Ltd": "Payment of salaries",
    "A firm that prints and posts our letters to customers": "Printing of letters",
    "New chairs for the office, from Sitwell": "Chairs for the office",
}

SAMPLE = "A newsletter service that writes to our 2,000 customers, from Mailbird Ltd"


class Contract(TypedDict):
    """A contract that somebody wants to have signed."""

    contract: Annotated[str, Field(min_length=1, description="What for, and with whom", examples=[SAMPLE])]
    euros: Annotated[float, Field(gt=0, description="Cost of one year", examples=[2400.0])]


class State(Contract, total=False):
    """The contract, what the model says of it, and the decisions so far, oldest first."""

    contract_id: str
    title: str
    approvals: Annotated[list[dict[str, Any]], operator.add]
    outcome: str


class Brief(BaseModel):
    """What the model fills in."""

    title: str = Field(min_length=1, max_length=40)


class Approval(BaseModel):
    """A decision by the role that is named above."""

    model_config = ConfigDict(extra="forbid")

    # Strict, because pydantic would otherwise take "on", "y" or 1 for a yes.
    approved: StrictBool = Field(description="Go on to the next stage; without, the contract is not signed")
    decided_by: str = Field(min_length=1, description="Your name, for the record")
    comment: str = Field(default="", description="The next stage reads it")


class Compliance(Approval):
    """The decision of the compliance officer, who also says what the supplier gets to know."""

    data: Literal["none", "contacts", "sensitive"] = Field(
        description="What the supplier sees. contacts: names and addresses. sensitive: pay or health"
    )


STAGES: dict[str, tuple[str, type[Approval]]] = {
    "manager": ("Do we need this, at this price?", Approval),
    "compliance officer": ("Is the contract in order, and may the supplier see our data?", Compliance),
    "executive": ("Do we sign?", Approval),
}
"""Who decides, in this order, what they are asked, and the shape of the answer."""


async def prepare(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model find a title, and give the contract the id under which it is signed once."""
    prompt = [("system", INSTRUCTION)]
    for contract, title in EXAMPLES.items():
        prompt += [("human", contract), ("ai", json.dumps({"title": title}))]
    model = chat_model(runtime.context).with_structured_output(Brief, method="json_schema")
    brief = await model.ainvoke([*prompt, ("human", state["contract"])])
    assert isinstance(brief, Brief)
    return {"title": brief.title.strip(), "contract_id": str(uuid4())}


def ask(role: str, state: State) -> dict[str, Any]:
    """Ask this role, show it what those before it have said, and note its decision."""
    question, shape = STAGES[role]
    asked = {"role": role, "question": question, "title": state["title"]}
    of_contract = {"contract": state["contract"], "euros": state["euros"]}
    before = {f"{each['role']} said": each["said"] for each in state.get("approvals", [])}
    answer = interrupt({**asked, **of_contract, **before}, response_schema=shape)
    said = [f"{'approved' if answer.approved else 'refused'} by {answer.decided_by}"]
    if isinstance(answer, Compliance):
        said.append(f"data that the supplier sees: {answer.data}")
    if answer.comment:
        said.append(answer.comment)
    return {"approvals": [{"role": role, "approved": answer.approved, "said": "; ".join(said)}]}


def sign(state: State) -> dict[str, str]:
    """Sign the contract and pay the first year, once for its id: all have approved."""
    record_transfer(state["contract_id"], state["contract"], state["euros"])
    return {"outcome": f"Signed: {state['contract']}, {state['euros']:.2f} euros"}


def refuse(state: State) -> dict[str, str]:
    """Leave the contract unsigned, and say who has refused it."""
    last = state["approvals"][-1]
    return {"outcome": f"Not signed: {last['said']}, {last['role']}"}


def approved(state: State) -> bool:
    """Whether the latest decision was a yes."""
    return bool(state["approvals"][-1]["approved"])


builder = StateGraph(State, context_schema=Context, input_schema=Contract)
builder.add_node("prepare", prepare).add_node("sign", sign).add_node("refuse", refuse)
nodes = [role.replace(" ", "_") for role in STAGES]
for node, role, following in zip(nodes, STAGES, [*nodes[1:], "sign"], strict=True):
    builder.add_node(node, partial(ask, role))
    builder.add_conditional_edges(node, approved, {True: following, False: "refuse"})
builder.add_edge(START, "prepare").add_edge("prepare", nodes[0])
builder.add_edge("sign", END).add_edge("refuse", END)
graph = builder.compile(name="staged_approval")
