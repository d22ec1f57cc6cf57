"""An agent that searches a few documents, and stops at a breakpoint: before the search, or after each model call.

A guardrail keeps from the model what it must not answer. At the breakpoint nothing is asked: the person continues,
changes the call in the state, denies it with tool messages in the name of `call_tools`, or sends the run elsewhere
through `route`. The model can ask the person, too, in a node of its own: of several tools that ask within one
`ToolNode`, each may get the answer meant for another (https://github.com/langchain-ai/langgraph/issues/6533).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import ToolContext, chat_model
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

PROMPT = """You answer questions about the house rules of a small company.
Look the rule up with search_documents before you answer. Answer in one sentence, and only with what was found.
If it is not clear what is asked, call request_clarification. If the search was denied, say politely that you can't
answer."""

SAMPLE = "Search the documents: how much is paid for a hotel?"

DOCUMENTS = {
    "Travel": "Travel expenses are paid back up to 120 euros a night for a hotel and 45 euros a day for meals.",
    "Holidays": "Everyone has 28 days of holiday a year. Up to 5 days can be taken over into the next year.",
    "Remote work": "Two days of the week are spent in the office, the others wherever the work goes well.",
    "Equipment": "A laptop is replaced after four years. Requests go to the office manager with a reason.",
    "Security": "Laptops are encrypted. A lost laptop is reported within one hour, at night as well.",
}


BLOCKED = re.compile(
    r"\b(passwords?|salar(y|ies)|private address|ignore (all|your) (rules|instructions))\b", re.IGNORECASE
)


class Question(TypedDict):
    """A question that the company's documents may answer."""

    # LangGraph takes only the last annotation as the reducer: before the Field, add_messages would be ignored.
    messages: Annotated[list[AnyMessage], Field(examples=[[{"type": "human", "content": SAMPLE}]]), add_messages]


class State(Question, total=False):
    """The conversation, and where it goes after the model has spoken: a reviewer may change both."""

    verdict: Literal["allow", "block"]
    route: Literal["call_tools", "clarify", "finish"]


class Clarification(BaseModel):
    """What the assistant should know."""

    answer: str = Field(min_length=1, description="In your words; the assistant goes on with them")


def words_of(text: str) -> set[str]:
    """The words of a text that can tell documents apart."""
    return set(re.findall(r"\w{4,}", text.lower()))


@tool
def search_documents(query: str) -> str:
    """Search the documents on travel, hotels, meals, holidays, days of remote work at home, laptops and security."""
    wanted = words_of(query)
    scores = {title: len(wanted & words_of(f"{title} {text}")) for title, text in DOCUMENTS.items()}
    best = sorted((title for title in scores if scores[title]), key=lambda title: -scores[title])[:2]
    return "\n".join(f"{title}: {DOCUMENTS[title]}" for title in best) or f"Nothing was found for {query!r}."


@tool
def request_clarification(message: str) -> str:
    """Ask the person what they mean, when a question is unclear or they want help with something."""
    return message  # never run: `clarify` does what the call asks for


def guard(state: State) -> dict[str, Any]:
    """Block what no model should be asked here, before it is."""
    if found := BLOCKED.search(state["messages"][-1].text):
        refusal = AIMessage(f"I can't help with that: the house rules keep “{found[0]}” from me.")
        return {"messages": [refusal], "verdict": "block"}
    return {"verdict": "allow"}


async def call_llm(state: State, runtime: Runtime[ToolContext]) -> dict[str, Any]:
    """Let the model answer, ask for a search or ask the person."""
    model = chat_model(runtime.context).bind_tools([search_documents, request_clarification])
    answer = await model.ainvoke([SystemMessage(PROMPT), *state["messages"]])
    names = {call["name"] for call in answer.tool_calls}
    route = "clarify" if request_clarification.name in names else "call_tools" if names else "finish"
    return {"messages": [answer], "route": route}


def after_llm(state: State) -> str:
    """Where to go. A reviewer who takes all calls out of the model's message, or sets the route, ends the run."""
    if state["route"] == "call_tools" and not calls_of(state):
        return END
    return END if state["route"] == "finish" else state["route"]


def calls_of(state: State) -> list[ToolCall]:
    """The calls of the model's last message."""
    last = state["messages"][-1]
    return last.tool_calls if isinstance(last, AIMessage) else []


def clarify(state: State) -> dict[str, Any]:
    """Ask the person one question, whatever the model calls beside it. The answer is a message of the person's own."""
    calls = calls_of(state)
    asked = next((call for call in calls if call["name"] == request_clarification.name), None)
    question = asked["args"].get("message") if asked else None
    given = interrupt({"question": question or "What should the assistant know?"}, response_schema=Clarification)
    not_asked = "Not run: the person says something first."
    results = [
        ToolMessage("The person answers:" if call is asked else not_asked, tool_call_id=call["id"], name=call["name"])
        for call in calls
    ]
    return {"messages": [*results, HumanMessage(given.answer)]}


builder = StateGraph(State, context_schema=ToolContext, input_schema=Question)
builder.add_node("guard", guard)
builder.add_node("call_llm", call_llm)
builder.add_node("call_tools", ToolNode([search_documents]))
builder.add_node("clarify", clarify)
builder.add_edge(START, "guard")
builder.add_conditional_edges("guard", lambda state: state["verdict"], {"allow": "call_llm", "block": END})
builder.add_conditional_edges("call_llm", after_llm, ["call_tools", "clarify", END])
builder.add_edge("call_tools", "call_llm")
builder.add_edge("clarify", "guard")
graph = builder.compile(interrupt_before=["call_tools"], name="tool_gate")
graph_after = builder.compile(interrupt_after=["call_llm"], name="tool_gate_after")
