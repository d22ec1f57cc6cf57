"""What a thread is called when nobody gave it a title."""

from __future__ import annotations

from typing import Any

import pytest

from hitl_desktop.backends.checkpoints.checkpoint_state import CheckpointState
from hitl_desktop.backends.checkpoints.titles import title_of
from hitl_desktop.core.values import Foreign


def message(role: str, content: Any) -> Foreign:
    return Foreign(f"langchain_core.messages.{role}", {"type": role, "content": content})


TALK = [
    message("system", "You are kind"),
    message("ai", "Hello"),
    message("human", "Book a train"),
    message("human", "No"),
]


@pytest.mark.parametrize(
    ("values", "given", "title"),
    [
        ({"task": "Pay", "messages": TALK}, None, "Book a train"),
        ({"talk": TALK, "task": "Pay"}, None, "Book a train"),
        ({"messages": [message("human", [{"type": "text", "text": "In a block"}])]}, None, "In a block"),
        ({"messages": [message("human", "  "), message("human", "Second")]}, None, "Second"),
        ({}, {"messages": TALK}, "Book a train"),
        ({"messages": [("user", "A pair")]}, None, "A pair"),
        ({"messages": TALK[:2], "steps": 3}, None, "asked"),
        ({"id": "x-1", "topic": "Trains", "task": "Pay"}, None, "Trains"),
        ({"count": 5, "name": "Ana"}, None, "Ana"),
        ({"order": {"item": "pen", "title": "An order"}}, None, "An order"),
        ({"state": Foreign("my.State", {"title": "Typed state"})}, None, "Typed state"),
        ({"whatever": "Any text at all"}, None, "Any text at all"),
        ({}, "Plain text as input", "Plain text as input"),
        ({"done": True, "list": ["no title"]}, None, "asked"),
    ],
)
def test_the_most_telling_text(values: dict[str, Any], given: Any, title: str) -> None:
    assert title_of(CheckpointState(values, input=given), "asked", "thread-1") == title


def test_without_any_text_the_id_is_all_there_is() -> None:
    assert title_of(CheckpointState(), "", "thread-1") == "thread-1"
