"""Every way to ask, asked and answered in the program's window: what its page says of them is so."""

from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.testing import Calls, HitlWindow, HitlWindows, ScriptedOllama

CALLS = Calls(("refund", {"order": "A-1042", "amount": 35.0}), ("refund", {"order": "A-1043", "amount": 12.0}))
LETTER = "Dear Ana,\n\nwe have given you your 35.00 euros back.\n\nYour shop"


@pytest.fixture
def window(hitl_window: HitlWindows) -> HitlWindow:
    """The program's window on the project in this folder."""
    return hitl_window(Path(__file__).parent)


def test_nodes_that_ask(window: HitlWindow) -> None:
    def answer(graph: str, dialect: str) -> Any:
        window.start(graph, input={})
        assert window.wait_for_request().dialect == dialect
        if graph == "schema":
            window.type_into("field:amount", "20")
        if graph == "choices":
            window.type_into("field:1", "It was broken.")
            window.click("choice:2:0")
        if graph == "plain":
            window.choose("answer_shape", "Yes or no")
        window.decide("approve" if graph == "inbox" else "submit")
        return window.wait_until_done()["answers"][0]

    assert answer("plain", "raw") is True
    assert answer("schema", "schema") == {"amount": 20.0, "way": "card", "by": "2027-01-31", "note": ""}
    assert answer("one_text", "raw") == LETTER
    assert answer("choices", "questions") == {"answers": ["It was broken.", "They come back"]}
    assert answer("inbox", "human_interrupt") == {"type": "accept", "args": None}


def test_several_questions_at_once(window: HitlWindow) -> None:
    window.start("together", input={})
    assert [request.dialect for request in window.wait_for_requests()] == ["raw"] * 3
    for number, words in enumerate(("Yes", "No", "Half of it"), start=1):
        window.edit_json(words, item=number)
        window.decide("submit")
    window.send()
    assert window.wait_until_done()["answers"] == ["Yes", "No", "Half of it"]


def test_agents_that_ask(window: HitlWindow, hitl_model: ScriptedOllama) -> None:
    def dialects_of(graph: str) -> list[str]:
        hitl_model.enqueue(CALLS, "One of them is paid.")
        window.start(graph, "A-1042 and A-1043 never came.")
        dialects = [request.dialect for request in window.wait_for_requests()]
        window.decide("approve")
        window.decide("reject", "It came yesterday.")
        window.send()
        window.wait_until_done()
        first, second = sorted(message.text for message in window.messages if message.role == "tool")
        assert (first, "It came yesterday." in second) == ("35.00 euros given back for A-1042.", True)
        return dialects

    assert dialects_of("batch") == ["action_batch"]
    assert dialects_of("per_call") == ["tool_approval", "tool_approval"]
    assert dialects_of("before") == ["breakpoint"]
    assert dialects_of("after") == ["breakpoint"]
