"""What goes wrong without a word of warning from LangGraph. Each of these graphs makes one mistake."""

import os
from pathlib import Path
from typing import Any

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    """What came of it."""

    outcome: str


def pay(what: str) -> None:
    """The effect: a line in a book."""
    with Path(os.environ.get("REFUND_BOOK", "refunds.csv")).open("a") as book:
        book.write(f"{what}\n")


def pays_before_it_asks(state: State) -> State:
    """Runs again from its first line when the answer is there: this pays twice."""
    pay("A-1042,35.00")
    answer = interrupt({"question": "Was that right?"})
    return {"outcome": answer}


def catches_the_question(state: State) -> State:
    """interrupt() raises to stop the node. Who catches every Exception catches the question: nobody is asked."""
    try:
        answer = interrupt({"question": "Give the money back?"})
    except Exception:
        answer = "an error"
    return {"outcome": answer}


def shows_what_cannot_be_stored(state: State) -> State:
    """A payload is stored before anybody sees it. A function, a connection, a complex number can't be."""
    return {"outcome": interrupt({"question": "Which price?", "price_of": lambda order: 35.0})}


def graph_of(node: Any) -> CompiledStateGraph[State]:
    """A graph of this one node."""
    builder = StateGraph(State)
    builder.add_node(node)
    builder.add_edge(START, node.__name__)
    return builder.compile()


pays_twice = graph_of(pays_before_it_asks)
asks_nobody = graph_of(catches_the_question)
unstorable = graph_of(shows_what_cannot_be_stored)
