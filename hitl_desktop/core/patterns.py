"""Searches for patterns that a schema brings along, each for a tenth of a second at most.

A pattern like ``^(a+)+$`` takes longer than anybody lives on forty letters, and `re` lets nothing else run meanwhile.
No rule tells such patterns from harmless ones, and a check in another process would begin with its start. But `re`
looks for signals while it searches, for the sake of Ctrl+C, and ends with what a handler raises. The timer counts
the processor's time, so that a busy machine makes no pattern a slow one.
"""

from __future__ import annotations

import re
import signal
import time
from collections import deque
from types import FrameType

SECONDS_EACH = 0.1
SECONDS_TOGETHER = 0.3

_LONG_TEXT = 10_000
"""Characters. `re` looks for signals once in 4,096 steps, and a step may go through the whole text."""

_too_slow: deque[tuple[str, str]] = deque(maxlen=32)
"""The latest pairs that took too long: a form asks again for each of its fields, and with every key."""


class PatternSearches:
    """The searches of one validation, which share `SECONDS_TOGETHER`.

    Attributes:
        for_names: the patterns that names of fields are searched for.
        given_up: the patterns whose search took too long, or was not begun as there was no time left.
    """

    def __init__(self) -> None:
        self.for_names: tuple[str, ...] = ()
        self.given_up: list[str] = []
        self._left = SECONDS_TOGETHER

    def found(self, pattern: str, text: str) -> bool | None:
        """Whether the pattern is somewhere in the text; None where that takes too long. Raises `re.error`."""
        began = time.thread_time()
        found = None
        if self._left > 0 and (pattern, text) not in _too_slow:
            found = _search(re.compile(pattern), text)
            if found is None:
                _too_slow.append((pattern, text))
        if found is None:
            self.given_up.append(pattern)
        self._left -= time.thread_time() - began  # not what other programs took
        return found


class _TooSlowError(BaseException):
    """Raised in the middle of a search."""


class _Alarm:
    def __init__(self) -> None:
        self.is_set = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        if self.is_set:  # else it comes too late, when the search is over
            self.is_set = False
            raise _TooSlowError


def _search(pattern: re.Pattern[str], text: str) -> bool | None:
    alarm = _Alarm()
    try:
        before = signal.signal(signal.SIGVTALRM, alarm.ring)
    except ValueError:  # not in the main thread, where alone Python hears signals: the window's
        return _is_in(pattern, text)
    try:
        alarm.is_set = True
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_EACH)
        found = _is_in(pattern, text)
        alarm.is_set = False
        return found
    except _TooSlowError:
        return None
    finally:
        alarm.is_set = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        # Never the default, by which an alarm that comes late would end the program.
        signal.signal(signal.SIGVTALRM, before if callable(before) else signal.SIG_IGN)


def _is_in(pattern: re.Pattern[str], text: str) -> bool:
    if len(text) <= _LONG_TEXT:
        return pattern.search(text) is not None
    return any(pattern.match(text, start) for start in range(len(text) + 1))  # a signal is heard between two of them
