"""What users write: plain tests of their graphs in the program's window. Each of these passes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from hitl_desktop.testing import Call, Calls, HitlWindow, HitlWindows, HttpError, NotSentError, ScriptedOllama

BEFORE = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


@pytest.fixture
def window(hitl_window: HitlWindows) -> HitlWindow:
    """Opened while fixtures are set up, on the project in the root folder of the tests."""
    return hitl_window()


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OUTBOX", str(tmp_path))
    return tmp_path


async def test_an_asynchronous_one_beside_them() -> None:
    await asyncio.sleep(0)


def test_approve(window: HitlWindow, tmp_path: Path) -> None:
    assert os.environ["SENDER"] == "The clerk"
    thread_id = window.start("payment", input={"to": "Ana", "amount": 5, "folder": str(tmp_path)})
    request = window.wait_for_request()
    assert request.payload == {"question": "Pay 5 to Ana?", "amount": 5}
    assert (request.node, request.dialect) == ("ask", "raw")
    assert request.items[0].allowed == ("submit", "reject")
    assert window.state == "waiting"
    assert {"decision_submit", "answer_shape"} <= set(window.controls)
    window.choose("answer_shape", "Any JSON")
    window.edit_json({"approved": True})
    window.decide("submit")
    assert window.wait_until_done() == {"to": "Ana", "amount": 5, "folder": str(tmp_path), "said": "paid"}
    assert (tmp_path / "paid.txt").read_text() == "5 to Ana"
    assert window.threads() == {thread_id: "done"}
    window.wait_until(lambda: "Waiting for a decision" in window.log_text)
    assert window.notices == ()


def test_reject(window: HitlWindow, tmp_path: Path) -> None:
    window.start("payment", input={"to": "Ana", "amount": 5, "folder": str(tmp_path)})
    window.decide("reject", "Too much.")
    assert window.wait_until_done()["said"] == "not paid: Too much."
    assert not (tmp_path / "paid.txt").exists()


def test_edit_what_the_model_proposes(window: HitlWindow, hitl_model: ScriptedOllama, outbox: Path) -> None:
    hitl_model.enqueue(Call("send_mail", {"to": "ana", "subject": "Hi"}), "It is sent.")
    window.start("clerk", "Write to Ana")
    assert window.wait_for_request().items[0].payload == {"to": "ana", "subject": "Hi"}
    window.type_into("field:subject", "Hello Ana")
    window.decide("edit")
    window.wait_until_done()
    assert (outbox / "ana.txt").read_text() == "Hello Ana"
    assert window.messages[-1].text == "It is sent."
    assert [body["model"] for body in hitl_model.requests] == ["llama3.2"] * 2
    assert hitl_model.pending_replies == 0


def test_several_calls_at_once(window: HitlWindow, hitl_model: ScriptedOllama, outbox: Path) -> None:
    calls = (("send_mail", {"to": "ana", "subject": "Hi"}), ("send_mail", {"to": "bo", "subject": "Hi"}))
    hitl_model.enqueue(Calls(*calls), "One of them.")
    window.start("clerk", "Write to both")
    window.decide("approve")
    window.decide("reject", "Not to Bo.")
    window.send()
    window.wait_until_done()
    assert [path.name for path in outbox.glob("*.txt")] == ["ana.txt"]


def test_what_fails(window: HitlWindow, hitl_model: ScriptedOllama) -> None:
    hitl_model.enqueue(HttpError(500, "out of memory"))
    window.start("clerk", "Write to Ana")
    assert "out of memory" in window.wait_until_failed()
    hitl_model.enqueue(HttpError(500, "the disk is full"))
    window.click("go_on:retry")
    assert "the disk is full" in window.wait_until_failed()
    hitl_model.only("qwen3:4b")
    window.start("clerk", "Write to Bo")
    assert "llama3.2" in window.wait_until_failed()
    window.start("odd", input={"do": "fail"})
    assert window.wait_until_failed() == "node failed: ValueError('the printer is on fire')"
    assert window.state == "failed"


def test_one_question_after_another(window: HitlWindow) -> None:
    window.start("odd", input={"do": "ask"})
    for question in ("First?", "Second?"):
        assert window.wait_for_request().payload == question
        window.edit_json(f"to {question}")
        window.decide("submit")
    assert window.wait_until_done()["answers"] == ["to First?", "to Second?"]


def test_a_thread_that_waits_is_answered_in_the_next_window(hitl_window: HitlWindows, tmp_path: Path) -> None:
    first = hitl_window(database=tmp_path / "kept.db")
    thread_id = first.start("payment", input={"to": "Ana", "amount": 5, "folder": str(tmp_path)})
    first.wait_for_request()
    with pytest.raises(RuntimeError, match="Close it first"):
        hitl_window()
    assert first.close() == []
    second = hitl_window(database=tmp_path / "kept.db")
    assert second.threads() == {thread_id: "waiting"}
    second.open_thread(thread_id)
    second.decide("reject")
    assert second.wait_until_done()["said"] == "not paid: "


def test_with_qtbot(window: HitlWindow, qtbot: QtBot) -> None:
    window.start("odd", input={"do": "ask"})
    qtbot.waitUntil(lambda: window.state == "waiting", timeout=10_000)
    button = window.find("thread_end", QPushButton)
    with qtbot.waitSignal(button.clicked, timeout=1_000):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.is_shown("end_thread"))
    window.type_into("end_thread_reason", "Asked twice.")
    window.click("end_thread_confirm")
    window.wait_until_done()


def test_a_decision_is_held_where_the_settings_say_so(hitl_window: HitlWindows) -> None:
    window = hitl_window(hold_seconds=10, theme="dark")
    window.start("odd", input={"do": "ask"})
    window.wait_for_request()
    window.edit_json("yes")
    window.decide("submit")
    window.wait_shown("held_bar")
    window.press("Ctrl+Z")
    assert window.wait_until(lambda: window.is_shown("decision_submit"))


def test_a_refusal_a_picture_and_a_skip(window: HitlWindow, tmp_path: Path) -> None:
    with pytest.raises(NotSentError, match="Write a message first"):
        window.start("clerk", "")
    window.press("Ctrl+N")
    window.wait_shown("new_run_graphs")
    assert window.screenshot(tmp_path / "form.png").stat().st_size > 5_000
    window.click("new_run_cancel")

    async def answer() -> str:
        await asyncio.sleep(0.01)
        return window.text_of("inbox_count")

    assert window.run(answer()) == "Nothing waiting"
    pytest.skip("not on Sundays")


def test_everything_is_as_before() -> None:
    from langgraph._internal import _serde
    from langgraph.checkpoint.serde import _msgpack

    assert {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} == BEFORE
    assert not _serde.STRICT_MSGPACK_ENABLED
    assert not _msgpack.STRICT_MSGPACK_ENABLED
    assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    assert application.styleSheet() == ""
    assert application.quitOnLastWindowClosed()
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
