"""An agent that searches a few documents, and stops at a breakpoint before the search.

There is no question in the code: `interrupt_before` pauses the loop, and the person continues, changes the call in
the state, denies it with tool messages in the name of `call_tools`, or sends the run elsewhere through `route`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from langchain_core.messages import AIMessage, AnyMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from langgraph.runtime import Runtime
from local_model import Context, chat_model
from pydantic import Field
from typing_extensions import TypedDict

PROMPT = """You answer questions about the house rules of a small company.
Look the rule up with search_documents before you answer. Answer in one sentence, and only with what was found.
If the search was denied, say politely that you can't answer."""

SAMPLE = "Search the documents: how much is paid for a hotel?"

DOCUMENTS = {
    "Travel": "Travel expenses are paid back up to 120 euros a night for a hotel and 45 euros a day for meals.",
    "Holidays": "Everyone has 28 days of holiday a year. Up to 5 days can be taken over into the next year.",
    "Remote work": "Two days of the week are spent in the office, the others wherever the work goes well.",
    "Equipment": "A laptop is replaced after four years. Requests go to the office manager with a reason.",
    "Security": "Laptops are encrypted. A lost laptop is reported within one hour, at night as well.",
}


class Question(TypedDict):
    """A question that the company's documents may answer."""

    # LangGraph takes only the last annotation as the reducer: before the Field, add_messages would be ignored.
    messages: Annotated[list[AnyMessage], Field(examples=[[{"type": "human", "content": SAMPLE}]]), add_messages]


class State(Question, total=False):
    """The conversation, and where it goes after the model has spoken: a reviewer may change both."""

    route: Literal["call_tools", "finish"]


def words_of(text: str) -> set[str]:
    """The words of a text that can tell documents apart."""
    return set(re.findall(r"\w{4,}", text.lower()))


@tool
def search_documents(query: str) -> str:
    """Search the company's documents."""
    wanted = words_of(query)
    scores = {title: len(wanted & words_of(f"{title} {text}")) for title, text in DOCUMENTS.items()}
    best = sorted((title for title in scores if scores[title]), key=lambda title: -scores[title])[:2]
    return "\n".join(f"{title}: {DOCUMENTS[title]}" for title in best) or f"Nothing was found for {query!r}."


async def call_llm(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Let the model answer or ask for a search."""
    model = chat_model(runtime.context).bind_tools([search_documents])
    answer = await model.ainvoke([SystemMessage(PROMPT), *state["messages"]])
    return {"messages": [answer], "route": "call_tools" if answer.tool_calls else "finish"}


def after_llm(state: State) -> str:
    """Where to go. A reviewer who takes all calls out of the model's message, or sets the route, ends the run."""
    last = state["messages"][-1]
    wants_tools = isinstance(last, AIMessage) and bool(last.tool_calls)
    return "call_tools" if wants_tools and state["route"] == "call_tools" else END


builder = StateGraph(State, context_schema=Context, input_schema=Question)
builder.add_node("call_llm", call_llm)
builder.add_node("call_tools", ToolNode([search_documents]))
builder.add_edge(START, "call_llm")
builder.add_conditional_edges("call_llm", after_llm, ["call_tools", END])
builder.add_edge("call_tools", "call_llm")
graph = builder.compile(interrupt_before=["call_tools"], name="tool_gate")
