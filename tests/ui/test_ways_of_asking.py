"""Through the window: the older ways of asking, gates before tools, crossed calls, and what is refused in each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QWidget

from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import StaleThreadError
from hitl_desktop.core.decisions import Submit
from hitl_desktop.core.review import Delivery
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.records.review_file import ReviewFile
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.item_card import ItemCard
from tests.ui.asking import PROJECT, answered, asked, asking_window, offered, sent_preview, tool_results

GO = {"messages": [{"role": "user", "content": "go"}]}


@pytest_asyncio.fixture
async def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Driver]:
    async with asking_window(tmp_path, monkeypatch) as driver:
        yield driver


async def reject(driver: Driver, reason: str) -> None:
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", reason)
    await driver.decide("decision_confirm")


async def write_json(driver: Driver, number: int, value: Any) -> None:
    """Put a value as JSON text into the editor of a card, as a person who types or pastes it."""
    card = driver.find(ItemCard, f"item:{number}")
    card.focus_editor()
    await driver.paste_json(card, value)


async def choose_view(driver: Driver, view: str) -> None:
    views = driver.find(QComboBox, "request_view")
    views.setCurrentText(view)
    views.activated.emit(views.currentIndex())
    await driver.may_decide()


async def test_a_human_interrupt_offers_what_it_allows(driver: Driver) -> None:
    await asked(driver, "human_interrupt")
    assert offered(driver) == {"approve", "ignore"}
    await driver.decide("decision_ignore")
    assert (await answered(driver))["answers"] == [[{"type": "ignore", "args": None}]]


async def test_an_edit_of_a_human_interrupt_shows_what_was_changed_and_keeps_types(driver: Driver) -> None:
    await asked(driver, "human_interrupt")
    await driver.type_into("field:timeout", "60")
    await driver.shown("changes")
    texts = [label.text() for label in driver.find(QWidget, "changes").findChildren(QLabel)]
    assert {"timeout", "- 30", "+ 60"} <= set(texts)
    await driver.decide("decision_edit")
    sent = {"type": "edit", "args": {"action": "run_command", "args": {"command": "ls", "timeout": 60}}}
    assert (await answered(driver))["answers"] == [[sent]]


async def test_questions_are_a_form(driver: Driver) -> None:
    await asked(driver, "questions")
    await driver.decide("decision_submit")
    assert driver.is_shown("decision_message"), "what must be answered is not left out"
    await driver.type_into("field:1", "Rome")
    await driver.decide("decision_submit")
    assert driver.window.review.review is not None, "a choice is not made for the person"
    await write_json(driver, 1, {"1": "Rome", "2": "by boat", "3": ["Meal"]})
    await driver.decide("decision_submit")
    assert (await answered(driver))["answers"] == [{"answers": ["Rome", "by boat", '["Meal"]']}]


async def test_questions_can_be_turned_down(driver: Driver) -> None:
    await asked(driver, "questions")
    await reject(driver, "")
    assert (await answered(driver))["answers"] == [{"status": "cancelled", "answers": ["", "", ""]}]


async def test_a_rejection_says_what_the_graph_receives(driver: Driver) -> None:
    await asked(driver, "raw", {"payload": {"amount": 5}})
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", "Too much.")
    forms = driver.find(QComboBox, "composer_form")
    await sent_preview(driver)
    preview = driver.find(QPlainTextEdit, "preview_text")
    await until(lambda: "{'approved': False, 'reason': 'Too much.'}" in preview.toPlainText(), 5, "not previewed")
    forms.setCurrentText("No (False)")
    await until(lambda: preview.toPlainText().endswith(": False})"), 5, "the other form is not previewed")
    await driver.decide("decision_confirm")
    assert (await answered(driver))["answers"] == [False]


@pytest.mark.parametrize("shape", ["Approved, with a reason", "Text"])
async def test_the_shape_of_an_answer_is_remembered_for_the_node(driver: Driver, shape: str) -> None:
    await asked(driver, "raw", {"payload": {"amount": 5}})
    driver.find(QComboBox, "answer_shape").setCurrentText(shape)
    if shape == "Text":
        await write_json(driver, 1, "fine")
    await driver.decide("decision_submit")
    await answered(driver)
    await asked(driver, "raw", {"payload": {"amount": 6}})
    assert driver.find(QComboBox, "answer_shape").currentText() == shape


async def test_some_calls_run_and_others_are_rejected_at_a_gate(driver: Driver) -> None:
    await asked(driver, "gate", GO)
    await write_json(driver, 1, {"to": "ana", "copies": 2})
    await until(lambda: "edit" in offered(driver), 5, "the edit is not offered")
    await driver.decide("decision_edit")
    await reject(driver, "Not to Bo.")
    summary = driver.find(QWidget, "decision_summary").property("plainText")
    assert summary == "1. send: Approved as edited\n2. send: Rejected: Not to Bo."
    await driver.decide("decision_send")
    await answered(driver)
    assert tool_results(driver) == {"call-1": "sent 2 to ana", "call-2": "Not to Bo."}


async def test_a_gate_is_redirected_by_changing_the_state(driver: Driver) -> None:
    await asked(driver, "gate", GO)
    await choose_view(driver, "The state")
    assert offered(driver) == {"continue"}
    await driver.click("change_state")
    await driver.choose("field:route", "finish")
    await until(lambda: offered(driver) == {"edit"}, 5, "changing the state is not offered")
    await driver.shown("preview_consequences")
    words = driver.find(QWidget, "preview_consequences").property("plainText")
    assert "“route” changes as if “model” had returned it." in words
    assert "next is" in words
    await driver.decide("decision_edit")
    state = await answered(driver)
    assert (state["route"], state["notes"], tool_results(driver)) == ("finish", ["asked"], {})


async def test_crossed_calls_ask_one_at_a_time(driver: Driver) -> None:
    await asked(driver, "crossed", GO)
    assert driver.is_shown("request_warnings")
    assert offered(driver) == {"approve", "reject"}
    await driver.decide("decision_approve")
    await driver.decide("decision_approve")
    await driver.decide("decision_send")
    assert "Only one of these calls" in driver.find(QLabel, "decision_message").text()
    await reject(driver, "")
    await driver.decide("decision_send")
    await driver.click("held_send_now")
    await until(lambda: not driver.program.session.active, 30, "the run did not end")
    await driver.opened(ThreadState.WAITING)
    await driver.shown("answer_shape")
    driver.find(QComboBox, "answer_shape").setCurrentText("Text")
    await write_json(driver, 1, "the reviewer")
    await driver.decide("decision_submit")
    await answered(driver)
    results = tool_results(driver)
    assert results["call-1"] == "bob confirmed by the reviewer"
    assert str(results["call-2"]).startswith("Not run")


async def test_a_thread_is_ended_without_an_answer(driver: Driver, tmp_path: Path) -> None:
    thread_id = await asked(driver, "raw", {"payload": "Pay?"})
    await driver.click("thread_end")
    assert "not answered: “ask”" in driver.find(QLabel, "end_thread_words").text()
    await driver.click("end_thread_cancel")
    assert not driver.is_shown("end_thread")
    await driver.click("thread_end")
    await driver.type_into("end_thread_reason", "Asked twice.")
    await driver.click("end_thread_confirm")
    state = await answered(driver)
    assert not state.get("answers")
    with closing(sqlite3.connect(tmp_path / "t.review.db")) as connection:
        bodies = connection.execute("SELECT body FROM journal WHERE thread_id = ?", (thread_id,)).fetchall()
    kinds = [(entry["kind"], entry["reason"]) for entry in (json.loads(body) for (body,) in bodies)]
    assert kinds == [("end", "Asked twice."), ("delivery", "")]


WRONG: list[tuple[str, Any, Any, str]] = [
    ("batch", GO, {"to": "Ana", "amount": "5"}, "decision_edit"),
    ("batch", GO, {"name": "pay", "arguments": {"to": "Ana", "amount": 5}}, "decision_edit"),
    ("per_call", GO, {"to": "Ana", "amount": "5"}, "decision_edit"),
    ("per_call", GO, {"to": "Ana"}, "decision_edit"),
    ("human_interrupt", None, {"command": "ls", "timeout": "30"}, "decision_edit"),
    ("human_interrupt", None, ["ls", 30], "decision_edit"),
    ("questions", None, ["Rome", "Economy"], "decision_submit"),
    ("questions", None, {"1": "Rome", "2": "Economy", "3": "Meal"}, "decision_submit"),
    ("schema", None, {"means": "boat", "travellers": [], "address": {"name": "", "age": -1}}, "decision_submit"),
    ("schema", None, {"means": "bus", "travellers": [{"name": "A", "age": "9"}]}, "decision_submit"),
    ("gate", GO, {"to": "ana", "copies": "2"}, "decision_edit"),
    ("gate", GO, {"copies": 2}, "decision_edit"),
]


@pytest.mark.parametrize(("graph", "given", "wrong", "button"), WRONG)
async def test_a_wrong_value_is_stopped_and_the_thread_stays_answerable(
    driver: Driver, graph: str, given: Any, wrong: Any, button: str
) -> None:
    thread_id = await asked(driver, graph, given)
    review = driver.window.review.review
    assert review is not None
    await write_json(driver, 1, wrong)
    await until(lambda: driver.is_shown(button), 5, f"{button} is not offered")
    await driver.decide(button)
    assert driver.find(QLabel, "decision_message").text().startswith("Not sent")
    assert not driver.program.session.active
    (found,) = await driver.program.session.read_threads([thread_id])
    assert (found.checkpoint_id, found.state) == (review.detail.checkpoint_id, review.detail.summary.state)
    again = await driver.program.session.open_thread(thread_id)
    assert again is not None
    assert [each.id for each in again.requests] == [each.id for each in review.requests]


def _to_another_id(delivery: Delivery) -> Delivery:
    answers = dict.fromkeys(["f" * 32], next(iter(delivery.resumption.answers.values())))
    return replace(delivery, resumption=replace(delivery.resumption, answers=answers))


async def test_an_answer_to_an_unknown_or_an_answered_question_is_refused(driver: Driver) -> None:
    thread_id = await asked(driver, "sequential")
    review = driver.window.review.review
    assert review is not None
    (request,) = review.requests
    first = driver.program.session.prepare(review, {request.id: [Submit("One")]})
    driver.program.controller.runs.deliver(_to_another_id(first))
    await until(lambda: driver.window.notices.texts, 10, "nothing was said")
    assert "Nothing was sent" in driver.window.notices.texts[0]
    driver.program.controller.runs.deliver(first)
    await until(lambda: (now := driver.window.review.review) and now.requests and now.requests[0].id != request.id, 20)
    with pytest.raises(StaleThreadError, match="answered already"):
        await driver.program.session.deliver(first, lambda thread_id, event: None)
    again = await driver.program.session.open_thread(thread_id)
    assert again is not None
    assert [each.question.value for each in again.requests] == [{"question": "Second?"}]


async def test_the_next_question_of_a_node_is_shown_when_another_program_answered_the_first(
    driver: Driver, tmp_path: Path
) -> None:
    """It has the same checkpoint, and only another question."""
    thread_id = await asked(driver, "sequential")
    before = driver.window.review.review
    assert before is not None
    other = ReviewSession(SqliteBackend(tmp_path / "t.db", PROJECT), ReviewFile(tmp_path / "t.review.db"))
    await other.open()
    await other.load_project()
    seen = await other.open_thread(thread_id)
    assert seen is not None
    (request,) = seen.requests
    await other.deliver(other.prepare(seen, {request.id: [Submit("yes")]}), lambda *_: None)
    await other.close()

    def is_next() -> bool:
        review = driver.window.review.review
        return review is not None and bool(review.requests) and review.requests != before.requests

    await until(is_next, 10, "the old question is still shown")
    assert driver.window.review.review is not None
    assert driver.window.review.review.detail.checkpoint_id == before.detail.checkpoint_id
