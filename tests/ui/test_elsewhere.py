"""In the window: a thread that another process runs, and what becomes of it when that ends or dies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.waiting import until
from hitl_desktop.ui.plain_text import PlainLabel
from tests.ui.asking import asked, asking_window, offered

_HOLDER = """
import sys
from pathlib import Path
from hitl_desktop.records.review_file import ReviewFile
records = ReviewFile(Path(sys.argv[1]))
records.take_lease(sys.argv[2], "Approved “Pay Ana”")
print("held", flush=True)
sys.stdin.readline()
records.release_lease(sys.argv[2])
"""


@contextmanager
def another_program(review_file: Path, thread_id: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun to run the thread, until it reads a line."""
    command = [sys.executable, "-c", _HOLDER, str(review_file), thread_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("how", ["ends", "dies"])
async def test_who_runs_it_is_said_at_once_and_it_can_be_decided_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    async with asking_window(tmp_path, monkeypatch) as driver:
        thread_id = await asked(driver, "raw", {"payload": {"pay": 5}})
        assert "submit" in offered(driver)
        with another_program(tmp_path / "t.review.db", thread_id) as process:
            await driver.opened(ThreadState.RUNNING)
            words = driver.find(PlainLabel, "thread_standing").plain_text()
            assert f"process {process.pid} on " in words
            assert "Approved “Pay Ana”" in words
            assert not offered(driver)
            if how == "ends":
                assert process.stdin is not None
                process.stdin.write("\n")
                process.stdin.flush()
                process.wait(30)
            else:
                process.kill()
                process.wait()
            await driver.opened(ThreadState.WAITING)
            await until(lambda: "submit" in offered(driver))
            assert not driver.is_shown("thread_standing")
