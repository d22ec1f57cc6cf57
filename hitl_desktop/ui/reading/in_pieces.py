"""Long work on what is shown, a few milliseconds at a time while the event loop runs."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

_SECONDS = 0.008


class InPieces(QObject):
    """Runs one iterator to its end, piece by piece; a new one replaces it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: Iterator[object] = iter(())
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    def run(self, work: Iterator[object]) -> None:
        """Do this work from the next turn of the event loop on. It yields where it can be interrupted.

        It must not hold the widget that it is for: as the last to do so, it would delete it when it ends.
        """
        self._work = work
        self._timer.start()

    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not self._timer.isActive()

    def _go_on(self) -> None:
        until = perf_counter() + _SECONDS
        for _step in self._work:
            if perf_counter() > until:
                return
        self._timer.stop()
