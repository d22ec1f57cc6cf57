"""The subject of a message: taken, refused and tried again, changed and tried again; filed once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langgraph.errors import is_invalid_resume
from pydantic import ValidationError

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread

MESSAGE = "The lift is stuck."


def subject(words: str) -> Text:
    """The form as the model fills it."""
    return Text(json.dumps({"subject": words}))


def filed(effects: Path) -> list[str]:
    """What was filed."""
    return [file.read_text() for file in sorted((effects / "texts").glob("*.txt"))]


@pytest_asyncio.fixture
async def tried(new_thread: NewThread, ollama: ScriptedOllama, effects: Path) -> GraphThread:
    """A thread with a first subject to judge."""
    thread = new_thread("stepwise")
    ollama.enqueue(subject("Lift"))
    await thread.run({"message": MESSAGE})
    assert filed(effects) == []
    return thread


async def test_the_question_shows_the_result_and_offers_three_answers(
    tried: GraphThread, ollama: ScriptedOllama
) -> None:
    question = await tried.question()
    assert question.value == {"question": "Is this subject acceptable?", "message": MESSAGE, "subject": "Lift"}
    assert question.response_schema is not None
    assert question.response_schema["properties"]["acceptable"]["enum"] == ["yes", "no", "modify"]
    assert ollama.requests[0]["format"]["properties"]["subject"]["maxLength"] == 40
    assert ollama.requests[0]["options"]["temperature"] == 0


async def test_yes_files_the_message_once_even_if_it_runs_again(tried: GraphThread, effects: Path) -> None:
    await tried.answer({"acceptable": "yes"})
    assert filed(effects) == ["Subject: Lift\n\nThe lift is stuck.\n"]
    assert not (await tried.state()).tasks
    await tried.run_again_from("finalize")
    assert len(filed(effects)) == 1


async def test_no_tries_again_and_bolder(tried: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    ollama.enqueue(subject("Lift is stuck"), subject("Stuck lift"))
    await tried.answer({"acceptable": "no"})
    assert (await tried.question()).value["subject"] == "Lift is stuck"
    await tried.answer({"acceptable": "no", "change": "This is not read."})
    assert [request["options"]["temperature"] for request in ollama.requests] == [0, 0.4, 0.8]
    assert {request["messages"][-1]["content"] for request in ollama.requests} == {MESSAGE}
    assert (await tried.state()).values["refused"] == ["Lift", "Lift is stuck"]
    assert filed(effects) == []


async def test_modify_tries_again_with_what_was_said(tried: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    ollama.enqueue(subject("Lift in house 4"), subject("Urgent: lift in house 4"))
    await tried.answer({"acceptable": "modify", "change": "It is in house 4."})
    await tried.answer({"acceptable": "modify", "change": "It is urgent."})
    said = ollama.requests[2]["messages"][-1]["content"]
    assert said == "The lift is stuck. It is in house 4. It is urgent."
    assert ollama.requests[2]["options"]["temperature"] == 0
    await tried.answer({"acceptable": "yes"})
    assert filed(effects) == ["Subject: Urgent: lift in house 4\n\nThe lift is stuck.\n"]


async def test_modify_without_words_is_a_no(tried: GraphThread, ollama: ScriptedOllama) -> None:
    ollama.enqueue(subject("Stuck lift"))
    await tried.answer({"acceptable": "modify"})
    assert (await tried.state()).values["refused"] == ["Lift"]


@pytest.mark.parametrize("answer", ["yes", {}, {"acceptable": "maybe"}, {"acceptable": "yes", "x": 1}])
async def test_an_answer_of_another_shape_is_refused_and_the_question_stays_open(
    answer: Any, tried: GraphThread, effects: Path
) -> None:
    with pytest.raises(ValidationError) as caught:
        await tried.answer(answer)
    assert is_invalid_resume(caught.value)
    await tried.answer({"acceptable": "yes"})
    assert len(filed(effects)) == 1
