"""What a GUI test left behind: windows that stay open and timers that go on."""

from __future__ import annotations

import gc

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class LeakFinder:
    """Compares Qt's windows and running timers before and after a test.

    Timers that only C++ knows (`QTimer.singleShot`, `QObject.startTimer`) are not seen.
    """

    def __init__(self) -> None:
        self._before = {_address(thing) for thing in [*_windows(), *_running_timers()]}

    def clear(self) -> list[str]:
        """Close and stop what has come since, and return one line for each window and each timer."""
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
        for timer in _running_timers():
            if _address(timer) not in self._before:
                found.append(_describe_timer(timer))
                timer.stop()
        return found

    def _new_windows(self) -> list[QWidget]:
        return [window for window in _windows() if _address(window) not in self._before]


def _address(thing: QObject) -> int:
    return int(shiboken6.getCppPointer(thing)[0])


def _windows() -> list[QWidget]:
    """Every window that nothing else would close. Tooltips belong to Qt, which keeps one for ever."""
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and widget.metaObject().className() != "QTipLabel"
    ]


def _running_timers() -> list[QTimer]:
    return [thing for thing in shiboken6.getAllValidWrappers() if isinstance(thing, QTimer) and thing.isActive()]


def _describe_window(window: QWidget) -> str:
    label = window.objectName() or window.windowTitle() or "no name"
    return f"a window is still there: {type(window).__name__} ({label}); give it to qtbot.addWidget or close it"


def _describe_timer(timer: QTimer) -> str:
    owner = type(timer.parent()).__name__ if timer.parent() else "nobody"
    return f"a QTimer still runs: {timer.objectName() or 'no name'}, every {timer.interval()} ms, owned by {owner}"


def _delete_what_was_scheduled_for_it() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
