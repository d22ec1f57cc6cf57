"""The notice: drafted by the model, revised by a person or drafted again, put up once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import pytest_asyncio

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input


def texts(effects: Path) -> list[str]:
    """What was put up."""
    return [file.read_text() for file in sorted((effects / "texts").glob("*.txt"))]


@pytest_asyncio.fixture
async def drafted(new_thread: NewThread, ollama: ScriptedOllama, effects: Path) -> GraphThread:
    """A thread that waits for the revision of a draft."""
    thread = new_thread("revise_text")
    ollama.enqueue(Text("Dear neighbours,\nno water on Tuesday."))
    await thread.run(sample_input(thread.graph))
    assert texts(effects) == []
    return thread


async def test_the_question_is_the_text_and_the_answer_begins_with_it(
    drafted: GraphThread, ollama: ScriptedOllama
) -> None:
    question = await drafted.question()
    assert question.value == {"text_to_revise": "Dear neighbours,\nno water on Tuesday."}
    assert question.response_schema is not None
    assert question.response_schema["anyOf"][0]["default"] == question.value["text_to_revise"]
    assert ollama.requests[0]["messages"][-1]["content"] == "The water is turned off on Tuesday from 9 to 11."


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("A text.", True),
        ("", False),
        ({"wish": "Shorter."}, True),
        ({}, False),
        ({"wish": "", "x": 1}, False),
        (7, False),
    ],
)
async def test_which_answers_fit_the_schema(answer: Any, fits: bool, drafted: GraphThread) -> None:
    schema = (await drafted.question()).response_schema
    assert isinstance(schema, dict)
    assert jsonschema.Draft202012Validator(schema).is_valid(answer) is fits


async def test_the_revised_text_is_put_up_once_even_if_it_runs_again(drafted: GraphThread, effects: Path) -> None:
    await drafted.answer("No water on Tuesday!")
    assert texts(effects) == ["No water on Tuesday!\n"]
    state = await drafted.state()
    assert (state.values["text"], state.tasks) == ("No water on Tuesday!", ())
    await drafted.run_again_from("put_up")
    assert texts(effects) == ["No water on Tuesday!\n"]


async def test_another_draft_is_written_with_all_wishes_and_asked_for_again(
    drafted: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    first = (await drafted.question()).id
    ollama.enqueue(Text("A second draft."), Text("A third draft."))
    await drafted.answer({"wish": "Mrs Lind has the keys."})
    assert (await drafted.question()).value == {"text_to_revise": "A second draft."}
    assert (await drafted.question()).id != first
    await drafted.answer({"wish": "Be polite."})
    said = [request["messages"][-1]["content"] for request in ollama.requests]
    assert said == [said[0], f"{said[0]} Mrs Lind has the keys.", f"{said[0]} Mrs Lind has the keys. Be polite."]
    assert texts(effects) == []
    await drafted.answer("A third draft.")
    assert texts(effects) == ["A third draft.\n"]


async def test_a_model_that_says_nothing_still_leads_to_a_text(new_thread: NewThread, ollama: ScriptedOllama) -> None:
    thread = new_thread("revise_text")
    ollama.enqueue(Text(" "))
    await thread.run({"about": "New bins on Friday."})
    assert (await thread.question()).value == {"text_to_revise": "New bins on Friday."}
