"""What the window is told of a graph: its form, nodes, breakpoints, tools and context."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import Any

import pytest

from hitl_desktop.backends.project.loader import load_project
from hitl_desktop.core.graphs import GraphInfo
from tests.backends.project.conftest import NewProject

HEAD = """
import typing
from dataclasses import dataclass, field
from typing import Annotated, Any

import typing_extensions
from langchain.agents import create_agent
from langchain.tools import InjectedState, InjectedStore, ToolRuntime, tool
from langchain_core.tools import InjectedToolArg, InjectedToolCallId, StructuredTool
from langchain_ollama import ChatOllama
from langgraph.func import entrypoint
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from pydantic import BaseModel, Field, field_validator
from typing_extensions import TypedDict

class State(TypedDict, total=False):
    text: typing_extensions.Required[Annotated[str, Field(description="What to do", examples=["x"])]]
    number: int

def new_builder(state=State, **schemas):
    builder = StateGraph(state, **schemas)
    for name in ("one", "two"):
        builder.add_node(name, lambda state: None)
    builder.add_edge(START, "one")
    builder.add_edge("one", "two")
    return builder

@tool
def search(query: str, limit: int = 5) -> str:
    "Search the documents."
    return query
"""


def info(new_project: NewProject, code: str) -> GraphInfo:
    entry = {"path": "./agent.py:graph", "description": "What it does."}
    project = load_project(new_project({"agent.py": HEAD + dedent(code)}, {"agent": entry}))
    (graph,) = project.info.graphs
    assert (graph.error, graph.details) == ("", "")
    return graph


def test_a_graph_with_a_form(new_project: NewProject) -> None:
    graph = info(new_project, "graph = new_builder()")
    assert (graph.name, graph.description) == ("agent", "What it does.")
    assert graph.nodes == ("one", "two")
    assert graph.input_schema == {
        "title": "State",
        "type": "object",
        "properties": {
            "text": {"title": "Text", "type": "string", "description": "What to do", "examples": ["x"]},
            "number": {"title": "Number", "type": "integer"},
        },
        "required": ["text"],
    }
    assert not graph.takes_messages
    assert (graph.tools, graph.context_fields) == ({}, ())


def test_a_conversation(new_project: NewProject) -> None:
    assert info(new_project, "graph = new_builder(MessagesState)").takes_messages


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("class In(BaseModel):\n    a: int\ngraph = new_builder(input_schema=In)", ["a"]),
        ("@dataclass\nclass In:\n    a: int\ngraph = new_builder(In)", ["a"]),
        ("@entrypoint()\ndef graph(x: State) -> int:\n    return 1", ["text", "number"]),
        ("def graph(): return new_builder()", ["text", "number"]),
    ],
)
def test_the_form_of_each_kind_of_state(new_project: NewProject, code: str, fields: list[str]) -> None:
    assert list((info(new_project, code).input_schema or {})["properties"]) == fields


UNKNOWN_TYPES = """
class Socket: pass
class Odd(TypedDict):
    socket: Socket
graph = new_builder(Odd)
"""
OLD_TYPED_DICT = "class Old(typing.TypedDict):\n    text: str\ngraph = new_builder(Old)"


def test_types_without_a_schema_mean_no_form(new_project: NewProject) -> None:
    graph = info(new_project, UNKNOWN_TYPES)
    assert graph.input_schema is None
    assert graph.no_schema.startswith("The type of its input cannot be described. PydanticSchemaGenerationError: ")
    assert "Socket" in graph.no_schema
    assert graph.nodes == ("one", "two")
    assert not graph.takes_messages


def test_pythons_own_typed_dict_has_a_form_where_python_allows_it(new_project: NewProject) -> None:
    has_form = sys.version_info >= (3, 12)  # pydantic refuses typing.TypedDict before
    graph = info(new_project, OLD_TYPED_DICT)
    assert (graph.input_schema is not None) == has_form
    assert ("import TypedDict from typing_extensions" in graph.no_schema) != has_form


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        ("", (), ()),
        ("interrupt_before=['two']", ("two",), ()),
        ("interrupt_after=['one', 'two']", (), ("one", "two")),
        ("interrupt_before='*', interrupt_after='*'", ("one", "two"), ("one", "two")),
    ],
)
def test_breakpoints(new_project: NewProject, arguments: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    graph = info(new_project, f"graph = new_builder().compile({arguments})")
    assert (graph.interrupt_before, graph.interrupt_after) == (before, after)


@pytest.mark.parametrize(
    ("context", "fields"),
    [
        (
            "@dataclass\nclass Context:\n    model: str\n    size: int = 1\n    own: int = field(init=False)",
            ("model", "size"),
        ),
        ("class Context(BaseModel):\n    model: str\n    size: int = 1", ("model", "size")),
        ("class Base(TypedDict):\n    model: str\nclass Context(Base):\n    size: int", ("model", "size")),
        ("class Context(BaseModel):\n    pass", ()),
    ],
)
def test_context_fields(new_project: NewProject, context: str, fields: tuple[str, ...]) -> None:
    code = f"{context}\ngraph = new_builder(context_schema=Context)"
    graph = info(new_project, code)
    assert graph.context_fields == fields
    assert tuple(graph.context_schema["properties"]) == fields


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (
            "from pydantic import Field\nclass Context(BaseModel):\n"
            "    model: str = Field('a', json_schema_extra={'x-model-needs': {'tools': True, 'parameters': 15}})",
            {"tools": True, "parameters": 15},
        ),
        ("class Odd: pass\nclass Context(TypedDict):\n    model: Odd", None),
    ],
)
def test_what_a_graph_needs_of_a_model(new_project: NewProject, context: str, expected: dict[str, Any] | None) -> None:
    graph = info(new_project, f"{context}\ngraph = new_builder(context_schema=Context)")
    assert graph.context_schema.get("properties", {}).get("model", {}).get("x-model-needs") == expected


SEARCH: dict[str, Any] = {
    "title": "search",
    "description": "Search the documents.",
    "type": "object",
    "properties": {
        "query": {"title": "Query", "type": "string"},
        "limit": {"title": "Limit", "type": "integer", "default": 5},
    },
    "required": ["query"],
}

TOOLS = {
    "of an agent": "graph = create_agent(ChatOllama(model='m'), [search])",
    "of a node": """
        builder = new_builder(MessagesState)
        builder.add_node("call", ToolNode([search]))
        graph = builder
    """,
    "of a sequence": """
        from langchain_core.runnables import RunnableLambda
        builder = new_builder(MessagesState)
        builder.add_node("call", RunnableLambda(lambda state: state) | ToolNode([search]))
        graph = builder
    """,
    "that a node's function calls": """
        tools = ToolNode([search])
        def call(state):
            return [tools.invoke(one) for one in state]
        builder = new_builder(MessagesState)
        builder.add_node("call", call)
        graph = builder
    """,
    "of an agent inside": """
        agent = create_agent(ChatOllama(model="m"), [search])
        builder = new_builder(MessagesState)
        builder.add_node("agent", agent)
        graph = builder
    """,
    "of an agent that a node calls": """
        agent = create_agent(ChatOllama(model="m"), [search])
        async def call(state):
            return await agent.ainvoke(state)
        builder = new_builder(MessagesState)
        builder.add_node("call", call)
        graph = builder
    """,
    "of a factory": "async def graph(): return create_agent(ChatOllama(model='m'), [search])",
}


@pytest.mark.parametrize("place", TOOLS)
def test_tools_are_found(new_project: NewProject, place: str) -> None:
    assert info(new_project, TOOLS[place]).tools == {"search": SEARCH}


def test_tools_of_an_agent_behind_a_tool(new_project: NewProject) -> None:
    code = """
        agent = create_agent(ChatOllama(model="m"), [search])

        @tool
        def delegate(task: str) -> str:
            "Let another do it."
            return agent.invoke({"messages": [task]})["messages"][-1].text

        graph = create_agent(ChatOllama(model="m"), [delegate])
    """
    assert list(info(new_project, code).tools) == ["delegate", "search"]


def test_what_is_injected_is_no_argument(new_project: NewProject) -> None:
    code = """
        @tool
        def send(
            to: str,
            runtime: ToolRuntime,
            state: Annotated[dict, InjectedState],
            store: Annotated[Any, InjectedStore()],
            user: Annotated[str, InjectedToolArg],
            call: Annotated[str, InjectedToolCallId],
        ) -> str:
            "Send."
            return to

        graph = create_agent(ChatOllama(model="m"), [send])
    """
    assert list(info(new_project, code).tools["send"]["properties"]) == ["to"]


def test_a_tool_with_a_json_schema_of_its_own(new_project: NewProject) -> None:
    code = """
        schema = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
        remote = StructuredTool.from_function(lambda **given: "", name="read", description="Read.", args_schema=schema)
        graph = create_agent(ChatOllama(model="m"), [remote])
    """
    assert info(new_project, code).tools["read"] == {
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
        "description": "Read.",
    }


def test_arguments_are_checked_by_the_validators_of_the_tool(new_project: NewProject) -> None:
    code = """
        class Table(BaseModel):
            guests: int

            @field_validator("guests")
            @classmethod
            def seats_six(cls, guests: int) -> int:
                if guests > 6:
                    raise ValueError("a table seats six")
                return guests

        class TableOfUser(Table):
            user: Annotated[str, InjectedToolArg]

        book = StructuredTool.from_function(lambda guests: "", name="book", description="Book.", args_schema=Table)
        own = StructuredTool.from_function(
            lambda guests, user: "", name="own", description="Book.", args_schema=TableOfUser
        )
        graph = create_agent(ChatOllama(model="m"), [book, own])
    """
    check = info(new_project, code).check_arguments
    assert check("book", {"guests": 6}) == ()
    assert [each.path for each in check("book", {"guests": 7})] == [("guests",)]
    assert check("own", {"guests": 6}) == ()
    assert [each.path for each in check("own", {"guests": "many"})] == [("guests",)]
    assert check("unknown", {}) == ()


def test_a_tool_without_a_json_schema_takes_anything(new_project: NewProject) -> None:
    code = """
        class Socket: pass

        class Arguments(BaseModel):
            model_config = {"arbitrary_types_allowed": True}
            socket: Socket

        odd = StructuredTool.from_function(lambda socket: "", name="odd", description="Odd.", args_schema=Arguments)
        graph = create_agent(ChatOllama(model="m"), [odd, search])
    """
    assert info(new_project, code).tools == {"odd": {}, "search": SEARCH}


def test_of_two_tools_of_one_name_the_outer_one_counts(new_project: NewProject) -> None:
    code = """
        agent = create_agent(ChatOllama(model="m"), [search])

        @tool("search")
        def outer(words: str) -> str:
            "Search."
            return agent.invoke({})

        builder = new_builder(MessagesState)
        builder.add_node("agent", agent)
        builder.add_node("call", ToolNode([outer]))
        graph = builder
    """
    assert list(info(new_project, code).tools["search"]["properties"]) == ["words"]
