"""A graph that asks, and pays when it may: each payment is a line of its own ledger, once for each delivery."""

from __future__ import annotations

import operator
import os
import sqlite3
from contextlib import closing
from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    """How many questions are left, whether the node that asks pays too, what was answered, and what was done."""

    left: int
    at_once: bool
    answer: Any
    done: Annotated[list[Any], operator.add]


def ask(state: State, config: RunnableConfig) -> State:
    """Ask for the next payment, and make it where that is not left to the next node."""
    answer = interrupt({"pay": state["left"]})
    if state["at_once"]:
        book(answer, config)
    return {"answer": answer, "left": state["left"] - 1}


def pay(state: State, config: RunnableConfig) -> State:
    """Pay what was answered."""
    if not state["at_once"]:
        book(state["answer"], config)
    return {"done": [state["answer"]]}


def book(answer: Any, config: RunnableConfig) -> None:
    """Book a payment, unless this delivery has made it already."""
    key = config["configurable"]["hitl_delivery"]
    for statement in ("INSERT INTO begun VALUES (?, ?)", "INSERT OR IGNORE INTO paid VALUES (?, ?)"):
        with closing(sqlite3.connect(os.environ["LEDGER"], timeout=60)) as ledger, ledger:
            ledger.execute(statement, (key, str(answer)))


def more(state: State) -> str:
    """Ask again while something is left."""
    return "ask" if state["left"] > 0 else END


builder = StateGraph(State)
builder.add_node("ask", ask)
builder.add_node("pay", pay)
builder.add_edge(START, "ask")
builder.add_edge("ask", "pay")
builder.add_conditional_edges("pay", more, ["ask", END])
graph = builder.compile()
