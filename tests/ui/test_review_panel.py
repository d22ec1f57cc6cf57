"""Every way of asking through the window: batch, one by one, in parallel, raw, with a schema, at a breakpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QPlainTextEdit, QWidget

from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.item_card import ItemCard
from hitl_desktop.ui.plain_text import PlainLabel, visible
from tests.ui.asking import answered, asked, asking_window, offered, sent_preview, tool_results

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.TextFormat.PlainText
GO = {"messages": [{"role": "user", "content": "go"}]}


@pytest_asyncio.fixture
async def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Driver]:
    async with asking_window(tmp_path, monkeypatch) as driver:
        yield driver


def card(driver: Driver, number: int) -> ItemCard:
    return driver.find(ItemCard, f"item:{number}")


def is_current(driver: Driver, number: int) -> bool:
    return bool(card(driver, number).property("kind") == "current")


async def test_each_action_of_a_batch_gets_its_own_decision(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    assert offered(driver) == {"approve", "reject", "respond"}
    await driver.decide("decision_approve")
    assert is_current(driver, 2)
    assert offered(driver) == {"approve", "reject"}, "only what the request allows is offered"
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", "Keep it.")
    await driver.decide("decision_confirm")
    assert is_current(driver, 3)
    field = card(driver, 3).findChild(QWidget, "field:amount")
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(field, "8")
    await driver.decide("decision_edit")
    assert offered(driver) == {"respond"}
    assert not driver.is_shown("decision_send"), "a batch is sent whole or not at all"
    await driver.decide("decision_respond")
    await driver.type_into("composer_text", "The one by the sea")
    await driver.decide("decision_confirm")
    assert is_current(driver, 5), [(each.decision, each.words) for each in driver.window.findChildren(ItemCard)]
    assert offered(driver) == {"edit", "reject"}, "what may only be edited can be let through unchanged"
    await driver.decide("decision_edit")
    await driver.decide("decision_send")
    await answered(driver)
    results = tool_results(driver)
    assert results["call-1"] == "paid 5 to Ana"
    assert "Keep it." in results["call-2"]
    assert "paid 8 to Bo" in results["call-3"], "a number stays a number"
    assert results["call-4"] == "The one by the sea"
    assert "planned 3 days in Porto" in results["call-5"]


async def test_a_batch_with_the_keyboard_alone(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    for number in (1, 2, 3):
        await driver.may_decide()
        assert is_current(driver, number)
        await driver.press(Qt.Key.Key_Return, CONTROL)
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Return, CONTROL)
    assert "nothing to approve" in driver.find(QLabel, "decision_message").text()
    await driver.press(Qt.Key.Key_R, CONTROL)
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, "jkne")
    assert driver.find(QPlainTextEdit, "composer_text").toPlainText() == "jkne", "reading keys are letters in a field"
    await driver.press(Qt.Key.Key_Return, CONTROL)
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Return, CONTROL)
    await answered(driver)
    assert tool_results(driver)["call-4"] == "jkne"


async def test_one_press_decides_one_card(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    await driver.may_decide()
    for _ in range(2):
        QTest.mouseClick(driver.find(QAbstractButton, "decision_approve"), Qt.MouseButton.LeftButton)
    await driver.press(Qt.Key.Key_Return, CONTROL)
    assert card(driver, 1).decision is not None
    assert card(driver, 2).decision is None, "the second click was not meant for the second card"


async def test_the_card_with_the_keyboard_is_the_one_that_is_decided(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    field = card(driver, 3).findChild(QWidget, "field:to")
    assert field is not None
    driver.window.activateWindow()
    await until(lambda: driver.window.isActiveWindow(), 5)
    field.setFocus()
    assert is_current(driver, 3)
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Return, CONTROL)
    assert card(driver, 1).decision is None
    assert card(driver, 3).decision is not None
    assert is_current(driver, 4)
    assert not card(driver, 3).isAncestorOf(QApplication.focusWidget() or driver.window), "the keyboard follows"


async def test_words_stay_with_their_card(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", "Too dear.")
    QTest.mouseClick(card(driver, 3), Qt.MouseButton.LeftButton)
    assert is_current(driver, 3)
    assert not driver.is_shown("composer_text")
    QTest.mouseClick(card(driver, 1), Qt.MouseButton.LeftButton)
    assert driver.find(QPlainTextEdit, "composer_text").toPlainText() == "Too dear."


async def test_a_changed_value_takes_its_decision_back(driver: Driver) -> None:
    await asked(driver, "batch", GO)
    await driver.decide("decision_approve")
    field = card(driver, 1).findChild(QWidget, "field:to")
    assert field is not None
    QTest.keyClicks(field, "x")
    assert card(driver, 1).decision is None


async def test_undo_brings_all_decisions_of_a_batch_back(driver: Driver) -> None:
    await asked(driver, "per_call", GO)
    await driver.decide("decision_approve")
    await driver.decide("decision_approve")
    await driver.decide("decision_send")
    await driver.click("held_undo")
    await until(lambda: [each.decision is not None for each in driver.window.findChildren(ItemCard)] == [True, True])
    await driver.decide("decision_send")
    await answered(driver)
    assert tool_results(driver) == {"call-1": "paid 5 to Ana", "call-2": "deleted /tmp/old"}


async def test_a_part_of_parallel_questions_is_sent_only_on_purpose(driver: Driver) -> None:
    await asked(driver, "parallel")
    await driver.decide("decision_submit")
    assert driver.find(QAbstractButton, "decision_send").text() == "Send only 1 of 2 decisions"
    await until(lambda: driver.is_shown("preview_consequences"))
    assert "runs again too, up to its question" in driver.find(QPlainTextEdit, "preview_consequences").toPlainText()
    await driver.may_decide()
    await driver.press(Qt.Key.Key_Return, CONTROL)
    assert not driver.is_shown("held_bar"), "Ctrl+Enter decides the second question and sends nothing yet"
    assert driver.find(QAbstractButton, "decision_send").text() == "Send 2 decisions"
    await driver.decide("decision_send")
    values = await answered(driver)
    assert {"left": {"side": "Left", "amount": 1}} in values["answers"]
    assert {"right": {"side": "Right", "amount": 2}} in values["answers"]


async def test_one_of_two_questions_can_be_answered(driver: Driver) -> None:
    await asked(driver, "parallel")
    await driver.decide("decision_submit")
    await driver.decide("decision_send")
    await driver.click("held_send_now")

    def asks_right() -> bool:
        review = driver.window.review.review
        return review is not None and [each.question.node for each in review.requests] == ["right"]

    await until(asks_right, 30, "the other question did not come back alone")
    await driver.decide("decision_submit")
    assert len((await answered(driver))["answers"]) == 2


async def test_the_second_question_of_a_node_follows_the_first(driver: Driver) -> None:
    await asked(driver, "sequential")
    await driver.type_into("field:", "one")
    await driver.decide("decision_submit")
    await driver.click("held_send_now")
    await until(lambda: driver.window.review.review is not None and _asks(driver) == "Second?", 30)
    await driver.type_into("field:", "two")
    await driver.decide("decision_submit")
    assert (await answered(driver))["answers"] == ["one", "two"]


def _asks(driver: Driver) -> str:
    review = driver.window.review.review
    return review.requests[0].asks if review is not None and review.requests else ""


@pytest.mark.parametrize("payload", ["Dear Bo,\nhello", 42, None, [1, "two", {"three": 3}], {"a": 1, "b": False}, {}])
async def test_a_raw_payload_goes_back_as_it_came(driver: Driver, payload: Any) -> None:
    await asked(driver, "raw", {"payload": payload})
    assert repr(payload) in await sent_preview(driver)
    await driver.decide("decision_submit")
    (answer,) = (await answered(driver))["answers"]
    assert answer == payload
    assert type(answer) is type(payload)


@pytest.mark.parametrize(
    ("shape", "answer"),
    [("Yes or no", True), ("Number", 0), ("Approved, with a reason", {"approved": True, "reason": ""})],
)
async def test_the_shape_of_a_raw_answer_is_chosen(driver: Driver, shape: str, answer: Any) -> None:
    await asked(driver, "raw", {"payload": {"question": "May I?"}})
    driver.find(QComboBox, "answer_shape").setCurrentText(shape)
    await driver.decide("decision_submit")
    (received,) = (await answered(driver))["answers"]
    assert received == answer
    assert type(received) is type(answer)


async def test_a_question_in_one_line_is_answered_with_words(driver: Driver) -> None:
    await asked(driver, "raw", {"payload": "Who pays?"})
    await driver.decide("decision_submit")
    assert not driver.is_shown("held_bar"), "nothing was written yet, and the keyboard is where it is missing"
    QTest.keyClicks(driver.window.focusWidget(), "Ana")
    await driver.decide("decision_submit")
    assert (await answered(driver))["answers"] == ["Ana"]


async def test_a_nested_question_says_where_it_is(driver: Driver) -> None:
    await asked(driver, "nested", {"payload": ["Deep?"]})
    texts = [label.text() for label in driver.window.review.findChildren(QLabel)]
    assert "In middle / inner / ask" in texts
    await driver.decide("decision_submit")
    assert (await answered(driver))["answers"] == [["Deep?"]]


@pytest.mark.parametrize("graph", ["stops_before", "stops_after"])
async def test_a_breakpoint_goes_on(driver: Driver, graph: str) -> None:
    await asked(driver, graph)
    assert offered(driver) == {"continue"}
    assert "go on" in await sent_preview(driver)
    await driver.decide("decision_continue")
    assert (await answered(driver))["log"] == ["first", "second"]


async def test_what_does_not_fit_a_schema_is_not_sent_and_takes_no_keyboard(driver: Driver) -> None:
    await asked(driver, "schema")
    await driver.click("preview_fold")
    before = QApplication.focusWidget()
    assert "at least 1 character" in await sent_preview(driver)
    assert QApplication.focusWidget() is before, "looking at what would be sent must leave the keyboard where it is"
    await driver.decide("decision_submit")
    assert driver.find(QLabel, "decision_message").text().startswith("Not sent")
    assert not driver.is_shown("held_bar")


async def test_what_was_typed_is_there_again_after_a_look_at_another_thread(driver: Driver) -> None:
    thread_id = await asked(driver, "batch", GO)
    await driver.decide("decision_approve")
    field = card(driver, 3).findChild(QWidget, "field:to")
    assert field is not None
    QTest.keyClicks(field, "x")
    other = await asked(driver, "raw", {"payload": "Shall I?"})
    await until(lambda: driver.window.inbox.model.summary(other) is not None, 30)
    driver.window.inbox.select(thread_id)
    await until(lambda: driver.is_shown("item:5"), 30)
    assert card(driver, 1).decision is not None
    assert card(driver, 3).is_changed
    assert card(driver, 3).decision is None


async def test_words_that_are_asked_for_are_asked_for_still_when_the_thread_is_read_anew(
    driver: Driver,
) -> None:
    await asked(driver, "batch", GO)
    await driver.decide("decision_reject")
    reviews = driver.program.controller.reviews
    shown = QSignalSpy(reviews.opened)
    reviews.reopen()
    await until(lambda: shown.count() > 0, 30)
    assert driver.is_shown("composer_text")
    await driver.click("decision_cancel")
    reviews.reopen()
    await until(lambda: shown.count() > 1, 30)
    assert not driver.is_shown("composer_text")


async def test_a_tool_name_that_is_too_long_for_a_button_is_not_cut(driver: Driver) -> None:
    name = "a_tool_with_a_very_long_name_" * 6
    await asked(driver, "raw", {"payload": {"action_requests": [{"name": name, "args": {}}]}})
    assert driver.find(QAbstractButton, "decision_approve").text() == "Approve"
    assert any(name in label.plain_text() for label in card(driver, 1).findChildren(PlainLabel))


@pytest.mark.parametrize("payload", ["<img src='http://127.0.0.1:9/x.png'><b>bold</b>", "ana\u202egpj.exe\u200b"])
async def test_hostile_text_is_shown_literally(driver: Driver, payload: str) -> None:
    await asked(driver, "raw", {"payload": {"text": payload, "other": 1}})
    shown = [label.text() for label in card(driver, 1).findChildren(QLabel) if label.textFormat() is PLAIN]
    assert any(visible(payload) == text.replace("\u200b", "") for text in shown)
