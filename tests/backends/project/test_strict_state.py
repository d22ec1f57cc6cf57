"""Classes of a project's state come back from the database as what they were, and no others do."""

from __future__ import annotations

import asyncio
import sys
from textwrap import dedent
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command

from hitl_desktop.backends.project.loader import LoadedGraph, load_project
from tests.backends.project.conftest import NewProject

CLASSES = """
import enum
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from langchain.agents import AgentState, create_agent
from langchain.agents.middleware import AgentMiddleware, after_model
from langchain.tools import tool
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from langgraph.types import Send, interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

class Note(BaseModel):
    text: str

class Stranger(BaseModel):
    text: str = "not in any schema"

@dataclass
class Point:
    x: int

class Colour(enum.Enum):
    RED = "red"

class State(TypedDict, total=False):
    note: Note
    point: Point
    colour: Colour
    anything: Any
    kinds: list[str]

def fill(state):
    return {"note": Note(text="a"), "point": Point(1), "colour": Colour.RED, "anything": Stranger()}

def ask(state):
    interrupt("?")
    return {"kinds": [type(state[key]).__name__ for key in ("note", "point", "colour", "anything")]}

def new_builder():
    builder = StateGraph(State)
    builder.add_node("fill", fill)
    builder.add_node("ask", ask)
    builder.add_edge(START, "fill")
    builder.add_edge("fill", "ask")
    return builder

inner = new_builder().compile().with_config(tags=["as create_agent does"])

class Outer(TypedDict, total=False):
    kinds: list[str]
    messages: Annotated[list, add_messages]

def around(node):
    builder = StateGraph(Outer)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    return builder
"""

FORMS = {
    "a compiled graph": "graph = new_builder().compile()",
    "one with a config": "graph = new_builder().compile().with_config(tags=['x'])",
    "a copy": "graph = new_builder().compile().copy()",
    "a graph to be compiled": "graph = new_builder()",
    "a factory": "def graph(): return new_builder()",
    "a factory of one with a config": "async def graph(): return inner",
    "a graph as a node": "graph = around(inner)",
    "a graph inside a graph inside a graph": "graph = around(around(inner).compile())",
    "a graph that a node calls": """
        def node(state):
            return {"kinds": inner.invoke({})["kinds"]}
        graph = around(node)
    """,
    "the second of two that a node calls": """
        other = around(lambda state: None).compile()
        def node(state):
            other.invoke({})
            return {"kinds": inner.invoke({})["kinds"]}
        graph = around(node)
    """,
    "a graph that an async node calls": """
        async def node(state, config):
            return {"kinds": (await inner.ainvoke({}, config))["kinds"]}
        graph = around(node)
    """,
    "a graph that a node is made with": """
        def node(state, agent):
            return {"kinds": agent.invoke({})["kinds"]}
        graph = around(partial(node, agent=inner))
    """,
    "a graph that an object's method calls": """
        class Team:
            def __init__(self, agent):
                self.agent = agent
            def node(self, state):
                return {"kinds": self.agent.invoke({})["kinds"]}
        graph = around(Team(inner).node)
    """,
    "a graph that a function in a closure calls": """
        def node_of(agent):
            def call():
                return agent.invoke({})
            return lambda state: {"kinds": call()["kinds"]}
        graph = around(node_of(inner))
    """,
}


async def load(new_project: NewProject, code: str) -> LoadedGraph:
    folder = new_project({"agent.py": CLASSES + dedent(code)}, {"agent": "./agent.py:graph"})
    project = await asyncio.to_thread(load_project, folder)
    assert project.info.graphs[0].error == ""
    return project.graphs["agent"]


async def answered(graph: LoadedGraph, saver: AsyncSqliteSaver, given: Any) -> dict[str, Any]:
    """Run to the question, and answer it with the graph opened anew, so that all comes from the database."""
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    async with graph.open(saver, config) as opened:
        await opened.ainvoke(given, config)
    async with graph.open(saver, config) as opened:
        (question,) = (await opened.aget_state(config)).interrupts
        result: dict[str, Any] = await opened.ainvoke(Command(resume={question.id: "!"}), config)
    return result


@pytest.mark.parametrize("form", FORMS)
async def test_state_is_revived_and_what_no_schema_names_is_not(
    new_project: NewProject, saver: AsyncSqliteSaver, form: str
) -> None:
    result = await answered(await load(new_project, FORMS[form]), saver, {})
    assert result["kinds"] == ["Note", "Point", "Colour", "dict"]


async def test_the_state_of_a_graph_behind_a_tool_is_revived(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    code = """
        @tool
        def delegate(task: str) -> str:
            "Let another agent do it."
            return " ".join(inner.invoke({})["kinds"])

        graph = around(ToolNode([delegate]))
    """
    call = {"name": "delegate", "args": {"task": "x"}, "id": "1"}
    given = {"messages": [AIMessage("", tool_calls=[call])]}
    result = await answered(await load(new_project, code), saver, given)
    assert result["messages"][-1].text == "Note Point Colour dict"


async def test_the_state_of_an_agent_is_revived(new_project: NewProject, saver: AsyncSqliteSaver) -> None:
    code = """
        class MyState(AgentState):
            note: Note

        @after_model(state_schema=MyState)
        def ask(state, runtime):
            interrupt("?")
            return {"messages": [AIMessage(type(state["note"]).__name__)]}

        model = GenericFakeChatModel(messages=iter([AIMessage("hello")]))
        graph = create_agent(model, [], middleware=[ask], state_schema=MyState)
    """
    graph = await load(new_project, code)
    given = {"messages": [("user", "hi")], "note": sys.modules["__agent"].Note(text="a")}
    result = await answered(graph, saver, given)
    assert result["messages"][-1].text == "Note"


async def test_the_input_and_the_saved_value_of_an_entrypoint_are_revived(
    new_project: NewProject, saver: AsyncSqliteSaver
) -> None:
    code = """
        @entrypoint()
        def flow(note: Note, *, previous: Point | None = None) -> entrypoint.final[list, Point]:
            interrupt("?")
            return entrypoint.final(value=[type(note).__name__, type(previous).__name__], save=Point(1))
        graph = flow.with_config(tags=["x"])
    """
    graph = await load(new_project, code)
    note = sys.modules["__agent"].Note(text="a")
    results: list[Any] = [await answered(graph, saver, note) for _ in range(2)]
    assert results == [["Note", "NoneType"], ["Note", "Point"]]


async def test_a_saver_that_allows_classes_of_its_own_keeps_them(
    new_project: NewProject, saver: AsyncSqliteSaver
) -> None:
    graph = await load(new_project, FORMS["a compiled graph"])
    open_saver = AsyncSqliteSaver(
        saver.conn, serde=JsonPlusSerializer(allowed_msgpack_modules=[("__agent", "Stranger")])
    )
    result = await answered(graph, open_saver, {})
    assert result["kinds"] == ["Note", "Point", "Colour", "Stranger"]


async def test_the_list_made_anew_is_the_one_that_compile_makes(new_project: NewProject) -> None:
    code = """
        class Input(BaseModel): x: int = 0
        class Whole(Input): pass
        class Output(BaseModel): x: int = 0
        class Context(BaseModel): x: int = 0
        class OfNode(BaseModel): x: int = 0
        class OfBranch(BaseModel): x: int = 0

        def work(state: OfNode): pass
        def where(state: OfBranch): return "work"

        builder = StateGraph(Whole, input_schema=Input, output_schema=Output, context_schema=Context)
        builder.add_node("work", work)
        builder.add_conditional_edges(START, where, ["work"])
        compiled = builder.compile()
        graph = compiled.with_config(tags=["x"])
        assert graph._serde_allowlist is None, "LangGraph keeps the list now: parts.py need not make it"
    """
    made = (await load(new_project, code)).allowlist or set()
    assert made == sys.modules["__agent"].compiled._serde_allowlist
    names = {name for module, name in made if module == "__agent"}
    assert names >= {"Input", "Whole", "Output", "Context", "OfNode", "OfBranch"}


async def test_a_graph_that_names_itself_is_no_endless_search(new_project: NewProject) -> None:
    code = """
        def node(state):
            return graph.invoke(state) if state.get("again") else None
        graph = around(node).compile()
        graph.nodes["node"].subgraphs = [graph, inner]
    """
    assert ("__agent", "Note") in ((await load(new_project, code)).allowlist or ())
