"""What the window shows of a graph: the form of its input, its nodes and breakpoints, and its tools' arguments."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.tools import BaseTool
from langgraph.constants import START
from langgraph.prebuilt import ToolNode
from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticUserError

from hitl_desktop.backends.project.describe_state import state_fields, tool_nodes, ways
from hitl_desktop.backends.project.parts import Graph, parts_of
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.schema import JsonSchema, Problem, resolve

_OLD_TYPED_DICT: Final = (
    "The graph's state is a typing.TypedDict, which has no schema before Python 3.12: "
    "import TypedDict from typing_extensions in its code to get a form here."
)


def describe(graph: Graph, name: str, description: str) -> GraphInfo:
    """All that can be known of a compiled graph without running it; what can't be known is left empty."""
    nodes = tuple(node for node in graph.nodes if node != START)
    input_schema, no_schema = _input_schema(graph)
    tools = _tools(graph)
    leads_to, chooses = ways(graph)
    return GraphInfo(
        name=name,
        description=description,
        input_schema=input_schema,
        no_schema=no_schema,
        nodes=nodes,
        interrupt_before=_breakpoints(graph.interrupt_before_nodes, nodes),
        interrupt_after=_breakpoints(graph.interrupt_after_nodes, nodes),
        tools={name: _arguments(tool) for name, tool in tools.items()},
        context_fields=_fields(graph.context_schema),
        context_schema=_context_schema(graph),
        state=state_fields(graph),
        leads_to=leads_to,
        chooses=chooses,
        tool_nodes=tool_nodes(graph),
        check_arguments=_Check(tools),
    )


def _input_schema(graph: Graph) -> tuple[JsonSchema | None, str]:
    """The schema; None, with the reason in words, where the state has types that pydantic can't describe."""
    try:
        schema = graph.get_input_jsonschema()
        return resolve(schema, schema), ""  # that of an entrypoint is a reference to its type
    except Exception as error:
        if isinstance(error, PydanticUserError) and error.code == "typed-dict-version":
            return None, _OLD_TYPED_DICT
        why = next(iter(str(error).splitlines()), "")
        return None, f"The type of its input cannot be described. {type(error).__name__}: {why}"


def _context_schema(graph: Graph) -> JsonSchema:
    """What its context holds, for the form of a new run; empty where there is none or pydantic can't describe it."""
    try:
        schema = graph.get_context_jsonschema()
        return resolve(schema, schema) if schema is not None else {}
    except Exception:
        return {}


def _breakpoints(nodes: Sequence[str] | str, all_nodes: tuple[str, ...]) -> tuple[str, ...]:
    return all_nodes if nodes == "*" else tuple(nodes)


def _tools(graph: Graph) -> Mapping[str, BaseTool]:
    """The tools by name. Where two have one name, the outermost graph's counts."""
    tools: dict[str, BaseTool] = {}
    for part in parts_of(graph):
        if isinstance(part, ToolNode):
            tools |= {name: tool for name, tool in part.tools_by_name.items() if name not in tools}
    return tools


class _Check:
    """See `core.graphs.CheckArguments`: the tools' own pydantic models, with what their schemas do not say."""

    def __init__(self, tools: Mapping[str, BaseTool]) -> None:
        self._tools = tools

    def __call__(self, tool: str, arguments: Any) -> tuple[Problem, ...]:
        found = self._tools.get(tool)
        try:
            model = _model(found) if found is not None else None
            if isinstance(model, type) and issubclass(model, BaseModel):
                model.model_validate(arguments)
        except ValidationError as error:
            return tuple(Problem(each["loc"], each["msg"]) for each in error.errors(include_url=False))
        except Exception as error:  # a validator is project code
            return (Problem((), f"The tool's own check of its arguments failed. {type(error).__name__}: {error}"),)
        return ()


def _model(tool: BaseTool) -> Any:
    """The tool's own model, unless it has injected arguments too: LangChain's copy without these has no validators."""
    copy, own = tool.tool_call_schema, tool.args_schema
    if isinstance(own, type) and issubclass(own, BaseModel) and set(own.model_fields) == set(_fields(copy)):
        return own
    return copy


def _arguments(tool: BaseTool) -> JsonSchema:
    """The schema without injected arguments (state, store, runtime); an empty one where none can be had."""
    try:
        schema: Any = tool.tool_call_schema
        if isinstance(schema, dict):  # tools of MCP servers bring JSON schemas of their own
            return schema
        modern = issubclass(schema, BaseModel)  # LangChain takes models of pydantic.v1 too
        arguments: JsonSchema = schema.model_json_schema() if modern else schema.schema()
        return arguments
    except Exception:
        return {}


def _fields(schema: Any) -> tuple[str, ...]:
    if schema is None:
        return ()
    if dataclasses.is_dataclass(schema):
        return tuple(field.name for field in dataclasses.fields(schema) if field.init)
    fields = getattr(schema, "model_fields", None) or getattr(schema, "__annotations__", {})
    return tuple(fields)
