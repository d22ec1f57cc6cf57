"""What was typed and not sent: it is there after the program ends, for the question that it was typed on alone."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QTabBar, QWidget

from hitl_desktop.core.decisions import Approve, Reject
from hitl_desktop.records.review_file import ReviewFile
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.item_card import ItemCard
from hitl_desktop.ui.thread_words import row_words
from tests.ui.asking import PROJECT, answered, asked, asking_window

GO = {"messages": [{"role": "user", "content": "go"}]}
BROKEN = '{"command": "rm -r /tmp/old",, "timeout": \\ud83d'


@asynccontextmanager
async def opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thread_id: str) -> AsyncIterator[Driver]:
    """The program once more on the same files, with the thread open."""
    async with asking_window(tmp_path, monkeypatch) as driver:
        await driver.ready()
        await open_thread(driver, thread_id)
        yield driver


async def open_thread(driver: Driver, thread_id: str) -> None:
    await until(lambda: driver.window.inbox.model.summary(thread_id) is not None, 30)
    driver.window.inbox.select(thread_id)

    def is_open() -> bool:
        review = driver.window.review.review
        return review is not None and review.thread_id == thread_id

    await until(is_open, 30)
    await cards_shown(driver)


async def cards_shown(driver: Driver) -> None:
    panel = driver.window.review
    await until(lambda: panel.review is not None and bool(panel.review.requests), 10, "nothing is asked")
    review = panel.review
    assert review is not None
    for number in range(sum(len(request.items) for request in review.requests)):
        await driver.shown(f"item:{number + 1}")


def card(driver: Driver, number: int = 1) -> ItemCard:
    return driver.find(ItemCard, f"item:{number}")


def field(driver: Driver, name: str, number: int = 1) -> QLineEdit:
    found = card(driver, number).findChild(QLineEdit, f"field:{name}")
    assert isinstance(found, QLineEdit)
    return found


def type_over(widget: QWidget, text: str) -> None:
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


def json_areas(driver: Driver) -> list[JsonArea]:
    return [area for area in driver.window.review.findChildren(JsonArea) if area.isVisible()]


def json_texts(driver: Driver) -> list[str]:
    return [area.raw_text() for area in json_areas(driver)]


def kept(tmp_path: Path) -> list[str]:
    """The contents of the drafts in the review file."""
    with closing(sqlite3.connect(tmp_path / "t.review.db")) as connection:
        return [content for (content,) in connection.execute("SELECT content FROM drafts ORDER BY at")]


def is_kept(tmp_path: Path, text: str) -> bool:
    return any(text in content for content in kept(tmp_path))


def line(driver: Driver, name: str = "draft_line") -> str:
    return driver.find(QLabel, name).text() if driver.is_shown(name) else ""


async def type_value(driver: Driver) -> None:
    type_over(field(driver, "command"), "ls -l")


async def type_number(driver: Driver) -> None:
    type_over(field(driver, "command"), "ls -l")
    type_over(field(driver, "timeout"), "12x")


async def type_json(driver: Driver) -> None:
    driver.find(QTabBar, "value_sides").setCurrentIndex(1)
    (area,) = json_areas(driver)
    area.selectAll()
    area.insertPlainText(BROKEN)


async def type_whole_json(driver: Driver) -> None:
    driver.find(QTabBar, "value_sides").setCurrentIndex(1)
    (area,) = json_areas(driver)
    area.selectAll()
    area.insertPlainText('{ "command":"x",   "timeout":3.0 }')


def has_value(driver: Driver) -> bool:
    return field(driver, "command").text() == "ls -l" and field(driver, "timeout").text() == "30"


def has_number(driver: Driver) -> bool:
    return (field(driver, "command").text(), field(driver, "timeout").text()) == ("ls -l", "12x")


def has_json(driver: Driver) -> bool:
    return BROKEN in json_texts(driver)


def has_whole_json(driver: Driver) -> bool:
    return '{ "command":"x",   "timeout":3.0 }' in json_texts(driver)


async def begin_rejection(driver: Driver) -> None:
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", "Too dear, and")


def has_rejection(driver: Driver) -> bool:
    is_open = driver.is_shown("composer_text")
    return is_open and driver.find(QPlainTextEdit, "composer_text").toPlainText() == "Too dear, and"


async def decide_two(driver: Driver) -> None:
    await driver.decide("decision_approve")
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", "Keep it.")
    await driver.decide("decision_confirm")
    type_over(field(driver, "amount", 3), "8")


def has_two(driver: Driver) -> bool:
    made = [card(driver, number).decision for number in (1, 2, 3)]
    return made == [Approve(), Reject("Keep it."), None] and field(driver, "amount", 3).text() == "8"


async def choose_shape(driver: Driver) -> None:
    driver.find(QComboBox, "answer_shape").setCurrentText("Number")


def has_shape(driver: Driver) -> bool:
    return driver.find(QComboBox, "answer_shape").currentText() == "Number"


async def choose_view(driver: Driver) -> None:
    views = driver.find(QComboBox, "request_view")
    views.setCurrentIndex(1)
    views.activated.emit(1)


def has_view(driver: Driver) -> bool:
    review = driver.window.review.review
    assert review is not None
    return review.requests[0].view == "The question"


CASES = [
    ("human_interrupt", {}, type_value, has_value),
    ("human_interrupt", {}, type_number, has_number),
    ("human_interrupt", {}, type_json, has_json),
    ("human_interrupt", {}, type_whole_json, has_whole_json),
    ("batch", GO, begin_rejection, has_rejection),
    ("batch", GO, decide_two, has_two),
    ("raw", {"payload": {"question": "How many?"}}, choose_shape, has_shape),
    ("crossed", GO, choose_view, has_view),
]


@pytest.mark.parametrize(("graph", "value", "act", "is_there"), CASES, ids=[case[2].__name__ for case in CASES])
async def test_it_is_there_when_the_program_was_closed_and_opened_again(
    graph: str,
    value: object,
    act: Callable[[Driver], Awaitable[None]],
    is_there: Callable[[Driver], bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        thread_id = await asked(driver, graph, value)
        assert not line(driver), "nothing was typed yet"
        await act(driver)
        assert is_there(driver)
        driver.window.close()
        await driver.closed()
    async with opened_again(tmp_path, monkeypatch, thread_id) as driver:
        await until(lambda: is_there(driver), 10, "the draft is not there")
        assert line(driver).startswith("Draft from ")
        assert line(driver).endswith(", not sent")
        summary = driver.window.inbox.model.summary(thread_id)
        assert summary is not None
        assert summary.has_draft
        await driver.click("draft_discard")
        await cards_shown(driver)
        assert not is_there(driver)
        assert not line(driver)
        await until(lambda: kept(tmp_path) == [], 10, "the draft was not forgotten")
        await driver.click("draft_undo")
        await cards_shown(driver)
        assert is_there(driver)
        await until(lambda: len(kept(tmp_path)) == 1, 10, "the draft was not kept again")


async def test_typing_is_on_the_disk_after_a_pause_without_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        thread_id = await asked(driver, "human_interrupt")
        type_over(field(driver, "command"), "ls -l")
        await until(lambda: len(kept(tmp_path)) == 1, 10, "nothing was kept")
        model = driver.window.inbox.model
        await until(lambda: (summary := model.summary(thread_id)) is not None and summary.has_draft, 10)
        summary = model.summary(thread_id)
        assert summary is not None
        assert summary.updated_at is not None
        assert "with a draft" in row_words(summary, summary.updated_at)
        type_over(field(driver, "command"), "ls")
        await until(lambda: kept(tmp_path) == [], 10, "typing it back to what was asked leaves no draft")
        await until(lambda: (summary := model.summary(thread_id)) is not None and not summary.has_draft, 10)


async def test_a_draft_that_was_sent_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        thread_id = await asked(driver, "human_interrupt")
        await type_value(driver)
        await driver.decide("decision_edit")
        await driver.shown("held_bar")
        await until(lambda: len(kept(tmp_path)) == 1, 10, "until it is sent it is a draft")
        values = await answered(driver)
        assert values["answers"][0][0]["args"]["args"]["command"] == "ls -l"
        await until(lambda: kept(tmp_path) == [], 10, "it was not forgotten")
        await until(lambda: not driver.is_shown("draft_lines"), 10, "it is offered still")
        model = driver.window.inbox.model
        await until(lambda: (summary := model.summary(thread_id)) is not None and not summary.has_draft, 10)


async def test_what_is_typed_after_a_decision_was_taken_back_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        thread_id = await asked(driver, "human_interrupt")
        other = await asked(driver, "raw", {"payload": "Shall I?"})
        await open_thread(driver, thread_id)
        await type_value(driver)
        await driver.decide("decision_edit")
        await driver.click("held_undo")
        await open_thread(driver, thread_id)
        await driver.may_decide()
        assert has_value(driver)
        type_over(field(driver, "timeout"), "31")
        await open_thread(driver, other)
        await open_thread(driver, thread_id)
        assert field(driver, "timeout").text() == "31"
        assert field(driver, "command").text() == "ls -l"


async def test_a_draft_of_one_question_does_not_meet_the_next_of_the_same_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "t.db"
    async with asking_window(tmp_path, monkeypatch) as driver, open_window(database, PROJECT) as other:
        thread_id = await asked(driver, "sequential")
        await other.ready()
        await open_thread(other, thread_id)
        await other.shown("field:")
        await other.type_into("field:", "a draft of the first")
        await until(lambda: len(kept(tmp_path)) == 1, 10)
        await driver.type_into("field:", "one")
        await driver.decide("decision_submit")
        await driver.click("held_send_now")
        await until(lambda: "Second?" in _asks(driver), 30)
        other.program.controller.reviews.reopen()  # both questions are asked at one checkpoint
        await until(lambda: "Second?" in _asks(other), 30)
        await cards_shown(other)
        assert not card(other).is_changed, "it was typed on another question"
        assert line(other, "draft_left") == "A draft for a question that is no longer asked"
        await other.click("draft_left_show")
        assert "a draft of the first" in other.find(QPlainTextEdit, "draft_left_text").toPlainText()
        await other.click("draft_left_discard")
        assert not line(other, "draft_left")
        await until(lambda: kept(tmp_path) == [], 10)
        await other.click("draft_undo")
        assert line(other, "draft_left")
        await until(lambda: len(kept(tmp_path)) == 1, 10)


def _asks(driver: Driver) -> str:
    review = driver.window.review.review
    return review.requests[0].asks if review is not None and review.requests else ""


async def test_of_two_windows_the_last_one_that_wrote_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "t.db"
    async with asking_window(tmp_path, monkeypatch) as driver, open_window(database, PROJECT) as other:
        thread_id = await asked(driver, "human_interrupt")
        await other.ready()
        await open_thread(other, thread_id)
        await cards_shown(other)
        for each, text in ((driver, "from one"), (other, "from the other"), (driver, "from one again")):
            type_over(field(each, "command"), text)
            await until(partial(is_kept, tmp_path, text), 10)
            assert len(kept(tmp_path)) == 1
    async with opened_again(tmp_path, monkeypatch, thread_id) as driver:
        await driver.shown("draft_line")
        assert field(driver, "command").text() == "from one again"


async def test_what_could_not_be_sent_stays_a_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "t.db"
    async with asking_window(tmp_path, monkeypatch) as driver, open_window(database, PROJECT) as other:
        thread_id = await asked(driver, "human_interrupt")
        await other.ready()
        await open_thread(other, thread_id)
        await cards_shown(other)
        await type_value(other)
        await other.decide("decision_edit")
        await other.shown("held_bar")
        await driver.decide("decision_approve")
        await answered(driver)
        await other.click("held_send_now")
        await until(lambda: any("moved on" in text for text in other.notices), 30)
        await until(lambda: line(other, "draft_left") != "", 10, "what was typed is lost")
        await other.click("draft_left_show")
        assert "ls -l" in other.find(QPlainTextEdit, "draft_left_text").toPlainText()
        assert len(kept(tmp_path)) == 1


async def test_a_review_file_that_cannot_be_written_is_a_notice_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_told(driver: Driver) -> bool:
        return any("not kept on the disk as a draft" in text for text in driver.notices)

    async with asking_window(tmp_path, monkeypatch) as driver:
        thread_id = await asked(driver, "human_interrupt")
        other = await asked(driver, "raw", {"payload": "Shall I?"})
        await open_thread(driver, thread_id)
        await driver.shown("item:1")
        records = driver.program.session.drafts._records
        assert isinstance(records, ReviewFile)
        with records._lock:  # else a look at the file, as twice a second, may open it between
            records._drop()
            for made in tmp_path.glob("t.review.db*"):
                made.unlink()
            (tmp_path / "t.review.db").mkdir()
        await type_value(driver)
        await until(lambda: is_told(driver), 20, "nobody said that it could not be kept")
        assert has_value(driver)
        await open_thread(driver, other)
        await open_thread(driver, thread_id)
        await until(lambda: driver.is_shown("field:command") and has_value(driver), 10, "it is kept in memory")
        shutil.rmtree(tmp_path / "t.review.db")
        await until(lambda: not is_told(driver), 20, "it was not tried again")
        assert len(kept(tmp_path)) == 1
