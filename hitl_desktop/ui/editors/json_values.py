"""What editors ask of a JSON value: what it stands for, how long it is, and how it reads in words."""

from __future__ import annotations

from hitl_desktop.core.values import TYPE_TAG, VALUE_TAG, Json, dump_json


def is_tagged(value: Json) -> bool:
    """Whether this is a Python value that JSON cannot carry, as `core.values.to_json` writes it."""
    return isinstance(value, dict) and value.keys() == {TYPE_TAG, VALUE_TAG} and isinstance(value[TYPE_TAG], str)


def takes_long(value: Json, characters: int) -> bool:
    """Whether the JSON text of a value has about this many characters or more, without writing it."""
    left, size = [(value, 1)], 0
    while left and size < characters:
        part, level = left.pop()
        if isinstance(part, dict | list):
            size += (20 + 4 * level) * len(part)
            left.extend((each, level + 1) for each in (part.values() if isinstance(part, dict) else part))
        elif isinstance(part, str):
            size += len(part)
    return size >= characters


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
