"""The review loop through the window, with a scripted model: every decision, and everything that must be stopped."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QLineEdit, QTabBar

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import Call, HttpError, Reply, ScriptedOllama, Text
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.editors.json_area import JsonArea
from hitl_desktop.ui.editors.payload_view import PayloadView

CONTROL = Qt.KeyboardModifier.ControlModifier
MAIL = Call("send_mail", {"to": "ana@example.com", "subject": "Budget", "body": "It moves to Friday."})


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOllama]:
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        yield server


@pytest.fixture
def effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(tmp_path / "effects"))
    return tmp_path / "effects"


def mails(effects: Path) -> list[str]:
    return [path.read_text() for path in sorted((effects / "outbox").glob("*.eml"))]


async def asked_for_a_mail(driver: Driver, ollama: ScriptedOllama, *after: Reply) -> str:
    ollama.enqueue(MAIL, *after)
    await driver.ready()
    await driver.new_message("mail_assistant", "Tell Ana that the budget meeting moves to Friday.")
    return (await driver.opened(ThreadState.WAITING)).thread_id


async def test_approving_is_held_and_can_be_undone(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("It is sent."))
        await driver.decide("decision_approve")
        await driver.click("held_undo")
        await driver.opened(ThreadState.WAITING)
        assert len(ollama.requests) == 1, "nothing may be sent while a decision is held"
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)
        assert len(mails(effects)) == 1
        await until(lambda: "It is sent." in driver.log_text)


async def test_an_edit_is_sent_as_edited(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("It is sent."))
        await driver.type_into("field:to", "bo@example.com")
        assert not driver.is_shown("decision_approve"), "what was edited cannot be approved as proposed"
        await driver.decide("decision_edit")
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)
        (mail,) = mails(effects)
        assert "To: bo@example.com" in mail


async def test_undo_brings_the_edit_back(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama)
        await driver.type_into("field:to", "bo@example.com")
        await driver.decide("decision_edit")
        await driver.click("held_undo")
        await driver.opened(ThreadState.WAITING)
        await driver.shown("decision_edit")
        await until(lambda: driver.window.review.has_edits, 30)


async def test_rejecting_goes_at_once_with_its_reason(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("I did not send it."))
        await driver.decide("decision_reject")
        await driver.type_into("composer_text", "Ana is on leave.")
        await driver.decide("decision_confirm")
        await driver.opened(ThreadState.DONE)
        assert mails(effects) == []
        assert "Ana is on leave." in str(ollama.requests[1]["messages"])


async def test_answering_in_the_tools_place(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("Good."))
        await driver.decide("decision_respond")
        await driver.type_into("composer_text", "I told her in person.")
        await driver.decide("decision_confirm")
        await driver.opened(ThreadState.DONE)
        assert mails(effects) == []
        assert "I told her in person." in str(ollama.requests[1]["messages"])


async def test_a_value_that_does_not_fit_is_stopped(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama)
        await driver.may_decide()
        await driver.shown("value_sides")
        driver.find(QTabBar, "value_sides").setCurrentIndex(1)
        (area,) = [area for area in driver.window.review.findChildren(JsonArea) if area.isVisible()]
        area.selectAll()
        QTest.keyClicks(area, '{"to": 5, "subject": "Budget", "body": "x"}')
        await driver.decide("decision_edit")
        await driver.shown("decision_message")
        assert "to" in driver.find(QLabel, "decision_message").text()
        assert not driver.is_shown("held_bar")
        assert len(ollama.requests) == 1


async def test_a_double_click_decides_once(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        driver.program.controller.reviews.hold_seconds = 0.0
        await asked_for_a_mail(driver, ollama, MAIL, Text("Both are sent."))
        await driver.may_decide()
        button = driver.find(QAbstractButton, "decision_approve")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: driver.program.session.active == {} and len(ollama.requests) == 2, 30)
        await driver.opened(ThreadState.WAITING)
        QTest.mouseClick(driver.find(QAbstractButton, "decision_approve"), Qt.MouseButton.LeftButton)
        assert len(mails(effects)) == 1, "the second click came too soon to be meant for the next question"


async def test_a_thread_that_moved_on_gets_nothing(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    database = tmp_path / "t.db"
    async with open_window(database) as driver, open_window(database) as other:
        thread_id = await asked_for_a_mail(driver, ollama, Text("Rejected."))
        await other.ready()
        await until(lambda: other.window.inbox.model.summary(thread_id) is not None, 30)
        other.window.inbox.select(thread_id)
        await other.opened(ThreadState.WAITING)
        await driver.decide("decision_approve")
        await driver.shown("held_bar")
        await other.decide("decision_reject")
        await other.decide("decision_confirm")
        await until(lambda: len(ollama.requests) == 2, 30)
        await other.opened(ThreadState.DONE)
        await driver.click("held_send_now")
        await until(lambda: any("moved on" in text for text in driver.notices), 30, "nobody said that it moved on")
        assert mails(effects) == []


async def test_the_model_is_down_and_comes_back(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        await asked_for_a_mail(driver, ollama, Text("It is sent."))
        await driver.may_decide()
        ollama.stop()
        await driver.decide("decision_approve")
        await driver.click("held_send_now")
        await driver.opened(ThreadState.FAILED)
        assert len(mails(effects)) == 1
        await driver.click("run_failure_fix")
        await driver.shown("models_problem")
        await until(lambda: "you are not asked again" in driver.find(QLabel, "models_problem").text())
        ollama.start()
        await until(lambda: "answers at" in driver.find(QLabel, "models_found").text(), 30)
        await driver.click("models_back")
        await driver.click("go_on:retry")
        await driver.opened(ThreadState.DONE)
        assert len(mails(effects)) == 1, "an approved tool must not run twice"
        waits = [each for each in driver.log_text.splitlines() if "Waiting for a decision" in each]
        assert len(waits) == 1, "nobody is asked again"


@pytest.mark.parametrize(
    ("reply", "words", "fix", "leads_to"),
    [
        (HttpError(404, "model 'gone:7b' not found"), "does not have this model", "Pull it…", "models_get_name"),
        (
            HttpError(400, "scripted:latest does not support tools"),
            "can call tools",
            "Choose another model…",
            "models_table",
        ),
        (
            HttpError(500, "model requires more system memory (5 GiB) than is available (2 GiB)"),
            "not enough memory",
            "Choose another model…",
            "models_table",
        ),
        (HttpError(503, "server busy"), "still loads the model", "Look at the models…", "models_table"),
    ],
)
async def test_model_errors_are_told_in_words_also_after_a_restart(
    tmp_path: Path, ollama: ScriptedOllama, reply: HttpError, words: str, fix: str, leads_to: str
) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(reply)
        await driver.ready()
        await driver.new_message("mail_assistant", "Tell Ana.")
        await driver.opened(ThreadState.FAILED)
        await until(lambda: words in driver.log_text, message="the failure is not explained")
        await driver.shown("run_failure_fix")
        assert driver.find(QAbstractButton, "run_failure_fix").text() == fix
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await driver.press(Qt.Key.Key_J)
        await driver.opened(ThreadState.FAILED)
        standing = driver.find(QLabel, "thread_standing").text()
        assert words in standing
        assert "ResponseError(" not in standing, "it is told twice"
        await driver.shown("thread_fix_model")
        assert driver.find(QAbstractButton, "thread_fix_model").text() == fix
        await driver.click("thread_fix_model")
        await driver.shown(leads_to)
        if leads_to == "models_get_name":
            assert driver.find(QLineEdit, "models_get_name").text() == "gone:7b"
        await driver.click("models_back")
        ollama.enqueue(Text("Hello."))
        await driver.click("go_on:retry")
        await driver.opened(ThreadState.DONE)


async def test_stopping_and_going_on(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(Text("word " * 200, delay=0.05), Text("All said."))
        await driver.ready()
        await driver.new_message("mail_assistant", "Talk.")
        await until(lambda: "word word" in driver.log_text, 30, "no token arrived")
        await driver.press(Qt.Key.Key_Period, CONTROL)
        await driver.opened(ThreadState.STOPPED)
        await driver.click("go_on:retry")
        await driver.opened(ThreadState.DONE)
        await until(lambda: "All said." in driver.log_text)


async def test_two_runs_at_once(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(Text("one " * 40, delay=0.02), Text("two " * 40, delay=0.02))
        await driver.ready()
        await driver.new_message("mail_assistant", "First.")
        await driver.new_message("mail_assistant", "Second.")
        await until(lambda: len(driver.program.session.active) == 2, 30, "the two did not run side by side")
        await until(lambda: not driver.program.session.active, 60)


async def test_a_breakpoint_is_rejected_for_every_call(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(Call("search_documents", {"query": "hotel"}), Text("I may not search."))
        await driver.ready()
        await driver.new_message("tool_gate", "How much is paid for a hotel?")
        await driver.opened(ThreadState.BREAKPOINT)
        await driver.decide("decision_reject")
        await driver.type_into("composer_text", "Not these documents.")
        await driver.decide("decision_confirm")
        await driver.opened(ThreadState.DONE)
        assert "Not these documents." in str(ollama.requests[1]["messages"])


async def test_a_schema_answer_with_the_keyboard(tmp_path: Path, ollama: ScriptedOllama, effects: Path) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(Text("Please approve it."))
        await driver.ready()
        await driver.choose_graph("action_approval")
        await driver.click("new_run_start")
        await driver.opened(ThreadState.WAITING)
        await driver.may_decide()
        driver.find(QAbstractButton, "field:approved").click()
        await driver.press(Qt.Key.Key_Return, CONTROL)
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)
        with sqlite3.connect(effects / "transfers.sqlite") as connection:
            assert connection.execute("SELECT count(*) FROM transfers").fetchone() == (1,)
        connection.close()
        await driver.shown("outcome")
        outcome = driver.find(QFrame, "outcome").findChild(PayloadView)
        assert outcome is not None
        value = outcome.value()
        assert isinstance(value, dict)
        assert value["approved"] is True, "what it came to is shown where no conversation tells it"


async def test_closing_during_a_run_asks_and_stops_it(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        ollama.enqueue(Text("word " * 500, delay=0.05))
        await driver.ready()
        await driver.new_message("mail_assistant", "Talk.")
        await until(lambda: "word word" in driver.log_text, 30, "no token arrived")
        driver.window.close()
        await driver.click("closing_stay")
        assert driver.window.isVisible()
        driver.window.close()
        await driver.click("closing_close")
        await driver.closed()
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        await until(lambda: driver.window.inbox.model.counts()[ThreadState.STOPPED] == 1, 30)


async def test_a_held_decision_is_kept_when_the_window_closes(
    tmp_path: Path, ollama: ScriptedOllama, effects: Path
) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        thread_id = await asked_for_a_mail(driver, ollama)
        await driver.decide("decision_approve")
        await driver.shown("held_bar")
        driver.window.close()
        await driver.click("closing_close")
        await driver.closed()
    assert mails(effects) == []
    async with open_window(tmp_path / "t.db") as driver:
        await driver.ready()
        driver.window.inbox.select(thread_id)
        await driver.opened(ThreadState.WAITING)


async def test_a_database_of_another_program_is_only_looked_at(tmp_path: Path, ollama: ScriptedOllama) -> None:
    async with open_window(tmp_path / "t.db") as driver:
        thread_id = await asked_for_a_mail(driver, ollama)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "langgraph.json").write_text('{"dependencies": ["."], "graphs": {}}')
    async with open_window(tmp_path / "t.db", empty, read_only=True) as driver:
        await driver.ready()
        driver.window.inbox.select(thread_id)
        review = await driver.opened(ThreadState.WAITING)
        assert review.requests[0].items[0].title == "send_mail"
        await until(driver.window.review.can_decide, 30)
        await driver.click("decision_approve")
        await driver.shown("decision_message")
        assert not driver.is_shown("held_bar")


async def test_no_database_is_a_notice_and_not_a_crash(tmp_path: Path, ollama: ScriptedOllama) -> None:
    database = tmp_path / "notes.db"
    database.write_text("these are my notes, not a database at all" * 10)
    async with open_window(database) as driver:
        await until(lambda: any("not an SQLite database" in text for text in driver.notices), 30)
    assert database.read_text().startswith("these are my notes")
