"""The program as the command line starts it, in a process of its own, with somebody inside who does what is named.

Run by `tests.e2e.test_process` with ERRAND [arguments of hitl-desktop]. Says "done" when the errand is.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from hitl_desktop import app, cli
from hitl_desktop.core.review import Review
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.waiting import until
from tests.e2e.reaching_project.reaching import WAYS


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


async def _do_the_main_job(driver: Driver) -> None:
    """Have a mail written by the model, approve it, see it sent, and close."""
    await driver.ready()
    await driver.new_message("mail_assistant", "Send a mail to ana@example.com: the meeting moves to Friday.")
    await driver.opened(ThreadState.WAITING)
    await driver.decide("decision_approve")
    await driver.click("held_send_now")
    await driver.opened(ThreadState.DONE)
    driver.window.close()


async def _reach(driver: Driver) -> None:
    """Run a graph that wants to leave the machine, in each of its ways, and say what the window says of it."""
    await driver.ready()
    threads: set[str] = set()

    def failed() -> Review | None:
        """The thread of this way, once it is open and has failed."""
        review = driver.window.review.review
        if review is None or review.detail.thread_id in threads:
            return None
        return review if review.detail.summary.state is ThreadState.FAILED else None

    for way in WAYS:
        driver.program.controller.reviews.start("reach", {"way": way}, way)
        review = await until(failed, 30, f"{way} went on")
        assert review is not None
        threads.add(review.detail.thread_id)
        await until(lambda: "Failed" in driver.log_text, 30, "the log does not say why")
        said = {"way": way, "errors": review.detail.errors, "log": driver.log_text, "notices": driver.notices}
        _say(json.dumps(said))
    driver.window.close()


_ERRANDS: dict[str, Callable[[Driver], Awaitable[None]]] = {
    "open": _open,
    "run": _run,
    "hold": _hold,
    "draft": _draft,
    "find_draft": _find_draft,
    "close": _close,
    "be_asked": _be_asked,
    "main_job": _do_the_main_job,
    "reach": _reach,
}


class _DrivenProgram(app.Program):
    async def run(self) -> app.Options | None:
        running = asyncio.ensure_future(super().run())
        await _ERRANDS[sys.argv[1]](Driver(self, running))
        _say("done")
        return await running


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "Program", _DrivenProgram)
        sys.exit(cli.main(sys.argv[2:]))
