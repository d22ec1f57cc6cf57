"""What editors ask of a JSON value: whether two are the same, and how one reads in words."""

from __future__ import annotations

from typing import Any

from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, dump_json


def same(first: Json, second: Json) -> bool:
    """Whether two values are the same JSON: `5`, `5.0` and `true` differ, NaN equals itself, the order of keys counts.

    Iterative, because a payload may be nested deeper than Python recurses.
    """
    pairs: list[tuple[Any, Any]] = [(first, second)]
    while pairs:
        one, other = pairs.pop()
        if one is other:
            continue
        if type(one) is not type(other):
            return False
        if isinstance(one, dict):
            if len(one) != len(other) or any(a != b for a, b in zip(one, other, strict=True)):
                return False
            pairs.extend(zip(one.values(), other.values(), strict=True))
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, float):
            if repr(one) != repr(other):  # tells 0.0 from -0.0 and finds NaN equal to NaN
                return False
        elif one != other:
            return False
    return True


def is_tagged(value: Json) -> bool:
    """Whether this is a Python value that JSON cannot carry, as `core.values.to_json` writes it."""
    return isinstance(value, dict) and set(value) == {TYPE_TAG, VALUE_TAG} and isinstance(value[TYPE_TAG], str)


def in_words(value: Json) -> str:
    """A value as a reviewer reads it: text as it is, yes, no, none, numbers exactly, the sizes of objects and lists."""
    match value:
        case str():
            return value if value else "Empty text"
        case None:
            return "None"
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            try:
                return dump_json(value)
            except ValueError:
                return "A number of more digits than can be shown"
        case list():
            return f"{len(value):,} item{'s' * (len(value) != 1)}" if value else "Empty list"
        case _:
            return f"{len(value):,} field{'s' * (len(value) != 1)}" if value else "Empty object"
