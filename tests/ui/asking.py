"""Runs of graphs that ask, in a window: what stands on the screen, and what became of the answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from hitl_desktop.testing.waiting import until

PROJECT = Path(__file__).parent / "asking_project"
GRAPHS = tuple(json.loads((PROJECT / "langgraph.json").read_text(encoding="utf-8"))["graphs"])


@asynccontextmanager
async def asking_window(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Driver]:
    """A window on the graphs that ask. None of them asks a model; one that answers keeps the embedded one away."""
    with ScriptedOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.base_url)
        async with open_window(folder / "t.db", PROJECT) as driver:
            yield driver


async def asked(driver: Driver, graph: str, value: Any = None) -> str:
    """Start a run in the program and wait until its question is on the screen."""
    await driver.ready()
    driver.program.controller.reviews.start(graph, {} if value is None else value, f"A run of {graph}")
    thread_id = driver.program.controller.reviews.thread_id

    def is_open() -> bool:
        review = driver.window.review.review
        if review is None or review.thread_id != thread_id or not review.detail.summary.state.waits:
            return False
        return all(driver.is_shown(f"item:{i + 1}") for i in range(sum(len(each.items) for each in review.requests)))

    await until(is_open, 30, f"{graph} did not ask")
    return thread_id


async def answered(driver: Driver, state: ThreadState = ThreadState.DONE) -> dict[str, Any]:
    """What the thread's state is after a decision was held, sent now, and its run has ended."""
    if driver.is_shown("held_send_now"):
        await driver.click("held_send_now")
    await until(lambda: not driver.program.session.active, 30, "the run did not end")
    return dict((await driver.opened(state)).detail.values)


def offered(driver: Driver) -> set[str]:
    kinds = ("approve", "edit", "reject", "respond", "ignore", "submit", "continue")
    return {kind for kind in kinds if driver.is_shown(f"decision_{kind}")}


async def sent_preview(driver: Driver) -> str:
    if not driver.is_shown("preview_text"):
        await driver.click("preview_fold")
    text = driver.find(QPlainTextEdit, "preview_text")
    await until(lambda: text.toPlainText() not in ("", "Nothing has been decided yet."), 5, "nothing is previewed")
    return text.toPlainText()


def tool_results(driver: Driver) -> dict[str | None, str]:
    assert driver.window.review.review is not None
    messages = driver.window.review.review.detail.messages
    return {message.tool_call_id: message.text for message in messages if message.role == "tool"}
