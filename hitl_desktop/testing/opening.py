"""Opens windows for one test, apart from all that is the user's, and takes everything down after it."""

from __future__ import annotations

import builtins
import importlib
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from hitl_desktop.testing.window import HitlWindow

_STRICT = ("langgraph.checkpoint.serde._msgpack", "langgraph._internal._serde")
"""Where LangGraph keeps what `LANGGRAPH_STRICT_MSGPACK` said when it was imported."""


@contextmanager
def apart(home: Path, plain_import: Callable[..., Any]) -> Iterator[None]:
    """Let the program read and write nothing of the user's, as strictly as it always does; all goes back at the end.

    `home` stands for the folders of the user. `plain_import` is Python's own `__import__`, which PySide6 replaces: see
    `hitl_desktop.qt_import`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "__import__", plain_import)
        patch.setenv("HITL_DESKTOP_HOME", str(home))
        # LangGraph first, with what the user's shell says: it reads its variable once for the whole session.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            strict = [importlib.import_module(name) for name in _STRICT]
        for module in strict:
            patch.setattr(module, "STRICT_MSGPACK_ENABLED", True)
        before = dict(os.environ)
        from hitl_desktop.backends import GUARDED

        # Its import sets them in the first test alone, and for good.
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
        for name, value in GUARDED.items():
            patch.setenv(name, value)
        yield


class HitlWindows:
    """Opens windows of the program: what the fixture `hitl_window` is."""

    def __init__(self, app: QApplication, folder: Path, project: Path) -> None:
        """`folder` takes the databases, `project` is opened where no other is named."""
        from hitl_desktop.testing.standing_loop import StandingLoop

        self._folder = folder
        self._project = project
        self._app = app
        self._windows: list[HitlWindow] = []
        self._quits = app.quitOnLastWindowClosed()
        app.setQuitOnLastWindowClosed(False)
        self._loop = StandingLoop(app)

    def __call__(
        self, project: Path | str | None = None, database: Path | str | None = None, **settings: Any
    ) -> HitlWindow:
        """Open a window, and wait until its graphs are loaded.

        Args:
            project: a folder with a `langgraph.json`; without one the root folder of the tests. It is trusted.
            database: a LangGraph SQLite file; without one `threads.db` in a new folder, the same for the whole test.
            settings: settings of the program by name, as in its settings file. `hold_seconds` is 0 unless said
                otherwise, so that decisions go at once.

        Raises:
            ValueError: there is no project in the folder, or a setting is wrong.
            RuntimeError: the test is asynchronous, or a window is open already: a process has one project at a time.
        """
        __tracebackhide__ = True
        if any(window.is_open for window in self._windows):
            raise RuntimeError("A window is open already. Close it first, with its method close().")
        from hitl_desktop.backends.project.manifest import ManifestError
        from hitl_desktop.cli.trusting import trust_project
        from hitl_desktop.core.settings import read_settings
        from hitl_desktop.locations import ensure, settings_folder
        from hitl_desktop.records.settings_file import save_settings
        from hitl_desktop.testing.driver import open_window
        from hitl_desktop.testing.window import HitlWindow

        folder = Path(project or self._project).absolute()
        file = Path(database or self._folder / "threads.db").absolute()
        wanted, complaints = read_settings({"hold_seconds": 0.0, **settings})
        if complaints:
            raise ValueError(" ".join(complaints))
        ensure(settings_folder())
        save_settings(settings_folder() / "settings.toml", wanted)
        try:
            trust_project(folder)
        except ManifestError as error:
            raise ValueError(str(error)) from None
        try:
            self._loop.open()
        except RuntimeError:
            raise RuntimeError(
                "hitl_window is for plain tests: write “def test_…” instead of “async def test_…”, "
                "and use window.run(coroutine) for what must be awaited."
            ) from None
        window = HitlWindow(self._loop, open_window(file, folder), folder, file)
        self._windows.append(window)
        window.wait_until_ready()
        return window

    def close(self) -> list[str]:
        """Close all, and give the application back as it was. Returns in words what the test left behind."""
        from PySide6.QtCore import QCoreApplication, QEvent

        from hitl_desktop.backends.project.loader import unload_project
        from hitl_desktop.testing.looks import take_off_theme

        fatal = self._loop.take_fatal()
        try:
            left = [words for window in reversed(self._windows) for words in window.close()]
            left += self._loop.close_down()
        finally:
            self._windows.clear()
            unload_project()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            take_off_theme(self._app)
            self._app.setQuitOnLastWindowClosed(self._quits)
        if fatal is not None:
            raise fatal
        return left
