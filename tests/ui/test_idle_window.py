"""A window in which nobody does anything does nothing: no question keeps it laying out or painting."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from tests.ui.asking import GRAPHS, asked, asking_window

WORK = (QEvent.Type.LayoutRequest, QEvent.Type.UpdateRequest, QEvent.Type.Paint, QEvent.Type.MetaCall)
GO = {"messages": [{"role": "user", "content": "go"}]}
BLINKS = 10
"""Events in a tenth of a second that are no work: a cursor that blinks, one look at the database."""


class _Work(QObject):
    """Counts the events that lay out, paint or call."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() in WORK
        return False


async def test_a_question_on_the_screen_is_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        work = _Work()
        qapp.installEventFilter(work)
        try:
            for graph in GRAPHS:
                await asked(driver, graph, GO)
                for width in (900, 1_500):
                    driver.window.resize(width, 800)
                    assert await _comes_to_rest(work), f"{graph} asks, in a window {width} wide"
        finally:
            qapp.removeEventFilter(work)


async def _comes_to_rest(work: _Work) -> bool:
    """Whether there are two tenths of a second without work before five seconds are over."""
    quiet = 0
    for _ in range(50):
        before = work.count
        await asyncio.sleep(0.1)
        quiet = quiet + 1 if work.count - before <= BLINKS else 0
        if quiet == 2:
            return True
    return False
