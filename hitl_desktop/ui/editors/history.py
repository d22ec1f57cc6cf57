"""What a person did to a value, to take back and to do again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from hitl_desktop.core.schema import Path, Problem
from hitl_desktop.core.values import Json, same

PAUSE = 0.8
"""Seconds without typing after which what is typed next is a step of its own."""

_MOST = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """A value as it stood once. `typed` are the places where a text stood that was no value, each with its text."""

    value: Json
    typed: tuple[Problem, ...] = ()


class EditHistory:
    """The moments of one value, of which one is now. What is typed in one place without a pause is one step."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives the time in seconds."""
        self._clock = clock
        self._moments: list[Moment] = []
        self._now = -1
        self._last: tuple[Path, bool, float] | None = None  # where was typed last, whether it grew, and when

    def begin(self, moment: Moment) -> None:
        """Forget everything; this is how it begins."""
        self._moments, self._now, self._last = [moment], 0, None

    def note(self, moment: Moment) -> None:
        """The value is this now. What was taken back before can no longer be done again."""
        before = self._moments[self._now]
        if _are_same(before, moment):
            return
        typing = _typing(before, moment)
        joins = typing is not None and self._last is not None and typing == self._last[:2]
        joins = joins and self._last is not None and self._clock() - self._last[2] < PAUSE
        del self._moments[self._now + 1 :]
        if joins:
            self._moments[self._now] = moment
        else:
            self._moments.append(moment)
            del self._moments[:-_MOST]
        self._now = len(self._moments) - 1
        self._last = (*typing, self._clock()) if typing is not None else None

    def can_go(self, by: int) -> bool:
        """Whether there is a moment before (-1) or after (1)."""
        return 0 <= self._now + by < len(self._moments)

    def go(self, by: int) -> tuple[Moment, Path]:
        """The moment before (-1) or after (1), which is now from here on, and where it differs."""
        left = self._moments[self._now]
        self._now += by
        self._last = None
        moment = self._moments[self._now]
        return moment, next(iter(_different_typed(left, moment)), difference(left.value, moment.value))


def difference(one: Json, other: Json) -> Path:
    """Where two values differ: the deepest place that holds all the differences; the top where they are the same."""
    path: list[str | int] = []
    while True:
        if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
            names: list[str | int] = list(one)
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            names = list(range(len(one)))
        else:
            return tuple(path)
        found = list(islice((name for name in names if not same(one[name], other[name])), 2))
        if len(found) != 1:
            return tuple(path)
        path.append(found[0])
        one, other = one[found[0]], other[found[0]]


def _are_same(one: Moment, other: Moment) -> bool:
    return same(one.value, other.value) and not _different_typed(one, other)


def _different_typed(one: Moment, other: Moment) -> list[Path]:
    before = {problem.path: problem.typed for problem in one.typed}
    after = {problem.path: problem.typed for problem in other.typed}
    return [path for path in {**after, **before} if before.get(path) != after.get(path)]


def _typing(one: Moment, other: Moment) -> tuple[Path, bool] | None:
    """Where a person typed between two moments, and whether the text grew; None where more was done than that."""
    places = set(_different_typed(one, other))
    if not same(one.value, other.value):
        places.add(difference(one.value, other.value))
    if len(places) != 1:
        return None
    (place,) = places
    before, after = _text_at(one, place), _text_at(other, place)
    if before is None or after is None:
        return None
    return place, len(after) >= len(before)


def _text_at(moment: Moment, path: Path) -> str | None:
    """What stands in the field at this path, if it is one to type into."""
    typed = next((problem.typed for problem in moment.typed if problem.path == path), None)
    if typed is not None:
        return typed
    value = moment.value
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) or (type(value) is int and abs(value) < 10**300) else None
