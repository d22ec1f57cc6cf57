"""Graphs that ask in every way but an agent's, and keep the answers that they were given, with their types."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    payload: Any
    log: Annotated[list[str], operator.add]
    answers: Annotated[list[Any], operator.add]


def ask(state: State) -> State:
    """Ask with the payload of the input."""
    return {"answers": [interrupt(state.get("payload"))]}


QUESTIONS = [
    {"question": "Which city?", "type": "text"},
    {"question": "Which class?", "type": "multiple_choice", "choices": [{"value": "Economy"}, {"value": "Business"}]},
    {"question": "Which extras?", "type": "multi_select", "choices": [{"value": "Meal"}], "required": False},
]


def ask_inbox(state: State) -> State:
    """Ask as a graph made for Agent Inbox does."""
    action = {"action": "run_command", "args": {"command": "ls", "timeout": 30}}
    allowed = {"allow_accept": True, "allow_edit": True, "allow_respond": False, "allow_ignore": True}
    return {"answers": [interrupt([{"action_request": action, "config": allowed, "description": "Look first."}])]}


def ask_questions(state: State) -> State:
    """Ask as an `ask_user` tool does."""
    return {"answers": [interrupt({"type": "ask_user", "questions": QUESTIONS, "tool_call_id": "call-1"})]}


def left(state: State) -> State:
    """One of two nodes that ask in the same step."""
    return {"answers": [{"left": interrupt({"side": "Left", "amount": 1})}]}


def right(state: State) -> State:
    """The other one."""
    return {"answers": [{"right": interrupt({"side": "Right", "amount": 2})}]}


def twice(state: State) -> State:
    """Ask, and then ask again in the same node."""
    return {"answers": [interrupt({"question": "First?"}), interrupt({"question": "Second?"})]}


class Traveller(BaseModel):
    name: str = Field(min_length=1)
    age: int = Field(ge=0, le=150)


class Trip(BaseModel):
    """What the schema graph wants to know."""

    means: Literal["train", "bus", "plane"]
    travellers: list[Traveller] = Field(min_length=1)
    address: Traveller
    tags: list[str] = []
    budget: float | None = None


def ask_with_schema(state: State) -> State:
    """Ask for nested objects, an enumeration and arrays."""
    return {"answers": [interrupt({"question": "Where to?"}, response_schema=Trip.model_json_schema())]}


def first(state: State) -> State:
    """Run before a breakpoint."""
    return {"log": ["first"]}


def second(state: State) -> State:
    """Run behind a breakpoint."""
    return {"log": ["second"]}


def _steps() -> StateGraph[State]:
    builder = StateGraph(State).add_node("first", first).add_node("second", second)
    return builder.add_edge(START, "first").add_edge("first", "second").add_edge("second", END)


raw = StateGraph(State).add_node("ask", ask).add_edge(START, "ask").compile()
parallel = (
    StateGraph(State)
    .add_node("left", left)
    .add_node("right", right)
    .add_edge(START, "left")
    .add_edge(START, "right")
    .compile()
)
sequential = StateGraph(State).add_node("twice", twice).add_edge(START, "twice").compile()
nested = (
    StateGraph(State)
    .add_node("middle", StateGraph(State).add_node("inner", raw).add_edge(START, "inner").compile())
    .add_edge(START, "middle")
    .compile()
)
schema = StateGraph(State).add_node("plan", ask_with_schema).add_edge(START, "plan").compile()
stops_after = _steps().compile(interrupt_after=["first"])
stops_before = _steps().compile(interrupt_before=["second"])
human_interrupt = StateGraph(State).add_node("ask", ask_inbox).add_edge(START, "ask").compile()
questions = StateGraph(State).add_node("ask", ask_questions).add_edge(START, "ask").compile()
