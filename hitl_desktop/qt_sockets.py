"""What is left of qasync: asyncio's event loop with one `QSocketNotifier` for each socket instead of a selector."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import socket
from collections import deque
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

QASYNC_VERSION = "0.28.0"

ASYNCIO_METHODS = (
    "run_forever",
    "run_until_complete",
    "stop",
    "is_running",
    "time",
    "call_soon",
    "call_later",
    "call_at",
    "call_soon_threadsafe",
    "_add_callback",
    "run_in_executor",
    "set_default_executor",
    "set_exception_handler",
    "default_exception_handler",
    "call_exception_handler",
    "get_debug",
    "set_debug",
)
"""What qasync overrides and `QtSocketLoop` takes from asyncio again. qasync keeps the sockets, the pipes and `close`.

Of these, qasync 0.28.0 loses wake-ups (in nested Qt loops, and at exit on Python 3.14: its issue 176), context
variables, asynchronous generators and exceptions of threads; it keeps cancelled timers and fires the others early.
"""


def import_qasync() -> ModuleType:
    """Import qasync on PySide6 and refuse any version whose insides this module was not written for.

    qasync would follow `QT_API`, which people set for other programs, before it looks which binding is imported.

    Raises:
        ImportError: another version of qasync is installed.
    """
    version = importlib.metadata.version("qasync")
    if version != QASYNC_VERSION:
        raise ImportError(
            f"HITL Desktop needs qasync {QASYNC_VERSION}, but {version} is installed. "
            f"Install it with: pip install qasync=={QASYNC_VERSION}"
        )
    meant_for_others = os.environ.get("QT_API")
    os.environ["QT_API"] = "pyside6"
    try:
        return importlib.import_module("qasync")
    finally:
        if meant_for_others is None:
            del os.environ["QT_API"]
        else:
            os.environ["QT_API"] = meant_for_others


if TYPE_CHECKING:

    class QtSocketLoop(asyncio.SelectorEventLoop):
        """An asyncio loop whose sockets wake Qt. It can't run by itself: a subclass has `_run_once` to write."""

        _ready: deque[asyncio.Handle]
        _scheduled: list[asyncio.TimerHandle]
        _timer_cancelled_count: int
        _clock_resolution: float
        _stopping: bool
        _debug: bool
        _current_handle: asyncio.Handle | None
        _csock: socket.socket
        _signal_handlers: dict[int, asyncio.Handle]

        def __init__(self, app: QCoreApplication) -> None: ...

else:
    QtSocketLoop = type(
        "QtSocketLoop",
        (import_qasync().QEventLoop,),
        {name: getattr(asyncio.BaseEventLoop, name) for name in ASYNCIO_METHODS},
    )
