"""The program as the command line starts it, in a process of its own, with somebody inside who does what is named.

Run by `tests.e2e.test_process` with ERRAND [arguments of hitl-desktop]. Says "done" when the errand is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from hitl_desktop import app, cli
from hitl_desktop.core.threads import ThreadState
from tests.support.waiting import until
from tests.support.window import Driver


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def _open(driver: Driver) -> None:
    await driver.ready()


async def _run(driver: Driver) -> None:
    """Be in the middle of a model's answer."""
    await driver.ready()
    await driver.new_message("mail_assistant", "Talk.")
    await until(lambda: "word word" in driver.log_text, 30, "no token arrived")


async def _hold(driver: Driver) -> None:
    """Have approved, and have it held."""
    await driver.ready()
    driver.program.controller.reviews.hold_seconds = 600.0
    await driver.new_message("mail_assistant", "Tell Ana.")
    await driver.opened(ThreadState.WAITING)
    await driver.decide("decision_approve")
    await driver.shown("held_bar")


async def _draft(driver: Driver) -> None:
    """Have edited, begun a rejection, and sent nothing; say so when the pause after it is over."""
    await driver.ready()
    await driver.new_message("mail_assistant", "Tell Ana.")
    await driver.opened(ThreadState.WAITING)
    await driver.type_into("field:to", "bo@example.com")
    await driver.decide("decision_reject")
    await driver.type_into("composer_text", "She is on leave, and")
    drafts = driver.program.session.drafts
    await until(lambda: bool(drafts.threads) and not drafts.has_unsaved, 10, "nothing was kept")


async def _find_draft(driver: Driver) -> None:
    """Find it again, and close."""
    await driver.ready()
    await until(lambda: driver.window.inbox.next() is not None, 30, "nothing is listed")
    for name in ("draft_line", "field:to", "composer_text"):
        await driver.shown(name)
    assert driver.find(QLineEdit, "field:to").text() == "bo@example.com"
    assert driver.find(QPlainTextEdit, "composer_text").toPlainText() == "She is on leave, and"
    driver.window.close()


async def _close(driver: Driver) -> None:
    """Close in the middle of a model's answer."""
    await _run(driver)
    driver.window.close()
    await driver.click("closing_close")


async def _be_asked(driver: Driver) -> None:
    """Be out of sight until a second start brings the window back, then close."""
    await driver.ready()
    driver.window.showMinimized()
    _say("minimized")
    await until(lambda: not driver.window.isMinimized(), 30, "the window was not brought forward")
    driver.window.close()


_ERRANDS: dict[str, Callable[[Driver], Awaitable[None]]] = {
    "open": _open,
    "run": _run,
    "hold": _hold,
    "draft": _draft,
    "find_draft": _find_draft,
    "close": _close,
    "be_asked": _be_asked,
}


class _DrivenProgram(app.Program):
    async def run(self) -> app.Options | None:
        running = asyncio.ensure_future(super().run())
        await _ERRANDS[sys.argv[1]](Driver(self, running))
        _say("done")
        return await running


if __name__ == "__main__":
    app.Program = _DrivenProgram  # type: ignore[misc]
    sys.exit(cli.main(sys.argv[2:]))
