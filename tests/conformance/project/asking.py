"""A node that asks what its input says, acts once on the answer, and keeps it."""

from __future__ import annotations

from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.prebuilt.interrupt import HumanResponse
from langgraph.types import interrupt
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from tests.conformance.answers import PAYLOADS, SCHEMAS
from tests.conformance.ledger import effect


class State(TypedDict, total=False):
    """What is asked, as JSON or by the name of a payload; the name of a schema; and the answer."""

    asks: Any
    payload: str
    schema: str
    answer: Any


def ask_node(state: State) -> State:
    """Ask, and note the answer."""
    payload = PAYLOADS[state["payload"]] if "payload" in state else state["asks"]
    answer = interrupt(payload, response_schema=SCHEMAS[state["schema"]] if "schema" in state else None)
    effect("ask", answer)
    return {"answer": answer}


ask = StateGraph(State).add_node("ask", ask_node).add_edge(START, "ask").compile()


def human_node(state: State) -> State:
    """Ask as graphs made for Agent Inbox do; the answer is checked against LangGraph's own type."""
    responses = TypeAdapter(list[HumanResponse]).validate_python(interrupt(state["asks"]))
    for response in responses:
        effect("human", response)
    return {"answer": responses}


human = StateGraph(State).add_node("human", human_node).add_edge(START, "human").compile()
