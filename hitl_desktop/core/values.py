"""Python values as JSON and back, without losing their types.

A checkpoint holds more than JSON: dates, decimals, bytes, sets, objects of classes that are not
loaded here. Editors speak JSON, so such a value is written as a *tagged* object,
``{"__type__": "datetime", "value": "2026-11-21T07:30:00"}``, and read back from it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any, TypeAlias
from uuid import UUID

Json: TypeAlias = Any
"""None, bool, int, float, str, a list of these, or a dict from str to these."""

TYPE_TAG = "__type__"
VALUE_TAG = "value"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A value whose class is not loaded here: its full class name and its fields or arguments."""

    type_name: str
    value: Any


@dataclass(frozen=True, slots=True)
class _Tagged:
    type: type
    name: str
    write: Callable[[Any], Json]
    read: Callable[[Json], Any]


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


# One line per Python type that JSON cannot carry. Order matters: datetime is a date.
_TAGGED = (
    _Tagged(datetime, "datetime", datetime.isoformat, datetime.fromisoformat),
    _Tagged(date, "date", date.isoformat, date.fromisoformat),
    _Tagged(time, "time", time.isoformat, time.fromisoformat),
    _Tagged(timedelta, "timedelta", lambda v: [v.days, v.seconds, v.microseconds], lambda v: timedelta(*v)),
    _Tagged(timezone, "timezone", lambda v: v.utcoffset(None).total_seconds(), lambda v: timezone(_seconds(v))),
    _Tagged(Decimal, "Decimal", str, Decimal),
    _Tagged(UUID, "UUID", str, UUID),
    _Tagged(PurePath, "Path", str, Path),  # LangGraph stores no other class of paths
    _Tagged(bytes, "bytes", lambda v: base64.b64encode(v).decode(), lambda v: base64.b64decode(v, validate=True)),
    _Tagged(frozenset, "frozenset", lambda v: [to_json(x) for x in v], lambda v: frozenset(from_json(x) for x in v)),
    _Tagged(set, "set", lambda v: [to_json(x) for x in v], lambda v: {from_json(x) for x in v}),
    _Tagged(tuple, "tuple", lambda v: [to_json(x) for x in v], lambda v: tuple(from_json(x) for x in v)),
)
_BY_NAME = {tagged.name: tagged for tagged in _TAGGED}
_COLLECTIONS = (frozenset, set, tuple)
_PLAIN = (str, bool, int, float, type(None))


def to_json(value: Any) -> Json:
    """Write any decoded checkpoint value as JSON; what JSON cannot carry becomes a tagged object.

    Never raises for a value that a checkpoint can hold: an unknown class is written as its repr. Lists and mappings
    are gone through without recursion, as they may be nested deeper than Python recurses.
    """
    done: list[Json] = [None]
    waiting: list[tuple[Any, Any, Any]] = [(value, done, 0)]
    while waiting:
        value, holder, place = waiting.pop()
        if type(value) in _PLAIN:
            holder[place] = value
        elif isinstance(value, list):
            holder[place] = parts = [None] * len(value)
            waiting.extend((item, parts, i) for i, item in enumerate(value))
        elif isinstance(value, Mapping) and TYPE_TAG not in value and all(isinstance(key, str) for key in value):
            holder[place] = fields = dict.fromkeys(value)
            waiting.extend((item, fields, key) for key, item in value.items())
        elif isinstance(value, Mapping):
            pairs: list[list[Json]] = [[to_json(key), None] for key in value]
            holder[place] = _tag("dict", pairs)
            waiting.extend((item, pair, 1) for item, pair in zip(value.values(), pairs, strict=True))
        elif isinstance(value, Foreign):
            holder[place] = tagged = _tag(value.type_name, None)
            waiting.append((value.value, tagged, VALUE_TAG))
        elif isinstance(value, tuple | set | frozenset):
            parts = [None] * len(value)
            holder[place] = _tag(next(kind.__name__ for kind in _COLLECTIONS if isinstance(value, kind)), parts)
            waiting.extend((item, parts, i) for i, item in enumerate(value))
        else:
            holder[place] = _tagged(value)
    return done[0]


def _tagged(value: Any) -> Json:
    for tagged in _TAGGED:
        if isinstance(value, tagged.type):
            return _tag(tagged.name, tagged.write(value))
    return _tag(f"{type(value).__module__}.{type(value).__qualname__}", repr(value))


def from_json(value: Json) -> Any:
    """Read what `to_json` wrote. Raises `ValueError` where a tagged object does not fit its type."""
    done: list[Any] = [None]
    waiting: list[tuple[Json, Any, Any]] = [(value, done, 0)]
    while waiting:
        value, holder, place = waiting.pop()
        if isinstance(value, list):
            holder[place] = parts = [None] * len(value)
            waiting.extend((item, parts, i) for i, item in enumerate(value))
        elif not isinstance(value, dict):
            holder[place] = value
        elif set(value) != {TYPE_TAG, VALUE_TAG} or not isinstance(value[TYPE_TAG], str):
            holder[place] = fields = dict.fromkeys(value)
            waiting.extend((item, fields, key) for key, item in value.items())
        else:
            holder[place] = _untagged(value[TYPE_TAG], value[VALUE_TAG])
    return done[0]


def _untagged(name: str, content: Json) -> Any:
    try:
        if name == "dict":
            return {from_json(key): from_json(item) for key, item in content}
        if name in _BY_NAME:
            return _BY_NAME[name].read(content)
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:  # UUID(5) has no attribute "replace"
        raise ValueError(f"{json.dumps(content)} is not a {name}: {error}") from error
    return Foreign(name, from_json(content))


def without_foreign(value: Any) -> Any:
    """The value with each `Foreign` replaced by its fields, which is what LangGraph's strict reader gives."""
    done: list[Any] = [None]
    waiting: list[tuple[Any, Any, Any]] = [(value, done, 0)]
    while waiting:
        value, holder, place = waiting.pop()
        while isinstance(value, Foreign):
            value = value.value
        if isinstance(value, dict):
            holder[place] = fields = dict.fromkeys(value)
            waiting.extend((item, fields, key) for key, item in value.items())
        elif isinstance(value, list):
            holder[place] = parts = [None] * len(value)
            waiting.extend((item, parts, i) for i, item in enumerate(value))
        elif isinstance(value, tuple | set | frozenset):
            holder[place] = type(value)(without_foreign(item) for item in value)
        else:
            holder[place] = value
    return done[0]


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


class JsonSyntaxError(ValueError):
    """A text that is not JSON: what is wrong, and where (line and column from 1, position from 0)."""

    def __init__(self, message: str, line: int, column: int, position: int) -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.message, self.line, self.column, self.position = message, line, column, position


def parse_json(text: str) -> Json:
    """Read a JSON text strictly: one value, no repeated keys. Raises `JsonSyntaxError`."""
    repeats = False

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal repeats
        result = dict(pairs)
        repeats = repeats or len(result) < len(pairs)
        return result

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise JsonSyntaxError(error.msg, error.lineno, error.colno, error.pos) from None
    except RecursionError:
        raise JsonSyntaxError("This is nested too deeply to be read", 1, 1, 0) from None
    except ValueError as error:  # a number of more digits than Python reads (sys.set_int_max_str_digits)
        raise JsonSyntaxError(str(error), 1, 1, 0) from None
    if repeats:
        key, position = _repeated_key(text)
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        raise JsonSyntaxError(f'The key "{key}" stands twice in one object', line, column, position)
    return value


_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:]')


def _repeated_key(text: str) -> tuple[str, int]:
    """The first key of a valid JSON text that its object has already, and where it stands again."""
    objects: list[set[str]] = []
    written, position = "", 0
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{" | "[":
                objects.append(set())
            case "}" | "]":
                objects.pop()
            case ":":
                key = json.loads(written)
                if key in objects[-1]:
                    return key, position
                objects[-1].add(key)
            case string:
                written, position = string, token.start()
    raise AssertionError("no object has a key twice")


def dump_json(value: Json, *, indent: int | None = 2) -> str:
    """Write JSON for people: characters as they are, two spaces a level."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _tag(name: str, value: Json) -> Json:
    return {TYPE_TAG: name, VALUE_TAG: value}
