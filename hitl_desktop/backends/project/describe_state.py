"""What a graph's state is made of, and where its nodes lead: for changes of the state at a breakpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from langgraph.channels import BinaryOperatorAggregate
from langgraph.channels.base import BaseChannel
from langgraph.channels.delta import DeltaChannel
from langgraph.constants import END, START
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel
from pydantic import TypeAdapter

from hitl_desktop.backends.project.parts import Graph, parts_of
from hitl_desktop.core.graphs import StateField
from hitl_desktop.core.schema import JsonSchema

_MESSAGES = "add_messages"


def state_fields(graph: Graph) -> Mapping[str, StateField]:
    """The fields of a state graph by name; none for other graphs."""
    if not isinstance(graph, CompiledStateGraph):
        return {}
    types = _types(graph.builder.state_schema)
    fields = {}
    for name, channel in graph.builder.channels.items():
        if not name.startswith("__"):
            reducer = _reducer(channel)
            # The schema of messages is 20 KB, takes 50 ms, and does not describe them as they are shown here.
            schema = _schema(types.get(name)) if reducer != _MESSAGES else None
            fields[name] = StateField(schema, reducer)
    return fields


def ways(graph: Graph) -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
    """The nodes that may follow each node (`__end__` for none), and the nodes that choose among these."""
    if not isinstance(graph, CompiledStateGraph):
        return {}, frozenset()
    builder = graph.builder
    anywhere = (*builder.nodes, END)
    found: dict[str, dict[str, None]] = {name: {} for name in builder.nodes}
    pairs = [*builder.edges, *((start, end) for starts, end in builder.waiting_edges for start in starts)]
    for start, end in sorted(pairs):
        found.setdefault(start, {})[end] = None
    chooses = set()
    for start, branches in builder.branches.items():
        chooses.add(start)
        for branch in branches.values():
            ends = branch.ends.values() if branch.ends else anywhere
            found.setdefault(start, {}).update(dict.fromkeys(ends))
    for name, node in builder.nodes.items():
        if node.ends:  # of a node that says where to go itself, with a `Command`
            chooses.add(name)
            found[name].update(dict.fromkeys(node.ends))
    found.pop(START, None)
    return {name: tuple(following) for name, following in found.items()}, frozenset(chooses)


def tool_nodes(graph: Graph) -> frozenset[str]:
    """The names of the nodes that are tool nodes, in the graph and in those inside it."""
    return frozenset(_tool_nodes(graph))


def _tool_nodes(graph: Graph) -> Iterator[str]:
    for part in parts_of(graph):
        if isinstance(part, Pregel):
            yield from (name for name, node in part.nodes.items() if isinstance(node.bound, ToolNode))


def _reducer(channel: Any) -> str:
    if isinstance(channel, BinaryOperatorAggregate | DeltaChannel):
        combine = channel.reducer if isinstance(channel, DeltaChannel) else channel.operator
        name = str(getattr(combine, "__name__", type(combine).__name__))
        return _MESSAGES if name in ("_add_messages", "_messages_delta_reducer") else name
    own = type(channel).__name__  # what another kind does is not known here
    return "" if not isinstance(channel, BaseChannel) or own in _REPLACING else own


_REPLACING = ("LastValue", "LastValueAfterFinish", "EphemeralValue", "UntrackedValue", "AnyValue")


def _types(schema: Any) -> Mapping[str, Any]:
    try:
        return get_type_hints(schema)
    except Exception:  # a forward reference that leads nowhere, say: project code
        return {}


def _schema(kind: Any) -> JsonSchema | None:
    if kind is None:
        return None
    try:
        return TypeAdapter(kind).json_schema()
    except Exception:  # a class that pydantic cannot describe
        return None
