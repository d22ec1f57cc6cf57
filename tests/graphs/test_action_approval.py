"""The transfer: explained by the model, decided by a person, made at most once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langgraph.errors import is_invalid_resume
from pydantic import ValidationError

from hitl_desktop.testing.scripted_ollama import HttpError, ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input

INPUT = {"action": "Pay invoice 7", "amount": 12.34}


def transfers(effects: Path) -> list[tuple[str, int]]:
    """Action and cents of every transfer that was made."""
    file = effects / "transfers.sqlite"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT action, cents FROM transfers").fetchall()


@pytest_asyncio.fixture
async def paused(new_thread: NewThread, ollama: ScriptedOllama, effects: Path) -> GraphThread:
    """A thread that waits for the approval of INPUT."""
    thread = new_thread("action_approval")
    ollama.enqueue(Text("Please approve\n12.34 euros."))
    assert await thread.run(INPUT) == ["Please ", "approve\n", "12.34 ", "euros."]
    assert transfers(effects) == []
    return thread


async def test_the_question_holds_the_transfer_and_the_models_sentence(
    paused: GraphThread, ollama: ScriptedOllama
) -> None:
    question = await paused.question()
    assert question.value == {**INPUT, "message": "Please approve 12.34 euros."}
    assert question.response_schema is not None
    assert question.response_schema["properties"]["approved"]["type"] == "boolean"
    assert question.response_schema["required"] == ["approved"]
    assert ollama.requests[0]["messages"][-1]["content"] == "Pay invoice 7, 12.34 euros"


async def test_approved_makes_the_transfer_once_even_if_it_runs_again(paused: GraphThread, effects: Path) -> None:
    await paused.answer({"approved": True})
    assert transfers(effects) == [("Pay invoice 7", 1234)]
    assert (await paused.state()).values["outcome"] == "Transferred 12.34 euros: Pay invoice 7"
    await paused.run_again_from("execute")
    assert transfers(effects) == [("Pay invoice 7", 1234)]


async def test_not_approved_makes_no_transfer_and_keeps_the_reason(paused: GraphThread, effects: Path) -> None:
    await paused.answer({"approved": False, "reason": "Paid in May."})
    state = await paused.state()
    assert state.values["outcome"] == "Rejected: Paid in May."
    assert not state.tasks
    assert transfers(effects) == []


@pytest.mark.parametrize(
    "answer", [True, "yes", {}, {"approved": "false"}, {"approved": 1}, {"approved": True, "x": 1}]
)
async def test_an_answer_of_another_shape_is_refused_and_the_question_stays_open(
    answer: Any, paused: GraphThread, effects: Path
) -> None:
    with pytest.raises(ValidationError) as caught:
        await paused.answer(answer)
    assert is_invalid_resume(caught.value)
    await paused.answer({"approved": True, "reason": "ok"})
    assert transfers(effects) == [("Pay invoice 7", 1234)]


async def test_two_transfers_with_the_same_words_are_two(
    new_thread: NewThread, ollama: ScriptedOllama, effects: Path
) -> None:
    for number in (1, 2):
        thread = new_thread("action_approval")
        thread.config["configurable"]["thread_id"] = f"thread {number}"
        ollama.enqueue(Text("Please."))
        await thread.run(INPUT)
        await thread.answer({"approved": True})
    assert len(transfers(effects)) == 2


async def test_a_model_that_says_nothing_still_leads_to_a_question(
    new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = new_thread("action_approval")
    ollama.enqueue(Text(""))
    await thread.run(sample_input(thread.graph))
    assert "coffee machine" in (await thread.question()).value["message"]


async def test_a_model_that_failed_is_asked_again_on_retry(new_thread: NewThread, ollama: ScriptedOllama) -> None:
    thread = new_thread("action_approval")
    ollama.enqueue(HttpError(503, "busy"), Text("Please."))
    with pytest.raises(Exception, match="busy"):
        await thread.run(INPUT)
    await thread.run(None)
    assert (await thread.question()).value["message"] == "Please."
