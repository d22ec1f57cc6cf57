"""The loop around a plain test: what runs when, what comes out of a wait, and what is left in the end."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hitl_desktop.testing.scripted_ollama import ScriptedOllama
from hitl_desktop.testing.standing_loop import StandingLoop

pytestmark = pytest.mark.gui


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[StandingLoop]:
    qapp.setQuitOnLastWindowClosed(False)
    loop = StandingLoop(qapp)
    loop.open()
    yield loop
    if not loop.is_closed():
        assert loop.close_down() == []


async def sleep_and_return(value: str) -> str:
    await asyncio.sleep(0.01)
    return value


def test_tasks_go_on_in_waits_of_the_loop_and_of_qt_and_nowhere_else(loop: StandingLoop) -> None:
    done: list[str] = []
    asyncio.get_running_loop().call_soon(done.append, "callback")
    assert not done
    QTest.qWait(20)
    assert done == ["callback"]
    assert loop.wait_for(sleep_and_return("result")) == "result"


def test_an_exception_comes_out_as_it_is(loop: StandingLoop) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        pytest.skip("from inside")

    with pytest.raises(pytest.skip.Exception, match="from inside"):
        loop.wait_for(fail())


@pytest.mark.parametrize("by_signal", [True, False])
def test_an_interruption_ends_the_wait_and_the_loop_can_be_used_again(loop: StandingLoop, by_signal: bool) -> None:
    def interrupt() -> None:
        if by_signal:
            signal.raise_signal(signal.SIGINT)
        else:
            raise KeyboardInterrupt

    loop.call_later(0.01, interrupt)
    with pytest.raises(KeyboardInterrupt):
        loop.wait_for(asyncio.Event().wait())
    assert loop.wait_for(sleep_and_return("after")) == "after"


def test_qt_that_is_quit_meanwhile_is_told(loop: StandingLoop, qapp: QApplication) -> None:
    loop.call_later(0.01, qapp.exit)
    with pytest.raises(RuntimeError, match="was quit while the test waited"):
        loop.wait_for(asyncio.Event().wait())


def test_asynchronous_generators_are_those_of_the_loop_while_it_is_open(qapp: QApplication) -> None:
    before = sys.get_asyncgen_hooks()
    loop = StandingLoop(qapp)
    loop.open()
    assert sys.get_asyncgen_hooks() != before
    assert loop.close_down() == []
    assert sys.get_asyncgen_hooks() == before


def test_it_is_no_loop_inside_another(loop: StandingLoop, qapp: QApplication) -> None:
    second = StandingLoop(qapp)
    with pytest.raises(RuntimeError, match="runs in this thread already"):
        second.open()
    second.close()
    assert asyncio.get_running_loop() is loop


def test_what_is_left_is_told(loop: StandingLoop) -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return

    async def fails() -> None:
        raise ValueError("lost")

    kept = loop.create_task(stubborn())
    loop.create_task(fails())
    QTest.qWait(20)
    (found,) = loop.close_down()
    assert "ValueError('lost')" in found
    assert kept.done()
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_connections_that_clients_keep_for_later_are_closed(loop: StandingLoop) -> None:
    with ScriptedOllama() as server:
        _, writer = loop.wait_for(asyncio.open_connection("127.0.0.1", server.port))
        connection = writer.get_extra_info("socket")
        assert connection.fileno() >= 0
        assert loop.close_down() == []
        assert connection.fileno() == -1


def test_a_thread_that_does_not_end_is_told(loop: StandingLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitl_desktop.testing.standing_loop._PATIENCE", 0.05)
    release = threading.Event()
    loop.run_in_executor(None, release.wait)
    found = loop.close_down()
    release.set()
    assert found == ["code of the graph still runs in a thread, which cannot be stopped"]
