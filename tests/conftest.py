"""The test environment: which loop a test runs on, nothing of the user's machine, nothing left behind.

Tests under `tests/ui` and `tests/e2e`, and all others marked `gui`, run on a `QtEventLoop`; the rest on plain asyncio.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hitl_desktop.qt_import import import_qt

# Before anything imports Qt, LangSmith or LangGraph: each reads its variables once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
for _variable in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2"):
    os.environ[_variable] = "false"

import_qt()  # before pytest-qt does: as the program, so that what is imported later is imported as Python does

TESTS = Path(__file__).parent
GUI_FOLDERS = (TESTS / "ui", TESTS / "e2e")
SLOWEST = (TESTS / "e2e", TESTS / "faults")
"""Begun first: a file stays in one process, and one that begins last would keep all others waiting for its end."""

NOBODY_LISTENS = "127.0.0.1:9"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy")
SECONDS_TO_FINISH = 0.2


def is_gui_test(item: pytest.Item) -> bool:
    return item.get_closest_marker("gui") is not None or any(folder in item.path.parents for folder in GUI_FOLDERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_gui_test(item):
            item.add_marker("gui")
    items.sort(key=lambda item: not any(folder in item.path.parents for folder in SLOWEST))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"qt": _new_qt_loop} if is_gui_test(item) else {"asyncio": asyncio.new_event_loop}


def _new_qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from hitl_desktop.loop import QtEventLoop

    app = QApplication.instance()
    assert isinstance(app, QApplication), "an asynchronous fixture of a wider scope came before `qapp`"
    app.setQuitOnLastWindowClosed(False)
    return QtEventLoop(app)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for the user's: settings, data and logs of the program go there.

    No test meets the Ollama server or the proxy of the machine it runs on.
    """
    folder = tmp_path / "home"
    monkeypatch.setenv("HITL_DESKTOP_HOME", str(folder))
    monkeypatch.setenv("OLLAMA_HOST", NOBODY_LISTENS)
    for proxy in PROXIES:
        monkeypatch.delenv(proxy, raising=False)
        monkeypatch.delenv(proxy.upper(), raising=False)
    return folder


@pytest.fixture(autouse=True)
def nothing_left_on_screen(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a GUI test that leaves a window open or a timer running, and name it. The theme it chose goes with it."""
    if not is_gui_test(request.node):
        yield
        return
    request.getfixturevalue("qapp")
    from hitl_desktop.testing.looks import take_off_theme
    from tests.support.leaks import LeakFinder

    finder = LeakFinder()
    yield
    found = finder.clear()
    take_off_theme(request.getfixturevalue("qapp"))
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def nothing_left_in_the_loop(request: pytest.FixtureRequest, nothing_left_on_screen: None) -> None:
    """Have `loop_errors` watch every asynchronous GUI test.

    It depends on the other guard so that it ends first: the loop and its timers must be gone when timers are counted.
    """
    if is_gui_test(request.node) and pytest_asyncio.is_async_test(request.node):
        request.getfixturevalue("loop_errors")


@pytest_asyncio.fixture
async def loop_errors() -> AsyncIterator[list[dict[str, Any]]]:
    """The contexts that the loop's exception handler got: exceptions of callbacks, and of tasks that nobody awaited.

    A GUI test fails if any are left at its end, or if a task still runs. A test that provokes them removes them.
    """
    loop = asyncio.get_running_loop()
    errors: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: errors.append(context))
    yield errors
    current = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not current]
    if others:
        await asyncio.wait(others, timeout=SECONDS_TO_FINISH)
    found = [f"a task still runs: {task!r}" for task in others if not task.done()]
    others.clear()
    gc.collect(1)  # a failed task is reported when it is collected
    await asyncio.sleep(0)
    found += [f"an exception was lost: {error['message']}: {error.get('exception')!r}" for error in errors]
    if found:
        pytest.fail("\n".join(found), pytrace=False)
