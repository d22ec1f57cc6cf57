"""Every way in which a node asks, one small graph each. `docs/your-own-graph.md` shows what a reviewer sees of them."""

from datetime import date
from typing import Annotated, Any, Literal

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send, interrupt
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    """What was answered, in the order in which it came."""

    answers: Annotated[list[Any], lambda before, new: before + new]


def ask_plainly(state: State) -> State:
    """Whatever JSON can say is a payload; the reviewer chooses what comes back."""
    answer = interrupt({"order": "A-1042", "amount": 35.0, "question": "Give the money back?"})
    return {"answers": [answer]}


class Refund(BaseModel):
    """What is given back, and how."""

    amount: float = Field(default=35.0, gt=0, le=35.0, description="Up to what was paid")
    way: Literal["card", "voucher"] = "card"
    by: date = Field(default=date(2027, 1, 31), description="The last day on which it may happen")
    note: str = ""


def ask_for_a_form(state: State) -> State:
    """A pydantic class, a TypedDict, a dataclass or a JSON schema; the answer has passed it."""
    answer = interrupt({"order": "A-1042", "paid": 35.0}, response_schema=Refund)
    return {"answers": [answer.model_dump(mode="json")]}


def ask_for_a_text(state: State) -> State:
    """A payload of one text is answered with that text, as the reviewer wants it."""
    answer = interrupt({"letter": "Dear Ana,\n\nwe have given you your 35.00 euros back.\n\nYour shop"})
    return {"answers": [answer]}


def ask_some_questions(state: State) -> State:
    """The form of an `ask_user` tool: a list of questions, answered with {"answers": [...]}, a text each."""
    questions = [
        {"question": "Why does the customer want the money back?", "type": "text"},
        {
            "question": "What happens to the goods?",
            "type": "multiple_choice",
            "choices": [{"value": "They come back"}, {"value": "The customer keeps them"}],
        },
    ]
    return {"answers": [interrupt({"type": "ask_user", "questions": questions})]}


def ask_like_an_inbox(state: State) -> State:
    """The older form of `langgraph.prebuilt`, which graphs made for Agent Inbox send."""
    request = {
        "action_request": {"action": "refund", "args": {"order": "A-1042", "amount": 35.0}},
        "config": {"allow_accept": True, "allow_edit": True, "allow_respond": True, "allow_ignore": False},
        "description": "The customer says that the parcel never came.",
    }
    (answer,) = interrupt([request])
    return {"answers": [answer]}


class Order(TypedDict):
    """What one of the tasks gets."""

    order: str


def ask_about_one(state: Order) -> State:
    """One of several tasks of the same step, each of which asks."""
    return {"answers": [interrupt({"order": state["order"], "question": "Give the money back?"})]}


def to_all_orders(state: State) -> list[Send]:
    """A task for each order: their questions are open at the same time."""
    return [Send("ask_about_one", {"order": order}) for order in ("A-1042", "A-1043", "A-1044")]


def graph_of(node: Any) -> CompiledStateGraph[State]:
    """A graph of this one node."""
    builder = StateGraph(State)
    builder.add_node(node)
    builder.add_edge(START, node.__name__)
    return builder.compile()


plain = graph_of(ask_plainly)
schema = graph_of(ask_for_a_form)
one_text = graph_of(ask_for_a_text)
choices = graph_of(ask_some_questions)
inbox = graph_of(ask_like_an_inbox)

_together = StateGraph(State)
_together.add_node(ask_about_one)
_together.add_conditional_edges(START, to_all_orders, ["ask_about_one"])
together = _together.compile()
