"""`run` and the life of a `QtEventLoop`: results, errors, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.loop import run
from hitl_desktop.qt_sockets import import_qasync
from hitl_desktop.testing.waiting import until


class OddError(BaseException):
    """Neither an `Exception` nor one of the two that asyncio lets through."""


def test_run_returns_the_result_again_and_again(qapp: QApplication) -> None:
    async def main() -> tuple[str, str]:
        return await asyncio.to_thread(str.upper, "thread"), type(asyncio.get_running_loop()).__name__

    assert [run(main()) for _ in range(3)] == [("THREAD", "QtEventLoop")] * 3


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["main", "task", "callback"])
def test_what_ends_a_program_leaves_run(qapp: QApplication, error: BaseException, place: str) -> None:
    cleaned: list[str] = []

    async def fail() -> None:
        raise error

    def fail_at_once() -> None:
        raise error

    async def main() -> None:
        try:
            if place == "main":
                await fail()
            elif place == "task":
                task = asyncio.create_task(fail())
                await asyncio.Event().wait()
                await task
            else:
                asyncio.get_running_loop().call_soon(fail_at_once)
                await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.001)
            cleaned.append("main")

    with pytest.raises(type(error)) as raised:
        run(main())
    assert raised.value is error
    assert cleaned == ["main"]


def test_a_task_that_is_ready_when_main_returns_is_cancelled(qapp: QApplication) -> None:
    cleaned: list[str] = []

    async def never_rest() -> None:
        turns = 0
        try:
            while True:
                await asyncio.sleep(0)
                turns += 1
        finally:
            cleaned.append("task")

    async def main() -> str:
        task = asyncio.create_task(never_rest())
        await asyncio.sleep(0)
        return task.get_name() and "returned"

    assert run(main()) == "returned"
    assert cleaned == ["task"]


def test_a_window_closed_during_a_run_ends_it_cleanly(qtbot: QtBot) -> None:
    class Window(QWidget):
        def __init__(self, closing: asyncio.Event) -> None:
            super().__init__()
            self.closing = closing

        def closeEvent(self, event: QCloseEvent) -> None:
            event.ignore()
            self.closing.set()

    done: list[str] = []

    async def a_run() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.to_thread(done.append, "run stopped")

    async def main() -> None:
        window = Window(asyncio.Event())
        qtbot.addWidget(window)
        window.show()
        running = asyncio.create_task(a_run())
        QTimer.singleShot(10, window.close)
        await window.closing.wait()
        running.cancel()
        await asyncio.wait([running])
        window.hide()
        done.append("window gone")

    run(main())
    assert done == ["run stopped", "window gone"]


def test_quitting_the_application_cancels_what_runs(qapp: QApplication) -> None:
    cleaned: list[str] = []

    async def main() -> None:
        QTimer.singleShot(0, qapp.quit)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.to_thread(cleaned.append, "main")

    with pytest.raises(RuntimeError, match="stopped before Future completed"):
        run(main())
    assert cleaned == ["main"]


def test_asynchronous_generators_are_closed(qapp: QApplication) -> None:
    closed: list[str] = []
    kept: list[AsyncIterator[int]] = []

    async def count(name: str) -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.append(name)

    async def main() -> None:
        forgotten = count("forgotten")
        assert await anext(forgotten) == 1
        del forgotten
        await until(lambda: closed)
        kept.append(count("kept"))
        assert await anext(kept[0]) == 1

    run(main())
    assert closed == ["forgotten", "kept"]


def test_run_inside_a_running_loop_is_refused(qapp: QApplication) -> None:
    async def main() -> str:
        with pytest.raises(RuntimeError, match="runs in this thread already"):
            run(asyncio.sleep(0))
        await asyncio.sleep(0)
        return "the outer loop goes on"

    assert run(main()) == "the outer loop goes on"


async def test_the_exception_handler_hears_of_failed_callbacks(
    loop_errors: list[dict[str, object]],
) -> None:
    loop = asyncio.get_running_loop()
    assert loop.get_exception_handler() is not None

    def fail() -> None:
        raise OddError

    loop.call_soon(fail)
    await until(lambda: loop_errors)
    assert isinstance(loop_errors.pop()["exception"], OddError)


def test_debug_mode_names_slow_callbacks(qapp: QApplication, caplog: pytest.LogCaptureFixture) -> None:
    async def dawdle() -> None:
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = 0
        loop.call_soon(print)
        await asyncio.sleep(0)

    run(dawdle(), debug=True)
    slow = [message for message in caplog.messages if message.startswith("Executing")]
    assert any("dawdle()" in message for message in slow), slow
    assert any("print()" in message for message in slow), slow


def test_another_qasync_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.29.0")
    with pytest.raises(ImportError, match=r"needs qasync 0\.28\.0, but 0\.29\.0 is installed"):
        import_qasync()
