"""The coffee bar: what is said, what is ordered, what is placed, and that it is placed once and after a yes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langgraph.errors import is_invalid_resume
from pydantic import ValidationError

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input


def step(name: str, drink: str = "", quantity: int = 1) -> Text:
    """The form as the model fills it."""
    return Text(json.dumps({"step": name} | ({"drink": drink, "quantity": quantity} if drink else {})))


def orders(effects: Path) -> list[tuple[str, int]]:
    """Drinks and cents of every order that was placed."""
    file = effects / "orders.sqlite"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT drinks, cents FROM orders ORDER BY number").fetchall()


def choices(request: dict[str, Any]) -> list[str]:
    """The steps that a request to the model allows."""
    allowed: list[str] = request["format"]["properties"]["step"]["enum"]
    return allowed


@pytest_asyncio.fixture
async def served(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread in which a latte and two espressos are ordered, and the guest is asked what else."""
    thread = new_thread("barista")
    ollama.enqueue(step("add_to_order", "latte", 1), step("add_to_order", "espresso", 2))
    await thread.run(sample_input(thread.graph))
    return thread


async def says(thread: GraphThread, words: str) -> dict[str, Any]:
    """Let the guest say something, and return what is asked next."""
    await thread.answer({"says": words})
    value: dict[str, Any] = (await thread.question()).value
    return value


async def test_each_drink_that_was_named_is_asked_for_by_itself(served: GraphThread, ollama: ScriptedOllama) -> None:
    question = await served.question()
    assert question.value == {
        "message": "Added: 1 x latte.\nAdded: 2 x espresso.\nAnything else?",
        "order": "1 x latte, 2 x espresso",
    }
    assert question.response_schema is not None
    assert question.response_schema["required"] == ["says"]
    fields = [request["format"]["properties"] for request in ollama.requests]
    assert [each["drink"]["enum"] for each in fields] == [["latte"], ["espresso"]]
    assert [choices(request) for request in ollama.requests] == [["add_to_order"]] * 2
    assert [request["messages"][-1]["content"] for request in ollama.requests] == ["A latte", "two espressos"]


async def test_a_confirmed_order_is_placed_once_even_if_it_runs_again(
    served: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(step("confirm_order"))
    question = await says(served, "That is all.")
    assert question == {"message": "Is your order right?", "order": "1 x latte, 2 x espresso", "euros": 9.0}
    assert orders(effects) == []
    await served.answer({"correct": True})
    assert orders(effects) == [("1 x latte, 2 x espresso", 900)]
    state = await served.state()
    assert state.values["messages"][-1].text == "Order 1 is placed: 1 x latte, 2 x espresso."
    assert (state.values["finished"], state.tasks) == (True, ())
    await served.run_again_from("ordering")
    assert len(orders(effects)) == 1


async def test_what_is_to_be_changed_counts_as_said(served: GraphThread, ollama: ScriptedOllama, effects: Path) -> None:
    ollama.enqueue(step("confirm_order"), step("add_to_order", "mocha", 1), step("confirm_order"))
    await says(served, "That is all.")
    await served.answer({"correct": False, "change": "And a mocha."})
    assert (await served.question()).value == {
        "message": "Added: 1 x mocha.\nAnything else?",
        "order": "1 x latte, 2 x espresso, 1 x mocha",
    }
    await says(served, "Now it is all.")
    await served.answer({"correct": True})
    assert orders(effects) == [("1 x latte, 2 x espresso, 1 x mocha", 1350)]


async def test_a_no_without_words_shows_what_else_there_is(
    served: GraphThread, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(step("confirm_order"), step("get_menu"))
    await says(served, "That is all.")
    await served.answer({"correct": False})
    assert (await served.question()).value["message"].startswith("We have:\nespresso, 2.50 euros")
    assert orders(effects) == []


@pytest.mark.parametrize(
    ("words", "reply", "message", "order"),
    [
        ("What is there?", step("get_menu"), "We have:\nespresso, 2.50 euros", "1 x latte, 2 x espresso"),
        ("My order?", step("get_order"), "You ordered 1 x latte, 2 x espresso: 9.00 euros.", "1 x latte, 2 x espresso"),
        ("Start over.", step("clear_order"), "The order is empty now.", ""),
        ("One more latte.", step("add_to_order", "latte", 1), "Added: 1 x latte.", "2 x latte, 2 x espresso"),
        ("Is there a mocha?", step("add_to_order", "mocha", 0), "We have:\nespresso", "1 x latte, 2 x espresso"),
    ],
)
async def test_each_step(
    words: str, reply: Text, message: str, order: str, served: GraphThread, ollama: ScriptedOllama
) -> None:
    ollama.enqueue(reply)
    question = await says(served, words)
    assert question["message"].startswith(message)
    assert question["order"] == order


async def test_small_talk_is_answered_in_the_models_words_and_nothing_can_be_confirmed_yet(
    new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = new_thread("barista")
    ollama.enqueue(step("say"), Text("Welcome! What would you like?"))
    tokens = await thread.run({"messages": "Hello!"})
    assert "".join(tokens).endswith("Welcome! What would you like?")
    assert choices(ollama.requests[0]) == ["get_menu", "say"]
    assert (await thread.question()).value == {"message": "Welcome! What would you like?", "order": ""}


@pytest.mark.parametrize("words", ["Goodbye!", "bye", "good bye.", "q"])
async def test_goodbye_ends_it_without_an_order(words: str, served: GraphThread, effects: Path) -> None:
    await served.answer({"says": words})
    state = await served.state()
    assert (state.values["finished"], state.tasks) == (True, ())
    assert orders(effects) == []


@pytest.mark.parametrize("answer", [{"says": ""}, {}, "A mocha."])
async def test_an_answer_of_another_shape_is_refused_and_the_question_stays_open(
    answer: Any, served: GraphThread, ollama: ScriptedOllama
) -> None:
    with pytest.raises(ValidationError) as caught:
        await served.answer(answer)
    assert is_invalid_resume(caught.value)
    ollama.enqueue(step("get_order"))
    assert (await says(served, "My order?"))["message"].startswith("You ordered")
