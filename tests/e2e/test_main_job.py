"""The main job through the window, with the embedded model over HTTP: nothing in it is scripted but the person."""

from __future__ import annotations

import asyncio
import email
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.models.embedded.weights import why_unavailable
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(why_unavailable(None) is not None, reason=f"no embedded model: {why_unavailable(None)}"),
]
CONTROL = Qt.KeyboardModifier.ControlModifier
MAIL = "Send a mail to ana@example.com: the budget meeting moves to Friday at 3 pm."


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(tmp_path / "effects"))
    return tmp_path / "effects" / "outbox"


async def _ask_for_a_mail(driver: Driver) -> None:
    await driver.ready()
    assert driver.program.service is not None
    assert driver.program.service.kind == "embedded"
    await driver.new_message("mail_assistant", MAIL)
    review = await driver.opened(ThreadState.WAITING)
    assert review.requests[0].items[0].title == "send_mail"


async def test_on_the_first_start_each_example_waits_for_a_decision(tmp_path: Path, outbox: Path) -> None:
    async with open_window(tmp_path / "threads.db", examples=True) as driver:
        await driver.ready()
        await until(lambda: driver.window.notices.texts, message="nothing says what runs")
        await until(lambda: driver.window.inbox.waiting_count == 3, 120, "not every example waits")
        graphs = {thread.graph for thread in await driver.program.session.threads()}
        assert graphs == {"mail_assistant", "action_approval", "tool_gate"}
        await until(lambda: not driver.window.notices.texts, message="the welcome says that they still run")
        assert not outbox.exists()


async def test_edit_approve_and_watch(tmp_path: Path, outbox: Path) -> None:
    async with open_window(tmp_path / "threads.db") as driver:
        await _ask_for_a_mail(driver)
        await driver.type_into("field:subject", "Budget meeting on Friday")
        await driver.decide("decision_edit")
        await driver.shown("held_bar")
        assert not outbox.exists(), "held means not sent"
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)
        (mail,) = await asyncio.to_thread(lambda: list(outbox.glob("*.eml")))
        assert email.message_from_bytes(mail.read_bytes())["Subject"] == "Budget meeting on Friday"
        await until(lambda: "send_mail" in driver.log_text, message="the tool call is not in the log")


async def test_reject_with_a_reason(tmp_path: Path, outbox: Path) -> None:
    async with open_window(tmp_path / "threads.db") as driver:
        await _ask_for_a_mail(driver)
        await driver.decide("decision_reject")
        await driver.type_into("composer_text", "She is on leave.")
        await driver.decide("decision_confirm")
        await driver.opened(ThreadState.DONE)
        assert not outbox.exists()
        await until(lambda: "She is on leave." in driver.log_text, message="the reason is not in the log")


async def test_with_the_keyboard_alone(tmp_path: Path, outbox: Path) -> None:
    async with open_window(tmp_path / "threads.db") as driver:
        await driver.ready()
        await driver.press(Qt.Key.Key_N, CONTROL)
        await driver.shown("new_run_message")
        await driver.type_into("new_run_message", MAIL)
        await driver.press(Qt.Key.Key_Return, CONTROL)
        await driver.opened(ThreadState.WAITING)
        await driver.may_decide()
        await driver.press(Qt.Key.Key_Return, CONTROL)
        await driver.shown("held_bar")
        await driver.press(Qt.Key.Key_Z, CONTROL)
        await driver.opened(ThreadState.WAITING)
        await driver.may_decide()
        await driver.press(Qt.Key.Key_Return, CONTROL)
        await driver.click("held_send_now")
        await driver.opened(ThreadState.DONE)
        assert len(await asyncio.to_thread(lambda: list(outbox.glob("*.eml")))) == 1
