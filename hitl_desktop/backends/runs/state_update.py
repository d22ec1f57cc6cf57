"""Changes of a thread's state as LangGraph takes them: real messages, the state's own classes, and replaced fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from langchain_core.messages import AIMessage, BaseMessage, convert_to_messages
from langchain_core.runnables import RunnableConfig
from langgraph.channels import BinaryOperatorAggregate
from langgraph.channels.delta import DeltaChannel
from langgraph.constants import END
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel
from langgraph.types import Overwrite
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from hitl_desktop.core.backend import BackendError
from hitl_desktop.core.requests import GoOn

_MOST_STEPS = 100


async def change_state(graph: Pregel[Any, Any, Any, Any], config: RunnableConfig, go_on: GoOn) -> None:
    """Write the update as if its node had returned it. Raises `BackendError` where a field's type does not take it."""
    update = dict(go_on.update or {})
    state = await graph.aget_state(config)
    values = state.values if isinstance(state.values, Mapping) else {}
    for name, value in update.items():
        update[name] = _of_its_type(graph, name, value, values.get(name))
        # The reducer would combine what was there with what the person made of it.
        if name in go_on.replaced and isinstance(graph.channels.get(name), BinaryOperatorAggregate | DeltaChannel):
            update[name] = Overwrite(update[name])
    await graph.aupdate_state(config, update, as_node=go_on.as_node)


async def end_thread(graph: Pregel[Any, Any, Any, Any], config: RunnableConfig) -> None:
    """Go on to the end without running a node, until no tasks are left. Raises `BackendError` if some stay.

    One update keeps what nodes of the step have finished, which may trigger a node that waited for all of them.
    """
    for _ in range(_MOST_STEPS):
        state = await graph.aget_state(config)
        if not state.tasks and not state.next:
            return
        await graph.aupdate_state(config, None, as_node=END)
    raise BackendError("The thread could not be ended: LangGraph finds more and more steps to do. It stands as it did.")


def _of_its_type(graph: Pregel[Any, Any, Any, Any], name: str, value: Any, present: Any) -> Any:
    """The value with real messages, or as the class that the state declares, which was written as a mapping."""
    if isinstance(value, list) and (_holds_messages(present) or (name == "messages" and _looks_like_messages(value))):
        by_id = {message.id: message for message in present or () if isinstance(message, BaseMessage) and message.id}
        return [_edited(by_id.get(message.id or ""), message) for message in convert_to_messages(value)]
    declared = _declared(graph, name)
    # What is plain at present, the graph works with as it is, whatever it declares.
    if declared is None or value is None or _is_plain(present):
        return value
    try:
        return TypeAdapter(declared).validate_python(value)
    except PydanticUserError:  # a class that pydantic cannot describe
        return value
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["msg"]
        raise BackendError(
            f"The field “{name}” of the state does not take this value: {first}. "
            "Nothing was sent; what you entered is kept."
        ) from error


def _is_plain(value: Any) -> bool:
    """Whether it is JSON, and not so empty that it could be of any type."""
    if type(value) in (dict, list):
        parts = list(value.values()) if isinstance(value, dict) else value
        return bool(parts) and all(part is None or part == [] or part == {} or _is_plain(part) for part in parts)
    return type(value) in (str, bool, int, float)


def _holds_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, BaseMessage) for each in value)


def _looks_like_messages(value: list[Any]) -> bool:
    return all(isinstance(each, Mapping) and "content" in each for each in value)


def _declared(graph: Pregel[Any, Any, Any, Any], name: str) -> Any:
    if not isinstance(graph, CompiledStateGraph):
        return None
    try:
        return get_type_hints(graph.builder.state_schema).get(name)
    except Exception:  # a forward reference that leads nowhere: project code
        return None


def _edited(original: BaseMessage | None, edited: BaseMessage) -> BaseMessage:
    """A message that replaces another keeps all of it but its text and its tool calls."""
    if original is None or type(original) is not type(edited):
        return edited
    changed: dict[str, Any] = {"content": edited.content}
    if isinstance(edited, AIMessage):
        changed["tool_calls"] = edited.tool_calls
    return original.model_copy(update=changed)
