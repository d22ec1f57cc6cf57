"""In the window: a decision that a dead program left, delivered after all or discarded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.decisions import Submit
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.records.review_file import ReviewFile
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.waiting import until
from tests.ui.asking import PROJECT, answered, asking_window

PAYLOAD = {"pay": 5, "to": "Ana"}


async def left_undelivered(folder: Path) -> None:
    """What a program leaves that is killed between the journal and LangGraph: its decision, and nothing more."""
    records = ReviewFile(folder / "t.review.db")
    session = ReviewSession(SqliteBackend(folder / "t.db", PROJECT), records)
    await session.open()
    await session.load_project()
    await session.start("raw", {"payload": PAYLOAD}, "Pay Ana", lambda *_: None, "t1")
    review = await session.open_thread("t1")
    assert review is not None
    (request,) = review.requests
    delivery = session.prepare(review, {request.id: [Submit({**PAYLOAD, "pay": 4}, "The payload, edited")]})
    records.write([replace(entry, delivery="d1") for entry in delivery.records])
    await session.close()


async def shown(driver: Driver) -> None:
    """Go where the notice leads to."""
    await driver.ready()
    await until(lambda: any("not delivered before the program ended" in text for text in driver.notices), 20)
    buttons = driver.window.notices.findChildren(QAbstractButton)
    next(button for button in buttons if button.text() == "Show it").click()
    await driver.opened(ThreadState.WAITING)
    await driver.shown("undelivered")


async def test_it_is_shown_as_it_was_decided_and_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await left_undelivered(tmp_path)
    async with asking_window(tmp_path, monkeypatch) as driver:
        await shown(driver)
        assert "ask: Answered" in driver.find(QWidget, "undelivered_words").property("text")
        assert '"pay": 4' in driver.find(QPlainTextEdit, "undelivered_answer").toPlainText()
        await driver.click("undelivered_deliver")
        await driver.shown("held_bar")
        assert (await answered(driver))["answers"] == [{**PAYLOAD, "pay": 4}]
        assert not driver.is_shown("undelivered")
        kinds = [entry.fields["kind"] for entry in await driver.program.session.entries("t1", None, 9)]
        assert kinds == ["delivery", "retry", "decision"]


async def test_it_can_be_discarded_and_decided_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await left_undelivered(tmp_path)
    async with asking_window(tmp_path, monkeypatch) as driver:
        await shown(driver)
        await driver.click("undelivered_discard")
        await until(lambda: not driver.is_shown("undelivered"), 10)
        await driver.opened(ThreadState.WAITING)
        await driver.decide("decision_submit")
        assert (await answered(driver))["answers"] == [PAYLOAD]
