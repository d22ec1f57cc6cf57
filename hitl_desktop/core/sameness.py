"""Whether JSON values are the same, strictly and however deep: `1`, `1.0`, `true` and `"1"` differ, NaN equals NaN."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from hitl_desktop.core.values import Json


def same_json(first: Json, second: Json) -> bool:
    """Whether two values are the same. The order of an object's fields does not count; nothing recurses."""
    pairs: list[tuple[Any, Any]] = [(first, second)]
    while pairs:
        one, other = pairs.pop()
        if one is other:
            continue
        if type(one) is not type(other):
            return False
        if isinstance(one, dict):
            if one.keys() != other.keys():
                return False
            pairs.extend((value, other[name]) for name, value in one.items())
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif _scalar(one) != _scalar(other):
            return False
    return True


class Sameness:
    """Gives the same number to values that are the same, so that parts are compared and aligned at once.

    Holds numbers of objects and lists by their identity: the values must outlive it, unchanged.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._containers: dict[int, int] = {}

    def take_in(self, value: Json, most: int) -> int:
        """Number a value and all that is inside of it. Gives how many values of `most` are left; negative: too many."""
        waiting: list[tuple[Json, bool]] = [(value, False)]
        while waiting and most >= 0:
            part, is_open = waiting.pop()
            if not isinstance(part, dict | list):
                most -= 1
            elif is_open:
                self._containers[id(part)] = self._number(self._key(part))
            elif id(part) not in self._containers:
                most -= 1
                waiting.append((part, True))
                waiting.extend((each, False) for each in (part.values() if isinstance(part, dict) else part))
        return most

    def number(self, value: Json) -> int:
        """The number of a value that was taken in, or of a part of it."""
        return self._containers[id(value)] if isinstance(value, dict | list) else self._number(_scalar(value))

    def _key(self, part: dict[str, Json] | list[Json]) -> Hashable:
        if isinstance(part, dict):
            return dict, frozenset((name, self.number(value)) for name, value in part.items())
        return list, tuple(map(self.number, part))

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def _scalar(value: Json) -> Hashable:
    # The words of a float tell 0.0 from -0.0 and find NaN equal to NaN.
    return type(value), repr(value) if isinstance(value, float) else value
