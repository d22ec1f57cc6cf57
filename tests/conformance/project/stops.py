"""Graphs that stop at static breakpoints: before and after nodes, around tools, and with states of every kind."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from langchain.agents import create_agent
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.conformance.answers import Address, Amount, Colour, Order
from tests.conformance.ledger import effect
from tests.conformance.scripted import ScriptedModel
from tests.conformance.tools import book, look, send

TOOLS = [send, look, book]


class AddedMessages(TypedDict):
    """A conversation that is only added to, so that no message can be replaced."""

    messages: Annotated[list[Any], operator.add]


def model_node(state: Any) -> dict[str, Any]:
    """Let the model speak."""
    return {"messages": [ScriptedModel().invoke(state["messages"])]}


def with_tools(state: Any = MessagesState) -> StateGraph[Any]:
    """A model and its tools, without any middleware."""
    builder = StateGraph(state).add_node("model", model_node).add_node("tools", ToolNode(TOOLS))
    builder.add_edge(START, "model").add_conditional_edges("model", tools_condition)
    return builder.add_edge("tools", "model")


gate = with_tools().compile(interrupt_before=["tools"])
open_gate = with_tools().compile()
gate_after = with_tools().compile(interrupt_after=["model"])
gate_everywhere = with_tools().compile(interrupt_before="*")
added_gate = with_tools(AddedMessages).compile(interrupt_before=["tools"])
agent_gate = create_agent(ScriptedModel(), TOOLS, interrupt_before=["tools"])


class Way(TypedDict, total=False):
    """Where to go, and why."""

    route: str
    why: str


def noting(name: str) -> Any:
    """A node that notes the state that it read."""

    def node(state: Way) -> Way:
        effect(name, dict(state))
        return {}

    return node


def routed() -> StateGraph[Way]:
    """A draft, and what the route says then."""
    builder = StateGraph(Way)
    for name in ("draft", "publish", "discard"):
        builder.add_node(name, noting(name))
    builder.add_edge(START, "draft")
    return builder.add_conditional_edges("draft", lambda state: state["route"], ["publish", "discard"])


route_before = routed().compile(interrupt_before=["publish", "discard"])
route_after = routed().compile(interrupt_after=["draft"])
route_both = routed().compile(interrupt_before=["draft"], interrupt_after=["draft"])
open_route = routed().compile()

beside = StateGraph(Way)
for each in ("left", "right"):
    beside.add_node(each, noting(each)).add_edge(START, each)
side_by_side = beside.compile(interrupt_before=["left", "right"])

inner = StateGraph(Way).add_node("draft", noting("draft")).add_node("publish", noting("publish"))
inner.add_edge(START, "draft").add_edge("draft", "publish")
below = StateGraph(Way).add_node("sub", inner.compile(interrupt_before=["publish"])).add_edge(START, "sub").compile()


class Fields(TypedDict, total=False):
    """Fields of many types, with reducers and without; nothing sets the last four."""

    log: Annotated[list[str], operator.add]
    total: Annotated[int, operator.add]
    merged: Annotated[dict[str, int], operator.or_]
    tags: Annotated[set[str], operator.or_]
    address: Address
    amount: Amount
    stops: list[Address]
    due: datetime
    colour: Colour
    note: str
    reply: Address
    when: datetime
    order: Order


def fields() -> Fields:
    """The state before the breakpoint."""
    return {
        "log": ["a", "b"],
        "total": 5,
        "merged": {"x": 1, "y": 2},
        "tags": {"t"},
        "address": Address(street="Long Lane", zip="8000"),
        "amount": Amount(1.5, ["new"]),
        "stops": [Address(street="One", zip="1000")],
        "due": datetime(2026, 11, 21, 7, 30),
        "colour": Colour.RED,
    }


class Model(BaseModel):
    """A state that is a pydantic model."""

    count: int = 0
    address: Address | None = None


@dataclass
class Record:
    """A state that is a dataclass."""

    count: int = 0
    amount: Amount | None = None


def as_mapping(state: Any) -> Mapping[str, Any]:
    """The fields of a state, with their own types."""
    if isinstance(state, BaseModel):
        return {name: getattr(state, name) for name in type(state).model_fields}
    return {name: getattr(state, name) for name in asdict(state)} if not isinstance(state, dict) else state


def two_steps(schema: Any, first: Callable[[], Any]) -> Any:
    """A node that fills the state, a breakpoint, and a node that notes what it reads."""

    def fill(state: Any) -> Any:
        return first()

    def read(state: Any) -> Any:
        effect("read", dict(as_mapping(state)))
        return {}

    builder = StateGraph(schema).add_node("fill", fill).add_node("read", read)
    return builder.add_edge(START, "fill").add_edge("fill", "read").compile(interrupt_before=["read"])


typed_dict_state = two_steps(Fields, fields)
pydantic_state = two_steps(Model, lambda: {"count": 1, "address": Address(street="Long Lane", zip="8000")})
dataclass_state = two_steps(Record, lambda: {"count": 1, "amount": Amount(1.5, ["new"])})
