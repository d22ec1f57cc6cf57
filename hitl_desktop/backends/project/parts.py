"""What a graph is made of: the graphs and tool nodes inside it, and the classes that its checkpoints may name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, TypeAlias

from langchain_core.runnables import Runnable
from langgraph._internal._serde import build_serde_allowlist
from langgraph.checkpoint.serde import _msgpack
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel

Graph: TypeAlias = Pregel[Any, Any, Any, Any]
Allowlist: TypeAlias = set[tuple[str, ...]]


def parts_of(graph: Graph) -> Iterator[Graph | ToolNode]:
    """The graph itself, then every graph and tool node inside it, each once, the outer ones first.

    Found as nodes, in sequences, and where the function of a node or tool refers to them (`Pregel.get_subgraphs`
    knows one graph per node, and none behind a tool). What a function makes while it runs can't be found.
    """
    seen: set[int] = set()
    waiting: list[object] = [graph]
    for part in waiting:  # grows while it is read
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Pregel | ToolNode):
            yield part
        with suppress(Exception):  # properties of a project's own classes may raise anything
            waiting += _inside(part)


def _inside(part: object) -> Iterator[object]:
    match part:
        case Pregel():
            for node in part.nodes.values():
                yield node.bound
                yield from node.subgraphs
        case ToolNode():
            for tool in part.tools_by_name.values():
                yield from _used_by(getattr(tool, "func", None))
                yield from _used_by(getattr(tool, "coroutine", None))
        case Runnable():
            yield from getattr(part, "steps", ())
            yield getattr(part, "bound", None)
            yield from _used_by(getattr(part, "func", None))
            yield from _used_by(getattr(part, "afunc", None))
        case FunctionType() | MethodType() | partial():
            yield from _used_by(part)


def _used_by(function: Any) -> Iterator[object]:
    """Runnables that a function is bound to or names, and functions that it encloses."""
    while isinstance(function, partial):
        yield from filter(_is_runnable, (*function.args, *function.keywords.values()))
        function = function.func
    if isinstance(function, MethodType):
        yield from filter(_is_runnable, getattr(function.__self__, "__dict__", {}).values())
        function = function.__func__
    if callable(function):
        function = inspect.unwrap(function)
    if not isinstance(function, FunctionType):
        return
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # a name that is bound later
            if isinstance(value := cell.cell_contents, Runnable | FunctionType | MethodType | partial):
                yield value
    codes = [function.__code__]
    for code in codes:  # grows: inner functions and comprehensions name things too
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        yield from filter(_is_runnable, (function.__globals__.get(name) for name in code.co_names))


def _is_runnable(value: object) -> bool:
    return isinstance(value, Runnable)


def allowlist_of(graph: Graph) -> Allowlist | None:
    """The (module, name) of each class that a checkpoint of the graph may build; None where reading is not strict.

    `compile` makes this list from the state's types, and `copy` and `with_config` lose it (measured with LangGraph
    1.2.22), so no agent of `create_agent` has one: its state comes back as dicts. Here it is made anew, for the
    graph and those inside it, as a graph lends its checkpointer to them.
    """
    if not _msgpack.STRICT_MSGPACK_ENABLED:
        return None
    allowed: Allowlist = set()
    for part in parts_of(graph):
        if isinstance(part, Pregel):
            allowed |= _own_allowlist(part)
    return allowed


def _own_allowlist(graph: Graph) -> Allowlist:
    if graph._serde_allowlist is not None:
        return graph._serde_allowlist
    schemas: list[Any] = [graph.context_schema]
    if isinstance(graph, CompiledStateGraph):
        builder = graph.builder
        branches = (branch for of_node in builder.branches.values() for branch in of_node.values())
        schemas += [builder.state_schema, builder.input_schema, builder.output_schema]
        schemas += [node.input_schema for node in builder.nodes.values()]
        schemas += [branch.input_schema for branch in branches]
    return build_serde_allowlist(schemas=schemas, channels=dict(graph.channels))
