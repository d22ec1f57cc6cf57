"""`run` in a process of its own: exit codes, signals, and the environment that others see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROLOGUE = """
import asyncio, signal, sys, threading
from PySide6.QtWidgets import QApplication
from hitl_desktop.loop import run
app = QApplication([])
"""


@contextmanager
def program(script: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start a script after `PROLOGUE`; it must end by itself."""
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", PROLOGUE + textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    """Return the next line of output, when the process has printed it and gone to sleep."""
    assert process.stdout is not None
    line = process.stdout.readline()
    asleep = 0
    while asleep < 5:
        state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        asleep = asleep + 1 if state == "S" else 0
        time.sleep(0.005)
    return line


def outcome(script: str, **environment: str) -> tuple[int, str, str]:
    """Run a script to its end and return its exit code, output and error output."""
    with program(script, **environment) as process:
        output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def test_the_process_ends_although_a_task_was_ready() -> None:
    script = """
        async def never_rest():
            while True:
                await asyncio.sleep(0)

        async def main():
            tasks.append(asyncio.create_task(never_rest()))
            await asyncio.sleep(0)
            print("main returned")

        tasks = []
        run(main())
    """
    assert outcome(script) == (0, "main returned\n", "")


def test_the_process_ends_with_the_code_of_sys_exit() -> None:
    script = """
        async def main():
            asyncio.get_running_loop().call_soon(sys.exit, 7)
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.01)
                print("cleaned")

        run(main())
    """
    assert outcome(script) == (7, "cleaned\n", "")


def test_qt_api_for_other_programs_is_left_alone() -> None:
    script = """
        import os
        import qasync
        print(qasync.QtModuleName, os.environ["QT_API"])
    """
    assert outcome(script, QT_API="pyqt5") == (0, "PySide6 pyqt5\n", "")


def test_run_without_an_application_says_so() -> None:
    script = """
        app.shutdown()
        del app
        try:
            run(asyncio.sleep(0))
        except RuntimeError as error:
            print(error)
    """
    code, output, errors = outcome(script)
    assert (code, errors) == (0, "")
    assert output == "There is no QApplication. Create one before running the event loop.\n"


def test_sigterm_reaches_its_handler_while_qt_waits() -> None:
    script = """
        async def main():
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, stop.set)
            print("ready", flush=True)
            await stop.wait()
            print("stopping")

        run(main())
    """
    with program(script) as process:
        assert read_line(process) == "ready\n"
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "stopping\n", "")


HANDLER_ADDED_AND_REMOVED = """
loop = asyncio.get_running_loop()
loop.add_signal_handler(signal.SIGUSR1, print)
loop.remove_signal_handler(signal.SIGUSR1)
"""


@pytest.mark.parametrize("before", ["", HANDLER_ADDED_AND_REMOVED], ids=["alone", "after another handler was removed"])
def test_ctrl_c_cancels_main_and_leaves_run(before: str) -> None:
    script = f"""
        async def main():
            exec({before!r})
            print("ready", flush=True)
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.01)
                print("cleaned")

        try:
            run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    with program(script) as process:
        assert read_line(process) == "ready\n"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "cleaned\ninterrupted\n", "")


def test_a_second_ctrl_c_leaves_a_main_that_does_not_end() -> None:
    script = """
        async def main():
            print("ready", flush=True)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                print("not yet", flush=True)
                await asyncio.Event().wait()

        try:
            run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    with program(script) as process:
        for line in ("ready\n", "not yet\n"):
            assert read_line(process) == line
            process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "interrupted\n", "")


def test_what_a_signal_handler_raises_while_qt_waits_leaves_run() -> None:
    """A test that hangs ends this way, and the tests after it run: pytest-timeout raises from a handler."""
    script = """
        def too_late(number, frame):
            raise TimeoutError("too late")

        async def main():
            print("ready", flush=True)
            try:
                await asyncio.Event().wait()
            finally:
                print("cleaned")

        signal.signal(signal.SIGALRM, too_late)
        try:
            run(main())
        except TimeoutError as error:
            print(error, signal.getsignal(signal.SIGALRM) is too_late)
    """
    with program(script) as process:
        assert read_line(process) == "ready\n"
        process.send_signal(signal.SIGALRM)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "cleaned\ntoo late True\n", "")
