"""What the window says of an encrypted database, with its key and without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from hitl_desktop.cli.keys import encrypt
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.plain_text import PlainLabel
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint
from tests.backends.checkpoints.test_encrypted_rows import encrypt_all
from tests.support.file_keyring import WaitingKeyring
from tests.support.keyrings import NONE, keys, use_keyring

__all__ = ["keys"]
SECRET = "Rosebud"


@pytest.fixture
def database(keys: Path, tmp_path: Path) -> Path:
    """An encrypted database with a thread that waits."""
    database = tmp_path / "data" / "threads.db"
    database.parent.mkdir()
    encrypt(database)
    protection = Protection(database)
    protection.look()
    assert protection.cipher is not None
    with RawDatabase(database) as raw:
        raw.checkpoint("t1", checkpoint({"task": SECRET, "branch:to:ask": None}))
        raw.write("t1", -3, asked(f"Pay {SECRET}?"))
    encrypt_all(database, protection.cipher)
    return database


def status(driver: Driver) -> str:
    return driver.find(PlainLabel, "status_database").text()


def said(driver: Driver) -> str:
    """All that the window shows as text."""
    texts = [widget.text() for widget in driver.window.findChildren(PlainLabel) if widget.isVisible()]
    return "\n".join([*texts, *driver.notices])


async def test_with_its_key_it_is_like_any_other_and_says_that_it_is_encrypted(database: Path) -> None:
    async with open_window(database) as driver:
        await driver.ready()
        assert status(driver) == "threads.db · encrypted"
        await until(lambda: driver.window.inbox.next() is not None, 30, "nothing is listed")
        review = await driver.opened(ThreadState.WAITING)
        assert review.requests[0].question.value == f"Pay {SECRET}?"
        assert driver.notices == ()


async def test_without_its_key_its_threads_are_listed_and_one_notice_says_why(database: Path) -> None:
    use_keyring(NONE)
    async with open_window(database) as driver:
        await driver.ready()
        assert status(driver) == "threads.db · read only · encrypted, key missing"
        (notice,) = driver.notices
        assert "is encrypted, and its key is not there" in notice
        assert "no keyring that can be used" in notice
        await until(lambda: driver.window.inbox.next() is not None, 30, "nothing is listed")
        review = await driver.opened(ThreadState.WAITING)
        assert review.requests == ()
        assert driver.find(PlainLabel, "thread_standing").text() == (
            "ask: The question cannot be read: it is encrypted, and the key is not there.\n"
            "The state cannot be read: it is encrypted, and the key is not there."
        )
        assert SECRET not in said(driver)
        assert not driver.is_shown("decision_approve")
        await driver.click("new_run_button")
        assert "no run can be started" in driver.notices[-1]
    assert database.with_name("threads.review.db").exists() is False


@pytest.fixture
def waiting_keyring(keys: Path) -> Iterator[type[WaitingKeyring]]:
    WaitingKeyring.asked.clear()
    WaitingKeyring.answered.clear()
    yield WaitingKeyring
    WaitingKeyring.answered.set()


async def test_a_keyring_that_waits_for_its_password_holds_up_nothing(
    database: Path, waiting_keyring: type[WaitingKeyring]
) -> None:
    use_keyring("tests.support.file_keyring.WaitingKeyring")
    async with open_window(database) as driver:
        await until(waiting_keyring.asked.is_set, 30, "the keyring was not asked")
        assert driver.window.isVisible()
        assert status(driver) == "threads.db"
        waiting_keyring.answered.set()
        await driver.ready()
        assert status(driver) == "threads.db · encrypted"


async def test_a_window_closes_while_the_keyring_waits(database: Path, waiting_keyring: type[WaitingKeyring]) -> None:
    use_keyring("tests.support.file_keyring.WaitingKeyring")
    async with open_window(database) as driver:
        await until(waiting_keyring.asked.is_set, 30, "the keyring was not asked")
        driver.window.close()
        await driver.closed()
        assert not waiting_keyring.answered.is_set()
        waiting_keyring.answered.set()


def test_the_status_line_leaves_out_what_is_empty(qapp: QWidget) -> None:
    from hitl_desktop.ui.status import Status

    status = Status("t.db")
    label = status.findChild(PlainLabel, "status_database")
    assert label is not None
    for how, shown in (((), "t.db"), (("", "encrypted"), "t.db · encrypted"), (("read only", ""), "t.db · read only")):
        status.show_database("t.db", "/t.db", *how)
        assert label.text() == shown
