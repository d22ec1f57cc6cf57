"""A decoded checkpoint: its state by channel, what runs next, and which node ran last, all without the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hitl_desktop.backends.checkpoints.delta_messages import CHANNEL
from hitl_desktop.core.messages import Message, read_messages
from hitl_desktop.core.values import Foreign

START: Final = "__start__"
_TASKS: Final = "__pregel_tasks"
_TO: Final = "branch:to:"
_JOIN: Final = "join:"
_NO_NODES: Final = ("__input__", "__interrupt__", "__snapshot_bumps__")


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """What a checkpoint says.

    `values` is the state by channel, without the channels that LangGraph keeps for itself. `nodes` are triggered by an
    edge, `sends` by a `Send`, in its order. `input` is what the graph was started with, as long as no node has
    read it. `last_node` is the node that `update_state` takes for the author of an update, where that is certain.
    `has_delta_messages` says that there are messages which stand in the writes before (see `delta_messages`).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    input: Any = None
    last_node: str = ""
    has_delta_messages: bool = False

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation: the channel `messages`, else the first one that holds messages, else the input's."""
        given = self.input if isinstance(self.input, Mapping) else {}
        held = {**self.values, "__input__": given.get("messages")}
        for channel in ("messages", *held):
            value = held.get(channel)
            if isinstance(value, list) and (messages := read_messages(value)):
                return messages
        return ()


def read_state(checkpoint: Any) -> CheckpointState:
    """Read a decoded checkpoint; what does not look like one has no state."""
    if not isinstance(checkpoint, Mapping):
        return CheckpointState()
    values = _mapping(checkpoint.get("channel_values"))
    sends = values.get(_TASKS, checkpoint.get("pending_sends"))  # the latter until checkpoint format 3
    return CheckpointState(
        {name: value for name, value in values.items() if isinstance(name, str) and not _is_internal(name)},
        tuple(node for name, value in values.items() if (node := _triggered(name, value))),
        tuple(map(_send_node, sends)) if isinstance(sends, list) else (),
        values.get(START),
        _last_node(_mapping(checkpoint.get("versions_seen"))),
        CHANNEL in _mapping(checkpoint.get("channel_versions")) and CHANNEL not in values,
    )


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_internal(channel: str) -> bool:
    return channel.startswith(("__", _TO, _JOIN))


def _triggered(channel: Any, value: Any) -> str:
    """The node that runs next because this channel has a value; else an empty string."""
    if channel == START:
        return START
    if not isinstance(channel, str):
        return ""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], bool):
        value, ready = value  # of a node with `defer=True`, which waits until nothing else is left
        if not ready:
            return ""
    if channel.startswith(_TO):
        return channel.removeprefix(_TO)
    if channel.startswith(_JOIN):
        awaited, _, node = channel.removeprefix(_JOIN).rpartition(":")
        arrived = value if isinstance(value, set | frozenset | list) else ()
        # Compared as pieces, because a node's name may hold a plus as well.
        return node if sorted("+".join(map(str, arrived)).split("+")) == sorted(awaited.split("+")) else ""
    return ""


def _send_node(send: Any) -> str:
    content = send.value if isinstance(send, Foreign) else None
    if isinstance(content, list) and content:
        return str(content[0])
    return str(content.get("node", "")) if isinstance(content, Mapping) else ""


def _last_node(versions_seen: Mapping[Any, Any]) -> str:
    """As `Pregel._infer_as_node`: the node that saw the newest version; none if two saw it at the same time."""
    seen = sorted(
        (version if isinstance(version, str) else f"{version:032}", str(node))
        for node, versions in versions_seen.items()
        if node not in _NO_NODES and not str(node).startswith("__error_handler__")
        for version in _mapping(versions).values()
        if isinstance(version, str | int)
    )
    if not seen:
        return ""
    return seen[-1][1] if len(seen) == 1 or seen[-1][0] != seen[-2][0] else ""
