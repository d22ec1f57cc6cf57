"""What a GUI test left behind: windows that stay open and timers that go on."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class LeakFinder:
    """Compares Qt's windows before and after a test and follows every `QTimer.start` in between.

    Timers that only C++ knows (`QTimer.singleShot`, `QObject.startTimer`) are not seen.
    """

    def __init__(self) -> None:
        self._timers: list[tuple[weakref.ref[QTimer], str]] = []
        self._windows_before = set(map(shiboken6.getCppPointer, _windows()))
        self._patch = pytest.MonkeyPatch()

    def watch(self) -> None:
        """Begin to follow timers. `stop` must be called."""
        original, timers = QTimer.start, self._timers

        def start(timer: QTimer, *interval: Any) -> None:
            original(timer, *interval)
            caller = sys._getframe(1)
            timers.append((weakref.ref(timer), f"{caller.f_code.co_filename}:{caller.f_lineno}"))

        self._patch.setattr(QTimer, "start", start)

    def stop(self) -> list[str]:
        """Stop following, close what is left, and return one line for each window and each timer that was."""
        self._patch.undo()
        _delete_what_was_scheduled_for_it()
        if self._new_windows():
            gc.collect()  # a widget that is in a reference cycle with one of its slots is not a leak
            _delete_what_was_scheduled_for_it()
        windows = self._new_windows()
        found = [_describe_window(window) for window in windows]
        for window in windows:
            window.close()
            window.deleteLater()
        _delete_what_was_scheduled_for_it()
        found += self._stop_running_timers()
        return found

    def _new_windows(self) -> list[QWidget]:
        return [window for window in _windows() if shiboken6.getCppPointer(window) not in self._windows_before]

    def _stop_running_timers(self) -> list[str]:
        found = {}
        for reference, started_at in self._timers:
            timer = reference()
            if timer is not None and shiboken6.isValid(timer) and timer.isActive():
                found[id(timer)] = (
                    f"a QTimer still runs: {timer.objectName() or 'no name'}, "
                    f"every {timer.interval()} ms, started at {started_at}"
                )
        for reference, _ in self._timers:
            timer = reference()
            if timer is not None and shiboken6.isValid(timer):
                timer.stop()
        return list(found.values())


def _windows() -> list[QWidget]:
    """Every window that nothing else would close. Tooltips belong to Qt, which keeps one for ever."""
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and widget.metaObject().className() != "QTipLabel"
    ]


def _describe_window(window: QWidget) -> str:
    label = window.objectName() or window.windowTitle() or "no name"
    return f"a window is still there: {type(window).__name__} ({label}); give it to qtbot.addWidget or close it"


def _delete_what_was_scheduled_for_it() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
