"""A coffee bar: the model takes orders, the guest is a person, and nothing is ordered before the guest has said yes.

Two nodes ask: `human` shows the barista's latest message, `confirm` the order. The model doesn't call tools freely: it
fills a small form whose choices are those that make sense at the moment, so that even the smallest models order right.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NotRequired
from uuid import uuid4

from effects import place_order
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import Context, chat_model
from pydantic import BaseModel, Field, StrictBool
from typing_extensions import TypedDict

MENU = {"espresso": 2.5, "latte": 4.0, "cappuccino": 4.0, "mocha": 4.5, "black tea": 2.8, "green tea": 2.8}

# Examples, because the smallest models follow them where they don't follow an instruction; the last ones count most.
NEXT_STEP: list[tuple[str, str]] = [
    ("system", """You take orders in a coffee bar. Answer with the next step as JSON.
get_menu: the guest asks what there is.
get_order: the guest asks what was ordered.
clear_order: the guest cancels.
confirm_order: the guest is done.
say: the guest only greets or thanks."""),
    ("human", "Start over."), ("ai", '{"step": "clear_order"}'),
    ("human", "Hello, good evening!"), ("ai", '{"step": "say"}'),
    ("human", "The menu, please."), ("ai", '{"step": "get_menu"}'),
    ("human", "I am done, order it."), ("ai", '{"step": "confirm_order"}'),
    ("human", "What did I order so far?"), ("ai", '{"step": "get_order"}'),
    ("human", "Two green teas, please."), ("ai", '{"step": "add_to_order", "drink": "green tea", "quantity": 2}'),
    ("human", "That is all, thanks."), ("ai", '{"step": "confirm_order"}'),
    ("human", "Hello, good evening!"), ("ai", '{"step": "say"}'),
    ("human", "What is in my order?"), ("ai", '{"step": "get_order"}'),
    ("human", "Is there black tea?"), ("ai", '{"step": "add_to_order", "drink": "black tea", "quantity": 0}'),
    ("human", "An espresso, then."), ("ai", '{"step": "add_to_order", "drink": "espresso", "quantity": 1}'),
]  # fmt: skip
SMALL_TALK = [
    ("system", "You are a friendly barista. Answer the guest in one short sentence, and ask what they would like."),
    ("human", "Good evening!"), ("ai", "Good evening and welcome! What would you like?"),
    ("human", "Thank you."), ("ai", "You are welcome! Would you like anything else?"),
]  # fmt: skip
SAMPLE = "A latte and two espressos, please."


class State(TypedDict):
    """What was said, how many of each drink are ordered, and whether the guest is done."""

    # LangGraph takes only the last annotation as the reducer: before the Field, add_messages would be ignored.
    messages: Annotated[list[AnyMessage], Field(examples=[[{"type": "human", "content": SAMPLE}]]), add_messages]
    order: NotRequired[dict[str, int]]
    finished: NotRequired[bool]


class Guest(BaseModel):
    """You are the guest. “Goodbye” ends the conversation."""

    says: str = Field(title="You say", min_length=1, description="Order, ask for the menu, or say that it is all")


class Confirmed(BaseModel):
    """Whether the order is right."""

    correct: StrictBool = Field(description="Place this order")
    change: str = Field(default="", description="If it is not right: what to change, for example “And a mocha.”")


@tool
def get_menu() -> str:
    """Say what there is to drink."""
    return "\n".join(["We have:", *(f"{drink}, {euros:.2f} euros" for drink, euros in MENU.items())])


def bill(order: dict[str, int]) -> tuple[str, float]:
    """The order in words, and what it costs."""
    return ", ".join(f"{n} x {drink}" for drink, n in order.items()), sum(MENU[drink] * n for drink, n in order.items())


def calling(*calls: dict[str, Any]) -> AIMessage:
    """A message of the model with these calls: each a step with its arguments."""
    return AIMessage("", tool_calls=[{"name": each.pop("step"), "args": each, "id": str(uuid4())} for each in calls])


def calls_of(state: State) -> list[ToolCall]:
    """The calls of the last message."""
    last = state["messages"][-1]
    return last.tool_calls if isinstance(last, AIMessage) else []


def form(drink: str, order: dict[str, int]) -> dict[str, Any]:
    """What the model may answer now, as a JSON schema: a drink only if it was named, the order only if there is one."""
    steps = ["get_menu", *(["get_order", "clear_order", "confirm_order"] if order else []), "say"]
    fields: dict[str, Any] = {"step": {"enum": ["add_to_order"] if drink else steps}}
    if drink:
        fields |= {"drink": {"enum": [drink]}, "quantity": {"type": "integer", "minimum": 0, "maximum": 9}}
    return {"title": "next_step", "type": "object", "properties": fields, "required": list(fields)}


async def chatbot(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Turn what the guest said into calls, one for each drink that was named, or answer in words."""
    model, said = chat_model(runtime.context), state["messages"][-1].text
    parts = [(drink, part) for part in re.split(r",|\band\b", said) for drink in MENU if drink in part.lower()]
    calls: list[dict[str, Any]] = []
    for drink, part in parts or [("", said)]:
        filled = model.with_structured_output(form(drink, state.get("order", {})), method="json_schema")
        calls.append(dict(await filled.ainvoke([*NEXT_STEP, ("human", part.strip())])))
    if calls[0]["step"] == "say":
        return {"messages": [await model.ainvoke([*SMALL_TALK, ("human", said)])]}
    wanted = [call for call in calls if call.get("quantity", 1)] or [{"step": "get_menu"}]
    return {"messages": [calling(*wanted)]}


def ordering(state: State) -> dict[str, Any]:
    """Change, tell or place the order. The id of the call is the key under which it is placed once."""
    order, results, finished = dict(state.get("order", {})), [], False
    for call in calls_of(state):
        words, euros = bill(order)
        if call["name"] == "add_to_order":
            drink, count = call["args"]["drink"], call["args"]["quantity"]
            order[drink] = order.get(drink, 0) + count
            said = f"Added: {count} x {drink}."
        elif call["name"] == "get_order":
            said = f"You ordered {words}: {euros:.2f} euros."
        elif call["name"] == "clear_order":
            order, said = {}, "The order is empty now."
        else:
            said, finished = f"Order {place_order(str(call['id']), order, euros)} is placed: {words}.", True
        results.append(ToolMessage(said, tool_call_id=call["id"], name=call["name"]))
    return {"messages": results, "order": order, "finished": finished}


def confirm(state: State) -> dict[str, Any]:
    """Ask whether the order is right. What is to be changed counts as said to the chatbot."""
    words, euros = bill(state.get("order", {}))
    answer = interrupt({"message": "Is your order right?", "order": words, "euros": euros}, response_schema=Confirmed)
    said, call = "Yes." if answer.correct else "No.", calls_of(state)[0]
    result = ToolMessage(said, tool_call_id=call["id"], name=call["name"])
    then = calling({"step": "place_order"}) if answer.correct else HumanMessage(answer.change or "The menu?")
    return {"messages": [result, then]}


def human(state: State) -> dict[str, Any]:
    """Show what the barista said last, and wait for what the guest says."""
    last = max(n for n, message in enumerate(state["messages"]) if not isinstance(message, ToolMessage))
    results = [message.text for message in state["messages"][last + 1 :]]
    told = "\n".join([*results, "Anything else?"] if results else [state["messages"][last].text])
    guest = interrupt({"message": told, "order": bill(state.get("order", {}))[0]}, response_schema=Guest)
    leaves = re.fullmatch(r"\W*(?:(?:good ?)?bye|q|quit|exit)\W*", guest.says.lower())
    return {"messages": [HumanMessage(guest.says)], "finished": bool(leaves)}


def following(state: State) -> str:
    """Who goes on: calls go to those who carry them out, the guest's words to the chatbot, all else to the guest."""
    if calls := calls_of(state):
        return {"get_menu": "tools", "confirm_order": "confirm"}.get(calls[0]["name"], "ordering")
    is_guests = isinstance(state["messages"][-1], HumanMessage)
    return END if state.get("finished") else "chatbot" if is_guests else "human"


builder = StateGraph(State, context_schema=Context)
builder.add_node("chatbot", chatbot).add_node("tools", ToolNode([get_menu])).add_node("ordering", ordering)
builder.add_node("confirm", confirm).add_node("human", human)
builder.add_edge(START, "chatbot").add_edge("tools", "human")
builder.add_conditional_edges("chatbot", following, ["tools", "ordering", "confirm", "human"])
builder.add_conditional_edges("ordering", following, ["human", END])
builder.add_conditional_edges("confirm", following, ["ordering", "chatbot"])
builder.add_conditional_edges("human", following, ["chatbot", END])
graph = builder.compile(name="barista")
