"""How fast something goes and how long it will take, from what was done at which time; and both in words."""

from __future__ import annotations

from collections import deque
from typing import Final

_WINDOW_SECONDS: Final = 8.0
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")


class Pace:
    """The speed over the last eight seconds. `add` is told how much is done in all, at a monotonic time."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, completed: int) -> None:
        """Note that so much is done. Less than before is a new beginning."""
        if self._seen and completed < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, completed))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW_SECONDS:
            self._seen.popleft()

    @property
    def speed(self) -> float | None:
        """Bytes a second; None until half a second was seen."""
        if len(self._seen) < 2:
            return None
        (begun, first), (now, last) = self._seen[0], self._seen[-1]
        return (last - first) / (now - begun) if now - begun >= 0.5 else None

    def seconds_left(self, total: int) -> float | None:
        """How long the rest takes at this speed; None where that is not known."""
        speed = self.speed
        return (total - self._seen[-1][1]) / speed if speed else None


def bytes_words(count: float) -> str:
    """A number of bytes as Ollama writes it, for example `4.7 GB`."""
    value = float(count)
    for unit in _UNITS:
        if abs(value) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    if unit == "bytes":
        return f"{int(value)} bytes"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def left_words(seconds: float) -> str:
    """A rough time that is left, for example `about 3 minutes left`."""
    if seconds < 60:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 3600:
        return f"about {round(seconds / 60)} min left"
    hours = seconds / 3600
    return f"about {hours:.1f} h left" if hours < 100 else "days left"
