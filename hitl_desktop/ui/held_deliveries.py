"""Decisions that are made and not yet sent: a resumed graph cannot be called back, so there is a moment to undo."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from hitl_desktop.core.review import Delivery


class HeldDeliveries(QObject):
    """Holds each delivery for its seconds, then releases it.

    Signals:
        released(Delivery): its time is up, or it was sent at once.
        undone(Delivery): it was taken back and will not be sent.
        changed(): what is held has changed.
        ticked(): a tenth of a second has passed for it.
    """

    released = Signal(object)
    undone = Signal(object)
    changed = Signal()
    ticked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held: list[tuple[Delivery, int]] = []  # with the time at which it is due
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(self)
        self._timer.setInterval(100)
        self._timer.timeout.connect(self._tick)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What is held, the newest last."""
        return tuple(delivery for delivery, _ in self._held)

    @property
    def seconds_left(self) -> float:
        """How long the newest is still held."""
        return max(0, self._held[-1][1] - self._clock.elapsed()) / 1000 if self._held else 0.0

    def holds(self, thread_id: str) -> bool:
        """Whether a decision on this thread is held."""
        return any(delivery.resumption.thread_id == thread_id for delivery in self.deliveries)

    def hold(self, delivery: Delivery, seconds: float) -> None:
        """Hold a delivery; with 0 seconds it is released at once."""
        if seconds <= 0:
            self.released.emit(delivery)
            return
        self._held.append((delivery, self._clock.elapsed() + int(seconds * 1000)))
        self._timer.start()
        self.changed.emit()

    def undo(self) -> None:
        """Take the newest back."""
        if self._held:
            delivery, _ = self._held.pop()
            self.changed.emit()
            self.undone.emit(delivery)

    def send_now(self) -> None:
        """Release all that is held, the oldest first."""
        self._release(list(self._held))

    def keep(self) -> tuple[Delivery, ...]:
        """Take all of them back silently, because the window closes; returns what will not be sent."""
        kept, self._held = self.deliveries, []
        self._timer.stop()
        self.changed.emit()
        return kept

    def _tick(self) -> None:
        now = self._clock.elapsed()
        self.ticked.emit()
        if due := [each for each in self._held if each[1] <= now]:
            self._release(due)

    def _release(self, due: list[tuple[Delivery, int]]) -> None:
        self._held = [each for each in self._held if each not in due]
        if not self._held:
            self._timer.stop()
        self.changed.emit()
        for delivery, _ in due:
            self.released.emit(delivery)
