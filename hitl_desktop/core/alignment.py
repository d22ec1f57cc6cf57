"""Which elements two sequences have in common, in order: exact for what is small, bounded for what is huge or hostile.

Lines that stand once in both sequences are matched first (Bram Cohen's patience diff), and what lies between them by
the shortest edit script (Myers, "An O(ND) Difference Algorithm", 1986). `difflib` takes minutes for some texts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_STEPS = 150_000
"""Steps of one alignment; about 50 ms."""

_MOST_EDITS = 400
_SMALL = 200

_Range: TypeAlias = tuple[int, int, int, int]
"""Where a part of both begins and ends: first of old, behind the last of old, the same of new."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Elements `old_start:old_end` that are replaced by `new_start:new_end`. Either may be empty.

    `compared` is False where there was too much to compare: something in both may be the same.
    """

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    compared: bool = True


def gaps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Gap]:
    """Where two sequences part, in order. What lies between the gaps is equal, element by element."""
    numbers: dict[Hashable, int] = {}
    first = [numbers.setdefault(each, len(numbers)) for each in old]
    second = [numbers.setdefault(each, len(numbers)) for each in new]
    return _Aligning(first, second).gaps()


class _Aligning:
    """One alignment of two lists of numbers, and the steps that are left for it."""

    def __init__(self, old: list[int], new: list[int]) -> None:
        self._old, self._new, self._steps = old, new, _STEPS
        self._pairs: list[tuple[int, int]] = []
        self._given_up: set[tuple[int, int]] = set()

    def gaps(self) -> list[Gap]:
        waiting: list[_Range] = [(0, len(self._old), 0, len(self._new))]
        while waiting:
            part = self._without_common_ends(waiting.pop())
            if part[0] == part[1] or part[2] == part[3]:
                continue
            anchors = self._anchors(part) if part[1] - part[0] + part[3] - part[2] > _SMALL else []
            if anchors:
                waiting.extend(_between(part, anchors))
                self._pairs += anchors
            elif (script := self._shortest(part)) is None:
                self._given_up.add((part[0], part[2]))
            else:
                self._pairs += script
        return list(self._between_pairs())

    def _between_pairs(self) -> Iterator[Gap]:
        i = j = 0
        for one, other in [*sorted(self._pairs), (len(self._old), len(self._new))]:
            if (i, j) != (one, other):
                yield Gap(i, one, j, other, (i, j) not in self._given_up)
            i, j = one + 1, other + 1

    def _without_common_ends(self, part: _Range) -> _Range:
        start, end, other, other_end = part
        while start < end and other < other_end and self._old[start] == self._new[other]:
            self._pairs.append((start, other))
            start, other = start + 1, other + 1
        while start < end and other < other_end and self._old[end - 1] == self._new[other_end - 1]:
            end, other_end = end - 1, other_end - 1
            self._pairs.append((end, other_end))
        return start, end, other, other_end

    def _anchors(self, part: _Range) -> list[tuple[int, int]]:
        """The longest row of elements that stand once in both, in the same order."""
        start, end, other, other_end = part
        self._steps -= end - start + other_end - other
        if self._steps < 0:
            return []
        old, new = Counter(self._old[start:end]), Counter(self._new[other:other_end])
        places = {self._new[j]: j for j in range(other, other_end) if new[self._new[j]] == 1}
        common = [
            (i, places[self._old[i]]) for i in range(start, end) if old[self._old[i]] == 1 and self._old[i] in places
        ]
        return _longest_rising(common)

    def _shortest(self, part: _Range) -> list[tuple[int, int]] | None:
        """The common elements in a shortest edit script, or None where that takes too long."""
        start, end, other, other_end = part
        in_both = set(self._old[start:end]) & set(self._new[other:other_end])  # nothing else can be common
        old_places = [i for i in range(start, end) if self._old[i] in in_both]
        new_places = [j for j in range(other, other_end) if self._new[j] in in_both]
        old, new = [self._old[i] for i in old_places], [self._new[j] for j in new_places]
        same = next(
            (n for n, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new))
        )
        found = [(old_places[n], new_places[n]) for n in range(same)]
        script = self._edit_script(old[same:], new[same:])
        if script is None:
            return None
        return found + [(old_places[same + i], new_places[same + j]) for i, j in script]

    def _edit_script(self, old: list[int], new: list[int]) -> list[tuple[int, int]] | None:
        if not old or not new:
            return []
        furthest = {1: 0}
        trace: list[dict[int, int]] = []
        for edits in range(min(len(old) + len(new), _MOST_EDITS) + 1):
            trace.append(dict(furthest))
            for diagonal in range(-edits, edits + 1, 2):
                down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
                i = begun = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
                while i < len(old) and 0 <= i - diagonal < len(new) and old[i] == new[i - diagonal]:
                    i += 1
                furthest[diagonal] = i
                self._steps -= 1 + i - begun
                if i >= len(old) and i - diagonal >= len(new):
                    return list(_way_back(trace, len(old), len(new)))
            if self._steps < 0:
                return None
        return None


def _way_back(trace: list[dict[int, int]], i: int, j: int) -> Iterator[tuple[int, int]]:
    for edits in reversed(range(len(trace))):
        furthest, diagonal = trace[edits], i - j
        down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        came_from = furthest[before] if edits else 0
        while i > came_from + (0 if down or not edits else 1) and j > 0 and i > 0:
            i, j = i - 1, j - 1
            yield i, j
        i, j = came_from, came_from - before


def _between(part: _Range, anchors: list[tuple[int, int]]) -> Iterator[_Range]:
    start, end, other, other_end = part
    for i, j in anchors:
        yield start, i, other, j
        start, other = i + 1, j + 1
    yield start, end, other, other_end


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs, rising in the first number, that rises in the second as well."""
    lowest: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_i, j) in enumerate(pairs):
        place = bisect_left(lowest, j)
        before.append(ends[place - 1] if place else -1)
        lowest[place : place + 1] = [j]
        ends[place : place + 1] = [number]
    rising: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        rising.append(pairs[at])
        at = before[at]
    return rising[::-1]
