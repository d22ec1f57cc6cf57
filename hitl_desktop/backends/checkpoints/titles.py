"""What a thread is called in the inbox, so that a person recognises it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hitl_desktop.backends.checkpoints.checkpoint_state import CheckpointState
from hitl_desktop.core.dialects.base import one_line
from hitl_desktop.core.messages import read_message
from hitl_desktop.core.values import Foreign

# In this order: what people call things, then what agents are asked for.
_TELLING: Final = (
    *("title", "subject", "topic", "task", "question", "query", "goal", "objective", "request", "prompt"),
    *("instructions", "description", "message", "text", "content", "input", "name"),
)
_MAX_DEPTH: Final = 3


def title_of(state: CheckpointState, asks: str, thread_id: str) -> str:
    """The first message of a person; else the most telling text of the state or the input; else what is asked.

    `asks` is the question on one line. Without any of these, the thread's id.
    """
    sources = (state.values, state.input)
    found = next((text for source in sources for text in _first_human(source)), "")
    found = found or next((text for source in sources for text in _telling_texts(source)), "")
    return one_line(found) or asks or thread_id


def _first_human(source: Any) -> Iterator[str]:
    if not isinstance(source, Mapping):
        return
    for value in (source.get("messages"), *source.values()):
        for item in value if isinstance(value, list) else ():
            message = read_message(item)
            if message is None:
                break  # not a list of messages
            if message.role == "human" and message.text.strip():
                yield message.text
                return


def _telling_texts(source: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(source, Foreign):
        source = source.value
    if isinstance(source, str) and source.strip():
        yield source
    if not isinstance(source, Mapping) or depth == _MAX_DEPTH:
        return
    for key in _TELLING:
        if isinstance(source.get(key), str) and source[key].strip():
            yield source[key]
    for value in source.values():
        yield from _telling_texts(value, depth + 1)
