"""The graphs of a project, as the window offers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hitl_desktop.core.schema import JsonSchema, Problem

CheckArguments: TypeAlias = Callable[[str, Any], tuple[Problem, ...]]
"""What is wrong with the arguments (Python values) of the tool of that name; nothing for a name that is not known."""


def _nothing_wrong(tool: str, arguments: Any) -> tuple[Problem, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class StateField:
    """One field of a graph's state: the schema of its values, None where none can be had, and what combines two.

    `reducer` is the name of the function that combines the present value with an update (``add_messages``, ``add``),
    empty where an update replaces it.
    """

    schema: JsonSchema | None = None
    reducer: str = ""


@dataclass(frozen=True, slots=True)
class GraphInfo:
    """One graph of the manifest.

    `error` says why it could not be loaded (then the rest is empty), `details` holds the traceback; details
    without an error mean that it can be run, but not described. `is_foreseen` where its own code raised the error, for
    a package that not everybody has: nothing is wrong then.
    `input_schema` is None where none can be had; `no_schema` then says why, in a sentence. `nodes` names its nodes,
    `tools` the argument schema of each tool of its tool nodes. `context_fields` are the fields of its context schema,
    `context_schema` describes them (empty where it can't be had).
    `state` holds the fields of its state by name, `leads_to` the nodes that may follow each node, `chooses` the nodes
    whose successor depends on the state. `tool_nodes` run several tool calls side by side in one task.
    `check_arguments` validates arguments with the tool's own code, beyond what its schema says.
    """

    name: str
    description: str = ""
    error: str = ""
    details: str = ""
    is_foreseen: bool = False
    input_schema: JsonSchema | None = None
    no_schema: str = ""
    nodes: tuple[str, ...] = ()
    interrupt_before: tuple[str, ...] = ()
    interrupt_after: tuple[str, ...] = ()
    tools: Mapping[str, JsonSchema] = field(default_factory=dict)
    context_fields: tuple[str, ...] = ()
    context_schema: JsonSchema = field(default_factory=dict)
    state: Mapping[str, StateField] = field(default_factory=dict)
    leads_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chooses: frozenset[str] = frozenset()
    tool_nodes: frozenset[str] = frozenset()
    check_arguments: CheckArguments = field(default=_nothing_wrong, compare=False)

    @property
    def takes_messages(self) -> bool:
        """Whether its input is a conversation, so that a chat box is the form for it."""
        properties = (self.input_schema or {}).get("properties", {})
        return "messages" in properties and set((self.input_schema or {}).get("required", ())) <= {"messages"}


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a `langgraph.json`, and its graphs.

    `error` says why it could not be read at all, `notes` what a person should know although the graphs work.
    """

    folder: str
    graphs: tuple[GraphInfo, ...] = ()
    error: str = ""
    notes: tuple[str, ...] = ()

    def graph(self, name: str | None) -> GraphInfo | None:
        """The graph of that name which could be loaded, or None."""
        return next((graph for graph in self.graphs if graph.name == name and not graph.error), None)
