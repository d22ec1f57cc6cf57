"""`QtEventLoop` schedules as asyncio does, inside Qt: order, time, threads, and Qt's own turn."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import random
import sys
import threading
from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.loop import QtEventLoop, run
from hitl_desktop.testing.waiting import until, wait_signal

speaker: contextvars.ContextVar[str] = contextvars.ContextVar("speaker", default="nobody")


class OddError(BaseException):
    """Neither an `Exception` nor one of the two that asyncio lets through."""


# Nested Qt loops, and Qt's turn


async def test_a_dialog_run_inside_a_task_loses_no_wake_up_of_another_task(qtbot: QtBot) -> None:
    beats = {"timer": 0, "thread": 0}

    async def beat(name: str, wait: Callable[[], Awaitable[object]]) -> None:
        while True:
            await wait()
            beats[name] += 1

    tasks = [
        asyncio.create_task(beat("timer", lambda: asyncio.sleep(0.001))),
        asyncio.create_task(beat("thread", lambda: asyncio.to_thread(int))),
    ]
    await until(lambda: all(beats.values()))
    dialog = QDialog()
    qtbot.addWidget(dialog)
    QTimer.singleShot(50, dialog.accept)
    assert dialog.exec() == QDialog.DialogCode.Accepted
    seen = dict(beats)
    await until(lambda: all(beats[name] > seen[name] + 5 for name in beats), message="a task never woke up again")
    for task in tasks:
        task.cancel()


async def test_tasks_go_on_while_a_slot_runs_a_dialog(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    finished = wait_signal(dialog.finished)
    QTimer.singleShot(0, dialog.exec)
    await until(dialog.isVisible)
    assert await asyncio.to_thread(lambda: "done meanwhile") == "done meanwhile"
    dialog.accept()
    assert await finished == (QDialog.DialogCode.Accepted.value,)


async def test_windows_are_painted_while_the_queue_is_never_empty(qtbot: QtBot) -> None:
    class Canvas(QWidget):
        paintings = 0

        def paintEvent(self, event: QPaintEvent) -> None:
            self.paintings += 1

    turns = 0

    async def never_rest() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show()
    frames = QTimer(canvas)
    frames.timeout.connect(canvas.update)
    frames.start(5)
    busy = asyncio.create_task(never_rest())
    await until(lambda: canvas.paintings > 10, message="Qt never got a turn")
    busy.cancel()
    assert turns > 10


def test_callbacks_wait_while_the_loop_does_not_run(qapp: QApplication) -> None:
    loop = QtEventLoop(qapp)
    ran: list[str] = []
    loop.call_soon(ran.append, "soon")
    loop.call_soon_threadsafe(ran.append, "from a thread")
    loop.call_later(0, ran.append, "later")
    for _ in range(10):
        qapp.processEvents()
    assert not ran
    loop.run_until_complete(asyncio.sleep(0.001))
    assert ran == ["soon", "from a thread", "later"]
    loop.close()


def test_stop_finishes_the_batch_and_nothing_after_it(qapp: QApplication) -> None:
    loop = QtEventLoop(qapp)
    ran: list[str] = []

    def stop() -> None:
        loop.stop()
        loop.call_soon(ran.append, "next batch")

    loop.call_soon(stop)
    loop.call_soon(ran.append, "same batch")
    loop.run_forever()
    assert ran == ["same batch"]
    loop.run_until_complete(asyncio.sleep(0))
    assert ran == ["same batch", "next batch"]
    loop.close()


# Timers


async def test_a_hundred_thousand_cancelled_timeouts_are_forgotten() -> None:
    earlier = asyncio.get_running_loop().call_later(30, print)
    for _ in range(100_000):
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
    handles = sum(isinstance(thing, asyncio.Handle) for thing in gc.get_objects())
    assert handles < 200
    earlier.cancel()


@pytest.mark.parametrize("seconds", [0.0001, 0.0005, 0.001, 0.0035, 0.02, 0.1])
async def test_sleep_never_ends_early(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(10):
        started = loop.time()
        await asyncio.sleep(seconds)
        assert loop.time() - started >= seconds


async def test_callbacks_run_in_the_order_they_were_queued() -> None:
    loop = asyncio.get_running_loop()
    ran: list[int] = []
    for number in range(2_000):
        schedule = loop.call_soon_threadsafe if number % 3 else loop.call_soon
        schedule(ran.append, number)
    await until(lambda: len(ran) == 2_000)
    assert ran == sorted(ran)


async def test_timers_fire_in_the_order_of_their_deadlines() -> None:
    loop = asyncio.get_running_loop()
    now = loop.time()
    milliseconds = list(range(100))
    random.Random(0).shuffle(milliseconds)
    fired: list[float] = []
    for wait in milliseconds:
        loop.call_at(now + wait / 1000, fired.append, wait)
    await until(lambda: len(fired) == 100)
    assert fired == sorted(fired)


async def test_a_timer_set_by_a_slot_fires_before_a_later_one() -> None:
    loop = asyncio.get_running_loop()
    first = loop.create_future()
    later = loop.call_later(2, first.set_result, "later")
    QTimer.singleShot(10, lambda: [loop.call_later(0.01, first.set_result, "sooner")])
    assert await first == "sooner"
    later.cancel()


async def test_a_wait_longer_than_qt_can_count_is_waited_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitl_desktop.loop._LONGEST_QT_TIMER", 5)
    loop = asyncio.get_running_loop()
    fired = threading.Event()
    started = loop.time()
    loop.call_later(0.05, fired.set)
    assert await asyncio.to_thread(fired.wait, 5)
    assert 0.05 <= loop.time() - started < 5


# Other threads


async def test_call_soon_threadsafe_keeps_the_context_and_returns_a_handle() -> None:
    loop = asyncio.get_running_loop()
    heard: list[str] = []
    handles: list[asyncio.Handle] = []

    def call() -> None:
        speaker.set("the thread")
        handles.append(loop.call_soon_threadsafe(lambda: heard.append(speaker.get())))
        handles.append(loop.call_soon_threadsafe(heard.append, "cancelled"))
        handles[-1].cancel()

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()  # the loop stands still meanwhile: it must not run what is cancelled a moment later
    await until(lambda: heard)
    assert heard == ["the thread"]
    assert all(isinstance(handle, asyncio.Handle) for handle in handles)


async def test_no_call_from_many_threads_is_lost() -> None:
    loop = asyncio.get_running_loop()
    received: list[int] = []
    threads = [
        threading.Thread(target=lambda: [loop.call_soon_threadsafe(received.append, n) for n in range(2_000)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    await until(lambda: len(received) == 16_000, message="a wake-up was lost")
    for thread in threads:
        thread.join()


def test_no_call_is_lost_while_the_loop_falls_asleep(qapp: QApplication) -> None:
    """Each call comes just when the loop has run the one before and is about to wait."""
    lost: list[int] = []
    interval = sys.getswitchinterval()

    def play(loop: asyncio.AbstractEventLoop, done: Callable[[], object]) -> None:
        for number in range(5_000):
            answered = threading.Event()
            loop.call_soon_threadsafe(answered.set)
            if not answered.wait(2):
                lost.append(number)
                break
        loop.call_soon_threadsafe(done)

    async def main() -> None:
        over = asyncio.Event()
        thread = threading.Thread(target=play, args=(asyncio.get_running_loop(), over.set))
        thread.start()
        rescue = asyncio.create_task(asyncio.sleep(10))
        await asyncio.wait([rescue, asyncio.create_task(over.wait())], return_when=asyncio.FIRST_COMPLETED)
        rescue.cancel()
        thread.join()

    sys.setswitchinterval(1e-6)
    try:
        run(main())
    finally:
        sys.setswitchinterval(interval)
    assert not lost


def test_a_closed_loop_refuses_calls_from_threads(qapp: QApplication) -> None:
    loop = QtEventLoop(qapp)
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon_threadsafe(print)


async def test_context_variables_reach_the_executor_and_the_timers() -> None:
    speaker.set("the test")
    heard: list[str] = []
    asyncio.get_running_loop().call_later(0.001, lambda: heard.append(speaker.get()))
    assert await asyncio.to_thread(speaker.get) == "the test"
    await until(lambda: heard)
    assert heard == ["the test"]


@pytest.mark.parametrize("error", [OddError, asyncio.CancelledError, pytest.fail.Exception])
async def test_any_exception_leaves_the_executor(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error("from the thread")

    with pytest.raises(error):
        async with asyncio.timeout(5):
            await asyncio.to_thread(fail)


async def test_the_executor_is_one_that_tools_can_follow() -> None:
    names = await asyncio.gather(*(asyncio.to_thread(lambda: threading.current_thread().name) for _ in range(3)))
    assert all(name.startswith("asyncio_") for name in names), names
