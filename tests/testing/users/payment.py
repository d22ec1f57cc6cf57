"""A graph that asks before it pays, without a model."""

from pathlib import Path
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class State(TypedDict, total=False):
    to: str
    amount: int
    folder: str
    said: str


def ask(state: State) -> State:
    answer = interrupt({"question": f"Pay {state['amount']} to {state['to']}?", "amount": state["amount"]})
    if not isinstance(answer, dict) or not answer.get("approved"):
        return {"said": f"not paid: {answer.get('reason', '') if isinstance(answer, dict) else answer}"}
    Path(state["folder"], "paid.txt").write_text(f"{state['amount']} to {state['to']}")
    return {"said": "paid"}


graph = StateGraph(State).add_node("ask", ask).add_edge(START, "ask").add_edge("ask", END).compile()
