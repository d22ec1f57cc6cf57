"""Parts of a text, summarised and reviewed at the same time: taken, changed, tried again, left out, and joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langgraph.errors import is_invalid_resume
from langgraph.types import Command, Interrupt
from pydantic import ValidationError

from hitl_desktop.testing.ollama_replies import JsonObject
from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread

DOCUMENT = "Apples ripen.\n\nBirds sing.\n\n\nCats sleep."
TAKE = {"decision": "take"}


def summary(request: JsonObject) -> Text:
    """A summary that tells which part it is of, and how bold the model was; the parts come in any order."""
    part, temperature = request["messages"][-1]["content"], request["options"]["temperature"]
    return Text(json.dumps({"summary": f"{part.split()[0]} at {temperature:g}."}))


def taken(part: str) -> dict[str, str]:
    """The answer that takes the first summary of a part as it is."""
    return {"summary": f"{part} at 0.", "decision": "take"}


def filed(effects: Path) -> list[str]:
    """What was filed."""
    return [file.read_text() for file in sorted((effects / "texts").glob("*.txt"))]


async def questions(thread: GraphThread) -> dict[int, Interrupt]:
    """The open questions by the number of their part."""
    return {int(question.value["question"].rstrip("?").split()[-1]): question for question in await thread.questions()}


async def answer(thread: GraphThread, answers: dict[int, Any]) -> None:
    """Answer some of the open questions."""
    asked = await questions(thread)
    await thread.run(Command(resume={asked[number].id: given for number, given in answers.items()}))


@pytest_asyncio.fixture
async def asked(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread that asks about three parts."""
    thread = new_thread("fan_out")
    ollama.enqueue(summary, summary, summary)
    await thread.run({"document": DOCUMENT})
    return thread


async def test_every_part_is_a_question_that_begins_with_its_summary(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    found = await questions(asked)
    assert [found[number].value["part"] for number in (1, 2, 3)] == ["Apples ripen.", "Birds sing.", "Cats sleep."]
    schema = found[2].response_schema
    assert schema is not None
    assert schema["properties"]["summary"]["default"] == "Birds at 0."
    assert schema["properties"]["decision"]["enum"] == ["take", "again", "leave_out"]
    assert len(ollama.requests) == 3
    assert filed(effects) == []


async def test_all_taken_at_once_are_joined_in_order_and_filed_once(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    await answer(asked, {3: taken("Cats"), 1: taken("Apples"), 2: {**TAKE, "summary": "Birds, changed."}})
    assert filed(effects) == ["Apples at 0.\nBirds, changed.\nCats at 0.\n"]
    assert not (await asked.state()).tasks
    assert len(ollama.requests) == 3
    await asked.run_again_from("file_summary")
    assert len(filed(effects)) == 1


async def test_parts_can_be_answered_one_by_one_in_any_order(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    for number, part in ((2, "Birds"), (3, "Cats"), (1, "Apples")):
        assert filed(effects) == []
        await answer(asked, {number: taken(part)})
    assert filed(effects) == ["Apples at 0.\nBirds at 0.\nCats at 0.\n"]
    assert len(ollama.requests) == 3, "a part that still asks is not summarised again"


async def test_again_tries_one_part_bolder_and_asks_about_it_again(
    asked: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(summary)
    await answer(asked, {1: taken("Apples"), 2: {"summary": "x", "decision": "again"}, 3: taken("Cats")})
    question = await asked.question()
    assert question.response_schema is not None
    assert question.response_schema["properties"]["summary"]["default"] == "Birds at 0.4."
    await asked.answer({**TAKE, "summary": "Birds at last."})
    assert filed(effects) == ["Apples at 0.\nBirds at last.\nCats at 0.\n"]


async def test_a_part_can_be_left_out(asked: GraphThread, effects: Path) -> None:
    await answer(asked, {1: taken("Apples"), 2: {"summary": "x", "decision": "leave_out"}, 3: taken("Cats")})
    assert filed(effects) == ["Apples at 0.\nCats at 0.\n"]


async def test_nothing_is_filed_when_all_is_left_out(asked: GraphThread, effects: Path) -> None:
    await answer(asked, {number: {"summary": "x", "decision": "leave_out"} for number in (1, 2, 3)})
    assert ((await asked.state()).tasks, filed(effects)) == ((), [])


@pytest.mark.parametrize(
    ("document", "parts"),
    [
        ("One.", ["One."]),
        (" ", [" "]),
        ("\n\nA.\n\n", ["A."]),
        ("\n\n".join("abcdefghij"), [*"abcdefg", "h\n\ni\n\nj"]),
    ],
)
async def test_empty_lines_divide_the_text_into_at_most_eight_parts(
    document: str, parts: list[str], new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = new_thread("fan_out")
    ollama.enqueue(*[Text(json.dumps({"summary": "Something."}))] * len(parts))
    await thread.run({"document": document})
    assert [question.value["part"] for _, question in sorted((await questions(thread)).items())] == parts


@pytest.mark.parametrize("given", ["take", {**TAKE, "summary": ""}, {"decision": "maybe"}, {**TAKE, "x": 1}])
async def test_an_answer_of_another_shape_is_refused_and_the_question_stays_open(
    given: Any, asked: GraphThread
) -> None:
    with pytest.raises(ValidationError) as caught:
        await answer(asked, {1: given})
    assert is_invalid_resume(caught.value)
    assert set(await questions(asked)) == {1, 2, 3}
